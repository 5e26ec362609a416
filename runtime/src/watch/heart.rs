//! The thread that tells at a fixed interval that a run is alive.
//!
//! It never waits for a database, so that it beats whatever happens to one.

use std::sync::Arc;
use std::time::Duration;

use super::Lookout;
use super::desk::Desk;
use super::spawn::Thread;
use super::watcher::Watcher;
use crate::clock::Stopwatch;
use crate::event::Event;
use crate::observe::Listener;

/// How long something may run before it is worth a second connection.
pub(super) const MOMENT: Duration = Duration::from_secs(1);

/// How often the desk is looked at.
const GLANCE: Duration = Duration::from_millis(200);

/// How long the end of a run waits for a watcher whose server does not answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Beats until it is dropped.
pub(crate) struct Heart {
    desk: Arc<Desk>,
    thread: Option<Thread>,
}

impl Heart {
    /// Starts it, if there is anything to do for it. A `beat` of zero is none.
    pub(crate) fn start(
        desk: &Arc<Desk>,
        listener: &Listener,
        beat: Duration,
        lookout: Option<Box<dyn Lookout>>,
    ) -> Self {
        let beat = Some(beat).filter(|beat| !beat.is_zero() && listener.is_heard());
        let mut thread = None;
        if beat.is_some() || lookout.is_some() {
            let (desk, listener) = (Arc::clone(desk), listener.clone());
            let work = move || run(&desk, &listener, beat, lookout);
            thread = Thread::start("limbeck-heart", work);
        }
        Self {
            desk: Arc::clone(desk),
            thread,
        }
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.desk.end();
        if let Some(thread) = self.thread.take() {
            thread.join();
        }
    }
}

fn run(
    desk: &Arc<Desk>,
    listener: &Listener,
    beat: Option<Duration>,
    mut lookout: Option<Box<dyn Lookout>>,
) {
    let glance = beat.map_or(GLANCE, |beat| beat.min(GLANCE));
    let mut since_beat = Stopwatch::start();
    let mut watcher = None;
    loop {
        let board = desk.wait(glance);
        if board.has_ended {
            break;
        }
        let is_long = board
            .running()
            .is_some_and(|(_, elapsed)| elapsed >= MOMENT);
        drop(board);
        if is_long && let Some(lookout) = lookout.take() {
            watcher = Watcher::start(desk, listener, lookout);
        }
        if beat.is_some_and(|beat| since_beat.elapsed() >= beat) {
            since_beat = Stopwatch::start();
            listener.tell_of(|| {
                let board = desk.board();
                (!board.has_ended).then(|| Event::Heartbeat(board.heartbeat()))
            });
        }
    }
    if let Some(thread) = watcher
        && desk.wait_for_watcher(PATIENCE)
    {
        thread.join();
    }
}
