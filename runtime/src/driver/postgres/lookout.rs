//! Looks from a second connection at the session that runs what limbeck has sent.
//!
//! A pooler hides which process that is, so the session is found by the marker at the front of its query.
//! Each look is one message and a transaction of its own, short and limited in time: whatever a migration
//! does, its watcher must not be what it waits for.

use postgres::{Client, SimpleQueryRow};

use super::connect::Connector;
use super::error::from_postgres;
use super::rows::{result_sets, row};
use super::sessions::{COLUMNS, session};
use crate::driver::{DriverError, Marker};
use crate::observe::ProgressUnit;
use crate::watch::{Counter, Lookout, Reading, Sighting};

/// Begins whatever is sent here. The limits are for the transaction alone, since a pooler's next client
/// may get the session.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 3000; \
     SET LOCAL lock_timeout = 500; SET LOCAL application_name = 'limbeck watcher'";

/// The views that this server has: PostgreSQL has got them in the course of time.
const PRESENT: &str = "SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace \
     AND starts_with(relname::text, 'pg_stat_progress_')";

/// A view of `pg_stat_progress_…`, and what it counts.
struct View {
    name: &'static str,
    /// Expressions in the view's row `p`.
    command: &'static str,
    phase: &'static str,
    /// The unit, what is done, and how much there is, where that is counted.
    counters: &'static [(&'static str, &'static str, &'static str)],
}

/// Columns that are not there in each version are read by way of JSON, which gives null for them.
const VIEWS: [View; 5] = [
    View {
        name: "pg_stat_progress_create_index",
        command: "p.command",
        phase: "p.phase",
        counters: &[
            ("processes", "p.lockers_done", "p.lockers_total"),
            ("blocks", "p.blocks_done", "p.blocks_total"),
            ("rows", "p.tuples_done", "p.tuples_total"),
        ],
    },
    View {
        name: "pg_stat_progress_vacuum",
        command: "'VACUUM'",
        phase: "p.phase",
        counters: &[
            (
                "blocks",
                "CASE p.phase WHEN 'vacuuming heap' THEN p.heap_blks_vacuumed ELSE p.heap_blks_scanned END",
                "p.heap_blks_total",
            ),
            (
                "indexes",
                "(to_jsonb(p) ->> 'indexes_processed')::bigint",
                "(to_jsonb(p) ->> 'indexes_total')::bigint",
            ),
        ],
    },
    View {
        name: "pg_stat_progress_cluster",
        command: "p.command",
        phase: "p.phase",
        counters: &[
            ("blocks", "p.heap_blks_scanned", "p.heap_blks_total"),
            ("rows", "p.heap_tuples_scanned", "0"),
        ],
    },
    View {
        name: "pg_stat_progress_analyze",
        command: "'ANALYZE'",
        phase: "p.phase",
        counters: &[
            ("blocks", "p.sample_blks_scanned", "p.sample_blks_total"),
            ("tables", "p.child_tables_done", "p.child_tables_total"),
        ],
    },
    View {
        name: "pg_stat_progress_copy",
        command: "p.command",
        phase: "''",
        counters: &[
            ("bytes", "p.bytes_processed", "p.bytes_total"),
            ("rows", "p.tuples_processed", "0"),
        ],
    },
];

/// A second connection, opened when it is first needed.
pub(super) struct Watchtower {
    connector: Connector,
    open: Option<Open>,
}

struct Open {
    client: Client,
    /// The views that this server has.
    views: Vec<&'static View>,
}

impl Watchtower {
    pub(super) const fn new(connector: Connector) -> Self {
        Self {
            connector,
            open: None,
        }
    }

    fn open(&mut self) -> Result<&mut Open, DriverError> {
        match &mut self.open {
            Some(open) => Ok(open),
            closed => {
                let client = self
                    .connector
                    .connect()
                    .map_err(|error| DriverError::other(in_one_line(&error)))?;
                let open = Open::new(client)?;
                Ok(closed.insert(open))
            }
        }
    }
}

/// The error with its cause.
fn in_one_line(error: &crate::error::Error) -> String {
    use std::error::Error as _;
    error
        .source()
        .map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

impl Open {
    fn new(mut client: Client) -> Result<Self, DriverError> {
        let answers = client.simple_query(PRESENT).map_err(from_postgres)?;
        let present: Vec<_> = answers
            .iter()
            .filter_map(row)
            .filter_map(|row| row.try_get(0).ok().flatten())
            .collect();
        let is_present = |view: &&View| present.contains(&view.name);
        let views = VIEWS.iter().filter(is_present).collect();
        Ok(Self { client, views })
    }
}

impl Lookout for Watchtower {
    fn look(&mut self, token: &str) -> Result<Option<Sighting>, DriverError> {
        let open = self.open()?;
        let text = question(&Marker::prefix(token), &open.views);
        let answers = open.client.simple_query(&text).map_err(from_postgres)?;
        // `BEGIN` and three settings stand before the three queries.
        let results = result_sets(&answers);
        let [_, _, _, _, sessions, blockers, counts, ..] = &results[..] else {
            return Err(DriverError::other(
                "the server has not answered every query",
            ));
        };
        let Some(own) = sessions.first() else {
            return Ok(None);
        };
        Ok(Some(Sighting {
            lock: text_of(own, 0),
            blockers: blockers.iter().copied().map(session).collect(),
            reading: reading(counts),
        }))
    }

    fn renew(&mut self, sql: &str) -> Result<(), DriverError> {
        let text = format!("{BEGIN}; {sql}; COMMIT");
        let client = &mut self.open()?.client;
        client.simple_query(&text).map(|_| ()).map_err(|error| {
            // Where the connection is lost the next look says so.
            let _ = client.batch_execute("ROLLBACK");
            from_postgres(error)
        })
    }

    fn close(&mut self) {
        self.open = None;
    }
}

fn text_of(row: &SimpleQueryRow, column: usize) -> Option<String> {
    row.try_get(column).ok().flatten().map(str::to_owned)
}

fn number_of(row: &SimpleQueryRow, column: usize) -> u64 {
    let text = row.try_get(column).ok().flatten();
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// All that is asked at one look.
fn question(prefix: &str, views: &[&View]) -> String {
    // A marker holds nothing that could end the literal but what `harmless` has left: quotes.
    let prefix = prefix.replace('\'', "''");
    let own = format!(
        "(SELECT pid, wait_event_type FROM pg_stat_activity WHERE datname = current_database() \
         AND backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid() \
         AND starts_with(query, '{prefix}')) AS own"
    );
    // Who waits is asked of the lock manager, which all others need too, only of who waits for a lock.
    let lock = "SELECT concat(l.mode, ' on ', coalesce(l.relation::regclass::text, l.locktype)) \
         FROM pg_locks l WHERE l.pid = own.pid AND NOT l.granted LIMIT 1";
    let session =
        format!("SELECT CASE own.wait_event_type WHEN 'Lock' THEN ({lock}) END FROM {own}");
    let blockers = format!(
        "SELECT DISTINCT b.pid, {COLUMNS} FROM {own}, \
         unnest(CASE own.wait_event_type WHEN 'Lock' THEN pg_blocking_pids(own.pid) END) AS b (pid) \
         LEFT JOIN pg_stat_activity a ON a.pid = b.pid WHERE b.pid <> pg_backend_pid() ORDER BY b.pid"
    );
    let mut counts: Vec<_> = views.iter().map(|view| view.query(&own)).collect();
    if counts.is_empty() {
        counts.push("SELECT WHERE false".to_owned());
    }
    format!(
        "{BEGIN}; {session}; {blockers}; {}; COMMIT",
        counts.join(" UNION ALL ")
    )
}

impl View {
    fn query(&self, own: &str) -> String {
        let counters: Vec<_> = self
            .counters
            .iter()
            .map(|(unit, done, total)| format!("('{unit}', {done}, {total})"))
            .collect();
        format!(
            "SELECT {command}, (SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c \
             JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = p.relid), {phase}, \
             counter.unit, counter.done, counter.total FROM {own} \
             JOIN {name} p USING (pid), LATERAL (VALUES {counters}) AS counter (unit, done, total)",
            command = self.command,
            phase = self.phase,
            name = self.name,
            counters = counters.join(", "),
        )
    }
}

/// What is counted; one command runs at a time.
fn reading(rows: &[&SimpleQueryRow]) -> Option<Reading> {
    let first = rows.first()?;
    let counters = rows.iter().filter_map(|row| {
        Some(Counter {
            unit: unit(row.try_get(3).ok().flatten()?)?,
            done: number_of(row, 4),
            total: number_of(row, 5),
        })
    });
    Some(Reading {
        command: text_of(first, 0).unwrap_or_default(),
        relation: text_of(first, 1),
        phase: text_of(first, 2).unwrap_or_default(),
        counters: counters.collect(),
    })
}

fn unit(name: &str) -> Option<ProgressUnit> {
    [
        ProgressUnit::Blocks,
        ProgressUnit::Rows,
        ProgressUnit::Bytes,
        ProgressUnit::Processes,
        ProgressUnit::Indexes,
        ProgressUnit::Tables,
    ]
    .into_iter()
    .find(|unit| unit.name() == name)
}
