//! Statements by themselves, in a tenant's schema: only the session can have a search path for them.

use std::ops::DerefMut;

use postgres::Client;

use super::Postgres;
use super::rows::row;
use crate::driver::DriverError;

/// A tenant's search path.
#[derive(Debug, Default)]
pub(super) struct SearchPath {
    /// As a list of identifiers; `None` for the session's own.
    pub(super) schemas: Option<String>,
    /// Whether a session of limbeck's own is set to it.
    pub(super) is_set: bool,
}

impl SearchPath {
    pub(super) const fn of(schemas: Option<String>) -> Self {
        Self {
            schemas,
            is_set: false,
        }
    }
}

/// What the search path of a lent session was.
pub(super) struct Before(String);

impl<C: DerefMut<Target = Client>> Postgres<C> {
    /// Sets the session's search path to the tenant's. On a connection of limbeck's own it stays so.
    pub(super) fn go_to_tenant(&mut self) -> Result<Option<Before>, DriverError> {
        let Some(path) = self.search_path.schemas.clone() else {
            return Ok(None);
        };
        let set = format!("SET search_path = {path}");
        if self.connector.is_some() {
            if !self.search_path.is_set {
                self.send(&set)?;
                self.search_path.is_set = true;
            }
            return Ok(None);
        }
        let messages = self.send("SELECT quote_literal(current_setting('search_path'))")?;
        let before = messages.iter().find_map(row).and_then(|row| row.get(0));
        let before = before.unwrap_or("''").to_owned();
        self.send(&set)?;
        Ok(Some(Before(before)))
    }

    /// Puts a lent session's search path back.
    pub(super) fn come_back<T>(
        &mut self,
        before: Option<Before>,
        result: Result<T, DriverError>,
    ) -> Result<T, DriverError> {
        let Some(Before(path)) = before else {
            return result;
        };
        let restored = self.send(&format!("SELECT set_config('search_path', {path}, false)"));
        result.and_then(|answer| restored.map(|_| answer))
    }
}
