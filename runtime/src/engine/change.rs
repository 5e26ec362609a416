//! What a revision changes: the statements of its script, and what the ledger says of it afterwards.

use std::time::Duration;

use limbeck_model::Direction;
use limbeck_model::checksum::Digest;

use super::chart::{Chart, Entry, Tips};
use crate::clock::milliseconds;
use crate::driver::{Change, Timeouts};
use crate::ledger::{Applied, Journal, Record};

pub(crate) fn move_tips(tips: &mut Tips<'_>, direction: Direction, index: usize) -> Digest {
    match direction {
        Direction::Up => tips.apply(index),
        Direction::Down => tips.remove(index),
    }
    tips.state_of(index)
}

pub(crate) fn change(
    chart: &Chart,
    index: usize,
    direction: Direction,
    state: Digest,
    lock_timeout: Duration,
) -> Change<'static> {
    let entry = &chart.entries[index];
    Change {
        statements: entry.statements(direction),
        timeouts: timeouts(entry, direction, lock_timeout),
        records: vec![record(chart, index, direction, state, true)],
    }
}

/// The timeouts of a transaction: the script's own, or else the run's.
pub(crate) fn timeouts(entry: &Entry, direction: Direction, lock_timeout: Duration) -> Timeouts {
    let own = entry.timeouts(direction);
    let usual = (!lock_timeout.is_zero()).then(|| milliseconds(lock_timeout).max(1));
    Timeouts {
        lock_ms: own.lock_ms.or(usual),
        ..own
    }
}

/// What the ledger says of a revision that was run, or only stamped.
pub(crate) fn record(
    chart: &Chart,
    index: usize,
    direction: Direction,
    state: Digest,
    executed: bool,
) -> Record<'static> {
    let entry = &chart.entries[index];
    let (history, id) = (entry.history.name, entry.revision.id);
    let outcome = match (direction, executed) {
        (Direction::Up, true) => "applied",
        (Direction::Down, true) => "removed",
        (Direction::Up, false) => "stamped",
        (Direction::Down, false) => "unstamped",
    };
    let journal = journal(chart, index, direction, outcome);
    match direction {
        Direction::Up => Record::Applied(Applied {
            history,
            id,
            parents: entry.parents.clone(),
            checksum: entry.side.checksum,
            lineage: entry.side.lineage,
            breaking: entry.revision.breaking,
            state,
            journal,
        }),
        Direction::Down => Record::Removed {
            history,
            id,
            state,
            journal,
        },
    }
}

pub(crate) fn journal(
    chart: &Chart,
    index: usize,
    direction: Direction,
    outcome: &'static str,
) -> Journal<'static> {
    let entry = &chart.entries[index];
    Journal {
        history: entry.history.name,
        id: entry.revision.id,
        direction,
        outcome,
        error: None,
        duration_ms: None,
        binary: entry.history.package,
    }
}
