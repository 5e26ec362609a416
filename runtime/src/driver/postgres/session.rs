//! What a session is set to, and how text is sent in it.

use std::ops::DerefMut;

use postgres::error::SqlState;
use postgres::{Client, SimpleQueryMessage};

use super::Postgres;
use super::connect::Connector;
use super::error::from_postgres;
use super::rows::row;
use super::tenant::SearchPath;
use crate::clock::Stopwatch;
use crate::driver::message::{BACKSLASHES, Backslashes, Message};
use crate::driver::{DriverError, Marker, Unit};
use crate::ledger::Ledger;

/// PostgreSQL's SQLSTATE for a change in a transaction that only reads.
const READ_ONLY: &str = "25006";

/// After a script outside a transaction, on a connection of limbeck's own: what its statements have set.
pub(super) const RESET: &str = "RESET SESSION AUTHORIZATION;\nRESET ROLE;\nRESET ALL";

/// What a connection is inside of before anything is done. A transaction is not limbeck's to touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// Nobody has looked.
    Unknown,
    Nothing,
    Transaction,
}

impl<C: DerefMut<Target = Client>> Postgres<C> {
    pub(super) fn new(client: C, connector: Option<Connector>) -> Self {
        Self {
            client,
            connector,
            marker: Marker::default(),
            inside: Inside::Unknown,
            reads_backslashes_otherwise: false,
            may_have_leftovers: false,
            held_up: None,
            age: Stopwatch::start(),
            has_progress: false,
            search_path: SearchPath::default(),
        }
    }

    /// Called before the first work: a start with nothing to do needs none of it.
    pub(super) fn prepare(&mut self) -> Result<(), DriverError> {
        if self.inside == Inside::Unknown {
            self.inside = match self.connector {
                Some(_) => Inside::Nothing,
                None => self.look_around()?,
            };
        }
        match self.inside {
            Inside::Unknown | Inside::Nothing => Ok(()),
            Inside::Transaction => Err(DriverError::other(
                "the connection is inside a transaction; commit or roll back before migrating",
            )),
        }
    }

    /// A statement by itself is a transaction, and begins with it.
    fn look_around(&mut self) -> Result<Inside, DriverError> {
        match self.send("SELECT now() <> statement_timestamp()") {
            Ok(messages) => Ok(
                match messages.iter().find_map(row).and_then(|row| row.get(0)) {
                    Some("t") => Inside::Transaction,
                    _ => Inside::Nothing,
                },
            ),
            Err(error)
                if error.code.as_deref() == Some(SqlState::IN_FAILED_SQL_TRANSACTION.code()) =>
            {
                Ok(Inside::Transaction)
            }
            Err(error) => Err(error),
        }
    }

    /// Sends text under the marker that is set. Positions in errors are those in the text alone.
    pub(super) fn send(&mut self, text: &str) -> Result<Vec<SimpleQueryMessage>, DriverError> {
        let marker = self.marker.text();
        let result = if marker.is_empty() {
            self.client.simple_query(text)
        } else {
            self.client.simple_query(&[marker, text].concat())
        };
        result.map_err(|error| {
            let mut error = from_postgres(error);
            let before = marker.chars().count();
            error.offset = error.offset.and_then(|offset| offset.checked_sub(before));
            error
        })
    }

    pub(super) fn send_transaction(
        &mut self,
        text: &str,
    ) -> Result<Vec<SimpleQueryMessage>, DriverError> {
        self.send(text).inspect_err(|_| {
            // Where the connection itself is lost there is nothing to roll back, and the first error
            // is the one to report.
            let _ = self.client.batch_execute("ROLLBACK");
        })
    }

    /// Sends a unit as one message. Where the server has read its backslashes otherwise, the transaction is
    /// opened by a message of its own, which sets how the rest is read, then and from then on.
    pub(super) fn send_unit(
        &mut self,
        ledger: &Ledger,
        unit: &Unit<'_>,
        after: Option<&str>,
    ) -> (Message, Result<Vec<SimpleQueryMessage>, DriverError>) {
        if !self.reads_backslashes_otherwise || !unit.has_backslashes() {
            let mut message = Message::transaction(ledger, unit, Backslashes::Checked);
            if let Some(sql) = after {
                message.push(sql);
            }
            let result = self.send_transaction(&message.text);
            let may_be_misread = |error: &DriverError| {
                error.message.contains(BACKSLASHES)
                    || error.code.as_deref() == Some(SqlState::SYNTAX_ERROR.code())
            };
            match result {
                Err(error) if unit.has_backslashes() && may_be_misread(&error) => {}
                result => return (message, result),
            }
            self.reads_backslashes_otherwise = true;
        }
        let mut message = Message::transaction(ledger, unit, Backslashes::Set);
        if let Some(sql) = after {
            message.push(sql);
        }
        let (opening, rest) = message.halves();
        let result = self
            .send_transaction(opening)
            .and_then(|mut answers| {
                answers.extend(self.send_transaction(rest)?);
                Ok(answers)
            })
            .map_err(|mut error| {
                error.offset = error.offset.map(|offset| offset + message.opening_length());
                error
            });
        (message, result)
    }

    /// Sends a statement by itself, in a transaction that may write whatever the default is, as the
    /// transactions of units may.
    pub(super) fn send_writing(
        &mut self,
        sql: &str,
    ) -> Result<Vec<SimpleQueryMessage>, DriverError> {
        let refused = match self.send(sql) {
            Err(error) if error.code.as_deref() == Some(READ_ONLY) => error,
            result => return result,
        };
        let before = self.send("SELECT current_setting('default_transaction_read_only')")?;
        if before.iter().find_map(row).and_then(|row| row.get(0)) != Some("on") {
            return Err(refused);
        }
        self.send("SET default_transaction_read_only = off")?;
        let result = self.send(sql);
        let restored = self.send("SET default_transaction_read_only = on");
        result.and_then(|messages| restored.map(|_| messages))
    }

    /// Has a statement that is sent by itself read as the standard does, on a connection of limbeck's own.
    /// The setting is the session's, as a statement outside a transaction leaves no other place for it, and
    /// one that poolers keep for each of their clients.
    pub(super) fn read_backslashes(&mut self, sql: &str) -> Result<(), DriverError> {
        if self.connector.is_none() || !sql.contains('\\') {
            return Ok(());
        }
        self.send("SET standard_conforming_strings = on")
            .map(|_| ())
    }

    pub(super) fn schema_exists(&mut self, ledger: &Ledger) -> bool {
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
