//! A URL as something that migrations can be run on.

use std::time::Duration;

use super::DatabaseUrl;
#[cfg(feature = "postgres")]
use super::Settings;
use super::parse::malformed;
use crate::driver::sealed::Open;
use crate::driver::{Address, Database, Opened};
#[cfg(feature = "postgres")]
use crate::environment::Surroundings;
use crate::error::Error;
#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
use crate::error::ErrorKind;
use crate::watch::Lookout;

impl Database for &str {}

impl Open for &str {
    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn open<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        match DatabaseUrl::parse(self)? {
            DatabaseUrl::Sqlite { path } => open_sqlite(&path, patience),
            DatabaseUrl::Postgres { rest } => open_postgres(rest),
        }
    }

    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn look<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        match DatabaseUrl::parse(self)? {
            DatabaseUrl::Sqlite { path } => look_at_sqlite(&path, patience),
            DatabaseUrl::Postgres { rest } => open_postgres(rest),
        }
    }

    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn address(&self) -> Option<Address> {
        Some(Address::Url((*self).to_owned()))
    }
}

impl Database for &String {}

impl Open for &String {
    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn open<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        self.as_str().open(patience)
    }

    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn look<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        self.as_str().look(patience)
    }

    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn address(&self) -> Option<Address> {
        Some(Address::Url((*self).clone()))
    }
}

/// A URL as people are told it, without its password.
///
/// # Errors
///
/// When it cannot be read, and when the program was built without that kind of database.
pub(crate) fn shown(url: &str) -> Result<String, Error> {
    match DatabaseUrl::parse(url)? {
        DatabaseUrl::Sqlite { path } => Ok(format!("sqlite:{path}")),
        DatabaseUrl::Postgres { rest } => shown_postgres(rest),
    }
}

/// Looks, when it is asked to, at the sessions of the database at a URL.
pub(crate) fn lookout(url: &str) -> Result<Box<dyn Lookout>, Error> {
    match DatabaseUrl::parse(url)? {
        DatabaseUrl::Postgres { rest } => look_at_postgres(rest),
        DatabaseUrl::Sqlite { .. } => Err(malformed(
            "only PostgreSQL can be watched from another connection",
        )),
    }
}

#[cfg(feature = "sqlite")]
fn open_sqlite<'c>(path: &str, patience: Duration) -> Result<Opened<'c>, Error> {
    crate::driver::sqlite::open(path.as_ref(), patience)
}

#[cfg(feature = "sqlite")]
fn look_at_sqlite<'c>(path: &str, patience: Duration) -> Result<Opened<'c>, Error> {
    crate::driver::sqlite::look(path.as_ref(), patience)
}

#[cfg(not(feature = "sqlite"))]
fn open_sqlite<'c>(_path: &str, _patience: Duration) -> Result<Opened<'c>, Error> {
    Err(without_feature("sqlite"))
}

#[cfg(not(feature = "sqlite"))]
use open_sqlite as look_at_sqlite;

#[cfg(feature = "postgres")]
fn settings(rest: &str) -> Result<Settings, Error> {
    Settings::read(rest, &Surroundings::read())
}

#[cfg(feature = "postgres")]
fn shown_postgres(rest: &str) -> Result<String, Error> {
    settings(rest).map(|settings| settings.shown())
}

#[cfg(feature = "postgres")]
fn open_postgres<'c>(rest: &str) -> Result<Opened<'c>, Error> {
    crate::driver::postgres::connect(settings(rest)?)
}

#[cfg(feature = "postgres")]
fn look_at_postgres(rest: &str) -> Result<Box<dyn Lookout>, Error> {
    crate::driver::postgres::lookout(settings(rest)?)
}

#[cfg(not(feature = "postgres"))]
fn look_at_postgres(_rest: &str) -> Result<Box<dyn Lookout>, Error> {
    Err(without_feature("postgres"))
}

#[cfg(not(feature = "postgres"))]
fn shown_postgres(_rest: &str) -> Result<String, Error> {
    Err(without_feature("postgres"))
}

#[cfg(not(feature = "postgres"))]
fn open_postgres<'c>(_rest: &str) -> Result<Opened<'c>, Error> {
    Err(without_feature("postgres"))
}

#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
fn without_feature(feature: &str) -> Error {
    Error::new(
        ErrorKind::Url,
        format!("this program was built without limbeck's feature `{feature}`"),
    )
    .help_with(format!(
        "add `{feature}` to the features of `limbeck` in Cargo.toml"
    ))
}
