//! Encryption by rustls: what `sslmode` and its companions become.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, SupportedProtocolVersion};
use tokio_postgres_rustls::MakeRustlsConnect;

pub(super) use super::tls_error::explain;
use super::tls_error::unusable;
use super::trust::{Trust, public_key};
use super::verifier::Verifier;
use crate::error::{Error, ErrorKind};
use crate::files::{self, Privacy, Unread};
use crate::url::{Place, Protection, Roots, Settings, SslMode, Version};

/// How connections are encrypted.
#[derive(Clone)]
pub(super) struct Tls {
    connector: MakeRustlsConnect,
    has_client_certificate: bool,
}

impl Tls {
    /// Reads the certificates and the key; `None` where no connection is to be encrypted.
    pub(super) fn read(settings: &Settings) -> Result<Option<Self>, Error> {
        let protection = &settings.protection;
        let mut places = settings.hosts.iter().map(|host| &host.place);
        if protection.mode == SslMode::Disable
            || places.all(|place| matches!(place, Place::Socket(_)))
        {
            return Ok(None);
        }
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier::new(
            trust(protection)?,
            protection.mode == SslMode::VerifyFull,
            provider.signature_verification_algorithms,
        );
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&versions(protection))
            .map_err(|error| unusable("the TLS versions", &error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let client = client(protection)?;
        let has_client_certificate = client.is_some();
        let mut config = match client {
            Some((chain, key)) => {
                let pair = pair(&provider, chain, key)?;
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(pair)))
            }
            None => builder.with_no_client_auth(),
        };
        config.enable_sni = protection.names_host;
        // Servers from version 17 on want it where TLS is spoken at once; older ones do not look.
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(Some(Self {
            connector: MakeRustlsConnect::new(config),
            has_client_certificate,
        }))
    }

    pub(super) fn has_client_certificate(&self) -> bool {
        self.has_client_certificate
    }

    pub(super) fn connector(&self) -> MakeRustlsConnect {
        self.connector.clone()
    }
}

fn versions(protection: &Protection) -> Vec<&'static SupportedProtocolVersion> {
    [(Version::Tls13, &TLS13), (Version::Tls12, &TLS12)]
        .into_iter()
        .filter(|(version, _)| (protection.oldest..=protection.newest).contains(version))
        .map(|(_, version)| version)
        .collect()
}

/// Whom a server's certificate must lead back to; `None` where it is not looked at.
fn trust(protection: &Protection) -> Result<Option<Trust>, Error> {
    match &protection.roots {
        Roots::System => {
            let found = rustls_native_certs::load_native_certs();
            let trust = Trust::of(found.certs);
            if trust.is_empty() {
                return Err(unusable(
                    "`sslrootcert=system`",
                    "this machine has no certificates of authorities",
                )
                .help_with("install `ca-certificates`, or name a file in `sslrootcert`"));
            }
            Ok(Some(trust))
        }
        Roots::File(file) => match authorities(file)? {
            Some(trust) => Ok(Some(trust)),
            None => Err(missing(file, "sslrootcert")),
        },
        Roots::FileIfThere(file) => match authorities(file)? {
            Some(trust) => Ok(Some(trust)),
            None => without_roots(protection),
        },
        Roots::None => without_roots(protection),
    }
}

fn without_roots(protection: &Protection) -> Result<Option<Trust>, Error> {
    if protection.mode < SslMode::VerifyCa {
        return Ok(None);
    }
    Err(unusable(
        "`sslmode`",
        "it has the server's certificate checked, and no authority is named to check it with",
    )
    .help_with(
        "name the certificate of the authority that signed the server's in `sslrootcert=root.crt`, or trust those of \
         this machine with `sslrootcert=system`",
    ))
}

/// The certificates of a file; `None` where there is no file.
fn authorities(file: &Path) -> Result<Option<Trust>, Error> {
    let what = format!("`{}`", file.display());
    let Some(certificates) = certificates(file)? else {
        return Ok(None);
    };
    let trust = Trust::of(certificates);
    if trust.is_empty() {
        return Err(unusable(&what, "it holds no certificate")
            .help_with("name a PEM file with `-----BEGIN CERTIFICATE-----` in it"));
    }
    Ok(Some(trust))
}

fn certificates(file: &Path) -> Result<Option<Vec<CertificateDer<'static>>>, Error> {
    let what = format!("`{}`", file.display());
    let pem = match files::read(file, Privacy::Public) {
        Ok(pem) => pem,
        Err(Unread::Missing) => return Ok(None),
        Err(Unread::OpenToOthers) => Vec::new(),
        Err(Unread::Otherwise(error)) => return Err(unusable(&what, &error)),
    };
    // The parser's errors quote lines of the file, which may be a key by mistake.
    CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map(Some)
        .map_err(|_| {
            unusable(&what, "it is not a PEM file")
                .help_with("name a PEM file with `-----BEGIN CERTIFICATE-----` in it")
        })
}

/// Puts a certificate and its key together. rustls would do it too, but not for a certificate of X.509 version
/// 1, which it cannot read and need not.
fn pair(
    provider: &CryptoProvider,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<CertifiedKey, Error> {
    let mismatch = || {
        unusable(
            "the client's certificate",
            "the key is not that of the certificate, or of no kind that is known",
        )
        .help_with("give the pair: `sslcert=client.crt&sslkey=client.key`")
    };
    let key = provider
        .key_provider
        .load_private_key(key)
        .map_err(|_| mismatch())?;
    let of_certificate = chain
        .first()
        .and_then(|certificate| public_key(certificate));
    let of_key = key.public_key();
    if of_key.is_some_and(|of_key| of_certificate.as_deref() != Some(&of_key)) {
        return Err(mismatch());
    }
    Ok(CertifiedKey::new(chain, key))
}

type Pair = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// The client's certificate and key, where both are there.
fn client(protection: &Protection) -> Result<Option<Pair>, Error> {
    let Some((file, is_named)) = &protection.certificate else {
        return Ok(None);
    };
    let chain = match certificates(file)? {
        Some(chain) if !chain.is_empty() => chain,
        Some(_) => {
            let what = format!("`{}`", file.display());
            return Err(unusable(&what, "it holds no certificate")
                .help_with("name a PEM file with `-----BEGIN CERTIFICATE-----` in it"));
        }
        None if *is_named => return Err(missing(file, "sslcert")),
        None => return Ok(None),
    };
    match &protection.key {
        Some((file, _)) => key(file).map(|key| Some((chain, key))),
        None => Err(
            unusable("the client's certificate", "there is no key for it")
                .help_with("name the key: `sslkey=client.key`"),
        ),
    }
}

fn key(file: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let what = format!("`{}`", file.display());
    let pem = files::read(file, Privacy::OwnerOrGroupOfRoot).map_err(|unread| match unread {
        Unread::Missing => missing(file, "sslkey"),
        Unread::OpenToOthers => unusable(&what, "others than its owner may read it")
            .help_with(format!("run `chmod 600 {}`", file.display())),
        Unread::Otherwise(error) => unusable(&what, &error),
    })?;
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| {
        unusable(&what, "it holds no key that needs no passphrase").help_with(
            "name a PEM file with `-----BEGIN PRIVATE KEY-----` in it; `openssl pkey` decrypts one",
        )
    })
}

fn missing(file: &Path, parameter: &str) -> Error {
    Error::new(
        ErrorKind::Url,
        format!("cannot use `{}`: it does not exist", file.display()),
    )
    .help_with(format!(
        "correct `{parameter}`; a relative path begins where the program runs"
    ))
}
