//! What a run does at a moment, as heartbeats tell it.

use std::fmt;
use std::time::Duration;

use super::Progress;
use crate::report::RevisionName;
use crate::session::Session;

/// What a run does at a moment. More may be added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activity {
    /// It reads the ledger, or is between two statements.
    Preparing,
    /// A statement or a transaction runs in the database.
    Running,
    /// The same, and it waits there for a lock that others hold.
    #[non_exhaustive]
    Blocked {
        /// What it waits for, in PostgreSQL's words: a lock's mode and what it is on.
        lock: String,
        /// Who holds it.
        blockers: Vec<Session>,
    },
    /// It waits, outside the database, for another process that is migrating it.
    #[non_exhaustive]
    Waiting {
        /// Which one, where the database could tell.
        holder: Option<Session>,
    },
    /// It pauses, outside the database, before it tries again.
    BackingOff,
    /// It copies an SQLite database before the first change.
    BackingUp,
}

/// A sign of life: what a run does, and for how long already.
///
/// Its `Display` form is one line, for a log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Heartbeat {
    /// The revision that is at work, where there is one.
    pub revision: Option<RevisionName>,
    /// The number of its statement, counted from 1, and how many there are; `None` in a transaction that is
    /// sent as one message, in which nobody can tell.
    pub statement: Option<(usize, usize)>,
    /// What the run does.
    pub activity: Activity,
    /// How far the statement has come, where PostgreSQL keeps count.
    pub progress: Option<Progress>,
    /// For how long it has done that.
    pub elapsed: Duration,
    /// For how long the run has gone on.
    pub total_elapsed: Duration,
}

impl Heartbeat {
    /// What is done, without for how long and by which revision.
    pub(crate) fn doing(&self) -> String {
        match &self.activity {
            Activity::Preparing => "preparing".to_owned(),
            Activity::Running => "running".to_owned(),
            Activity::Blocked { lock, blockers } => waiting_for(lock, blockers),
            Activity::Waiting { holder: None } => {
                "waiting for another process that is migrating this database".to_owned()
            }
            Activity::Waiting {
                holder: Some(holder),
            } => format!("waiting for who is migrating this database: {holder}"),
            Activity::BackingOff => "pausing before the next attempt".to_owned(),
            Activity::BackingUp => "copying the database".to_owned(),
        }
    }
}

/// That a statement waits for a lock, and who holds it.
pub(crate) fn waiting_for(lock: &str, blockers: &[Session]) -> String {
    let names: Vec<_> = blockers.iter().map(ToString::to_string).collect();
    let held = if names.is_empty() {
        String::new()
    } else {
        format!(", held by {}", names.join("; "))
    };
    format!("waiting for {lock}{held}")
}

impl fmt::Display for Heartbeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(revision) = &self.revision {
            write!(f, "{} ({})", revision.id, revision.message)?;
            if let Some((number, count)) = self.statement {
                write!(f, ", statement {number} of {count}")?;
            }
            f.write_str(", ")?;
        }
        let seconds = self.elapsed.as_secs();
        write!(f, "for {seconds} s: {}", self.doing())?;
        match &self.progress {
            Some(progress) => write!(f, "; {progress}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heartbeat(activity: Activity) -> Heartbeat {
        Heartbeat {
            revision: Some(RevisionName {
                history: "app".to_owned(),
                id: "r2".to_owned(),
                message: "add an index".to_owned(),
            }),
            statement: Some((1, 2)),
            activity,
            progress: None,
            elapsed: Duration::from_secs(30),
            total_elapsed: Duration::from_secs(40),
        }
    }

    #[test]
    fn a_line_says_what_is_done_and_for_how_long() {
        assert_eq!(
            heartbeat(Activity::Running).to_string(),
            "r2 (add an index), statement 1 of 2, for 30 s: running"
        );
        let alone = Heartbeat {
            revision: None,
            ..heartbeat(Activity::Waiting { holder: None })
        };
        assert_eq!(
            alone.to_string(),
            "for 30 s: waiting for another process that is migrating this database"
        );
    }

    #[test]
    fn a_line_names_who_is_in_the_way() {
        let blockers = vec![Session::default()];
        let lock = "AccessExclusiveLock on public.a".to_owned();
        assert_eq!(
            heartbeat(Activity::Blocked { lock, blockers }).to_string(),
            "r2 (add an index), statement 1 of 2, for 30 s: waiting for AccessExclusiveLock on public.a, \
             held by a prepared transaction"
        );
    }
}
