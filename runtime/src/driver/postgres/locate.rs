//! Which statement of a message failed, where the error itself does not say.

use std::ops::DerefMut;

use limbeck_model::Dialect;
use postgres::Client;
use postgres::error::SqlState;

use super::Postgres;
use crate::driver::message::{self, Message};
use crate::driver::{Place, Unit};

impl<C: DerefMut<Target = Client>> Postgres<C> {
    /// Which change and statement of a unit failed, where the error itself does not say: the statements
    /// are run again, one a message, in a transaction that is never committed. `None` where it was none
    /// of them; a change without a statement where that cannot be told, or where the commit failed.
    pub(super) fn locate(&mut self, unit: &Unit<'_>, code: &str) -> Option<(usize, Option<Place>)> {
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
        let begin = message::begin(Dialect::Postgres);
        self.send(&format!("{begin};\n{}", message::STANDARD_STRINGS))
            .ok()?;
        if let Some(path) = &self.search_path.schemas {
            let local = format!("SET LOCAL search_path = {path}");
            self.send(&local).ok()?;
        }
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
}

/// Whether an error is of the circumstances: a statement that was cancelled, a server that goes down, a
/// lock that was not had in time, a deadlock.
fn is_passing(code: &str) -> bool {
    code.starts_with("57") || code.starts_with("40") || code == SqlState::LOCK_NOT_AVAILABLE.code()
}
