//! The thread that looks at what a run has running in PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use super::desk::{Desk, Running, Seen};
use super::heart::MOMENT;
use super::meter::Meter;
use super::spawn::Thread;
use super::{Lookout, Sighting};
use crate::clock::Stopwatch;
use crate::driver::DriverError;
use crate::event::Event;
use crate::observe::Listener;
use crate::session::Session;

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often it prolongs a claim, which holds for several times as long.
const RENEW_EVERY: Duration = Duration::from_secs(8);

/// How long it waits after a look that failed; longer after each further one.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
const LONGEST_AFTER_FAILURE: Duration = Duration::from_mins(1);

pub(super) struct Watcher {
    desk: Arc<Desk>,
    listener: Listener,
    lookout: Box<dyn Lookout>,
    meter: Meter,
    /// The task that was looked at last; what follows is of it.
    number: u64,
    blocked: Option<Blocked>,
    renewed: Option<Stopwatch>,
    has_looked: bool,
    failures: u32,
}

struct Blocked {
    since: Stopwatch,
    lock: String,
    pids: Vec<i32>,
}

impl Watcher {
    /// Starts it; the run's end waits for it, on the desk.
    pub(super) fn start(
        desk: &Arc<Desk>,
        listener: &Listener,
        lookout: Box<dyn Lookout>,
    ) -> Option<Thread> {
        let watcher = Self {
            desk: Arc::clone(desk),
            listener: listener.clone(),
            lookout,
            meter: Meter::default(),
            number: 0,
            blocked: None,
            renewed: None,
            has_looked: false,
            failures: 0,
        };
        desk.board().watcher_has_ended = false;
        let started = Thread::start("limbeck-watcher", move || watcher.run());
        if started.is_none() {
            desk.board().watcher_has_ended = true;
        }
        started
    }

    fn run(mut self) {
        let ends = Ends(Arc::clone(&self.desk));
        let mut pause = Duration::ZERO;
        loop {
            let board = self.desk.wait(pause);
            if board.has_ended {
                break;
            }
            let number = board.number;
            let running = board
                .running()
                .filter(|(_, elapsed)| *elapsed >= MOMENT)
                .map(|(running, elapsed)| (running.clone(), elapsed));
            drop(board);
            pause = match running {
                Some((running, elapsed)) => self.look(number, &running, elapsed),
                None => LOOK_EVERY,
            };
        }
        // The connection is closed before the run's end hears of it.
        drop(self);
        drop(ends);
    }

    /// Looks once; how long to wait until the next time.
    fn look(&mut self, number: u64, running: &Running, elapsed: Duration) -> Duration {
        if self.number != number {
            self.number = number;
            self.meter = Meter::default();
            self.blocked = None;
            self.renewed = None;
        }
        match self.lookout.look(&running.token) {
            Ok(sighting) => {
                // Only as long as the statement itself is there: a claim must not outlive it.
                if sighting.is_some() {
                    self.renew(running);
                }
                self.has_looked = true;
                self.failures = 0;
                self.tell(sighting.unwrap_or_default(), elapsed);
                LOOK_EVERY
            }
            Err(error) => {
                self.lookout.close();
                self.after_failure(&error)
            }
        }
    }

    /// One that fails is tried again at the next look.
    fn renew(&mut self, running: &Running) {
        let is_due = self
            .renewed
            .is_none_or(|renewed| renewed.elapsed() >= RENEW_EVERY);
        if let Some(renewal) = &running.renewal
            && is_due
            && self.lookout.renew(renewal).is_ok()
        {
            self.renewed = Some(Stopwatch::start());
        }
    }

    fn after_failure(&mut self, error: &DriverError) -> Duration {
        if self.failures == 0 && !self.has_looked {
            self.desk.add_note(format!(
                "no second connection could look at what was running: {error}"
            ));
        }
        self.failures = self.failures.saturating_add(1);
        (AFTER_FAILURE * self.failures).min(LONGEST_AFTER_FAILURE)
    }

    fn tell(&mut self, sighting: Sighting, elapsed: Duration) {
        let progress = sighting
            .reading
            .map(|reading| self.meter.measure(elapsed, reading));
        let blocked = sighting.lock.map(|lock| (lock, sighting.blockers));
        let has_changed = self.has_changed(blocked.as_ref());
        let blocked_for = self.blocked.as_ref().map(|blocked| blocked.since.elapsed());
        let number = self.number;
        let desk = &self.desk;
        // Nothing is told of a statement that has ended meanwhile.
        let mut revision = None;
        self.listener.tell_of(|| {
            let mut board = desk.board();
            if board.number != number || board.has_ended {
                return None;
            }
            board.seen = Seen {
                blocked: blocked.clone(),
                progress: progress.clone(),
            };
            revision.clone_from(&board.revision);
            let (lock, blockers) = blocked.filter(|_| has_changed)?;
            Some(Event::Blocked {
                revision: board.revision.clone(),
                lock,
                blockers,
                elapsed: blocked_for.unwrap_or_default(),
            })
        });
        let Some((revision, progress)) = revision.zip(progress) else {
            return;
        };
        self.listener.tell_of(|| {
            let board = desk.board();
            let is_current = board.number == number && !board.has_ended;
            is_current.then_some(Event::Progress { revision, progress })
        });
    }

    /// Whether others are in the way than at the last look.
    fn has_changed(&mut self, blocked: Option<&(String, Vec<Session>)>) -> bool {
        let Some((lock, blockers)) = blocked else {
            self.blocked = None;
            return false;
        };
        let pids: Vec<_> = blockers.iter().map(|session| session.pid).collect();
        match &mut self.blocked {
            Some(before) if before.lock == *lock && before.pids == pids => false,
            Some(before) => {
                before.lock.clone_from(lock);
                before.pids = pids;
                true
            }
            None => {
                self.blocked = Some(Blocked {
                    since: Stopwatch::start(),
                    lock: lock.clone(),
                    pids,
                });
                true
            }
        }
    }
}

/// Tells the desk that the watcher has ended, also where it has panicked.
struct Ends(Arc<Desk>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.watcher_ends();
    }
}
