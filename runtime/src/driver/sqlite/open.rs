//! Connections that are lent, and those of limbeck's own.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::from_rusqlite;
use super::{Sqlite, set_patience};
use crate::driver::sealed::Open;
use crate::driver::{Address, Database, Opened};
use crate::error::Error;

impl Database for &mut Connection {}

impl Open for &mut Connection {
    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn open<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        Sqlite::new(self, patience, true)
            .map(|driver| Box::new(driver) as Opened<'c>)
            .map_err(|error| Error::database("cannot use the SQLite connection", error))
    }
}

impl Database for &Path {}

impl Open for &Path {
    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn open<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        open(self, patience)
    }

    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn look<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        look(self, patience)
    }

    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn address(&self) -> Option<Address> {
        Some(Address::Path(self.to_path_buf()))
    }
}

/// Opens a connection of limbeck's own; the file is made where it is missing.
pub(crate) fn open<'c>(path: &Path, patience: Duration) -> Result<Opened<'c>, Error> {
    connect(path, patience, OpenFlags::default())
}

/// The same without making a file.
pub(crate) fn look<'c>(path: &Path, patience: Duration) -> Result<Opened<'c>, Error> {
    let flags = OpenFlags::default() & !OpenFlags::SQLITE_OPEN_CREATE;
    connect(path, patience, flags)
}

fn connect<'c>(path: &Path, patience: Duration, flags: OpenFlags) -> Result<Opened<'c>, Error> {
    Connection::open_with_flags(path, flags)
        .map_err(from_rusqlite)
        .and_then(|connection| {
            set_patience(&connection, patience)?;
            Sqlite::new(Box::new(connection), patience, false)
        })
        .map(|driver| Box::new(driver) as Opened<'c>)
        .map_err(|error| {
            let path = path.display();
            Error::database(format!("cannot open the SQLite database `{path}`"), error)
        })
}
