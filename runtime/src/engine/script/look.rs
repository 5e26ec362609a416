//! What a statement has left, as the database's catalogue shows it: the queries, and their answers as data.

use crate::driver::Answer;
use crate::ledger::Ledger;
use crate::table::Recovery;

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Nothing,
    /// The answer of a query whose answer of before is compared; none where it had no row, or null.
    Answer(Option<String>),
    /// What `@verify` says.
    Truth(bool),
    /// What has the name of the index.
    Index(Option<Relation>),
    /// What a `REINDEX` has left, and which index has the name now.
    Reindexed {
        leftovers: Vec<Relation>,
        oid: Option<String>,
    },
    Partition {
        attachment: Attachment,
        is_busy: bool,
    },
}

/// Something that has the name of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) oid: String,
    /// With its schema, as SQL names it.
    pub(super) name: String,
    pub(super) validity: Validity,
    /// Whether another session works on its table in a way that an index is built in.
    pub(super) is_busy: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validity {
    Valid,
    Invalid,
    /// No index of that table, or one of its partitions' that is whole when they are.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attachment {
    None,
    Pending,
    Whole,
}

/// The columns of a [`Relation`], of `pg_class` as `i` in `pg_namespace` `n` with `pg_index` as `x`.
fn columns(validity: &str) -> String {
    format!(
        "i.oid::text, format('%I.%I', n.nspname, i.relname), {validity}, {}",
        is_busy("x.indrelid")
    )
}

/// Whether another session than the server's own holds what an index is built and a partition detached
/// under.
pub(in crate::engine) fn is_busy(table: &str) -> String {
    format!(
        "EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'relation' AND l.relation = {table} \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND l.mode = 'ShareUpdateExclusiveLock' AND l.granted AND l.pid <> pg_backend_pid() AND NOT EXISTS \
         (SELECT FROM pg_stat_activity a WHERE a.pid = l.pid AND a.backend_type = 'autovacuum worker'))"
    )
}

/// The query whose answer before the statement has to be known afterwards.
pub(super) fn before(ledger: &Ledger, recovery: Recovery) -> Option<String> {
    match recovery {
        Recovery::Creates(query) | Recovery::Drops(query) => Some(query.to_owned()),
        Recovery::CreatesIndex { table, name } => Some(format!(
            "SELECT i.oid::text FROM pg_class t JOIN pg_class i USING (relnamespace) \
             WHERE t.oid = to_regclass({}) AND i.relname = {}::name",
            ledger.quote(table),
            ledger.quote(name)
        )),
        Recovery::ReindexesIndex(name) => Some(format!(
            "SELECT to_regclass({})::oid::text",
            ledger.quote(name)
        )),
        Recovery::Detaches { table, partition } => Some(format!(
            "SELECT 'attached' FROM pg_inherits WHERE {}",
            is_partition(ledger, table, partition)
        )),
        Recovery::Together
        | Recovery::Session
        | Recovery::Repeat
        | Recovery::Verify(_)
        | Recovery::ReindexesTables(_) => None,
    }
}

/// The query that shows what a statement has left; none where nothing has to be looked at.
pub(super) fn question(ledger: &Ledger, recovery: Recovery) -> Option<String> {
    match recovery {
        Recovery::Together | Recovery::Session | Recovery::Repeat => None,
        Recovery::Verify(query) | Recovery::Creates(query) | Recovery::Drops(query) => {
            Some(query.to_owned())
        }
        Recovery::CreatesIndex { table, name } => Some(format!(
            "SELECT {} FROM pg_class t JOIN pg_class i USING (relnamespace) \
             JOIN pg_namespace n ON n.oid = i.relnamespace LEFT JOIN pg_index x ON x.indexrelid = i.oid \
             WHERE t.oid = to_regclass({}) AND i.relname = {}::name",
            columns(
                "CASE WHEN i.relkind <> 'i' OR x.indrelid <> t.oid THEN 'other' \
                 WHEN x.indisvalid AND x.indisready AND x.indislive THEN 'valid' ELSE 'invalid' END"
            ),
            ledger.quote(table),
            ledger.quote(name)
        )),
        Recovery::ReindexesIndex(name) => {
            let name = ledger.quote(name);
            let tables = format!(
                "SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass({name}) UNION SELECT indrelid \
                 FROM pg_partition_tree(to_regclass({name})) JOIN pg_index ON indexrelid = relid"
            );
            Some(format!(
                "{} UNION ALL SELECT to_regclass({name})::oid::text, {name}, 'itself', false",
                leftovers_query(&format!("x.indrelid IN ({tables})"))
            ))
        }
        Recovery::ReindexesTables(query) => {
            Some(leftovers_query(&format!("x.indrelid IN ({query})")))
        }
        Recovery::Detaches { table, partition } => Some(format!(
            "SELECT coalesce(to_jsonb(h) ->> 'inhdetachpending', 'false'), {} FROM pg_inherits h WHERE {}",
            is_busy("h.inhparent"),
            is_partition(ledger, table, partition)
        )),
    }
}

fn is_partition(ledger: &Ledger, table: &str, partition: &str) -> String {
    format!(
        "inhparent = to_regclass({}) AND inhrelid = to_regclass({})",
        ledger.quote(table),
        ledger.quote(partition)
    )
}

/// The query of what `REINDEX … CONCURRENTLY` leaves when it does not come to its end.
pub(in crate::engine) fn leftovers_query(condition: &str) -> String {
    format!(
        "SELECT {} FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid \
         JOIN pg_namespace n ON n.oid = i.relnamespace WHERE NOT x.indisvalid AND i.relkind = 'i' \
         AND i.relname ~ '_cc(new|old)[0-9]*$' AND {condition}",
        columns("'invalid'")
    )
}

/// What an answer says. What is wrong with it, where it is of no use.
pub(super) fn seen(recovery: Recovery, answer: &Answer) -> Result<Seen, &'static str> {
    let first = answer.first();
    let value = |row: &[Option<String>], column: usize| row.get(column).cloned().flatten();
    Ok(match recovery {
        Recovery::Together | Recovery::Session | Recovery::Repeat => Seen::Nothing,
        Recovery::Creates(_) | Recovery::Drops(_) => {
            Seen::Answer(first.and_then(|row| value(row, 0)))
        }
        Recovery::Verify(_) => match answer.as_slice() {
            [row] => match row.as_slice() {
                [Some(truth)] if truth == "t" || truth == "1" => Seen::Truth(true),
                [Some(truth)] if truth == "f" || truth == "0" => Seen::Truth(false),
                _ => return Err("its answer is no boolean"),
            },
            _ => return Err("its answer has not one row"),
        },
        Recovery::CreatesIndex { .. } => Seen::Index(first.and_then(|row| relation(row))),
        Recovery::ReindexesIndex(_) | Recovery::ReindexesTables(_) => {
            let is_itself = |row: &&Vec<Option<String>>| {
                row.get(2)
                    .is_some_and(|kind| kind.as_deref() == Some("itself"))
            };
            Seen::Reindexed {
                leftovers: answer
                    .iter()
                    .filter(|row| !is_itself(row))
                    .filter_map(|row| relation(row))
                    .collect(),
                oid: answer.iter().find(is_itself).and_then(|row| value(row, 0)),
            }
        }
        Recovery::Detaches { .. } => match first {
            None => Seen::Partition {
                attachment: Attachment::None,
                is_busy: false,
            },
            Some(row) => Seen::Partition {
                attachment: match value(row, 0).as_deref() {
                    Some("true") => Attachment::Pending,
                    _ => Attachment::Whole,
                },
                is_busy: value(row, 1).as_deref() == Some("t"),
            },
        },
    })
}

/// A row of [`columns`].
fn relation(row: &[Option<String>]) -> Option<Relation> {
    let [Some(oid), Some(name), validity, is_busy] = row else {
        return None;
    };
    Some(Relation {
        oid: oid.clone(),
        name: name.clone(),
        validity: match validity.as_deref() {
            Some("valid") => Validity::Valid,
            Some("invalid") => Validity::Invalid,
            _ => Validity::Other,
        },
        is_busy: is_busy.as_deref() == Some("t"),
    })
}

/// Whether a statement waits for other sessions without being in their way, so that a short
/// `lock_timeout` would only keep it from its end.
pub(super) fn is_concurrent(recovery: Recovery, sql: &str) -> bool {
    match recovery {
        Recovery::CreatesIndex { .. }
        | Recovery::ReindexesIndex(_)
        | Recovery::ReindexesTables(_) => true,
        Recovery::Drops(_) => sql.to_ascii_uppercase().contains("CONCURRENTLY"),
        _ => false,
    }
}

/// Whether a statement may leave an index that nobody can use.
pub(super) const fn leaves_indexes(recovery: Recovery) -> bool {
    matches!(
        recovery,
        Recovery::CreatesIndex { .. } | Recovery::ReindexesIndex(_) | Recovery::ReindexesTables(_)
    )
}
