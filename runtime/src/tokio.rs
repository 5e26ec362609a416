//! The same for async programs on tokio: feature `tokio`.
//!
//! limbeck itself is synchronous. These functions run it on a blocking thread of the runtime, with a
//! connection of its own, whatever driver the program uses otherwise. The synchronous interface refuses to run in an
//! async task ([`ErrorKind::AsyncRuntime`]), where it would block the others, and the postgres crate would
//! panic.
//!
//! ```no_run
//! # static HISTORY: &limbeck::History = &limbeck::__private::EMPTY;
//! # async fn start(url: &str) -> Result<(), limbeck::Error> {
//! let report = limbeck::tokio::upgrade(url, HISTORY, "head").await?;
//! println!("{} revisions applied", report.steps.len());
//! # Ok(())
//! # }
//! ```
//!
//! # Dropping a future
//!
//! A run begins when its future is polled first, and then goes on to its end, whatever becomes of the future:
//! when that is dropped, by a timeout or a `select!`, the run is neither interrupted nor undone, and only its
//! report is lost. So no revision is left half done, and a later call waits for the lock and finds what was done.
//! A runtime that is dropped waits for the run; after `Runtime::shutdown_timeout` or `shutdown_background` it
//! ends with the process, as if that had been killed: the transaction that was open is rolled back, and the
//! next run goes on from there.

use std::panic::resume_unwind;

use ::tokio::runtime::Handle;
use ::tokio::task::spawn_blocking;

use crate::error::{Error, ErrorKind};
use crate::migrator::Migrator;
use crate::report::Report;
use crate::status::Status;
use crate::table::History;

impl From<&'static History> for Migrator {
    fn from(history: &'static History) -> Self {
        Self::new(history)
    }
}

/// [`Migrator::upgrade`], of a history or with a migrator.
///
/// # Errors
///
/// As [`Migrator::upgrade`], and [`ErrorKind::AsyncRuntime`] outside of a runtime.
pub async fn upgrade(
    url: &str,
    migrations: impl Into<Migrator>,
    target: &str,
) -> Result<Report, Error> {
    let (mut migrator, url, target) = (migrations.into(), url.to_owned(), target.to_owned());
    run(move || migrator.upgrade(&url, &target)).await
}

/// [`Migrator::downgrade`], of a history or with a migrator.
///
/// # Errors
///
/// As [`Migrator::downgrade`], and [`ErrorKind::AsyncRuntime`] outside of a runtime.
pub async fn downgrade(
    url: &str,
    migrations: impl Into<Migrator>,
    target: &str,
) -> Result<Report, Error> {
    let (mut migrator, url, target) = (migrations.into(), url.to_owned(), target.to_owned());
    run(move || migrator.downgrade(&url, &target)).await
}

/// [`Migrator::status`], of a history or with a migrator.
///
/// # Errors
///
/// As [`Migrator::status`], and [`ErrorKind::AsyncRuntime`] outside of a runtime.
pub async fn status(url: &str, migrations: impl Into<Migrator>) -> Result<Status, Error> {
    let (migrator, url) = (migrations.into(), url.to_owned());
    run(move || migrator.status(&url)).await
}

/// Anything else of the synchronous interface, on a blocking thread of the runtime.
///
/// ```no_run
/// # async fn resume(url: String, mut migrator: limbeck::Migrator) -> Result<(), limbeck::Error> {
/// limbeck::tokio::run(move || migrator.resume(&url, "head")).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of `act`, and [`ErrorKind::AsyncRuntime`] outside of a runtime or when it is shut down before
/// the thread has begun.
///
/// # Panics
///
/// When `act` does.
pub async fn run<T, F>(act: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, Error> + Send + 'static,
{
    if Handle::try_current().is_err() {
        return Err(Error::new(
            ErrorKind::AsyncRuntime,
            "`limbeck::tokio` was called outside of a runtime of tokio",
        )
        .help_with(
            "await it in a task of tokio, or call `Migrator` itself on a thread that may block",
        ));
    }
    match spawn_blocking(act).await {
        Ok(result) => result,
        Err(failed) => match failed.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => Err(Error::new(
                ErrorKind::AsyncRuntime,
                "the runtime was shut down before the run began",
            )
            .help_with("wait for the migration before the runtime is shut down")),
        },
    }
}
