//! How a connection is protected: libpq's `sslmode` and what goes with it.
//!
//! Source: PostgreSQL's manual, chapter "libpq: SSL Support".

use std::path::{Path, PathBuf};

use super::values::{Values, wrong};
use crate::error::Error;

/// How much protection is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SslMode {
    /// Never encrypted.
    Disable,
    /// Plain, and encrypted where the server refuses plain.
    Allow,
    /// Encrypted, and plain where the server has no encryption or it fails.
    Prefer,
    /// Encrypted, to whomever; where there is a root certificate, as `VerifyCa`.
    Require,
    /// Encrypted, to a server whose certificate a trusted authority has signed.
    VerifyCa,
    /// The same, and the certificate is for the host that was asked for.
    VerifyFull,
}

/// Which authorities are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Roots {
    /// Those of the machine.
    System,
    /// Those of this file, which has to be there.
    File(PathBuf),
    /// Those of this file, where it is there.
    FileIfThere(PathBuf),
    /// None is known.
    None,
}

/// A version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    Tls12,
    Tls13,
}

/// All that concerns encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Protection {
    pub(crate) mode: SslMode,
    pub(crate) roots: Roots,
    /// The client's certificate and key; each with whether it has to be there.
    pub(crate) certificate: Option<(PathBuf, bool)>,
    pub(crate) key: Option<(PathBuf, bool)>,
    /// Whether TLS is spoken at once, without asking for it first.
    pub(crate) direct: bool,
    /// Whether the server is told the host's name.
    pub(crate) names_host: bool,
    pub(crate) oldest: Version,
    pub(crate) newest: Version,
}

const MODES: &[(&str, SslMode)] = &[
    ("disable", SslMode::Disable),
    ("allow", SslMode::Allow),
    ("prefer", SslMode::Prefer),
    ("require", SslMode::Require),
    ("verify-ca", SslMode::VerifyCa),
    ("verify-full", SslMode::VerifyFull),
];

/// Older versions are not spoken, so that the oldest of them is this one.
const OLDEST: &[(&str, Version)] = &[
    ("TLSv1", Version::Tls12),
    ("TLSv1.1", Version::Tls12),
    ("TLSv1.2", Version::Tls12),
    ("TLSv1.3", Version::Tls13),
];
const NEWEST: &[(&str, Version)] = &[("TLSv1.2", Version::Tls12), ("TLSv1.3", Version::Tls13)];

/// Reads what is said of encryption; `home` is where libpq keeps certificates when nobody says.
pub(super) fn read(values: &Values, home: Option<&Path>) -> Result<Protection, Error> {
    let in_home = |file: &str| home.map(|home| home.join(".postgresql").join(file));
    let roots = match values.text("sslrootcert") {
        Some("system") => Roots::System,
        Some(file) => Roots::File(file.into()),
        None => in_home("root.crt").map_or(Roots::None, Roots::FileIfThere),
    };
    let given = values.choice("sslmode", MODES)?;
    let weakest = if roots == Roots::System {
        SslMode::VerifyFull
    } else {
        SslMode::Prefer
    };
    let mode = given.unwrap_or(weakest);
    if roots == Roots::System && mode < SslMode::VerifyFull && mode != SslMode::Disable {
        return Err(wrong(
            "`sslrootcert=system` with an `sslmode` that does not check the host's name: anybody can have a certificate \
             of a public authority",
        )
        .help_with("use `sslmode=verify-full`, or name the file of your own authority in `sslrootcert`"));
    }
    let direct = values
        .choice("sslnegotiation", &[("postgres", false), ("direct", true)])?
        .unwrap_or(false);
    if direct && mode < SslMode::Require {
        return Err(wrong(
            "`sslnegotiation=direct` with an `sslmode` that may do without encryption",
        )
        .help_with("use `sslmode=require` or stronger, or take `sslnegotiation` out"));
    }
    let sends = values
        .choice("sslcertmode", &[("disable", false), ("allow", true)])?
        .unwrap_or(true);
    let own = |name, file| {
        let given = values.text(name).map(|path| (PathBuf::from(path), true));
        given
            .or_else(|| in_home(file).map(|path| (path, false)))
            .filter(|_| sends)
    };
    let oldest = values.choice("ssl_min_protocol_version", OLDEST)?;
    let newest = values.choice("ssl_max_protocol_version", NEWEST)?;
    let protection = Protection {
        mode,
        roots,
        certificate: own("sslcert", "postgresql.crt"),
        key: own("sslkey", "postgresql.key"),
        direct,
        names_host: values.flag("sslsni")?.unwrap_or(true),
        oldest: oldest.unwrap_or(Version::Tls12),
        newest: newest.unwrap_or(Version::Tls13),
    };
    if protection.oldest > protection.newest {
        return Err(wrong(
            "`ssl_min_protocol_version` is above `ssl_max_protocol_version`",
        ));
    }
    Ok(protection)
}
