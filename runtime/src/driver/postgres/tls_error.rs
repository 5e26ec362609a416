//! What is wrong with a TLS connection, in words that say what to do.

use std::error::Error as StdError;
use std::io;

use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, Error as TlsError};

use crate::error::{Error, ErrorKind};

/// What went wrong, and what to do.
pub(super) struct Explained {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// A certificate or key that cannot be used.
pub(super) fn unusable(what: &str, why: &str) -> Error {
    Error::new(ErrorKind::Url, format!("cannot use {what}: {why}"))
}

/// What rustls had to say in an error of the driver, if it had.
pub(super) fn explain(error: &postgres::Error) -> Option<Explained> {
    let (message, help) = words(find(error)?);
    Some(Explained {
        message,
        help: help.map(str::to_owned),
    })
}

fn find<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e TlsError> {
    let mut error = error;
    loop {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // The source of an I/O error is that of the error within, and not the error within.
        let within = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        error = match within {
            Some(within) => within,
            None => error.source()?,
        };
    }
}

const OWN_CERTIFICATE: &str = "give a certificate that an authority of the server's `ssl_ca_file` has signed, and its key: \
     `sslcert=client.crt&sslkey=client.key`";

fn words(error: &TlsError) -> (String, Option<&'static str>) {
    match error {
        TlsError::InvalidCertificate(error) => certificate(error),
        TlsError::AlertReceived(alert) => refused(*alert),
        TlsError::PeerIncompatible(why) => (
            format!("the server speaks no version or cipher of TLS that limbeck speaks: {why:?}"),
            Some("let the server speak TLS 1.2 or 1.3: `ssl_min_protocol_version`"),
        ),
        TlsError::InvalidMessage(_) => (
            "the server does not speak TLS".to_owned(),
            Some("see that the port is PostgreSQL's, and no other server or proxy answers there"),
        ),
        error => (format!("TLS failed: {error}"), None),
    }
}

fn certificate(error: &CertificateError) -> (String, Option<&'static str>) {
    let (message, help) = match error {
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => (
            "the server's certificate is signed in a way that is not trusted any more".to_owned(),
            "have it signed anew with SHA-256 and an RSA key of 2048 bits or more, or an elliptic curve",
        ),
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => (
            "the server's certificate is one of an authority, and is not itself trusted".to_owned(),
            "name the certificate itself in `sslrootcert`, or have the server's made without `CA:TRUE`",
        ),
        CertificateError::UnknownIssuer | CertificateError::BadSignature => (
            "no trusted authority has signed the server's certificate".to_owned(),
            "name the certificate of the authority that signed it in `sslrootcert=root.crt`, or trust those of this machine \
             with `sslrootcert=system`",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            "the server's certificate has expired".to_owned(),
            "renew it and have the server read it by `SELECT pg_reload_conf()`",
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            "the server's certificate is not valid yet".to_owned(),
            "set the clock of this machine, or of the one that made the certificate",
        ),
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => (
            format!(
                "the server's certificate is for {}, and not for `{}`",
                if presented.is_empty() {
                    "no host".to_owned()
                } else {
                    presented.join(", ")
                },
                name(expected)
            ),
            "connect by a name of the certificate (`hostaddr` says the address), or have one made for this name; \
             `sslmode=verify-ca` does not look at the name",
        ),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => (
            "the server's certificate is not one for servers".to_owned(),
            "have the server's certificate made with `extendedKeyUsage = serverAuth`, or without such a limit",
        ),
        error => {
            return (
                format!("the server's certificate cannot be used: {error}"),
                None,
            );
        }
    };
    (message, Some(help))
}

fn refused(alert: AlertDescription) -> (String, Option<&'static str>) {
    match alert {
        AlertDescription::CertificateRequired
        | AlertDescription::NoCertificate
        | AlertDescription::HandshakeFailure => (
            format!("the server has refused the TLS handshake ({alert:?})"),
            Some(OWN_CERTIFICATE),
        ),
        AlertDescription::UnknownCA
        | AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateUnknown
        | AlertDescription::DecryptError => (
            format!("the server does not accept this client's certificate ({alert:?})"),
            Some(OWN_CERTIFICATE),
        ),
        AlertDescription::ProtocolVersion => (
            "the server speaks no version of TLS that limbeck speaks".to_owned(),
            Some("let the server speak TLS 1.2 or 1.3: `ssl_min_protocol_version`"),
        ),
        alert => (format!("the server has ended TLS: {alert:?}"), None),
    }
}

fn name(name: &ServerName<'_>) -> String {
    name.to_str().into_owned()
}
