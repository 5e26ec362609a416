//! The only module of this crate that starts threads for members: so many at a time, until all are done.

use std::sync::atomic::{AtomicUsize, Ordering};

/// When the others are left alone.
pub(super) struct Stop {
    failures: AtomicUsize,
    /// After so many failures; `None` for never.
    after: Option<usize>,
}

impl Stop {
    pub(super) const fn new(after: Option<usize>) -> Self {
        Self {
            failures: AtomicUsize::new(0),
            after,
        }
    }

    /// One more has failed.
    pub(super) fn count(&self) {
        self.failures.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn failures(&self) -> usize {
        self.failures.load(Ordering::SeqCst)
    }

    pub(super) fn is_reached(&self) -> bool {
        self.after.is_some_and(|after| self.failures() >= after)
    }
}

/// Does some work for each number below `count`, `concurrency` at a time, in order. Each thread has
/// something of its own that it keeps from one to the next, such as a connection.
pub(super) fn each<W>(
    count: usize,
    concurrency: usize,
    stop: &Stop,
    own: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, usize) + Sync,
) {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut own = own();
        while !stop.is_reached() {
            let number = next.fetch_add(1, Ordering::SeqCst);
            if number >= count {
                return;
            }
            work(&mut own, number);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..concurrency.min(count) {
            scope.spawn(run);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn each_is_done_once_and_none_after_the_stop() {
        let done = Mutex::new(Vec::new());
        each(
            100,
            8,
            &Stop::new(None),
            || (),
            |(), number| done.lock().unwrap().push(number),
        );
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert_eq!(done, (0..100).collect::<Vec<_>>());

        let stop = Stop::new(Some(3));
        each(100, 1, &stop, || (), |(), _| stop.count());
        assert_eq!(stop.failures(), 3);
    }
}
