//! From readings of PostgreSQL's counters to a rate and the time that is left. Pure: the time comes in.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Counter, Reading};
use crate::clock::milliseconds;
use crate::observe::{Progress, ProgressUnit};

/// Over how long a rate is taken: short enough to follow a change, long enough not to jump.
const WINDOW: Duration = Duration::from_secs(30);

/// Follows one statement through its phases.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// What was counted last; another phase counts anew.
    counted: Option<(String, Option<String>, String, ProgressUnit)>,
    /// When how much was done, oldest first.
    samples: VecDeque<(Duration, u64)>,
}

impl Meter {
    /// Takes a reading. `at` is any time that only grows, such as how long the statement has run.
    pub(super) fn measure(&mut self, at: Duration, reading: Reading) -> Progress {
        let counter = choose(&reading);
        let (rate_per_s, eta) = if let Some(counter) = counter {
            self.follow(at, &reading, counter)
        } else {
            *self = Self::default();
            (None, None)
        };
        Progress {
            command: reading.command,
            relation: reading.relation,
            phase: reading.phase,
            unit: counter.map(|counter| counter.unit),
            done: counter.map_or(0, |counter| counter.done),
            total: counter
                .map(|counter| counter.total)
                .filter(|&total| total > 0),
            rate_per_s,
            eta,
        }
    }

    fn follow(
        &mut self,
        at: Duration,
        reading: &Reading,
        counter: Counter,
    ) -> (Option<u64>, Option<Duration>) {
        let subject = Some((
            reading.command.clone(),
            reading.relation.clone(),
            reading.phase.clone(),
            counter.unit,
        ));
        let jumped_back = self
            .samples
            .back()
            .is_some_and(|&(_, done)| done > counter.done);
        if self.counted != subject || jumped_back {
            self.counted = subject;
            self.samples.clear();
        }
        self.samples.push_back((at, counter.done));
        // One sample at the edge of the window or before it stays, as the start of the stretch.
        while self
            .samples
            .get(1)
            .is_some_and(|&(second, _)| at.saturating_sub(second) >= WINDOW)
        {
            self.samples.pop_front();
        }
        let (Some(&(first_at, first)), false) = (
            self.samples.front(),
            counter.unit == ProgressUnit::Processes,
        ) else {
            // When others end their transactions follows no rate.
            return (None, None);
        };
        let passed_ms = milliseconds(at.saturating_sub(first_at));
        let advanced = counter.done.saturating_sub(first);
        // Two readings of one moment tell nothing.
        let rate = rate(advanced, passed_ms);
        (rate, rate.and_then(|_| eta(counter, advanced, passed_ms)))
    }
}

fn rate(advanced: u64, passed_ms: u64) -> Option<u64> {
    let per_second = (u128::from(advanced) * 1000).checked_div(u128::from(passed_ms))?;
    u64::try_from(per_second).ok()
}

/// How long the rest takes; `None` where nothing has moved, or more is done than there was thought to be.
fn eta(counter: Counter, advanced: u64, passed_ms: u64) -> Option<Duration> {
    if counter.total == 0 {
        return None;
    }
    let left = counter.total.checked_sub(counter.done)?;
    let left_ms = (u128::from(left) * u128::from(passed_ms)).checked_div(u128::from(advanced))?;
    u64::try_from(left_ms).ok().map(Duration::from_millis)
}

/// The counter that moves in this phase. PostgreSQL leaves those of other phases as they were.
fn choose(reading: &Reading) -> Option<Counter> {
    let of = |unit: ProgressUnit| {
        let mut counters = reading.counters.iter().copied();
        counters.find(|counter| counter.unit == unit && (counter.done > 0 || counter.total > 0))
    };
    let phase = reading.phase.as_str();
    if phase.starts_with("waiting") {
        return of(ProgressUnit::Processes);
    }
    if phase.contains("sorting") {
        // The rows are all there, and how many of them are in order is not counted.
        return None;
    }
    let units: &[ProgressUnit] = if phase.contains("tuples") {
        &[ProgressUnit::Rows]
    } else if phase.contains("indexes") {
        &[ProgressUnit::Indexes]
    } else {
        &[
            ProgressUnit::Blocks,
            ProgressUnit::Bytes,
            ProgressUnit::Rows,
            ProgressUnit::Tables,
        ]
    };
    // What has an end says more than what has none.
    let mut found: Vec<_> = units.iter().filter_map(|&unit| of(unit)).collect();
    found.sort_by_key(|counter| counter.total == 0);
    found.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(phase: &str, counters: &[(ProgressUnit, u64, u64)]) -> Reading {
        Reading {
            command: "CREATE INDEX".to_owned(),
            relation: None,
            phase: phase.to_owned(),
            counters: counters
                .iter()
                .map(|&(unit, done, total)| Counter { unit, done, total })
                .collect(),
        }
    }

    fn blocks(done: u64, total: u64) -> Reading {
        reading("scanning", &[(ProgressUnit::Blocks, done, total)])
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_rate_needs_two_readings() {
        let mut meter = Meter::default();
        let first = meter.measure(at(5), blocks(100, 1000));
        assert_eq!((first.rate_per_s, first.eta), (None, None));
        let second = meter.measure(at(7), blocks(300, 1000));
        assert_eq!(second.rate_per_s, Some(100));
        assert_eq!(second.eta, Some(at(7)));
        assert_eq!(second.percent(), Some(30));
    }

    #[test]
    fn two_readings_at_once_and_a_standstill_divide_by_nothing() {
        let mut meter = Meter::default();
        meter.measure(at(1), blocks(1, 10));
        let at_once = meter.measure(at(1), blocks(5, 10));
        assert_eq!((at_once.rate_per_s, at_once.eta), (None, None));
        let mut meter = Meter::default();
        meter.measure(at(1), blocks(5, 10));
        let still = meter.measure(at(9), blocks(5, 10));
        assert_eq!((still.rate_per_s, still.eta), (Some(0), None));
    }

    #[test]
    fn without_a_total_there_is_a_rate_and_no_end() {
        let mut meter = Meter::default();
        meter.measure(at(0), blocks(10, 0));
        let progress = meter.measure(at(10), blocks(60, 0));
        assert_eq!((progress.total, progress.rate_per_s), (None, Some(5)));
        assert_eq!((progress.eta, progress.percent()), (None, None));
    }

    #[test]
    fn another_phase_and_a_counter_that_jumps_back_start_anew() {
        let mut meter = Meter::default();
        meter.measure(at(0), blocks(0, 100));
        meter.measure(at(10), blocks(100, 100));
        let other = meter.measure(
            at(11),
            reading("validating", &[(ProgressUnit::Blocks, 100, 200)]),
        );
        assert_eq!((other.rate_per_s, other.eta), (None, None));
        meter.measure(
            at(12),
            reading("validating", &[(ProgressUnit::Blocks, 150, 200)]),
        );
        let back = meter.measure(
            at(13),
            reading("validating", &[(ProgressUnit::Blocks, 3, 200)]),
        );
        assert_eq!((back.rate_per_s, back.eta), (None, None));
        let on = meter.measure(
            at(14),
            reading("validating", &[(ProgressUnit::Blocks, 5, 200)]),
        );
        assert_eq!(
            (on.rate_per_s, on.eta),
            (Some(2), Some(Duration::from_millis(97_500)))
        );
    }

    #[test]
    fn a_rate_forgets_what_is_long_ago() {
        let mut meter = Meter::default();
        for second in 0..=100 {
            meter.measure(at(second), blocks(0, 1000));
        }
        let mut last = None;
        for second in 101..=140 {
            last = meter
                .measure(at(second), blocks((second - 100) * 10, 1000))
                .rate_per_s;
        }
        assert_eq!(last, Some(10));
    }

    #[test]
    fn more_than_there_was_thought_to_be_has_no_end() {
        let mut meter = Meter::default();
        meter.measure(at(0), blocks(90, 100));
        let over = meter.measure(at(1), blocks(110, 100));
        assert_eq!((over.percent(), over.eta), (Some(100), None));
        let mut meter = Meter::default();
        meter.measure(at(0), blocks(0, u64::MAX));
        let huge = meter.measure(at(u64::MAX / 1000), blocks(1, u64::MAX));
        assert_eq!((huge.percent(), huge.eta), (Some(0), None));
    }

    #[test]
    fn the_counter_is_that_of_the_phase() {
        let all = [
            (ProgressUnit::Processes, 1, 2),
            (ProgressUnit::Blocks, 30, 40),
            (ProgressUnit::Rows, 5, 6),
        ];
        let unit = |phase: &str| choose(&reading(phase, &all)).map(|counter| counter.unit);
        assert_eq!(
            unit("waiting for old snapshots"),
            Some(ProgressUnit::Processes)
        );
        assert_eq!(
            unit("building index: scanning table"),
            Some(ProgressUnit::Blocks)
        );
        assert_eq!(
            unit("building index: loading tuples in tree"),
            Some(ProgressUnit::Rows)
        );
        assert_eq!(unit("building index: sorting live tuples"), None);
        assert_eq!(unit("vacuuming indexes"), None);
        let copy = [(ProgressUnit::Bytes, 7, 0), (ProgressUnit::Rows, 5, 6)];
        let found = choose(&reading("", &copy)).map(|counter| counter.unit);
        assert_eq!(found, Some(ProgressUnit::Rows));
    }

    #[test]
    fn when_others_end_their_transactions_follows_no_rate() {
        let mut meter = Meter::default();
        let waiting = |done| {
            reading(
                "waiting for old snapshots",
                &[(ProgressUnit::Processes, done, 4)],
            )
        };
        meter.measure(at(0), waiting(1));
        let progress = meter.measure(at(10), waiting(2));
        assert_eq!(
            (progress.done, progress.rate_per_s, progress.eta),
            (2, None, None)
        );
    }
}
