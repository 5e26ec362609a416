//! Who changes the database when a program asks for an upgrade.

use std::time::Duration;

/// What [`Migrator::upgrade`](crate::Migrator::upgrade) does where the database lacks what the target needs.
///
/// With [`Wait`](Policy::Wait) and [`Verify`](Policy::Verify) the database is only looked at: without a
/// lock, without a write, and without any right but to read the ledger. Where it comes out to have all that
/// the target needs, the upgrade has succeeded, whoever applied it; otherwise it fails with
/// [`ErrorKind::NotAtHead`](crate::ErrorKind::NotAtHead). A database that is not in the program's history is
/// the same error under each policy.
///
/// What is asked for by name, a downgrade, a stamp, a resumption, is done under each policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Policy {
    /// Applies it.
    #[default]
    Apply,
    /// Another process applies it, such as a job of the deploy. Looks again and again, less often as time
    /// goes on, until it is there.
    Wait {
        /// For how long, in all.
        deadline: Duration,
    },
    /// Looks once.
    Verify,
}
