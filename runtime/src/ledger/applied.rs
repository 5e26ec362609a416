//! The rows that record revisions: of one, or of several that share a transaction, in as many statements.

use std::collections::BTreeMap;

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;

use super::{Applied, Journal, Ledger, Record, VERSION};

/// How many revisions are recorded by one statement, which SQLite takes only up to a length.
const MOST: usize = 128;

impl Ledger {
    /// The statements that write records, in their order. Applied revisions that follow one another are
    /// recorded together: a statement for each of them would cost as much as a small revision does.
    pub(crate) fn records<'r>(
        &self,
        records: impl IntoIterator<Item = &'r Record<'r>>,
    ) -> Vec<String> {
        let mut statements = Vec::new();
        let mut gathered = Vec::new();
        for record in records {
            if let Record::Applied(applied) = record {
                gathered.push(applied);
                continue;
            }
            statements.extend(self.gathered(&std::mem::take(&mut gathered)));
            statements.extend(self.record(record));
        }
        statements.extend(self.gathered(&gathered));
        statements
    }

    fn gathered(&self, applied: &[&Applied<'_>]) -> Vec<String> {
        let chunks = applied.chunks(MOST);
        chunks.flat_map(|chunk| self.applied(chunk)).collect()
    }

    /// Applied revisions, with the state that the last one of each history leads to.
    pub(super) fn applied(&self, applied: &[&Applied<'_>]) -> Vec<String> {
        let rows: Vec<_> = applied
            .iter()
            .map(|one| {
                format!(
                    "({}, {}, {}, '{}', '{}', {}, {}, {}, {})",
                    self.history(one.history),
                    self.quote(one.id),
                    self.quote(&one.parents.join(" ")),
                    one.checksum,
                    one.lineage,
                    self.optional(one.breaking),
                    self.now(),
                    self.duration(&one.journal, applied.len()),
                    self.quote(one.journal.binary),
                )
            })
            .collect();
        let revisions = format!(
            "INSERT INTO {} (history, id, parents, checksum, lineage, compat, applied_at, duration_ms, applied_by) \
             VALUES {}",
            self.table("revision"),
            rows.join(", "),
        );
        let journals: Vec<_> = applied.iter().map(|one| &one.journal).collect();
        let states = applied.iter().map(|one| (one.history, one.state)).collect();
        self.together(revisions, self.journal(&journals), self.state(&states))
    }

    /// Three changes as one statement where the database can: PostgreSQL plans and runs it once.
    pub(super) fn together(&self, revision: String, journal: String, state: String) -> Vec<String> {
        match self.dialect {
            Dialect::Sqlite => vec![revision, journal, state],
            Dialect::Postgres => vec![format!(
                "WITH revision AS ({revision}), journal AS ({journal}) {state}"
            )],
        }
    }

    /// What histories are in from now on.
    pub(super) fn state(&self, states: &BTreeMap<&str, Digest>) -> String {
        let rows: Vec<_> = states
            .iter()
            .map(|(history, digest)| {
                let history = self.history(history);
                format!("({history}, '{digest}', {VERSION})")
            })
            .collect();
        format!(
            "INSERT INTO {} (history, digest, version) VALUES {} \
             ON CONFLICT (history) DO UPDATE SET digest = excluded.digest, version = excluded.version",
            self.table("state"),
            rows.join(", "),
        )
    }

    pub(super) fn journal(&self, journals: &[&Journal<'_>]) -> String {
        let host = match self.dialect {
            Dialect::Sqlite => "NULL",
            Dialect::Postgres => "host(inet_client_addr())",
        };
        let rows: Vec<_> = journals
            .iter()
            .map(|journal| {
                format!(
                    "({}, {}, '{}', '{}', {}, {}, {}, {host}, {})",
                    self.history(journal.history),
                    self.quote(journal.id),
                    journal.direction,
                    journal.outcome,
                    self.optional(journal.error),
                    self.now(),
                    self.duration(journal, journals.len()),
                    self.quote(journal.binary),
                )
            })
            .collect();
        format!(
            "INSERT INTO {} (history, id, direction, outcome, error, at, duration_ms, host, run_by) \
             VALUES {}",
            self.table("journal"),
            rows.join(", "),
        )
    }

    /// How long a revision took; of those that PostgreSQL runs in one message each has its even share.
    fn duration(&self, journal: &Journal<'_>, count: usize) -> String {
        match (journal.duration_ms, self.dialect) {
            (Some(duration_ms), _) => duration_ms.to_string(),
            (None, Dialect::Sqlite) => "NULL".to_owned(),
            (None, Dialect::Postgres) => {
                let whole =
                    "extract(epoch FROM clock_timestamp() - transaction_timestamp()) * 1000";
                match count {
                    1 => format!("({whole})::bigint"),
                    _ => format!("({whole} / {count})::bigint"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use limbeck_model::Direction;
    use limbeck_model::checksum;

    use super::*;

    fn applied(history: &'static str, id: &'static str, state: &[&str]) -> Record<'static> {
        let digest = checksum::script([[id]]);
        Record::Applied(Applied {
            history,
            id,
            parents: Vec::new(),
            checksum: digest,
            lineage: digest,
            breaking: None,
            state: checksum::script([state.iter().copied()]),
            journal: Journal {
                history,
                id,
                direction: Direction::Up,
                outcome: "applied",
                error: None,
                duration_ms: Some(1),
                binary: "app 1.0.0",
            },
        })
    }

    fn ledger(dialect: Dialect) -> Ledger {
        Ledger {
            dialect,
            schema: "limbeck".to_owned(),
            has_schema: false,
            tenant: None,
        }
    }

    #[test]
    fn revisions_in_a_row_are_recorded_by_one_statement_for_each_table() {
        let records = [
            applied("a", "r1", &["1"]),
            applied("b", "r1", &["2"]),
            applied("a", "r2", &["3"]),
        ];
        let statements = ledger(Dialect::Sqlite).records(&records);
        assert_eq!(statements.len(), 3);
        assert_eq!(statements[0].matches("'app 1.0.0'").count(), 3);
        assert_eq!(statements[1].matches("'applied'").count(), 3);
        // Of each history the state that its last revision leads to, and no other.
        let state = |of: &str| checksum::script([[of]]).to_string();
        assert!(!statements[2].contains(&state("1")), "{}", statements[2]);
        assert!(statements[2].contains(&state("2")) && statements[2].contains(&state("3")));
        assert_eq!(ledger(Dialect::Postgres).records(&records).len(), 1);
    }

    #[test]
    fn the_order_of_records_of_other_kinds_is_kept() {
        let records = [
            Record::Purged { history: "a" },
            applied("a", "r1", &["1"]),
            Record::Released {
                history: "a",
                id: "r1",
            },
            applied("a", "r2", &["2"]),
        ];
        let ledger = ledger(Dialect::Postgres);
        let apart: Vec<_> = records
            .iter()
            .flat_map(|record| ledger.record(record))
            .collect();
        assert_eq!(ledger.records(&records), apart);
    }

    #[test]
    fn no_statement_grows_with_the_history() {
        let records: Vec<_> = (0..1_000).map(|_| applied("a", "r1", &["1"])).collect();
        let statements = ledger(Dialect::Sqlite).records(&records);
        assert_eq!(statements.len(), 8 * 3);
        assert!(statements.iter().all(|sql| sql.len() < 100_000));
    }
}
