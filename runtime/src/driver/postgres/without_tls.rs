//! In the place of `tls` where a program is built without it.

use postgres::NoTls;

use crate::error::{Error, ErrorKind};
use crate::url::{Place, Settings, SslMode};

/// There is none.
#[derive(Clone)]
pub(super) enum Tls {}

/// What went wrong, and what to do.
pub(super) struct Explained {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Tls {
    /// Refuses what cannot be done without encryption.
    pub(super) fn read(settings: &Settings) -> Result<Option<Self>, Error> {
        let mut places = settings.hosts.iter().map(|host| &host.place);
        if settings.protection.mode < SslMode::Require
            || places.all(|place| matches!(place, Place::Socket(_)))
        {
            return Ok(None);
        }
        Err(Error::new(
            ErrorKind::Url,
            "an encrypted connection is asked for, and this program was built without limbeck's feature `tls`",
        )
        .help_with("add `tls` to the features of `limbeck` in Cargo.toml"))
    }

    pub(super) fn has_client_certificate(&self) -> bool {
        match *self {}
    }

    pub(super) fn connector(&self) -> NoTls {
        match *self {}
    }
}

/// Nothing is encrypted that could fail.
pub(super) fn explain(_error: &postgres::Error) -> Option<Explained> {
    None
}
