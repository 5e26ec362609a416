//! Who else there is: the session that holds limbeck's lock, and those that hold up a statement.

use std::ops::DerefMut;
use std::time::Duration;

use postgres::{Client, SimpleQueryRow};

use super::Postgres;
use super::rows::row;
use crate::driver::Marker;
use crate::ledger::Ledger;
use crate::session::Session;

/// What [`session`] reads, of `pg_stat_activity` as `a` and of a process id.
pub(super) const COLUMNS: &str = "a.application_name, a.usename, a.state, \
     to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), \
     left(nullif(a.query, '<insufficient privilege>'), 1000)";

/// How many sessions an error names that are only likely to hold something up.
const SUSPECTS: usize = 3;

/// Who holds the lock of a ledger.
pub(super) fn holder_query(ledger: &Ledger) -> String {
    let key = ledger.lock_key();
    format!(
        "SELECT l.pid, {COLUMNS} FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid) \
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND ((l.classid::bigint << 32) | l.objid::bigint) = {key}"
    )
}

/// Who holds up the session that runs what was sent under a marker. The marker finds it behind a pooler
/// too, where the id of its process is not known.
pub(super) fn blockers_query(ledger: &Ledger, marker: &Marker) -> String {
    let prefix = ledger.quote(marker.text().trim_end());
    format!(
        "SELECT DISTINCT b.pid, {COLUMNS} FROM pg_stat_activity own, \
         unnest(pg_blocking_pids(own.pid)) AS b (pid) LEFT JOIN pg_stat_activity a ON a.pid = b.pid \
         WHERE own.datname = current_database() AND own.state = 'active' \
         AND starts_with(own.query, {prefix}) ORDER BY b.pid"
    )
}

/// Who is likely to have held up a statement that has given up since: transactions that hold a table of
/// this database and are older than the attempt.
fn suspects_query(older_than: Duration) -> String {
    format!(
        "SELECT a.pid, {COLUMNS} FROM pg_stat_activity a \
         WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() \
         AND a.xact_start < clock_timestamp() - interval '{} milliseconds' \
         AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.granted AND l.locktype = 'relation' \
         AND l.relation >= 16384) ORDER BY a.xact_start LIMIT {SUSPECTS}",
        older_than.as_millis()
    )
}

/// One row of these queries; an empty one where it is not of their form.
pub(super) fn session(row: &SimpleQueryRow) -> Session {
    let text = |column: usize| row.try_get(column).ok().flatten();
    let owned = |column: usize| text(column).unwrap_or_default().to_owned();
    let pid = text(0).and_then(|pid| pid.parse().ok()).unwrap_or_default();
    let mut session = Session::new(pid, text(5).unwrap_or_default());
    session.application = owned(1);
    session.user = owned(2);
    session.state = owned(3);
    session.since = text(4).map(str::to_owned);
    session
}

/// Asks one of these queries. That it cannot be answered is no failure: who it is only makes an error
/// better, and must not replace it.
pub(super) fn ask(client: &mut Client, query: &str) -> Vec<Session> {
    let messages = client.simple_query(query).unwrap_or_default();
    messages.iter().filter_map(row).map(session).collect()
}

impl<C: DerefMut<Target = Client>> Postgres<C> {
    pub(super) fn lock_holder(&mut self, ledger: &Ledger) -> Option<Session> {
        ask(&mut self.client, &holder_query(ledger))
            .into_iter()
            .next()
    }

    pub(super) fn suspects(&mut self, waited: Duration) -> Vec<Session> {
        ask(&mut self.client, &suspects_query(waited))
    }
}
