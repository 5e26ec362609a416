//! What a session is set to, and how text is sent in it.

use std::ops::DerefMut;

use postgres::error::SqlState;
use postgres::{Client, SimpleQueryMessage};

use super::Postgres;
use super::connect::Connector;
use super::error::from_postgres;
use super::rows::row;
use crate::driver::{DriverError, Marker};
use crate::ledger::Ledger;

/// The settings of limbeck's own connections: the splitter reads backslashes as the standard does, and
/// what one revision has set must not change what the next one does.
pub(super) const SETTINGS: &str = "RESET ALL; SET standard_conforming_strings = on";

impl<C: DerefMut<Target = Client>> Postgres<C> {
    pub(super) fn new(client: C, connector: Option<Connector>) -> Self {
        Self {
            client,
            connector,
            marker: Marker::default(),
            is_prepared: false,
        }
    }

    /// Called before the first work: a start with nothing to do needs none of it.
    pub(super) fn prepare(&mut self) -> Result<(), DriverError> {
        if self.is_prepared {
            return Ok(());
        }
        if self.connector.is_some() {
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
    pub(super) fn is_in_transaction(&mut self) -> Result<bool, DriverError> {
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
            if self.connector.is_some() {
                let _ = self.client.batch_execute(SETTINGS);
            }
        })
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
