//! Test support: throw-away PostgreSQL servers and databases, dumps that can be compared, a proxy
//! that counts what goes over the wire and can cut it, one that asks what to do at each message, and
//! PgBouncer before a server.
//!
//! Never published. A test that needs PostgreSQL gets one or fails: nothing here skips a test. What
//! goes wrong in a test's own set-up panics at the line of the test, since there is nobody else to
//! tell; only [`Cluster::start`] returns its error, so that the caller can install a server.

mod binaries;
#[cfg(unix)]
mod bouncer;
mod cluster;
mod database;
mod dump;
mod error;
mod gate;
mod proxy;
mod server;
mod wire;

use limbeck_cluster::wait;

pub use binaries::{BIN_VARIABLE, client_program, server_binaries};
#[cfg(unix)]
pub use bouncer::{Bouncer, PoolMode};
pub use cluster::{Cluster, Options};
pub use database::Database;
pub use dump::{sqlite_dump, sqlite_rows_dump};
pub use error::Error;
pub use gate::{Direction, Gate, Moment, Passage, Verdict};
pub use limbeck_cluster::Stop;
#[cfg(unix)]
pub use limbeck_cluster::run_unprivileged;
pub use proxy::WireProxy;
pub use server::{Server, URL_VARIABLE, postgres};

/// Takes the value of a step that must succeed for the test to mean anything.
#[track_caller]
#[expect(
    clippy::panic,
    reason = "a test without its database has failed, and must say so"
)]
fn must<T, E: std::fmt::Display>(result: Result<T, E>, what: &str) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{what}: {error}"),
    }
}
