//! Where there is no Unix shell, nothing would end the server after its process.

use std::path::Path;

use crate::{Error, Options, Stop};

/// A running server. There is none on this system.
#[derive(Debug)]
pub enum Cluster {}

impl Cluster {
    /// Says that this system is not one of those where a server can be started.
    ///
    /// # Errors
    /// Always.
    pub fn start(_options: &Options) -> Result<Self, Error> {
        Err(
            Error::new("a throw-away PostgreSQL server can be started on Linux and macOS only")
                .with_help("give the URL of a server that runs already"),
        )
    }

    /// Ends the server and starts it again.
    ///
    /// # Errors
    /// Never, since there is none.
    pub fn restart(&mut self, _stop: Stop) -> Result<(), Error> {
        match *self {}
    }

    /// The URL of one of its databases.
    pub fn url(&self, _database: &str) -> String {
        match *self {}
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        match *self {}
    }

    /// The directory of the server's Unix socket.
    pub fn socket_directory(&self) -> &Path {
        match *self {}
    }

    /// What the server has written to its log so far.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn log(&self) -> Result<String, Error> {
        match *self {}
    }
}
