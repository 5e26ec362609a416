//! A unit of work as SQL text: what PostgreSQL is sent as one message, and what `sql` prints.

use limbeck_model::Dialect;

use super::leftovers::Leftovers;
use super::unit::{Place, Timeouts, Unit};
use crate::ledger::Ledger;

/// SQL text that remembers which part of it came from where.
#[derive(Debug, Default)]
pub(crate) struct Message {
    pub(crate) text: String,
    /// In characters.
    length: usize,
    /// Where the part ends that can be sent by itself, in bytes and in characters.
    opening: (usize, usize),
    /// How many statements there are, each of which the server answers.
    commands: usize,
    parts: Vec<Part>,
}

/// How it is made sure that backslashes in literals are read as the standard does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backslashes {
    /// The server reads a whole message before it runs any of it, so that it can only be refused: with
    /// [`BACKSLASHES`].
    Checked,
    /// For who sends the opening first, or sends statement by statement.
    Set,
}

/// What PostgreSQL is made to say where it has read a message's backslashes otherwise.
pub(crate) const BACKSLASHES: &str = "limbeck: backslashes were not read as the standard does";

/// A user's statement within a message; offsets count characters, as PostgreSQL does.
#[derive(Debug)]
struct Part {
    first: usize,
    last: usize,
    change: usize,
    statement: usize,
    /// Which of the server's answers belongs to it.
    command: usize,
}

impl Message {
    /// The whole transaction: begin, lock, ledger as expected, changes, commit.
    pub(crate) fn transaction(ledger: &Ledger, unit: &Unit<'_>, backslashes: Backslashes) -> Self {
        let mut message = Self::default();
        message.push(begin(ledger.dialect));
        if ledger.dialect == Dialect::Postgres && unit.has_backslashes() {
            message.backslashes(backslashes);
        }
        message.opening = (message.text.len(), message.length);
        let all = unit.changes.iter().flat_map(|change| change.statements);
        let leftovers = match ledger.dialect {
            Dialect::Sqlite => None,
            Dialect::Postgres => Leftovers::of(all),
        };
        if let Some(leftovers) = &leftovers {
            message.push(&leftovers.before());
        }
        if let Some(first) = unit.changes.first() {
            message.timeouts(ledger.dialect, first.timeouts);
        }
        message.prologue(ledger, unit);
        let mut timeouts = unit.changes.first().map(|first| first.timeouts);
        for (number, change) in unit.changes.iter().enumerate() {
            if timeouts.replace(change.timeouts) != Some(change.timeouts) {
                message.timeouts(ledger.dialect, change.timeouts);
            }
            message.enter(ledger);
            for (index, statement) in change.statements.iter().enumerate() {
                let first = message.length;
                message.push(statement.sql);
                message.parts.push(Part {
                    first,
                    last: message.length,
                    change: number,
                    statement: index,
                    command: message.commands - 1,
                });
            }
            if let Some(leftovers) = &leftovers {
                for sql in leftovers.after() {
                    message.push(&sql);
                }
                message.timeouts(ledger.dialect, change.timeouts);
            }
        }
        let records = unit.changes.iter().flat_map(|change| &change.records);
        for sql in ledger.records(records) {
            message.push(&sql);
        }
        if unit.create_ledger && ledger.dialect == Dialect::Postgres {
            message.push(&ledger.settle_numbers());
        }
        if ledger.dialect == Dialect::Sqlite {
            // Whoever applies the text does not keep the shortcut of SQLite's driver up to date. Any
            // change of the schema makes it void.
            message.push("CREATE TABLE limbeck_touch (x)");
            message.push("DROP TABLE limbeck_touch");
        }
        message.push("COMMIT");
        message
    }

    fn backslashes(&mut self, backslashes: Backslashes) {
        match backslashes {
            Backslashes::Checked => self.push(&format!(
                "SELECT CASE current_setting('standard_conforming_strings') WHEN 'on' \
                 THEN '1' ELSE '{BACKSLASHES}' END::integer"
            )),
            Backslashes::Set => self.push(STANDARD_STRINGS),
        }
    }

    /// The transaction's begin, and the rest of it.
    #[cfg(feature = "postgres")]
    pub(crate) fn halves(&self) -> (&str, &str) {
        self.text.split_at(self.opening.0)
    }

    /// How many characters the first half has.
    #[cfg(feature = "postgres")]
    pub(crate) const fn opening_length(&self) -> usize {
        self.opening.1
    }

    /// Where a transaction's unqualified names lead from now on.
    fn enter(&mut self, ledger: &Ledger) {
        for sql in ledger.enter() {
            self.push(&sql);
        }
    }

    fn prologue(&mut self, ledger: &Ledger, unit: &Unit<'_>) {
        if ledger.dialect == Dialect::Postgres {
            self.push(&ledger.lock());
        }
        if unit.create_ledger {
            for sql in ledger.create() {
                self.push(&sql);
            }
        }
        if let Some(tenant) = ledger.tenant.as_ref().filter(|tenant| tenant.is_new) {
            self.push(&tenant.create());
        }
        if unit.guard.is_outdated {
            for sql in ledger.upgrade() {
                self.push(&sql);
            }
        }
        self.push(&ledger.guard(&unit.guard));
    }

    pub(crate) fn timeouts(&mut self, dialect: Dialect, timeouts: Timeouts) {
        if dialect == Dialect::Sqlite {
            return;
        }
        for (setting, value_ms) in [
            ("lock_timeout", timeouts.lock_ms),
            ("statement_timeout", timeouts.statement_ms),
        ] {
            if let Some(value_ms) = value_ms {
                self.push(&format!("SET LOCAL {setting} = {value_ms}"));
            }
        }
    }

    /// Adds a statement. A statement ends with a token, never in a comment, so `;` can follow it.
    pub(crate) fn push(&mut self, sql: &str) {
        self.text.push_str(sql);
        self.text.push_str(";\n");
        self.length += sql.chars().count() + 2;
        self.commands += 1;
    }

    /// Which change and which of its statements each of the server's answers belongs to: the number of
    /// the answer, the change's and the statement's.
    pub(crate) fn commands(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        self.parts
            .iter()
            .map(|part| (part.command, part.change, part.statement))
    }

    /// The user's statement at an offset in characters, with the change it belongs to.
    pub(crate) fn place(&self, offset: usize) -> Option<(usize, Place)> {
        let part = self
            .parts
            .iter()
            .find(|part| (part.first..part.last).contains(&offset))?;
        let place = Place {
            statement: part.statement,
            offset: Some(offset - part.first),
        };
        Some((part.change, place))
    }
}

pub(super) const STANDARD_STRINGS: &str = "SET LOCAL standard_conforming_strings = on";

/// Statements must see what was committed before the lock was granted, so the isolation level is set
/// whatever the session's default is.
pub(super) const fn begin(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "BEGIN IMMEDIATE",
        Dialect::Postgres => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    }
}
