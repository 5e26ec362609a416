//! A PostgreSQL server that is gone afterwards.
//!
//! [`Cluster::start`] makes one from the programs that the machine has, in a temporary directory, with
//! settings that are fast because nothing has to outlive it. It ends when the [`Cluster`] is dropped, and
//! also when the process ends in any other way.
//!
//! Nothing is downloaded, no server that runs already is touched, and nothing is read of the settings of
//! the user: neither `PGHOST` nor `~/.pgpass` plays a part. Works wherever there is a Unix shell.

mod binaries;
mod error;
mod options;
#[doc(hidden)]
pub mod wait;

#[cfg(unix)]
mod account;
#[cfg(unix)]
mod cluster;
#[cfg(unix)]
mod directory;
#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod port;
#[cfg(unix)]
mod programs;
#[cfg(unix)]
mod standby;
#[cfg(unix)]
mod watchdog;

#[cfg(unix)]
pub use account::run_unprivileged;
pub use binaries::{folders, has_server};
#[cfg(unix)]
pub use cluster::Cluster;
#[cfg(not(unix))]
pub use elsewhere::Cluster;
pub use error::Error;
pub use options::{Listen, Options, Stop};
