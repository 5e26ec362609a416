//! Whether a server's certificate leads back to a trusted one.
//!
//! webpki decides, but for two kinds of certificate that are common with PostgreSQL and that it cannot read or
//! refuses on principle, while OpenSSL and so libpq take them: one that is itself trusted, and one of X.509
//! version 1, as the manual's own recipe makes it.

use std::fmt;

use rustls::RootCertStore;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error as TlsError};
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::pkix::{BasicConstraints, NameConstraints};
use x509_cert::spki::AlgorithmIdentifierOwned;

/// The trusted certificates.
pub(super) struct Trust {
    store: RootCertStore,
    certificates: Vec<CertificateDer<'static>>,
}

impl Trust {
    pub(super) fn of(certificates: Vec<CertificateDer<'static>>) -> Self {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(certificates.iter().cloned());
        Self {
            store,
            certificates,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.certificates.is_empty()
    }

    /// Whether a certificate leads back to a trusted one and is valid now.
    pub(super) fn check(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Result<(), TlsError> {
        if self
            .certificates
            .iter()
            .any(|trusted| trusted == certificate)
        {
            return check_time(&parse(certificate)?, now);
        }
        let parsed = match ParsedCertificate::try_from(certificate) {
            Ok(parsed) => parsed,
            Err(error) => {
                return self
                    .check_plain(certificate, now, algorithms)
                    .map_err(|plain| plain.unwrap_or(error));
            }
        };
        verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &self.store,
            intermediates,
            now,
            algorithms.all,
        )
    }

    /// A certificate of version 1 has no extensions that could say more: its issuer must be trusted, an
    /// authority without limits, and have signed it. `Err(None)` where it is no such certificate.
    fn check_plain(
        &self,
        certificate: &CertificateDer<'_>,
        now: UnixTime,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Result<(), Option<TlsError>> {
        let certificate = parse(certificate)?;
        if certificate.tbs_certificate.extensions.is_some() {
            return Err(None);
        }
        check_time(&certificate, now)?;
        let issuers = self.certificates.iter().filter_map(|trusted| {
            let issuer = parse(trusted).ok()?;
            let is_issuer = issuer.tbs_certificate.subject == certificate.tbs_certificate.issuer;
            (is_issuer && is_authority(&issuer)).then_some(issuer)
        });
        let mut issuers = issuers;
        if issuers.any(|issuer| has_signed(&issuer, &certificate, algorithms)) {
            return Ok(());
        }
        Err(Some(CertificateError::UnknownIssuer.into()))
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trust({} certificates)", self.certificates.len())
    }
}

pub(super) fn parse(certificate: &CertificateDer<'_>) -> Result<Certificate, TlsError> {
    Certificate::from_der(certificate).map_err(|_| CertificateError::BadEncoding.into())
}

/// The public key of a certificate, with its algorithm, as DER.
pub(super) fn public_key(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let certificate = parse(certificate).ok()?;
    certificate
        .tbs_certificate
        .subject_public_key_info
        .to_der()
        .ok()
}

fn check_time(certificate: &Certificate, now: UnixTime) -> Result<(), TlsError> {
    let validity = &certificate.tbs_certificate.validity;
    let now_s = now.as_secs();
    if now_s < validity.not_before.to_unix_duration().as_secs() {
        return Err(CertificateError::NotValidYet.into());
    }
    if now_s > validity.not_after.to_unix_duration().as_secs() {
        return Err(CertificateError::Expired.into());
    }
    Ok(())
}

/// Whether a trusted certificate may sign others, whatever their names. One without extensions says nothing,
/// and is trusted for what it is used for.
fn is_authority(issuer: &Certificate) -> bool {
    let certificate = &issuer.tbs_certificate;
    if certificate.extensions.is_none() {
        return true;
    }
    let constraints = certificate.get::<BasicConstraints>();
    let is_authority = matches!(constraints, Ok(Some((_, constraints))) if constraints.ca);
    is_authority && matches!(certificate.get::<NameConstraints>(), Ok(None))
}

fn has_signed(
    issuer: &Certificate,
    certificate: &Certificate,
    algorithms: &WebPkiSupportedAlgorithms,
) -> bool {
    let key = &issuer.tbs_certificate.subject_public_key_info;
    let (Some(signed_with), Some(key_kind)) = (
        identifier(&certificate.signature_algorithm),
        identifier(&key.algorithm),
    ) else {
        return false;
    };
    let Ok(message) = certificate.tbs_certificate.to_der() else {
        return false;
    };
    algorithms.all.iter().any(|algorithm| {
        *algorithm.signature_alg_id() == *signed_with
            && *algorithm.public_key_alg_id() == *key_kind
            && algorithm
                .verify_signature(
                    key.subject_public_key.raw_bytes(),
                    &message,
                    certificate.signature.raw_bytes(),
                )
                .is_ok()
    })
}

/// An algorithm's identifier as rustls writes it: without the header of its sequence.
pub(super) fn identifier(algorithm: &AlgorithmIdentifierOwned) -> Option<Vec<u8>> {
    const LONG_FORM: u8 = 0x80;
    let der = algorithm.to_der().ok()?;
    let length = *der.get(1)?;
    (length < LONG_FORM).then(|| der[2..].to_vec())
}
