//! A server of our own, as tests want it: also reached over TCP, which the proxy and other programs need.

use std::path::PathBuf;

use limbeck_cluster::{Listen, Stop};

use crate::{Error, Server, binaries};

/// How a [`Cluster`] is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The number of sessions at the same time.
    pub max_connections: u32,
    /// Lines for `postgresql.conf`, which win over those that are always there.
    pub settings: Vec<String>,
    /// The directory of the server programs; where `None`, it is the one named by
    /// [`BIN_VARIABLE`](crate::BIN_VARIABLE), or searched for.
    pub bin: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: 100,
            settings: Vec::new(),
            bin: None,
        }
    }
}

/// A running server in a temporary directory, which ends when this is dropped.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    /// Ends with this.
    cluster: limbeck_cluster::Cluster,
}

impl Cluster {
    /// Makes and starts a server that listens on a free port of 127.0.0.1 and on a socket in its
    /// own directory, and waits until it answers.
    ///
    /// # Errors
    /// When no server programs are found, and when one of them fails: with what it said.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let cluster = limbeck_cluster::Cluster::start(&limbeck_cluster::Options {
            max_connections: options.max_connections,
            settings: options.settings.clone(),
            binaries: options.bin.clone().or_else(binaries::server_binaries),
            listen: Listen::Loopback,
        })?;
        Ok(Self {
            server: Server::from_url(&cluster.url("postgres"))?,
            cluster,
        })
    }

    /// Ends the server and starts it again on the same port, and waits until it answers.
    ///
    /// # Errors
    /// When it cannot be ended, or does not start again.
    pub fn restart(&mut self, stop: Stop) -> Result<(), Error> {
        self.cluster.restart(stop).map_err(Error::from)
    }

    /// Makes and starts a hot standby of this server, on which can only be read; it needs the settings
    /// `wal_level = replica` and `max_wal_senders = 4` here.
    ///
    /// # Errors
    /// When it cannot be made: with what the program said that failed.
    #[cfg(unix)]
    pub fn standby(&self) -> Result<Self, Error> {
        let cluster = self.cluster.standby()?;
        Ok(Self {
            server: Server::from_url(&cluster.url("postgres"))?,
            cluster,
        })
    }

    /// The server, as tests see it.
    pub fn server(&self) -> &Server {
        &self.server
    }
}
