//! What a run does at this moment, as its thread says and others read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Bell, Stopwatch};
use crate::event::Event;
use crate::observe::{Activity, Heartbeat, Progress};
use crate::report::RevisionName;
use crate::session::Session;

/// Where a run's thread says what it does.
#[derive(Debug)]
pub(crate) struct Desk {
    board: Mutex<Board>,
    bell: Bell,
}

/// What stands on it.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) has_ended: bool,
    /// Whether nobody is left who looks at the database.
    pub(super) watcher_has_ended: bool,
    run: Stopwatch,
    /// Since when there is no task, or since when this one.
    since: Stopwatch,
    task: Option<Task>,
    /// Another one with each task, and with none.
    pub(super) number: u64,
    pub(super) revision: Option<RevisionName>,
    statement: Option<(usize, usize)>,
    holder: Option<Session>,
    pub(super) seen: Seen,
    /// What the report shall say.
    notes: Vec<String>,
}

/// What was seen of the running session last.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) blocked: Option<(String, Vec<Session>)>,
    pub(super) progress: Option<Progress>,
}

/// What the thread of the run waits for.
#[derive(Clone, Debug)]
enum Task {
    Run(Running),
    Wait,
    Pause,
    Copy,
}

/// What is needed to look after something that runs in the database.
#[derive(Clone, Debug)]
pub(super) struct Running {
    /// What its messages begin with; see [`crate::driver::Marker`].
    pub(super) token: String,
    /// The statement that prolongs its claim, of a script outside a transaction.
    pub(super) renewal: Option<String>,
}

impl Desk {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            board: Mutex::new(Board {
                has_ended: false,
                watcher_has_ended: true,
                run: Stopwatch::start(),
                since: Stopwatch::start(),
                task: None,
                number: 0,
                revision: None,
                statement: None,
                holder: None,
                seen: Seen::default(),
                notes: Vec::new(),
            }),
            bell: Bell::default(),
        })
    }

    /// Something that was marked with this token runs in the database until the guard is dropped. `renewal`
    /// prolongs its claim, where it has one.
    pub(crate) fn running(self: &Arc<Self>, token: &str, renewal: Option<String>) -> Busy {
        self.begin(Task::Run(Running {
            token: token.to_owned(),
            renewal,
        }))
    }

    /// Another process is waited for until the guard is dropped.
    pub(crate) fn waiting(self: &Arc<Self>) -> Busy {
        self.begin(Task::Wait)
    }

    /// The next attempt is waited for until the guard is dropped.
    pub(crate) fn pausing(self: &Arc<Self>) -> Busy {
        self.begin(Task::Pause)
    }

    /// The database is copied until the guard is dropped.
    pub(crate) fn copying(self: &Arc<Self>) -> Busy {
        self.begin(Task::Copy)
    }

    fn begin(self: &Arc<Self>, task: Task) -> Busy {
        let before = self.board().turn_to(Some(task));
        Busy {
            desk: Arc::clone(self),
            before,
        }
    }

    /// What is told to the observer stands here too.
    pub(crate) fn note(&self, event: &Event) {
        let mut board = self.board();
        match event {
            Event::Started { revision, .. } => {
                board.revision = Some(revision.clone());
                board.statement = None;
            }
            Event::Statement { number, count, .. } => board.statement = Some((*number, *count)),
            Event::StatementFinished { .. } => board.statement = None,
            Event::Finished(_) => {
                board.revision = None;
                board.statement = None;
            }
            Event::Waiting { holder } => board.holder.clone_from(holder),
            _ => {}
        }
    }

    pub(crate) fn at_statement(&self, number: usize, count: usize) {
        self.board().statement = Some((number, count));
    }

    pub(super) fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, and reads the board again. Returns at once when the run has ended.
    pub(super) fn wait(&self, at_most: Duration) -> MutexGuard<'_, Board> {
        let board = self.board();
        if board.has_ended {
            return board;
        }
        self.bell.wait(board, at_most)
    }

    /// The run has ended: whoever waits here is woken.
    pub(super) fn end(&self) {
        self.board().has_ended = true;
        self.bell.ring();
    }

    /// The watcher has ended, of which the run's end waits to hear.
    pub(super) fn watcher_ends(&self) {
        self.board().watcher_has_ended = true;
        self.bell.ring();
    }

    /// Waits until the watcher has ended; `false` where it has not by then.
    pub(super) fn wait_for_watcher(&self, at_most: Duration) -> bool {
        let watch = Stopwatch::start();
        let mut board = self.board();
        loop {
            let left = at_most.saturating_sub(watch.elapsed());
            if board.watcher_has_ended || left.is_zero() {
                return board.watcher_has_ended;
            }
            board = self.bell.wait(board, left);
        }
    }

    /// The revision that is at work.
    pub(crate) fn revision(&self) -> Option<RevisionName> {
        self.board().revision.clone()
    }

    pub(super) fn add_note(&self, note: String) {
        self.board().notes.push(note);
    }

    /// What the report shall say.
    pub(crate) fn take_notes(&self) -> Vec<String> {
        std::mem::take(&mut self.board().notes)
    }
}

impl Board {
    fn turn_to(&mut self, task: Option<Task>) -> Option<Task> {
        self.number += 1;
        self.since = Stopwatch::start();
        self.seen = Seen::default();
        std::mem::replace(&mut self.task, task)
    }

    /// What runs in the database, and for how long.
    pub(super) fn running(&self) -> Option<(&Running, Duration)> {
        match &self.task {
            Some(Task::Run(running)) => Some((running, self.since.elapsed())),
            _ => None,
        }
    }

    pub(super) fn heartbeat(&self) -> Heartbeat {
        let activity = match (&self.task, &self.seen.blocked) {
            (None, _) => Activity::Preparing,
            (Some(Task::Run(_)), None) => Activity::Running,
            (Some(Task::Run(_)), Some((lock, blockers))) => Activity::Blocked {
                lock: lock.clone(),
                blockers: blockers.clone(),
            },
            (Some(Task::Wait), _) => Activity::Waiting {
                holder: self.holder.clone(),
            },
            (Some(Task::Pause), _) => Activity::BackingOff,
            (Some(Task::Copy), _) => Activity::BackingUp,
        };
        Heartbeat {
            revision: self.revision.clone(),
            statement: self.statement,
            activity,
            progress: self.seen.progress.clone(),
            elapsed: self.since.elapsed(),
            total_elapsed: self.run.elapsed(),
        }
    }
}

/// Says on the desk that something goes on, until it is dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct Busy {
    desk: Arc<Desk>,
    before: Option<Task>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        let before = self.before.take();
        self.desk.board().turn_to(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heartbeat_says_what_stands_on_the_desk() {
        let desk = Desk::new();
        let activity = || desk.board().heartbeat().activity;
        assert_eq!(activity(), Activity::Preparing);
        let busy = desk.running("token", None);
        assert_eq!(activity(), Activity::Running);
        desk.board().seen.blocked = Some(("a lock".to_owned(), Vec::new()));
        assert!(matches!(activity(), Activity::Blocked { .. }));
        drop(busy);
        let busy = desk.running("token", None);
        assert_eq!(
            activity(),
            Activity::Running,
            "what was seen of another one"
        );
        drop(busy);
        let busy = desk.waiting();
        assert_eq!(activity(), Activity::Waiting { holder: None });
        drop(busy);
        let busy = desk.pausing();
        assert_eq!(activity(), Activity::BackingOff);
        drop(busy);
        let busy = desk.copying();
        assert_eq!(activity(), Activity::BackingUp);
        drop(busy);
        assert_eq!(activity(), Activity::Preparing);
    }

    #[test]
    fn each_beginning_and_end_can_be_told_from_any_other() {
        let desk = Desk::new();
        let first = desk.board().number;
        drop(desk.running("token", None));
        assert_eq!(desk.board().number, first + 2);
    }

    #[test]
    fn whoever_waits_is_woken_by_the_end() {
        let desk = Desk::new();
        desk.end();
        assert!(desk.wait(Duration::from_mins(1)).has_ended);
        assert!(desk.wait_for_watcher(Duration::ZERO));
    }
}
