//! Connections of limbeck's own.

use std::error::Error as _;

use postgres::{Client, Config, NoTls};

use super::Postgres;
use super::error::from_postgres;
use super::lookout::Watchtower;
use crate::clock::Stopwatch;
use crate::driver::Opened;
use crate::error::{Error, ErrorKind};
use crate::watch::Lookout;

/// How a connection of limbeck's own is opened, as often as one is needed.
#[derive(Clone)]
pub(super) struct Connector {
    config: Config,
    /// The URL without its password.
    shown: String,
    /// Runs since before the first connection: no session of its own is older.
    pub(super) made: Stopwatch,
}

impl Connector {
    /// Reads a URL that [`crate::url`] has normalised.
    fn new(url: &str, shown: &str) -> Result<Self, Error> {
        let mut config: Config = url.parse().map_err(|error: postgres::Error| {
            // The parser's own text names options and never values.
            let cause = error
                .source()
                .map_or_else(|| error.to_string(), ToString::to_string);
            Error::new(
                ErrorKind::Url,
                format!("cannot read the database URL `{shown}`: {cause}"),
            )
        })?;
        if config.get_application_name().is_none() {
            config.application_name("limbeck");
        }
        Ok(Self {
            config,
            shown: shown.to_owned(),
            made: Stopwatch::start(),
        })
    }

    /// Opens one more.
    pub(super) fn connect(&self) -> Result<Client, Error> {
        self.config.connect(NoTls).map_err(|error| {
            Error::database(
                format!("cannot connect to `{}`", self.shown),
                from_postgres(error),
            )
        })
    }
}

/// Looks at the sessions of the database at a URL that [`crate::url`] has normalised.
pub(crate) fn lookout(url: &str, shown: &str) -> Result<Box<dyn Lookout>, Error> {
    let connector = Connector::new(url, shown)?;
    Ok(Box::new(Watchtower::new(connector)))
}

/// Opens a connection of limbeck's own from a URL that [`crate::url`] has normalised.
pub(crate) fn connect<'c>(url: &str, shown: &str) -> Result<Opened<'c>, Error> {
    let connector = Connector::new(url, shown)?;
    let client = connector.connect()?;
    Ok(Box::new(Postgres::new(Box::new(client), Some(connector))))
}
