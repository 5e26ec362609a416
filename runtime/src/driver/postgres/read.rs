//! Reads the ledger, as one snapshot and in one round trip.

use std::ops::DerefMut;

use postgres::Client;
use postgres::error::SqlState;

use super::Postgres;
use super::rows::{progress_row, result_sets, revision_row, state_rows};
use crate::driver::DriverError;
use crate::ledger::{Contents, Ledger};

impl<C: DerefMut<Target = Client>> Postgres<C> {
    pub(super) fn contents(
        &mut self,
        ledger: &Ledger,
        histories: &[&str],
    ) -> Result<Contents, DriverError> {
        match self.snapshot(ledger, histories) {
            Err(error) if is_missing(&error) => {}
            result => return result,
        }
        // No ledger where `state` is missing too. Otherwise another process has made it just now, all of it
        // at once; or somebody has taken a table from it, and it must not be taken for none.
        match self.send(&ledger.standings()) {
            Ok(_) => self.snapshot(ledger, histories),
            Err(error) if is_missing(&error) => Ok(Contents::default()),
            Err(error) => Err(error),
        }
    }

    fn snapshot(&mut self, ledger: &Ledger, histories: &[&str]) -> Result<Contents, DriverError> {
        let within = format!("history IN ({})", ledger.histories(histories));
        let text = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {states}; \
             SELECT history, id, parents, checksum, lineage, compat, \
             to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), applied_by \
             FROM {revision} WHERE {within} ORDER BY applied_at, id; \
             {progress}; SELECT FROM {journal} LIMIT 0; COMMIT",
            states = ledger.standings(),
            revision = ledger.table("revision"),
            progress = ledger.progress(histories),
            journal = ledger.table("journal"),
        );
        let messages = self.send_transaction(&text)?;
        // One result for each statement: `BEGIN`, the three queries, the look at the journal, `COMMIT`.
        let [_, states, revisions, progress, ..] = &result_sets(&messages)[..] else {
            return Err(DriverError::other(
                "the server has not answered every query",
            ));
        };
        Ok(ledger.localise(Contents {
            present: true,
            is_of_tenant: false,
            states: state_rows(states)?,
            rows: revisions
                .iter()
                .copied()
                .map(revision_row)
                .collect::<Result<_, _>>()?,
            progress: progress
                .iter()
                .copied()
                .map(progress_row)
                .collect::<Result<_, _>>()?,
        }))
    }
}

/// Whether a table or its schema is not there.
pub(super) fn is_missing(error: &DriverError) -> bool {
    let missing = [&SqlState::UNDEFINED_TABLE, &SqlState::INVALID_SCHEMA_NAME];
    missing
        .iter()
        .any(|state| error.code.as_deref() == Some(state.code()))
}
