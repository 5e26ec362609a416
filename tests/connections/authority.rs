//! Certificates that a test makes for itself.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SigningKey as _,
    date_time_ymd,
};
use x509_cert::Certificate;
use x509_cert::certificate::Version;
use x509_cert::der::asn1::BitString;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{DecodePem as _, Encode as _, EncodePem as _};

/// Signs the certificates of servers and clients.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate, as PEM.
    pub(crate) certificate: String,
}

/// A certificate with its key, as PEM.
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = named(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
        }
    }

    /// A certificate for these hosts, by their alternative names.
    pub(crate) fn sign(&self, name: &str, hosts: &[&str]) -> Pair {
        self.sign_params(&named(name, hosts))
    }

    pub(crate) fn sign_expired(&self, hosts: &[&str]) -> Pair {
        let mut params = named("expired", hosts);
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        self.sign_params(&params)
    }

    fn sign_params(&self, params: &CertificateParams) -> Pair {
        let key = KeyPair::generate().unwrap();
        Pair {
            certificate: params.signed_by(&key, &self.issuer).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    /// A certificate of X.509 version 1, as the recipe in PostgreSQL's manual makes it: without extensions,
    /// and with the host for its common name.
    pub(crate) fn sign_plain(&self, host: &str) -> Pair {
        let pair = self.sign(host, &[]);
        let mut certificate = Certificate::from_pem(&pair.certificate).unwrap();
        certificate.tbs_certificate.version = Version::V1;
        certificate.tbs_certificate.extensions = None;
        let signed = certificate.tbs_certificate.to_der().unwrap();
        let signature = self.issuer.key().sign(&signed).unwrap();
        certificate.signature = BitString::from_bytes(&signature).unwrap();
        Pair {
            certificate: certificate.to_pem(LineEnding::LF).unwrap(),
            key: pair.key,
        }
    }
}

/// A certificate that is its own authority, as `openssl req -x509` makes it.
pub(crate) fn self_signed(name: &str) -> Pair {
    let mut params = named(name, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    Pair {
        certificate: params.self_signed(&key).unwrap().pem(),
        key: key.serialize_pem(),
    }
}

fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
