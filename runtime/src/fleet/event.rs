//! What a run over a fleet tells while it goes on.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Error;
use crate::event::Event;
use crate::observe::guarded;

/// Something that happens during a run over a fleet.
///
/// More events may be added, and each may come to tell more.
#[derive(Debug)]
#[non_exhaustive]
pub enum FleetEvent<'e> {
    /// The first look is over.
    #[non_exhaustive]
    Planned {
        /// How many members it has found at head; they are left alone.
        at_head: usize,
        /// How many are left.
        count: usize,
    },
    /// A member's turn has come.
    #[non_exhaustive]
    Started {
        /// The member.
        member: &'e str,
    },
    /// Something happens on a member.
    #[non_exhaustive]
    Happened {
        /// The member.
        member: &'e str,
        /// What happens.
        event: &'e Event,
    },
    /// A member's turn is over.
    #[non_exhaustive]
    Finished {
        /// The member.
        member: &'e str,
        /// Why it has failed; `None` where all went well.
        error: Option<&'e Error>,
    },
}

/// Listens to the events of a run over a fleet. Any `FnMut(&FleetEvent) + Send` does.
///
/// Members run at the same time; the observer is called for one of them after the other. One that panics is
/// told nothing any more, and the members go on.
pub trait FleetObserver: Send {
    /// Takes notice of an event. What it does delays the members.
    fn event(&mut self, event: &FleetEvent<'_>);
}

impl<F: FnMut(&FleetEvent<'_>) + Send> FleetObserver for F {
    fn event(&mut self, event: &FleetEvent<'_>) {
        self(event);
    }
}

/// The observer, in the hands of all members.
#[derive(Clone)]
pub(super) struct FleetListener(Arc<Mutex<Ear>>);

struct Ear {
    observer: Box<dyn FleetObserver>,
    has_panicked: bool,
}

impl FleetListener {
    pub(super) fn new(observer: impl FleetObserver + 'static) -> Self {
        Self(Arc::new(Mutex::new(Ear {
            observer: Box::new(observer),
            has_panicked: false,
        })))
    }

    /// An observer that has panicked is told nothing any more.
    pub(super) fn tell(&self, event: &FleetEvent<'_>) {
        let mut ear = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Ear {
            observer,
            has_panicked,
        } = &mut *ear;
        guarded(has_panicked, || observer.event(event));
    }
}
