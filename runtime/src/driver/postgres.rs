//! PostgreSQL through the postgres crate: the only module that names it.
//!
//! Everything is sent in simple-query messages: a whole transaction is one message and one round trip.
//! After any error the rest of a message is discarded by the server and `ROLLBACK` is sent.

use std::error::Error as StdError;
use std::ops::DerefMut;
use std::time::Duration;

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;
use limbeck_model::recorded::Row;
use postgres::error::{ErrorPosition, SqlState};
use postgres::{Client, Config, NoTls, SimpleQueryMessage, SimpleQueryRow};

use super::message::Message;
use super::open::FirstLook;
use super::open::sealed::Open;
use super::unit::Ended;
use super::{Database, Driver, DriverError, Opened, Place, Refusal, Timeouts, Unit};
use crate::clock::Stopwatch;
use crate::error::{Error, ErrorKind};
use crate::ledger::{BUSY, Contents, Ledger, MOVED, Progress, ProgressState, StateRow};

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
        Ok(Box::new(Postgres { client: self }))
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
    }))
}

struct Postgres<C: DerefMut<Target = Client>> {
    client: C,
}

impl<C: DerefMut<Target = Client>> Postgres<C> {
    fn send(&mut self, text: &str) -> Result<Vec<SimpleQueryMessage>, DriverError> {
        self.client.simple_query(text).map_err(from_postgres)
    }

    fn send_transaction(&mut self, text: &str) -> Result<Vec<SimpleQueryMessage>, DriverError> {
        self.send(text).inspect_err(|_| {
            // Where the connection itself is lost there is nothing to roll back, and the first error
            // is the one to report.
            let _ = self.client.batch_execute("ROLLBACK");
        })
    }

    /// Which change and statement of a unit failed, where the error itself does not say: the changes
    /// are run again, one statement a message, in a transaction that is never committed. `None` where
    /// it was none of them; a change without a statement where they all pass and the commit failed.
    fn locate(
        &mut self,
        ledger: &Ledger,
        unit: &Unit<'_>,
        code: Option<&str>,
    ) -> Option<(usize, Option<Place>)> {
        let found = self.replay(ledger, unit, code);
        // As above: a lost connection has nothing left to roll back.
        let _ = self.client.batch_execute("ROLLBACK");
        found
    }

    fn replay(
        &mut self,
        ledger: &Ledger,
        unit: &Unit<'_>,
        code: Option<&str>,
    ) -> Option<(usize, Option<Place>)> {
        self.send(&Message::opening(ledger, unit).text).ok()?;
        for (number, change) in unit.changes.iter().enumerate() {
            let mut before = Message::default();
            before.timeouts(ledger.dialect, change.timeouts);
            self.send(&before.text).ok()?;
            for (statement, text) in change.statements.iter().enumerate() {
                if let Err(error) = self.send(text.sql) {
                    let place = Place {
                        statement,
                        offset: error.offset,
                    };
                    let same = error.code.as_deref() == code;
                    return Some((number, same.then_some(place)));
                }
            }
            let mut after = Message::default();
            after.records(ledger, change);
            self.send(&after.text).ok()?;
        }
        unit.changes.len().checked_sub(1).map(|last| (last, None))
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
        let within = format!("history IN ({})", ledger.list(histories));
        let text = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {states}; \
             SELECT history, id, parents, checksum, lineage, compat, \
             to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') \
             FROM {revision} WHERE {within} ORDER BY applied_at, id; \
             SELECT history, id, direction, step, state, token, lease_until > clock_timestamp() OR EXISTS \
             (SELECT FROM pg_stat_activity WHERE pid = backend AND pg_stat_activity.state = 'active' \
             AND pid <> pg_backend_pid()), error FROM {progress} WHERE {within} ORDER BY step; COMMIT",
            states = select_states(ledger),
            revision = ledger.table("revision"),
            progress = ledger.table("progress"),
        );
        let messages = match self.send_transaction(&text) {
            Ok(messages) => messages,
            Err(error) if is_missing(&error) => return Ok(Contents::default()),
            Err(error) => return Err(error),
        };
        let mut results = result_sets(&messages)
            .into_iter()
            .filter(|rows| !rows.is_empty());
        let mut contents = Contents {
            present: true,
            ..Contents::default()
        };
        for rows in &mut results {
            // The three results differ in width, and an empty one leaves no row behind.
            match rows.first().map_or(0, |row| row.len()) {
                3 => contents.states = state_rows(&rows)?,
                7 => {
                    contents.rows = rows
                        .into_iter()
                        .map(revision_row)
                        .collect::<Result<_, _>>()?;
                }
                _ => {
                    contents.progress = rows
                        .into_iter()
                        .map(progress_row)
                        .collect::<Result<_, _>>()?;
                }
            }
        }
        Ok(contents)
    }

    fn transact(
        &mut self,
        ledger: &Ledger,
        unit: &Unit<'_>,
        ended: Ended<'_>,
    ) -> Result<(), Refusal> {
        let watch = Stopwatch::start();
        let message = Message::transaction(ledger, unit);
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
        let found = match error.offset {
            Some(offset) => message
                .place(offset)
                .map(|(change, place)| (change, Some(place))),
            None if error.code.is_some() => self.locate(ledger, unit, error.code.as_deref()),
            None => None,
        };
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

fn select_states(ledger: &Ledger) -> String {
    format!(
        "SELECT history, digest, version FROM {}",
        ledger.table("state")
    )
}

fn is_missing(error: &DriverError) -> bool {
    let missing = [&SqlState::UNDEFINED_TABLE, &SqlState::INVALID_SCHEMA_NAME];
    missing
        .iter()
        .any(|state| error.code.as_deref() == Some(state.code()))
}

fn row(message: &SimpleQueryMessage) -> Option<&SimpleQueryRow> {
    match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    }
}

fn result_sets(messages: &[SimpleQueryMessage]) -> Vec<Vec<&SimpleQueryRow>> {
    let mut results = vec![Vec::new()];
    for message in messages {
        match message {
            SimpleQueryMessage::Row(row) => {
                if let Some(rows) = results.last_mut() {
                    rows.push(row);
                }
            }
            SimpleQueryMessage::CommandComplete(_) => results.push(Vec::new()),
            _ => {}
        }
    }
    results
}

fn text(row: &SimpleQueryRow, column: usize) -> Result<String, DriverError> {
    row.try_get(column)
        .map_err(from_postgres)?
        .map(str::to_owned)
        .ok_or_else(|| DriverError::other(format!("column {column} of a ledger row is null")))
}

fn number(row: &SimpleQueryRow, column: usize) -> Result<u32, DriverError> {
    text(row, column)?
        .parse()
        .map_err(|_| DriverError::other(format!("column {column} of a ledger row is not a number")))
}

fn state_rows(rows: &[&SimpleQueryRow]) -> Result<Vec<StateRow>, DriverError> {
    rows.iter()
        .map(|row| {
            Ok(StateRow {
                history: text(row, 0)?,
                digest: text(row, 1)?,
                version: number(row, 2)?,
            })
        })
        .collect()
}

fn revision_row(row: &SimpleQueryRow) -> Result<Row, DriverError> {
    Ok(Row {
        history: text(row, 0)?,
        id: text(row, 1)?,
        parents: text(row, 2)?
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        checksum: text(row, 3)?,
        lineage: text(row, 4)?,
        breaking: row.try_get(5).map_err(from_postgres)?.map(str::to_owned),
        applied_at: text(row, 6)?,
    })
}

fn progress_row(row: &SimpleQueryRow) -> Result<Progress, DriverError> {
    Ok(Progress {
        history: text(row, 0)?,
        id: text(row, 1)?,
        direction: text(row, 2)?,
        step: number(row, 3)?,
        // A state of a later version is unfinished as far as this one can tell.
        state: ProgressState::from_name(&text(row, 4)?).unwrap_or(ProgressState::Started),
        token: text(row, 5)?,
        alive: text(row, 6)? == "t",
        error: row.try_get(7).map_err(from_postgres)?.map(str::to_owned),
    })
}

fn from_postgres(error: postgres::Error) -> DriverError {
    let Some(database) = error.as_db_error() else {
        // The crate's own text is a class, such as "error connecting to server"; the cause says more.
        let message = error
            .source()
            .map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"));
        return DriverError {
            source: Some(Box::new(error)),
            ..DriverError::other(message)
        };
    };
    let offset = match database.position() {
        Some(ErrorPosition::Original(position)) => usize::try_from(*position)
            .ok()
            .and_then(|p| p.checked_sub(1)),
        _ => None,
    };
    DriverError {
        message: database.message().to_owned(),
        code: Some(database.code().code().to_owned()),
        detail: database.detail().map(str::to_owned),
        hint: database.hint().map(str::to_owned),
        offset,
        busy: false,
        source: Some(Box::new(error)),
    }
}
