//! Reads the ledger, as one snapshot and in one round trip.

use std::ops::DerefMut;

use postgres::Client;
use postgres::error::SqlState;

use super::Postgres;
use super::rows::{progress_row, result_sets, revision_row, state_rows};
use crate::driver::DriverError;
use crate::ledger::{Contents, Detail, Ledger};
use crate::preflight::Facts;

impl<C: DerefMut<Target = Client>> Postgres<C> {
    pub(super) fn contents(
        &mut self,
        ledger: &Ledger,
        histories: &[&str],
        detail: Detail,
    ) -> Result<Contents, DriverError> {
        match self.snapshot(ledger, histories, detail, None) {
            Err(error) if is_missing(&error) => {}
            result => return result.map(|(contents, _)| contents),
        }
        // No ledger where `state` is missing too. Otherwise another process has made it just now, all of it
        // at once; or somebody has taken a table from it, and it must not be taken for none.
        match self.send(&ledger.standings()) {
            Ok(_) => self
                .snapshot(ledger, histories, detail, None)
                .map(|(contents, _)| contents),
            Err(error) if is_missing(&error) => Ok(Contents::default()),
            Err(error) => Err(error),
        }
    }

    /// Reads the ledger and the facts with one message. Where that is refused each is asked for by itself,
    /// since a ledger can be read, or told to be missing, whatever becomes of the facts.
    pub(super) fn contents_with_facts(
        &mut self,
        ledger: &Ledger,
        histories: &[&str],
        extensions: &[&str],
    ) -> Result<(Contents, Option<Facts>), DriverError> {
        match self.snapshot(ledger, histories, Detail::Brief, Some(extensions)) {
            Err(error) if error.code.is_some() && !error.lost => {
                let contents = self.contents(ledger, histories, Detail::Brief)?;
                Ok((contents, None))
            }
            result => result,
        }
    }

    fn snapshot(
        &mut self,
        ledger: &Ledger,
        histories: &[&str],
        detail: Detail,
        extensions: Option<&[&str]>,
    ) -> Result<(Contents, Option<Facts>), DriverError> {
        let revisions = revisions(ledger, histories, detail);
        let facts = extensions.map(|extensions| self.facts_question(ledger, extensions));
        loop {
            let text = self.message(ledger, histories, &revisions, facts.as_deref());
            let messages = self.send_transaction(&text)?;
            // One result for each statement: `BEGIN`, the three queries, the look at the journal, the facts,
            // `COMMIT`.
            let sets = result_sets(&messages);
            let [_, states, revisions, progress, _, rest @ ..] = &sets[..] else {
                return Err(DriverError::other(
                    "the server has not answered every query",
                ));
            };
            if !self.has_progress && !progress.is_empty() {
                self.has_progress = true;
                continue;
            }
            self.has_progress = !progress.is_empty();
            let contents = ledger.localise(Contents {
                present: true,
                is_of_tenant: false,
                states: state_rows(states)?,
                rows: revisions
                    .iter()
                    .map(|row| revision_row(row, detail))
                    .collect::<Result<_, _>>()?,
                progress: progress
                    .iter()
                    .copied()
                    .map(progress_row)
                    .collect::<Result<_, _>>()?,
            });
            let facts = match facts {
                Some(_) => Some(Facts::Server(self.facts_from(rest)?)),
                None => None,
            };
            return Ok((contents, facts));
        }
    }

    fn message(
        &self,
        ledger: &Ledger,
        histories: &[&str],
        revisions: &str,
        facts: Option<&str>,
    ) -> String {
        // Who is alive takes long to plan, and there is next to never anybody.
        let progress = if self.has_progress {
            ledger.progress(histories)
        } else {
            ledger.has_progress(histories)
        };
        let mut text = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {states}; {revisions}; {progress}; \
             SELECT FROM {journal} LIMIT 0; ",
            states = ledger.standings(),
            journal = ledger.table("journal"),
        );
        if let Some(facts) = facts {
            text.extend([facts, "; "]);
        }
        text.push_str("COMMIT");
        text
    }
}

fn revisions(ledger: &Ledger, histories: &[&str], detail: Detail) -> String {
    let (more, order) = match detail {
        Detail::Brief => ("", ""),
        Detail::Full => (
            ", to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), applied_by",
            " ORDER BY applied_at, id",
        ),
    };
    format!(
        "SELECT history, id, parents, checksum, lineage, compat{more} FROM {} \
         WHERE history IN ({}){order}",
        ledger.table("revision"),
        ledger.histories(histories),
    )
}

/// Whether a table or its schema is not there.
pub(super) fn is_missing(error: &DriverError) -> bool {
    let missing = [&SqlState::UNDEFINED_TABLE, &SqlState::INVALID_SCHEMA_NAME];
    missing
        .iter()
        .any(|state| error.code.as_deref() == Some(state.code()))
}
