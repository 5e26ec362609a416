//! What a run does about faults that pass: sessions that are in the way, and a connection that was lost.
//!
//! Both leave nothing behind: a revision that did not come to its commit was rolled back as a whole, and
//! whether it did is what the ledger says. So the answer to both is to read the ledger and go on.

use std::mem;
use std::time::Duration;

use limbeck_model::Direction;

use super::fail;
use super::run::{Outcome, Run};
use crate::clock::{self, Stopwatch};
use crate::driver::{DriverError, Reconnected};
use crate::error::Error;
use crate::event::Event;

/// The first pause after an attempt that did not wait for a lock.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How often in a row a revision may lose its connection. A statement that the server or something before
/// it does not survive would lose it each time.
const MOST_LOSSES: u32 = 3;

/// The attempts of one revision so far.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// How many were rolled back because other sessions were in the way.
    conflicts: u32,
    /// How long they have waited for locks, and paused.
    blocked: Duration,
    losses: u32,
}

impl Attempts {
    pub(super) const fn retries(&self) -> u32 {
        self.conflicts + self.losses
    }

    /// How long to pause before the next attempt; `None` where there shall be none. `lock_timeout` is how
    /// long this one has waited for a lock.
    fn pause(&mut self, lock_timeout: Duration, deadline: Duration) -> Option<Duration> {
        self.conflicts += 1;
        self.blocked += lock_timeout;
        let left = deadline.saturating_sub(self.blocked);
        if left.is_zero() && self.conflicts > 1 {
            return None;
        }
        // Those who had to queue up behind the attempt need about as long as it has taken.
        let first = (lock_timeout / 2).max(FIRST_PAUSE);
        let growth = 1 << (self.conflicts - 1).min(8);
        let pause = (first * growth)
            .min(LONGEST_PAUSE)
            .min(left.max(FIRST_PAUSE));
        self.blocked += pause;
        Some(pause)
    }
}

/// What a run has seen of the ledger when it looked last.
#[derive(Debug)]
pub(super) struct Looks<T> {
    seen: Option<T>,
    in_vain: u32,
}

/// What a look has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// Something else than the one before.
    Moved,
    /// The same.
    Same,
    /// The same so often that it is no use to hurry.
    InVain,
}

impl<T> Default for Looks<T> {
    fn default() -> Self {
        Self {
            seen: None,
            in_vain: 0,
        }
    }
}

impl<T: PartialEq> Looks<T> {
    /// How often the same may be seen at once: a plan that is void must not be made again for ever.
    const MOST: u32 = 8;

    pub(super) fn look(&mut self, now: T) -> Sight {
        if self.seen.as_ref() != Some(&now) {
            self.seen = Some(now);
            self.in_vain = 0;
            return Sight::Moved;
        }
        self.in_vain += 1;
        if self.in_vain > Self::MOST {
            Sight::InVain
        } else {
            Sight::Same
        }
    }
}

impl Run<'_> {
    /// After a revision was rolled back because others were in the way: pauses, or gives up.
    pub(super) fn try_again(
        &mut self,
        index: usize,
        direction: Direction,
        error: DriverError,
    ) -> Result<Outcome, Error> {
        let entry = &self.chart.entries[index];
        let waited = if error.is_lock_timeout() {
            let own = entry.timeouts(direction).lock_ms.map(Duration::from_millis);
            own.unwrap_or(self.lock_timeout)
        } else {
            Duration::ZERO
        };
        let Some(pause) = self.attempts.pause(waited, self.lock_deadline) else {
            let attempts = self.attempts.conflicts;
            return Err(fail::held_up(entry, direction, attempts, error));
        };
        self.tell(&Event::Retrying {
            revision: entry.name(),
            direction,
            attempts: self.attempts.conflicts,
            reason: error.to_string(),
            blockers: error.blockers,
            pause,
        });
        self.report.retries += 1;
        let watch = Stopwatch::start();
        let busy = self.listener.pausing();
        clock::pause(pause);
        drop(busy);
        self.add_waiting(watch.elapsed());
        Ok(Outcome::Again)
    }

    /// After the connection was lost: opens another one, or reports the loss in the words of `describe`.
    pub(super) fn reconnect(
        &mut self,
        lost: DriverError,
        describe: impl FnOnce(DriverError) -> Error,
    ) -> Result<(), Error> {
        if !lost.lost || self.attempts.losses == MOST_LOSSES {
            return Err(describe(lost));
        }
        self.attempts.losses += 1;
        // However long the statement took that lost it: the server has been away for no time yet.
        self.backoff.restart();
        loop {
            match self.driver.reconnect(&lost) {
                Ok(Reconnected::Done) => break,
                Ok(Reconnected::NotOurs) => return Err(describe(lost)),
                // Whoever has taken its script over has ended its session first.
                Ok(Reconnected::AfterTermination) if self.was_overtaken() => break,
                Ok(Reconnected::AfterTermination) => {
                    return Err(describe(lost).help_with(
                        "somebody has ended limbeck's session on purpose, so it is not tried again; run again to go on",
                    ));
                }
                Err(_) if self.pause_for_server() => {}
                Err(unreachable) => {
                    return Err(describe(lost).help_with(format!(
                        "run again when the server is back: {unreachable:#}"
                    )));
                }
            }
        }
        self.report.retries += 1;
        self.tell(&Event::Reconnected {
            reason: lost.to_string(),
        });
        Ok(())
    }

    /// Whether another process has the script now that this one had. It has been told then.
    fn was_overtaken(&mut self) -> bool {
        if !mem::take(&mut self.has_script) {
            return false;
        }
        let question = self.ledger.has_claim(&format!("{}.", self.token));
        let answer = self.driver.ask(&question);
        answer.is_ok_and(|rows| rows.is_empty())
    }

    /// Waits for a server that is away; `false` at once when the deadline has passed.
    pub(super) fn pause_for_server(&mut self) -> bool {
        let watch = Stopwatch::start();
        let busy = self.listener.pausing();
        let is_time_left = self.backoff.wait();
        drop(busy);
        self.add_waiting(watch.elapsed());
        is_time_left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(2);

    #[test]
    fn a_ledger_that_never_moves_is_not_read_for_ever() {
        let mut looks = Looks::default();
        assert_eq!(looks.look(1), Sight::Moved);
        assert!((0..8).all(|_| looks.look(1) == Sight::Same));
        assert_eq!(looks.look(1), Sight::InVain);
        assert_eq!(looks.look(2), Sight::Moved);
        assert_eq!(looks.look(2), Sight::Same);
    }

    #[test]
    fn attempts_go_on_until_the_deadline() {
        let mut attempts = Attempts::default();
        let mut pauses = Vec::new();
        while let Some(pause) = attempts.pause(TIMEOUT, Duration::from_mins(1)) {
            pauses.push(pause.as_secs());
        }
        assert_eq!(pauses, [1, 2, 4, 8, 10, 10, 10]);
        assert!(attempts.blocked >= Duration::from_mins(1));
    }

    #[test]
    fn there_are_two_attempts_whatever_the_deadline() {
        let mut attempts = Attempts::default();
        assert_eq!(attempts.pause(TIMEOUT, Duration::ZERO), Some(FIRST_PAUSE));
        assert_eq!(attempts.pause(TIMEOUT, Duration::ZERO), None);
        assert_eq!(attempts.retries(), 2);
    }

    #[test]
    fn a_deadlock_is_not_paused_for_long() {
        let mut attempts = Attempts::default();
        let pause = attempts.pause(Duration::ZERO, Duration::from_mins(1));
        assert_eq!(pause, Some(FIRST_PAUSE));
    }
}
