//! Connections of limbeck's own.

use std::error::Error as _;

use postgres::{Config, NoTls};

use super::Postgres;
use super::error::from_postgres;
use crate::driver::Opened;
use crate::error::{Error, ErrorKind};

/// Opens a connection of limbeck's own from a URL that [`crate::url`] has normalised.
pub(crate) fn connect<'c>(url: &str, shown: &str) -> Result<Opened<'c>, Error> {
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
    let client = config.connect(NoTls).map_err(|error| {
        Error::database(format!("cannot connect to `{shown}`"), from_postgres(error))
    })?;
    Ok(Box::new(Postgres::new(Box::new(client), true)))
}
