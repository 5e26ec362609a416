//! The SQL of a run as text, without a database: the same that a run would send.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use limbeck_model::{Dialect, Direction, plan};

use super::change::{change, move_tips, record};
use super::chart::Chart;
use super::script::{self, records};
use crate::driver::message::{Backslashes, Message};
use crate::driver::{Change, Unit};
use crate::error::{Error, ErrorKind};
use crate::ledger::{Guard, Ledger, OFFLINE, Record};
use crate::table::Recovery;

/// What is to be written down.
pub(crate) struct Offline<'o> {
    pub(crate) direction: Direction,
    /// What the database is at: targets as for stamping.
    pub(crate) from: &'o [&'o str],
    pub(crate) target: &'o str,
    /// How long a transaction may wait for a lock, unless its script says otherwise.
    pub(crate) lock_timeout: Duration,
}

/// The SQL that takes a database from one state to another. Each transaction checks first that the
/// database is where it should be, so that the text cannot be applied twice or to the wrong database.
pub(crate) fn offline(
    chart: &Chart,
    ledger: &Ledger,
    histories: &[&str],
    request: &Offline<'_>,
) -> Result<String, Error> {
    let applied: BTreeSet<usize> = if request.from.is_empty() {
        BTreeSet::new()
    } else {
        let stamp = plan::stamp(&chart.graph, &BTreeSet::new(), request.from, true);
        stamp?.add.into_iter().collect()
    };
    let plan = match request.direction {
        Direction::Up => plan::upgrade(&chart.graph, &applied, request.target),
        Direction::Down => plan::downgrade(&chart.graph, &applied, request.target),
    }?;
    let mut tips = chart.tips(&applied);
    let mut guard = Guard {
        histories: histories
            .iter()
            .map(|&history| history.to_owned())
            .collect(),
        ..Guard::default()
    };
    for history in histories {
        guard.expect(history, tips.state(history));
    }
    let mut own = ledger.clone();
    if let Some(tenant) = &mut own.tenant {
        tenant.is_new = false;
    }
    let mut script = Script {
        chart,
        ledger: &own,
        direction: request.direction,
        lock_timeout: request.lock_timeout,
        create_ledger: applied.is_empty(),
        may_be_outdated: !applied.is_empty() && ledger.dialect == Dialect::Postgres,
        text: preamble(ledger),
    };
    for index in plan {
        if request.direction == Direction::Down
            && let Some(reason) = chart.entries[index].revision.irreversible
        {
            let id = chart.entries[index].revision.id;
            return Err(Error::new(
                ErrorKind::Irreversible,
                format!("`{id}` cannot be taken back: {reason}"),
            ));
        }
        let state = move_tips(&mut tips, request.direction, index);
        script.revision(index, &guard, state);
        guard.expect(chart.entries[index].history.name, state);
    }
    Ok(script.text)
}

fn preamble(ledger: &Ledger) -> String {
    let mut text = client(ledger.dialect).to_owned();
    if let Some(tenant) = &ledger.tenant {
        if tenant.is_new {
            text.extend([&tenant.create(), ";\n"]);
        }
        // Statements outside a transaction have no other place for it.
        text.extend(["SET search_path = ", &tenant.search_path(), ";\n"]);
    }
    text
}

const fn client(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "-- Run with a client that stops at the first error: sqlite3 -bail FILE\n\
             -- Foreign keys are enforced, as on limbeck's own connections.\n\
             PRAGMA foreign_keys = ON;\n"
        }
        Dialect::Postgres => {
            "-- Run with a client that stops at the first error: psql -v ON_ERROR_STOP=1\n"
        }
    }
}

struct Script<'s> {
    chart: &'s Chart,
    ledger: &'s Ledger,
    direction: Direction,
    lock_timeout: Duration,
    create_ledger: bool,
    /// Whether the ledger may lack what an older limbeck did not know and a claim needs.
    may_be_outdated: bool,
    text: String,
}

impl Script<'_> {
    fn revision(&mut self, index: usize, guard: &Guard, state: limbeck_model::checksum::Digest) {
        let entry = &self.chart.entries[index];
        let verb = match self.direction {
            Direction::Up => "upgrade to",
            Direction::Down => "downgrade of",
        };
        let revision = entry.revision;
        // Writing to a String cannot fail.
        let _ = writeln!(
            self.text,
            "\n-- {verb} {} ({}), {}",
            revision.id, revision.message, revision.file
        );
        if entry.script(self.direction).transactional {
            let change = change(self.chart, index, self.direction, state, self.lock_timeout);
            self.transaction(guard.clone(), vec![change]);
        } else {
            self.statements(index, guard, state);
        }
    }

    fn transaction(&mut self, guard: Guard, changes: Vec<Change<'_>>) {
        let unit = Unit {
            guard,
            create_ledger: std::mem::take(&mut self.create_ledger),
            changes,
        };
        self.text
            .push_str(&Message::transaction(self.ledger, &unit, Backslashes::Set).text);
    }

    /// A non-transactional script: each statement is claimed in the ledger before it runs, or is recorded in
    /// its own transaction.
    fn statements(&mut self, index: usize, guard: &Guard, state: limbeck_model::checksum::Digest) {
        let entry = &self.chart.entries[index];
        let (history, id) = (entry.history.name, entry.revision.id);
        let mut guard = guard.clone();
        guard.is_outdated = std::mem::take(&mut self.may_be_outdated);
        for (step, statement) in (1..).zip(entry.statements(self.direction)) {
            let claim = script::claim(self.ledger, entry, self.direction, step, OFFLINE);
            if entry.recovery(self.direction, step) == Recovery::Together {
                let change =
                    script::completion(entry, self.direction, step, claim, self.lock_timeout);
                self.transaction(guard.clone(), vec![change]);
            } else {
                self.transaction(guard.clone(), vec![records(vec![Record::Claimed(claim)])]);
                let mut own = Message::default();
                own.push(statement.sql);
                self.text.push_str(&own.text);
            }
            guard.expect_unfinished(history, Some(OFFLINE));
        }
        let done = record(self.chart, index, self.direction, state, true);
        self.transaction(
            guard,
            vec![records(vec![done, Record::Released { history, id }])],
        );
    }
}
