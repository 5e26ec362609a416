//! The only module of this crate that reads a clock or sleeps.

use std::time::{Duration, Instant};

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "durations are measured here and nowhere else"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Waits between two attempts, longer each time and never for exactly as long as another process.
#[derive(Debug)]
pub(crate) struct Backoff {
    watch: Stopwatch,
    deadline: Duration,
    step_ms: u64,
}

impl Backoff {
    const FIRST_MS: u64 = 10;
    const LONGEST_MS: u64 = 500;

    pub(crate) fn new(deadline: Duration) -> Self {
        Self {
            watch: Stopwatch::start(),
            deadline,
            step_ms: Self::FIRST_MS,
        }
    }

    /// Starts again, with the whole deadline.
    pub(crate) fn restart(&mut self) {
        *self = Self::new(self.deadline);
    }

    /// How long has been waited so far.
    pub(crate) fn waited(&self) -> Duration {
        self.watch.elapsed()
    }

    /// Waits; `false` at once when the deadline has passed.
    #[expect(
        clippy::disallowed_methods,
        reason = "waiting is done here and nowhere else"
    )]
    pub(crate) fn wait(&mut self) -> bool {
        let left = self.deadline.saturating_sub(self.waited());
        if left.is_zero() {
            return false;
        }
        let jittered = Duration::from_millis(fastrand::u64(self.step_ms / 2..=self.step_ms));
        std::thread::sleep(jittered.min(left));
        self.step_ms = (self.step_ms * 2).min(Self::LONGEST_MS);
        true
    }
}

/// Milliseconds, rounded down.
pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
