//! PostgreSQL through the postgres crate: the only module that names it.
//!
//! Everything is sent in simple-query messages: a whole transaction is one message and one round trip.
//! After any error the rest of a message is discarded by the server and `ROLLBACK` is sent.

mod error;
mod rows;

use std::error::Error as StdError;
use std::ops::DerefMut;
use std::time::Duration;

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;
use postgres::error::SqlState;
use postgres::{Client, Config, NoTls, SimpleQueryMessage};

use self::error::from_postgres;
use self::rows::{progress_row, result_sets, revision_row, row, state_rows};
use super::message::{self, Message};
use super::open::FirstLook;
use super::open::sealed::Open;
use super::unit::Ended;
use super::{Database, Driver, DriverError, Opened, Place, Refusal, Timeouts, Unit};
use crate::clock::Stopwatch;
use crate::error::{Error, ErrorKind};
use crate::ledger::{BUSY, Contents, Ledger, MOVED};

impl Database for &mut Client {}

impl Open for &mut Client {
    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn open<'c>(self, _patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        Ok(Box::new(Postgres {
            client: self,
            is_own: false,
            is_prepared: false,
        }))
    }
}

/// Opens a connection of limbeck's own from a URL that [`crate::url`] has normalised.
pub(crate) fn connect<'c>(url: &str, shown: &str) -> Result<Opened<'c>, Error> {
    let mut config: Config = url.parse().map_err(|error: postgres::Error| {
        // The parser's own text names options and never values.
        let cause = error
            .source()
            .map_or_else(|| error.to_string(), ToString::to_string);
        Error::new(
            ErrorKind::Url,
            format!("cannot read the database URL `{shown}`: {cause}"),
        )
    })?;
    if config.get_application_name().is_none() {
        config.application_name("limbeck");
    }
    let client = config.connect(NoTls).map_err(|error| {
        Error::database(format!("cannot connect to `{shown}`"), from_postgres(error))
    })?;
    Ok(Box::new(Postgres {
        client: Box::new(client),
        is_own: true,
        is_prepared: false,
    }))
}

struct Postgres<C: DerefMut<Target = Client>> {
    client: C,
    /// Whether the connection was opened here, so that its settings are limbeck's to set.
    is_own: bool,
    is_prepared: bool,
}

/// The settings of limbeck's own connections: the splitter reads backslashes as the standard does, and
/// what one revision has set must not change what the next one does.
const SETTINGS: &str = "RESET ALL; SET standard_conforming_strings = on";

impl<C: DerefMut<Target = Client>> Postgres<C> {
    /// Called before the first work: a start with nothing to do needs none of it.
    fn prepare(&mut self) -> Result<(), DriverError> {
        if self.is_prepared {
            return Ok(());
        }
        if self.is_own {
            self.send(SETTINGS)?;
        } else if self.is_in_transaction()? {
            return Err(DriverError::other(
                "the connection is inside a transaction; commit or roll back before migrating",
            ));
        }
        self.is_prepared = true;
        Ok(())
    }

    /// A statement by itself is a transaction, and begins with it.
    fn is_in_transaction(&mut self) -> Result<bool, DriverError> {
        match self.send("SELECT now() <> statement_timestamp()") {
            Ok(messages) => {
                Ok(messages.iter().find_map(row).and_then(|row| row.get(0)) == Some("t"))
            }
            Err(error)
                if error.code.as_deref() == Some(SqlState::IN_FAILED_SQL_TRANSACTION.code()) =>
            {
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    fn send(&mut self, text: &str) -> Result<Vec<SimpleQueryMessage>, DriverError> {
        self.client.simple_query(text).map_err(from_postgres)
    }

    fn send_transaction(&mut self, text: &str) -> Result<Vec<SimpleQueryMessage>, DriverError> {
        self.send(text).inspect_err(|_| {
            // Where the connection itself is lost there is nothing to roll back, and the first error
            // is the one to report.
            let _ = self.client.batch_execute("ROLLBACK");
            if self.is_own {
                let _ = self.client.batch_execute(SETTINGS);
            }
        })
    }

    /// Which change and statement of a unit failed, where the error itself does not say: the statements
    /// are run again, one a message, in a transaction that is never committed. `None` where it was none
    /// of them; a change without a statement where that cannot be told, or where the commit failed.
    fn locate(&mut self, unit: &Unit<'_>, code: &str) -> Option<(usize, Option<Place>)> {
        if unit
            .changes
            .iter()
            .all(|change| change.statements.is_empty())
        {
            return None;
        }
        if is_passing(code) {
            // Nothing is wrong with the statement, and it may have run for hours.
            return Some((0, None));
        }
        let found = self.replay(unit, code);
        // As above: a lost connection has nothing left to roll back.
        let _ = self.client.batch_execute("ROLLBACK");
        found
    }

    fn replay(&mut self, unit: &Unit<'_>, code: &str) -> Option<(usize, Option<Place>)> {
        self.send(message::begin(Dialect::Postgres)).ok()?;
        for (number, change) in unit.changes.iter().enumerate() {
            let mut before = Message::default();
            before.timeouts(Dialect::Postgres, change.timeouts);
            self.send(&before.text).ok()?;
            for (statement, text) in change.statements.iter().enumerate() {
                if let Err(error) = self.send(text.sql) {
                    let place = Place {
                        statement,
                        offset: error.offset,
                    };
                    let is_same = error.code.as_deref() == Some(code);
                    return Some((number, is_same.then_some(place)));
                }
            }
        }
        // What is left is the commit, at which deferred constraints are checked, or the ledger.
        let checked = self.send("SET CONSTRAINTS ALL IMMEDIATE");
        let last = unit.changes.len().checked_sub(1)?;
        checked.is_err().then_some((last, None))
    }

    fn schema_exists(&mut self, ledger: &Ledger) -> bool {
        let name = format!("\"{}\"", ledger.schema.replace('"', "\"\""));
        let sql = format!(
            "SELECT to_regnamespace({}) IS NOT NULL",
            ledger.quote(&name)
        );
        // Where it cannot be told, the error that led here is the one to report.
        self.send(&sql).is_ok_and(|messages| {
            messages.iter().find_map(row).and_then(|row| row.get(0)) == Some("t")
        })
    }
}

impl<C: DerefMut<Target = Client>> Driver for Postgres<C> {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn first_look(
        &mut self,
        ledger: &Ledger,
        states: &[(&str, Digest)],
    ) -> Result<FirstLook, DriverError> {
        match self.send(&ledger.standings()) {
            Ok(messages) => {
                let rows = state_rows(&messages.iter().filter_map(row).collect::<Vec<_>>())?;
                Ok(FirstLook::at(&rows, states))
            }
            Err(error) if is_missing(&error) => Ok(FirstLook::NoLedger),
            Err(error) => Err(error),
        }
    }

    fn read(&mut self, ledger: &Ledger, histories: &[&str]) -> Result<Contents, DriverError> {
        self.prepare()?;
        let within = format!("history IN ({})", ledger.list(histories));
        let text = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {states}; \
             SELECT history, id, parents, checksum, lineage, compat, \
             to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') \
             FROM {revision} WHERE {within} ORDER BY applied_at, id; \
             SELECT history, id, direction, step, state, lease_until > clock_timestamp() OR EXISTS \
             (SELECT FROM pg_stat_activity WHERE pid = backend AND coalesce(pg_stat_activity.state, 'active') = 'active' \
             AND pid <> pg_backend_pid()), error FROM {progress} WHERE {within} ORDER BY step; COMMIT",
            states = ledger.standings(),
            revision = ledger.table("revision"),
            progress = ledger.table("progress"),
        );
        let messages = match self.send_transaction(&text) {
            Ok(messages) => messages,
            Err(error) if is_missing(&error) => return Ok(Contents::default()),
            Err(error) => return Err(error),
        };
        // One result for each statement: `BEGIN`, the three queries, `COMMIT`.
        let [_, states, revisions, progress, ..] = &result_sets(&messages)[..] else {
            return Err(DriverError::other(
                "the server has not answered every query",
            ));
        };
        Ok(Contents {
            present: true,
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
        })
    }

    fn transact(
        &mut self,
        ledger: &Ledger,
        unit: &Unit<'_>,
        ended: Ended<'_>,
    ) -> Result<(), Refusal> {
        self.prepare().map_err(Refusal::Other)?;
        let watch = Stopwatch::start();
        let mut message = Message::transaction(ledger, unit);
        if self.is_own && unit.ends_a_script() {
            message.push(SETTINGS);
        }
        let Err(error) = self.send_transaction(&message.text) else {
            (0..unit.changes.len()).for_each(|number| ended(number, watch.elapsed()));
            return Ok(());
        };
        if error.message.contains(BUSY) {
            return Err(Refusal::Busy);
        }
        if error.message.contains(MOVED) {
            return Err(Refusal::Moved);
        }
        let found = if let Some(offset) = error.offset {
            message
                .place(offset)
                .map(|(change, place)| (change, Some(place)))
        } else {
            let code = error.code.clone();
            code.and_then(|code| self.locate(unit, &code))
        };
        // `IF NOT EXISTS` asks for the right to create a schema even where it exists.
        let is_forbidden = error.code.as_deref() == Some(SqlState::INSUFFICIENT_PRIVILEGE.code());
        if found.is_none()
            && is_forbidden
            && unit.create_ledger
            && !ledger.has_schema
            && self.schema_exists(ledger)
        {
            let ledger = Ledger {
                has_schema: true,
                ..ledger.clone()
            };
            return self.transact(&ledger, unit, ended);
        }
        Err(match found {
            Some((change, place)) => Refusal::Failed {
                change,
                place,
                error,
            },
            None => Refusal::Other(error),
        })
    }

    fn run(&mut self, sql: &str, timeouts: Timeouts) -> Result<(), DriverError> {
        let wanted = [
            ("lock_timeout", timeouts.lock_ms),
            ("statement_timeout", timeouts.statement_ms),
        ];
        let mut restore = String::new();
        for (setting, value_ms) in wanted {
            let Some(value_ms) = value_ms else { continue };
            let messages = self.send(&format!("SELECT current_setting('{setting}')"))?;
            let before = messages.iter().find_map(row).and_then(|row| row.get(0));
            restore.extend(["SET ", setting, " = '", before.unwrap_or("0"), "';"]);
            self.send(&format!("SET {setting} = {value_ms}"))?;
        }
        let result = self.send(sql).map(|_| ());
        if restore.is_empty() {
            return result;
        }
        let restored = self.send(&restore).map(|_| ());
        result.and(restored)
    }

    fn holder(&mut self, ledger: &Ledger) -> Option<String> {
        let name = ledger.quote(&format!("limbeck {}", ledger.schema));
        let sql = format!(
            "SELECT l.pid, a.application_name, a.query_start FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid) \
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
             AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended({name}, 0)"
        );
        // Who it is only makes the error better: a failure to find out must not replace it.
        let messages = self.send(&sql).ok()?;
        let holder = messages.iter().find_map(row)?;
        let mut words = format!("process {}", holder.get(0)?);
        if let Some(name) = holder.get(1).filter(|name| !name.is_empty()) {
            words.extend([" of `", name, "`"]);
        }
        if let Some(since) = holder.get(2) {
            words.extend([", whose statement runs since ", since]);
        }
        Some(words)
    }
}

/// Whether an error is of the circumstances: a statement that was cancelled, a server that goes down, a
/// lock that was not had in time, a deadlock.
fn is_passing(code: &str) -> bool {
    code.starts_with("57") || code.starts_with("40") || code == SqlState::LOCK_NOT_AVAILABLE.code()
}

fn is_missing(error: &DriverError) -> bool {
    let missing = [&SqlState::UNDEFINED_TABLE, &SqlState::INVALID_SCHEMA_NAME];
    missing
        .iter()
        .any(|state| error.code.as_deref() == Some(state.code()))
}
