//! The SQL of scripts outside a transaction: claims, leases, and whether who has made one still lives.

use limbeck_model::{Dialect, Direction, checksum};

use super::{Claim, Ledger, VERSION};

/// For how long a claim holds without a sign of life, where nothing else tells that its process is gone.
pub(crate) const LEASE_S: u32 = 30;

/// For how long a claim holds in any case: a pooler may close a session between claim and statement.
const GRACE_S: u32 = 1;

/// The token of the SQL that `sql` prints: who runs it sends the statements without a marker.
pub(crate) const OFFLINE: &str = "offline";

impl Ledger {
    /// Takes a statement, and marks those before it as done.
    pub(super) fn claimed(&self, claim: &Claim<'_>) -> Vec<String> {
        vec![
            self.finish_steps(claim),
            self.step(claim, "started", None),
            self.begin(claim),
        ]
    }

    /// The same for a statement that has run in this transaction.
    pub(super) fn completed(&self, claim: &Claim<'_>) -> Vec<String> {
        vec![
            self.finish_steps(claim),
            self.step(claim, "done", None),
            self.begin(claim),
        ]
    }

    pub(super) fn halted(&self, claim: &Claim<'_>, error: &str) -> Vec<String> {
        vec![self.step(claim, "failed", Some(error)), self.let_go(claim)]
    }

    /// Puts all that is known of a script under a new claim.
    ///
    /// Who has it may have been suspended between its claim and the statement, which no token keeps back. So on
    /// PostgreSQL its session is ended, where the role may: a server begins nothing after that.
    pub(super) fn taken_over(&self, claim: &Claim<'_>) -> Vec<String> {
        let (end, session) = match self.dialect {
            Dialect::Sqlite => (None, String::new()),
            Dialect::Postgres => (
                Some(format!(
                    "SELECT pg_terminate_backend(a.pid) FROM {} AS p JOIN pg_stat_activity AS a \
                     ON a.pid = p.backend AND a.backend_start = p.backend_start WHERE {} \
                     AND p.direction = '{}' AND p.step = {} AND p.state = 'started' AND a.pid <> pg_backend_pid() \
                     AND a.usename = current_user AND a.state = 'idle'",
                    self.table("progress"),
                    self.is(claim.history, claim.id),
                    claim.direction,
                    claim.step,
                )),
                format!(", backend = pg_backend_pid(), backend_start = {STARTED}"),
            ),
        };
        let taken = [
            format!(
                "UPDATE {} SET token = {}, lease_until = {}{session} WHERE {} AND direction = '{}'",
                self.table("progress"),
                self.quote(claim.token),
                self.lease(claim),
                self.is(claim.history, claim.id),
                claim.direction,
            ),
            self.begin(claim),
        ];
        end.into_iter().chain(taken).collect()
    }

    /// Ends a lease at once. The session is nobody's any more who could be overtaken.
    pub(super) fn let_go(&self, claim: &Claim<'_>) -> String {
        let session = match self.dialect {
            Dialect::Sqlite => "",
            Dialect::Postgres => ", backend = NULL",
        };
        format!(
            "UPDATE {} SET lease_until = {}{session} WHERE {}",
            self.table("progress"),
            self.now(),
            self.under(claim),
        )
    }

    pub(super) fn released(&self, history: &str, id: &str) -> Vec<String> {
        vec![
            format!(
                "DELETE FROM {} WHERE {}",
                self.table("progress"),
                self.is(history, id)
            ),
            self.unclaimed(history),
        ]
    }

    pub(super) fn swept(&self, history: &str, id: &str, direction: Direction) -> String {
        format!(
            "DELETE FROM {} WHERE {} AND direction = '{direction}'",
            self.table("progress"),
            self.is(history, id)
        )
    }

    pub(super) fn unclaimed(&self, history: &str) -> String {
        format!(
            "UPDATE {} SET unfinished = NULL WHERE history = {}",
            self.table("state"),
            self.history(history)
        )
    }

    pub(super) fn lease(&self, claim: &Claim<'_>) -> String {
        let seconds = claim.lease_s;
        match self.dialect {
            Dialect::Sqlite => {
                format!("strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+{seconds} seconds')")
            }
            Dialect::Postgres => format!("clock_timestamp() + interval '{seconds} seconds'"),
        }
    }

    /// A claim's statement, as long as it is this claim's.
    pub(super) fn under(&self, claim: &Claim<'_>) -> String {
        format!(
            "{} AND direction = '{}' AND step = {} AND token = {}",
            self.is(claim.history, claim.id),
            claim.direction,
            claim.step,
            self.quote(claim.token),
        )
    }

    /// Writes a statement's row, whether it has one or not. On PostgreSQL the query of what was before is
    /// answered here, under the lock.
    fn step(&self, claim: &Claim<'_>, state: &str, error: Option<&str>) -> String {
        let (own, values, updates) = match self.dialect {
            Dialect::Sqlite => ("", String::new(), ""),
            Dialect::Postgres => {
                let before = claim.before.as_ref().map_or_else(
                    || "NULL".to_owned(),
                    |query| format!("coalesce(({query})::text, '')"),
                );
                (
                    ", backend, backend_start, before",
                    format!(", pg_backend_pid(), {STARTED}, {before}"),
                    // A failure says nothing of what was before.
                    ", backend = excluded.backend, backend_start = excluded.backend_start, \
                     before = CASE excluded.state WHEN 'failed' THEN progress.before ELSE excluded.before END",
                )
            }
        };
        let error = error.map_or_else(|| "NULL".to_owned(), |error| self.quote(error));
        let table = self.table("progress");
        let named = match self.dialect {
            Dialect::Sqlite => table,
            Dialect::Postgres => format!("{table} AS progress"),
        };
        format!(
            "INSERT INTO {named} (history, id, direction, step, state, token, lease_until, error{own}) \
             VALUES ({}, {}, '{}', {}, '{state}', {}, {}, {error}{values}) \
             ON CONFLICT (history, id, direction, step) DO UPDATE SET state = excluded.state, \
             token = excluded.token, lease_until = excluded.lease_until, error = excluded.error{updates}",
            self.history(claim.history),
            self.quote(claim.id),
            claim.direction,
            claim.step,
            self.quote(claim.token),
            self.lease(claim),
        )
    }

    /// Marks the history as having an unfinished script.
    fn begin(&self, claim: &Claim<'_>) -> String {
        format!(
            "INSERT INTO {} (history, digest, version, unfinished) VALUES ({}, '{}', {VERSION}, {}) \
             ON CONFLICT (history) DO UPDATE SET unfinished = excluded.unfinished",
            self.table("state"),
            self.history(claim.history),
            checksum::state(&[]),
            self.quote(claim.token),
        )
    }

    /// Marks the steps before this one as done and puts them under this claim's token.
    fn finish_steps(&self, claim: &Claim<'_>) -> String {
        format!(
            "UPDATE {} SET state = 'done', token = {} WHERE {} AND direction = '{}' AND step < {}",
            self.table("progress"),
            self.quote(claim.token),
            self.is(claim.history, claim.id),
            claim.direction,
            claim.step,
        )
    }

    /// The query that reads what is known of unfinished scripts, with whether each row's process lives, by
    /// the columns of any version of the ledger.
    ///
    /// On PostgreSQL a process lives while its statement runs, which its marker tells, whatever pooler is
    /// in between. Between statements it lives as long as its lease, or until its session is gone, but for
    /// a moment in which the pooler may have given it another one. A session that may not be looked into
    /// counts as running. This very session is nobody else's: a pooler has passed it on.
    ///
    /// A lease that runs for twice as long as any does was written before the clock jumped back, or by hand: it
    /// says nothing, or the jump would keep everybody out for as long as it was.
    pub(crate) fn progress(&self, histories: &[&str]) -> String {
        let within = self.histories(histories);
        let table = self.table("progress");
        let longest = 2 * LEASE_S;
        match self.dialect {
            Dialect::Sqlite => format!(
                "SELECT history, id, direction, step, state, lease_until > {} AND lease_until <= \
                 strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+{longest} seconds'), error, token, NULL FROM {table} \
                 WHERE history IN ({within}) ORDER BY step",
                self.now()
            ),
            Dialect::Postgres => format!(
                "SELECT history, id, direction, step, p.state, EXISTS (SELECT FROM pg_stat_activity a \
                 WHERE a.pid <> pg_backend_pid() AND coalesce(a.state, '') <> 'idle' AND \
                 (starts_with(a.query, '/* limbeck ' || token || ' ') OR a.pid = backend AND {same} AND \
                 (token = '{OFFLINE}' OR coalesce(a.state, 'disabled') = 'disabled'))) OR \
                 lease_until > clock_timestamp() AND lease_until <= clock_timestamp() + interval '{longest} seconds' \
                 AND (backend IS NULL OR backend = pg_backend_pid() OR \
                 lease_until > clock_timestamp() + interval '{certain} seconds' OR \
                 EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = backend AND {same})), \
                 error, token, noted ->> 'before' \
                 FROM {table} AS p, LATERAL to_jsonb(p) AS noted WHERE history IN ({within}) ORDER BY step",
                same = "coalesce(a.backend_start = (noted ->> 'backend_start')::timestamptz, true)",
                certain = LEASE_S - GRACE_S,
            ),
        }
    }

    /// The query that has a row where [`Ledger::progress`] has one.
    #[cfg(feature = "postgres")]
    pub(crate) fn has_progress(&self, histories: &[&str]) -> String {
        format!(
            "SELECT 1 FROM {} WHERE history IN ({}) LIMIT 1",
            self.table("progress"),
            self.histories(histories),
        )
    }

    /// The query that has a row where there is a claim with such a token.
    pub(crate) fn has_claim(&self, start: &str) -> String {
        format!(
            "SELECT 1 FROM {} WHERE substr(token, 1, {}) = {} LIMIT 1",
            self.table("progress"),
            start.len(),
            self.quote(start),
        )
    }

    /// The query that tells whether the statement of a claim runs in another session.
    pub(crate) fn is_running(&self, token: &str) -> Option<String> {
        (self.dialect == Dialect::Postgres).then(|| {
            format!(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
                 AND coalesce(state, '') <> 'idle' AND starts_with(query, {}))",
                self.quote(&format!("/* limbeck {token} "))
            )
        })
    }
}

/// Since when this session has been open. Behind a pooler a process id alone may be another one's soon.
const STARTED: &str = "(SELECT backend_start FROM pg_stat_get_activity(pg_backend_pid()))";
