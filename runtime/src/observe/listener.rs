//! The observer, in the hands of all that have something to tell.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use crate::event::{Event, Observer};
use crate::watch::{Busy, Desk};

/// The observer, if there is one, and the desk of the run that it listens to.
///
/// What is told stands on the desk too, and both are done before anything else can be told: so a heartbeat
/// never speaks of a revision of which the observer has not heard.
#[derive(Clone, Default)]
pub(crate) struct Listener {
    ear: Option<Arc<Mutex<Ear>>>,
    desk: Option<Arc<Desk>>,
}

struct Ear {
    observer: Box<dyn Observer>,
    has_panicked: bool,
}

impl Listener {
    pub(crate) fn new(observer: impl Observer + 'static) -> Self {
        Self {
            ear: Some(Arc::new(Mutex::new(Ear {
                observer: Box::new(observer),
                has_panicked: false,
            }))),
            desk: None,
        }
    }

    /// The same observer, for the run at this desk.
    pub(crate) fn for_run(&self, desk: &Arc<Desk>) -> Self {
        Self {
            ear: self.ear.clone(),
            desk: Some(Arc::clone(desk)),
        }
    }

    /// Whether there is an observer.
    pub(crate) const fn is_heard(&self) -> bool {
        self.ear.is_some()
    }

    /// Whether the observer has panicked and is told nothing any more.
    pub(crate) fn has_panicked(&self) -> bool {
        self.ear.as_ref().is_some_and(|ear| {
            ear.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .has_panicked
        })
    }

    /// Something that was marked with this token runs in the database until the guard is dropped. `renewal`
    /// prolongs its claim, where it has one.
    pub(crate) fn running(&self, token: &str, renewal: Option<String>) -> Option<Busy> {
        let desk = self.desk.as_ref()?;
        Some(desk.running(token, renewal))
    }

    /// Another process is waited for until the guard is dropped.
    pub(crate) fn waiting(&self) -> Option<Busy> {
        self.desk.as_ref().map(Desk::waiting)
    }

    /// The next attempt is waited for until the guard is dropped.
    pub(crate) fn pausing(&self) -> Option<Busy> {
        self.desk.as_ref().map(Desk::pausing)
    }

    /// The database is copied until the guard is dropped.
    pub(crate) fn copying(&self) -> Option<Busy> {
        self.desk.as_ref().map(Desk::copying)
    }

    /// So many statements of a script have begun, of so many.
    pub(crate) fn at(&self, number: usize, count: usize) {
        if let Some(desk) = &self.desk {
            desk.at_statement(number, count);
        }
    }

    pub(crate) fn tell(&self, event: &Event) {
        let mut ear = self
            .ear
            .as_ref()
            .map(|ear| ear.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(desk) = &self.desk {
            desk.note(event);
        }
        if let Some(ear) = &mut ear {
            ear.hear(event);
        }
    }

    /// Tells an event that is made when nothing else can be told any more, so that it fits what was told
    /// before. It is made without an observer too.
    pub(crate) fn tell_of(&self, event: impl FnOnce() -> Option<Event>) {
        let Some(ear) = &self.ear else {
            event();
            return;
        };
        let mut ear = ear.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(event) = event() {
            ear.hear(&event);
        }
    }
}

impl Ear {
    /// A panic ends the listening and not the run: what the observer holds may be half changed, while the
    /// database must not be left half migrated because of a line in a log.
    fn hear(&mut self, event: &Event) {
        let Self {
            observer,
            has_panicked,
        } = self;
        guarded(has_panicked, || observer.event(event));
    }
}

/// Calls an observer, unless it has panicked before.
pub(crate) fn guarded(has_panicked: &mut bool, call: impl FnOnce()) {
    if !*has_panicked {
        *has_panicked = catch_unwind(AssertUnwindSafe(call)).is_err();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_observer_that_panics_is_told_nothing_any_more() {
        let told = Arc::new(Mutex::new(0));
        let count = Arc::clone(&told);
        let listener = Listener::new(move |_: &Event| {
            *count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            panic!("on purpose");
        });
        assert!(!listener.has_panicked());
        for _ in 0..3 {
            listener.tell(&Event::Advanced { done: 1, count: 2 });
        }
        assert!(listener.has_panicked());
        assert_eq!(*told.lock().unwrap_or_else(PoisonError::into_inner), 1);
    }
}
