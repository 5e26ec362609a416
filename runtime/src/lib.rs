//! Migrations compiled into the binary.
//!
//! A build script reads a directory of revision files, checks them and writes a static table;
//! [`migrations!`] embeds it; a [`Migrator`] applies it to SQLite (feature `sqlite`, through rusqlite) or
//! PostgreSQL (feature `postgres`, through the postgres crate). The feature `commands` adds the command
//! line of the program's own binary, `tls` encrypted connections, `tokio` the same for async programs, and
//! `tracing` spans and events of what a run does.
//!
//! ```no_run
//! // pub static HISTORY: &limbeck::History = limbeck::migrations!();
//! # static HISTORY: &limbeck::History = &limbeck::__private::EMPTY;
//!
//! fn main() -> Result<(), limbeck::Error> {
//!     limbeck::Migrator::new(HISTORY).upgrade("sqlite:store.db", "head")?;
//!     Ok(())
//! }
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(all(feature = "postgres", feature = "commands", feature = "tls")),
    expect(
        dead_code,
        reason = "what one driver, encryption or the commands alone use"
    )
)]

#[cfg(feature = "commands")]
pub mod commands;

mod backup;
mod clock;
#[cfg(feature = "drift")]
mod drift;
mod driver;
mod engine;
#[cfg(feature = "postgres")]
mod environment;
mod error;
mod event;
#[cfg(feature = "postgres")]
mod files;
mod fleet;
mod ledger;
mod migrator;
mod observe;
mod options;
mod policy;
mod preflight;
mod repair;
mod report;
mod session;
mod status;
mod table;
#[cfg(feature = "tokio")]
pub mod tokio;
mod url;
mod watch;

#[cfg(feature = "drift")]
pub use drift::{Comparison, Difference, Drift, Evidence, Reason, Verification};
pub use driver::Database;
pub use error::{Error, ErrorKind, Location};
pub use event::{Event, Observer};
pub use fleet::{
    Canary, Fleet, FleetEvent, FleetObserver, FleetReport, MemberReport, Members, Outcome,
};
pub use limbeck_macros::migrations;
pub use limbeck_model::{Dialect, Direction};
pub use migrator::Migrator;
#[cfg(feature = "tracing")]
pub use observe::TracingObserver;
pub use observe::{Activity, Heartbeat, Progress, ProgressUnit};
pub use policy::Policy;
pub use preflight::{Check, Finding, Severity};
pub use repair::{Fate, Leftover, Repair, RepairReport};
pub use report::{Report, RevisionName, Step};
pub use session::Session;
pub use status::{AppliedRevision, Pending, Status, UnfinishedScript};
pub use table::History;
pub use watch::Watcher;

/// What the code that `migrations!()` includes is made of. Not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use limbeck_model::checksum::Digest;

    pub use crate::table::{
        EMPTY, Fingerprint, History, Recovery, Revision, Revisions, Script, Side, Statement,
        assert_format,
    };

    /// Faults on purpose.
    #[cfg(feature = "__sim")]
    pub mod sim {
        pub use crate::driver::sim::{Fault, Faults, Faulty, Moment};
    }
}
