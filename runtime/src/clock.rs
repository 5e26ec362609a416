//! The only module of this crate that reads a clock, sleeps or starts a thread.

use std::sync::{Condvar, MutexGuard, PoisonError};
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

/// Lets threads wait for a while, or until another one rings.
#[derive(Debug, Default)]
pub(crate) struct Bell(Condvar);

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.notify_all();
    }

    /// Waits without the lock, and has it again afterwards. May return earlier.
    pub(crate) fn wait<'g, T>(
        &self,
        guard: MutexGuard<'g, T>,
        at_most: Duration,
    ) -> MutexGuard<'g, T> {
        let waited = self.0.wait_timeout(guard, at_most);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Waits between two attempts, longer each time and never for exactly as long as another process.
#[derive(Debug)]
pub(crate) struct Backoff {
    watch: Stopwatch,
    deadline: Duration,
    step_ms: u64,
    longest_ms: u64,
}

impl Backoff {
    const FIRST_MS: u64 = 10;
    const LONGEST_MS: u64 = 500;
    /// Whoever waits for a whole deploy need not know of its end at once, and there may be many of them.
    const LONGEST_LOOK_MS: u64 = 2_000;

    pub(crate) fn new(deadline: Duration) -> Self {
        Self {
            watch: Stopwatch::start(),
            deadline,
            step_ms: Self::FIRST_MS,
            longest_ms: Self::LONGEST_MS,
        }
    }

    /// For those who only look, again and again.
    pub(crate) fn between_looks(deadline: Duration) -> Self {
        Self {
            longest_ms: Self::LONGEST_LOOK_MS,
            ..Self::new(deadline)
        }
    }

    /// Starts again, with the whole deadline.
    pub(crate) fn restart(&mut self) {
        self.watch = Stopwatch::start();
        self.step_ms = Self::FIRST_MS;
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
        self.step_ms = (self.step_ms * 2).min(self.longest_ms);
        true
    }
}

/// Waits for about as long, never for exactly as long as another process.
#[expect(
    clippy::disallowed_methods,
    reason = "waiting is done here and nowhere else"
)]
pub(crate) fn pause(duration: Duration) {
    std::thread::sleep(duration.mul_f64(0.75 + fastrand::f64() / 4.0));
}

/// Starts a thread, for what has to be waited for with a time limit and cannot be interrupted.
#[cfg(feature = "postgres")]
pub(crate) fn start_thread(act: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name("limbeck".to_owned())
        .spawn(act)
        .map(|_| ())
}

/// Milliseconds, rounded down.
pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
