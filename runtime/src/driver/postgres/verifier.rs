//! What is checked of a server's certificate: nothing, its authority, or also its name.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error as TlsError, SignatureScheme};
use x509_cert::Certificate;
use x509_cert::der::asn1::{PrintableStringRef, TeletexStringRef, Utf8StringRef};
use x509_cert::der::oid::db::rfc4519::CN;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::trust::{Trust, identifier, parse};

/// Checks as much of a certificate as `sslmode` wants.
#[derive(Debug)]
pub(super) struct Verifier {
    trust: Option<Trust>,
    checks_name: bool,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(
        trust: Option<Trust>,
        checks_name: bool,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Self {
        Self {
            trust,
            checks_name,
            algorithms,
        }
    }

    /// The signature of a handshake, where webpki cannot read the certificate: the key in it is enough.
    fn check_with_key(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        let certificate = parse(certificate)?;
        let key = &certificate.tbs_certificate.subject_public_key_info;
        let kind = identifier(&key.algorithm);
        let mut algorithms = self
            .algorithms
            .mapping
            .iter()
            .filter(|(scheme, _)| *scheme == signed.scheme)
            .flat_map(|(_, algorithms)| algorithms.iter());
        let is_valid = algorithms.any(|algorithm| {
            kind.as_deref() == Some(&*algorithm.public_key_alg_id())
                && algorithm
                    .verify_signature(
                        key.subject_public_key.raw_bytes(),
                        message,
                        signed.signature(),
                    )
                    .is_ok()
        });
        if is_valid {
            Ok(HandshakeSignatureValid::assertion())
        } else {
            Err(CertificateError::BadSignature.into())
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if let Some(trust) = &self.trust {
            trust.check(certificate, intermediates, now, &self.algorithms)?;
            if self.checks_name {
                check_name(certificate, host)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        if ParsedCertificate::try_from(certificate).is_err() {
            return self.check_with_key(message, certificate, signed);
        }
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        if ParsedCertificate::try_from(certificate).is_err() {
            return self.check_with_key(message, certificate, signed);
        }
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The alternative names count; the common name does where there is none of the host's kind.
///
/// Source: PostgreSQL's manual, "libpq: Client Verification of Server Certificates".
fn check_name(certificate: &CertificateDer<'_>, host: &ServerName<'_>) -> Result<(), TlsError> {
    if let Ok(parsed) = ParsedCertificate::try_from(certificate)
        && verify_server_name(&parsed, host).is_ok()
    {
        return Ok(());
    }
    let certificate = parse(certificate)?;
    let names = Names::of(&certificate);
    let text = host.to_str();
    let is_address = matches!(host, ServerName::IpAddress(_));
    // An address may stand where a name should, as libpq takes it.
    let is_among_names = is_address && names.hosts.iter().any(|name| *name == text);
    let has_kind = if is_address {
        names.has_addresses
    } else {
        !names.hosts.is_empty()
    };
    let is_common = !has_kind
        && names
            .common
            .as_deref()
            .is_some_and(|common| matches_name(common, &text));
    if is_among_names || is_common {
        return Ok(());
    }
    Err(CertificateError::NotValidForNameContext {
        expected: host.to_owned(),
        presented: names.presented(),
    }
    .into())
}

/// Whom a certificate says that it is for.
struct Names {
    hosts: Vec<String>,
    has_addresses: bool,
    addresses: Vec<String>,
    common: Option<String>,
}

impl Names {
    fn of(certificate: &Certificate) -> Self {
        let certificate = &certificate.tbs_certificate;
        let alternatives = match certificate.get::<SubjectAltName>() {
            Ok(Some((_, alternatives))) => alternatives.0,
            _ => Vec::new(),
        };
        let mut names = Self {
            hosts: Vec::new(),
            has_addresses: false,
            addresses: Vec::new(),
            common: None,
        };
        for alternative in alternatives {
            match alternative {
                GeneralName::DnsName(name) => names.hosts.push(name.to_string()),
                GeneralName::IpAddress(bytes) => {
                    names.has_addresses = true;
                    names.addresses.push(address(bytes.as_bytes()));
                }
                _ => {}
            }
        }
        let attributes = certificate.subject.0.iter().flat_map(|part| part.0.iter());
        names.common = attributes
            .filter(|attribute| attribute.oid == CN)
            .filter_map(|attribute| {
                let value = &attribute.value;
                let utf8 = Utf8StringRef::try_from(value).map(|text| text.as_str().to_owned());
                utf8.or_else(|_| {
                    PrintableStringRef::try_from(value).map(|text| text.as_str().to_owned())
                })
                .or_else(|_| TeletexStringRef::try_from(value).map(|text| text.as_str().to_owned()))
                .ok()
            })
            .next_back();
        names
    }

    fn presented(self) -> Vec<String> {
        let mut all = self.hosts;
        all.extend(self.addresses);
        if all.is_empty() {
            all.extend(self.common);
        }
        // They come from whoever answered, and are shown to people.
        all.iter()
            .map(|name| format!("`{}`", name.escape_debug()))
            .collect()
    }
}

fn address(bytes: &[u8]) -> String {
    match <[u8; 4]>::try_from(bytes) {
        Ok(parts) => parts.map(|part| part.to_string()).join("."),
        Err(_) => bytes
            .chunks_exact(2)
            .map(|pair| format!("{:02x}{:02x}", pair[0], pair[1]))
            .collect::<Vec<_>>()
            .join(":"),
    }
}

/// Whether a name, perhaps with `*` for its first label, is that of a host.
fn matches_name(name: &str, host: &str) -> bool {
    if let Some(domain) = name.strip_prefix("*.") {
        return domain.contains('.')
            && host.split_once('.').is_some_and(|(label, rest)| {
                !label.is_empty() && rest.eq_ignore_ascii_case(domain)
            });
    }
    name.eq_ignore_ascii_case(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_label() {
        assert!(matches_name("DB.example.com", "db.example.com"));
        assert!(matches_name("*.example.com", "db.example.com"));
        assert!(!matches_name("*.example.com", "a.db.example.com"));
        assert!(!matches_name("*.example.com", "example.com"));
        assert!(!matches_name("*.com", "example.com"));
        assert!(!matches_name("*", "localhost"));
    }

    #[test]
    fn addresses_are_written_as_people_write_them() {
        assert_eq!(address(&[127, 0, 0, 1]), "127.0.0.1");
        assert_eq!(address(&[0x20, 0x01, 0x0d, 0xb8]), "32.1.13.184");
        assert_eq!(address(&[0; 16]), "0000:0000:0000:0000:0000:0000:0000:0000");
    }
}
