//! Waiting for what tells nobody when it is ready.

use std::time::{Duration, Instant};

/// How long a server may need to notice that a client is gone.
pub(crate) const A_WHILE: Duration = Duration::from_secs(20);

/// Asks every few milliseconds until there is an answer, for about this long.
pub(crate) fn until<T>(limit: Duration, mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = attempt() {
            return Some(answer);
        }
        if started.elapsed() > limit {
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
