//! How a server is set up.

use std::path::PathBuf;

/// How a [`Cluster`](crate::Cluster) is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The number of sessions at the same time.
    pub max_connections: u32,
    /// Lines for `postgresql.conf`, which win over those that are always there.
    pub settings: Vec<String>,
    /// The folder of the server's programs; where `None`, it is searched for.
    pub binaries: Option<PathBuf>,
    /// Where the server can be reached.
    pub listen: Listen,
}

/// Where a server can be reached. There is no password, so that this is also who can reach it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listen {
    /// On a Unix socket in the server's own directory, which only its user and root can enter.
    #[default]
    Socket,
    /// Also on a free port of 127.0.0.1, where every user of the machine is let in and may do anything
    /// that the server's user may.
    Loopback,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: 20,
            settings: Vec::new(),
            binaries: None,
            listen: Listen::Socket,
        }
    }
}
