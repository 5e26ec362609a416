//! Waiting for something outside this process; for this repository's own use.

use std::thread;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(10);

/// Asks `attempt` every few milliseconds until it answers, for about `limit`.
pub fn until<T>(limit: Duration, mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let pauses = limit.as_millis() / PAUSE.as_millis();
    for _ in 0..pauses {
        if let Some(answer) = attempt() {
            return Some(answer);
        }
        pause();
    }
    attempt()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a server tells nobody when it is ready, it has to be asked"
)]
fn pause() {
    thread::sleep(PAUSE);
}
