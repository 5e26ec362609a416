//! Which revisions share a transaction: those of a first install, where that makes no difference but to time.
//!
//! Each commit waits for the disk, and on PostgreSQL the lock, the look at the ledger and the rows that record a
//! revision cost about as much as a small revision does. In a database that holds data already each revision is a
//! transaction of its own, so that whoever looks sees which one runs, and locks are held for no longer than one
//! needs them.

use limbeck_model::{Dialect, Direction};

use super::chart::{Chart, Entry};
use crate::driver::leaves_nothing;

/// What PostgreSQL gets in one transaction at most: so that the locks fit into what a server has for them by
/// default, and a run tells of its progress.
const MOST_REVISIONS: usize = 128;
const MOST_STATEMENTS: usize = 256;
const MOST_BYTES: usize = 256 * 1024;

/// How a run cuts its plan into transactions.
#[derive(Debug, Default)]
pub(super) struct Sharing {
    /// Whether the database was empty when the run began; `None` before it did.
    is_first_install: Option<bool>,
    /// How many of the next revisions get a transaction each, after one that they shared has failed.
    apart: usize,
}

impl Sharing {
    /// A plan is about to be carried out, or what is left of it.
    pub(super) fn begin(&mut self, is_empty: bool) {
        self.is_first_install.get_or_insert(is_empty);
    }

    /// So many revisions have failed together.
    pub(super) const fn set_apart(&mut self, count: usize) {
        self.apart = count;
    }

    /// So many revisions are done.
    pub(super) const fn done(&mut self, count: usize) {
        self.apart = self.apart.saturating_sub(count);
    }

    /// The transactions of a plan.
    pub(super) fn stretches<'p>(
        &self,
        chart: &Chart,
        direction: Direction,
        plan: &'p [usize],
    ) -> Vec<&'p [usize]> {
        if self.is_first_install != Some(true) || direction != Direction::Up {
            return plan.chunks(1).collect();
        }
        let (apart, mut rest) = plan.split_at(self.apart.min(plan.len()));
        let mut stretches: Vec<_> = apart.chunks(1).collect();
        while !rest.is_empty() {
            let (stretch, others) = rest.split_at(together(chart, rest).max(1));
            stretches.push(stretch);
            rest = others;
        }
        stretches
    }
}

/// How many of the first revisions of a plan can share a transaction.
fn together(chart: &Chart, plan: &[usize]) -> usize {
    let entries = plan.iter().map(|&index| &chart.entries[index]);
    if chart.dialect == Dialect::Sqlite {
        // Its only lock is that of the whole file.
        return entries.take_while(|entry| transactional(entry)).count();
    }
    let (mut statements, mut bytes) = (0, 0);
    entries
        .take(MOST_REVISIONS)
        .take_while(|entry| {
            let own = entry.statements(Direction::Up);
            statements += own.len();
            bytes += own
                .iter()
                .map(|statement| statement.sql.len())
                .sum::<usize>();
            statements <= MOST_STATEMENTS && bytes <= MOST_BYTES && is_sociable(entry)
        })
        .count()
}

fn transactional(entry: &Entry) -> bool {
    entry.script(Direction::Up).transactional
}

/// Whether a revision does nothing that would reach the next one in the same transaction.
fn is_sociable(entry: &Entry) -> bool {
    let script = entry.script(Direction::Up);
    script.transactional
        && script.lock_timeout_ms.is_none()
        && script.statement_timeout_ms.is_none()
        && entry
            .statements(Direction::Up)
            .iter()
            .all(|statement| leaves_nothing(statement.sql))
}
