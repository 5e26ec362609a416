//! Brings what a statement has left into order, as was decided.

use super::decide::{self, Doubt, Next};
use super::look::{self, Seen, Validity};
use super::perform::Script;
use crate::driver::{DriverError, Timeouts};
use crate::engine::fail;
use crate::engine::run::Run;
use crate::error::{Error, ErrorKind};
use crate::table::Recovery;

/// How it stands with a statement once all is in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    Done,
    ToRun,
    /// Nothing tells.
    Unknown,
    /// The ledger has to be read again.
    Again,
}

/// For how long an index that failed may be waited for to be dropped, before the failure is reported.
const SWEEP_LOCK_MS: u64 = 2_000;

impl Run<'_> {
    /// Looks, decides and repairs, until the statement has happened or can be run.
    pub(super) fn settle(
        &mut self,
        script: &Script,
        number: u32,
        doubt: Option<Doubt<'_>>,
    ) -> Result<Settled, Error> {
        let entry = &self.chart.entries[script.index];
        let recovery = entry.recovery(script.direction, number);
        loop {
            let seen = match self.look(recovery) {
                Ok(seen) => seen,
                Err(error) => return self.unsettled(script, number, error),
            };
            let next = match doubt {
                Some(doubt) => decide::in_doubt(recovery, doubt, &seen),
                None => decide::before(&seen),
            };
            let (sql, note) = match next {
                Next::Done => return Ok(Settled::Done),
                Next::Run => return Ok(Settled::ToRun),
                Next::Unknown => return Ok(Settled::Unknown),
                Next::Wait(what) => {
                    self.wait_for_session(&what)?;
                    continue;
                }
                Next::Drop(indexes) => {
                    let drops = indexes.iter().map(|index| drop_index(index)).collect();
                    let names = indexes.join("`, `");
                    let plural = if indexes.len() == 1 {
                        "index"
                    } else {
                        "indexes"
                    };
                    (
                        drops,
                        format!(
                            "the invalid {plural} `{names}` was left by an attempt before and was dropped"
                        ),
                    )
                }
                Next::Finish => match recovery {
                    Recovery::Detaches { table, partition } => (
                        vec![finalize(table, partition)],
                        format!(
                            "the partition `{partition}` was half detached, and was detached wholly"
                        ),
                    ),
                    _ => return Ok(Settled::ToRun),
                },
            };
            let own = entry.timeouts(script.direction);
            let timeouts = Timeouts {
                lock_ms: own.lock_ms.or(Some(0)),
                ..own
            };
            for sql in &sql {
                if let Err(error) = self.run_apart(script, number, sql, timeouts) {
                    return self.unsettled(script, number, error);
                }
            }
            self.notes.push(note);
        }
    }

    fn look(&mut self, recovery: Recovery) -> Result<Seen, DriverError> {
        match look::question(&self.ledger, recovery) {
            Some(question) => {
                let answer = self.driver.ask(&question)?;
                look::seen(recovery, &answer).map_err(DriverError::other)
            }
            None => Ok(Seen::Nothing),
        }
    }

    /// After it could not be found out or repaired what a statement has left.
    fn unsettled(
        &mut self,
        script: &Script,
        number: u32,
        error: DriverError,
    ) -> Result<Settled, Error> {
        let entry = &self.chart.entries[script.index];
        if error.lost {
            return self
                .reconnect(error, |error| fail::interrupted(entry, error))
                .map(|()| Settled::Again);
        }
        if error.is_conflict() {
            return self
                .try_again(script.index, script.direction, error)
                .map(|_| Settled::Again);
        }
        Err(fail::unsettled(entry, script.direction, number, error))
    }

    /// Takes away what a statement that has failed leaves, as far as that is possible at once. What is not
    /// is done by the next start.
    pub(super) fn sweep(&mut self, script: &Script, number: u32) {
        let entry = &self.chart.entries[script.index];
        let recovery = entry.recovery(script.direction, number);
        if !look::leaves_indexes(recovery) {
            return;
        }
        let Ok(seen) = self.look(recovery) else {
            return;
        };
        let Next::Drop(indexes) = decide::before(&seen) else {
            return;
        };
        let own = entry.timeouts(script.direction);
        let timeouts = Timeouts {
            lock_ms: own.lock_ms.or(Some(SWEEP_LOCK_MS)),
            ..own
        };
        for index in indexes {
            // The failure of before is the one to report.
            let _ = self.run_apart(script, number, &drop_index(&index), timeouts);
        }
    }

    /// Whether an index that was built without an error is of no use all the same. That it cannot be told
    /// is no reason to doubt what the database has said.
    pub(super) fn is_left_invalid(&mut self, recovery: Recovery) -> bool {
        matches!(
            self.look(recovery),
            Ok(Seen::Index(Some(index))) if index.validity == Validity::Invalid
        )
    }

    /// Waits for a session of somebody else's, which works on something that is in the way.
    fn wait_for_session(&mut self, what: &str) -> Result<(), Error> {
        if self.pause_for_server() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Locked,
            format!(
                "another session builds or maintains `{what}` and has not ended within {} s",
                self.backoff.waited().as_secs()
            ),
        )
        .help_with("wait for it and run again; `pg_stat_activity` shows whose session it is"))
    }
}

/// The statement that drops an index, named with its schema as SQL names it, while the table is used.
pub(in crate::engine) fn drop_index(index: &str) -> String {
    format!("DROP INDEX CONCURRENTLY IF EXISTS {index}")
}

/// The statement that ends what `DETACH PARTITION … CONCURRENTLY` has begun.
pub(in crate::engine) fn finalize(table: &str, partition: &str) -> String {
    format!("ALTER TABLE {table} DETACH PARTITION {partition} FINALIZE")
}
