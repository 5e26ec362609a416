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

/// How a server is made to end. Sessions are not waited for in either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Open transactions are rolled back, sessions are told, and the files are left in order.
    Fast,
    /// As after a crash: nobody is told, and the next start recovers from the log.
    Immediate,
}

impl Stop {
    #[cfg(unix)]
    pub(crate) fn signal(self) -> &'static str {
        match self {
            Self::Fast => "INT",
            Self::Immediate => "QUIT",
        }
    }
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
