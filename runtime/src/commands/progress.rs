//! What a run shows while it goes on.
//!
//! Each revision is a line of the answer. What passes goes to standard error: on a terminal as bars below
//! those lines, elsewhere as lines of a log.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{text, verify};
use crate::event::{Event, Observer};
use crate::observe::{Activity, Heartbeat, Progress};

pub(super) struct Display {
    /// Where standard error is a terminal.
    bars: Option<Bars>,
    count: usize,
    done: usize,
}

struct Bars {
    all: MultiProgress,
    /// The revisions.
    run: ProgressBar,
    /// The statement, as far as there is something to say of it.
    statement: ProgressBar,
}

const REVISIONS: &str = "[{elapsed_precise}] {bar:24} {pos}/{len} {wide_msg}";
const COUNTED: &str = "           {bar:24} {percent} % {wide_msg}";
const SAID: &str = "           {wide_msg}";

impl Display {
    pub(super) fn new() -> Self {
        Self {
            bars: std::io::stderr().is_terminal().then(Bars::new),
            count: 0,
            done: 0,
        }
    }

    /// Prints what bars would hide.
    fn above(&self, print: impl FnOnce()) {
        match &self.bars {
            Some(bars) => bars.all.suspend(print),
            None => print(),
        }
    }

    /// A line of the answer.
    fn line(&self, line: &str) {
        self.above(|| {
            // A reader that has gone away is not a failure of the migration.
            let _ = writeln!(std::io::stdout(), "{line}");
        });
    }

    /// A line of the log.
    fn log(&self, line: &str) {
        self.above(|| {
            let _ = writeln!(std::io::stderr(), "{line}");
        });
    }

    fn beat(&self, heartbeat: &Heartbeat) {
        match &self.bars {
            None => self.log(&text::heartbeat(heartbeat)),
            Some(bars) => match &heartbeat.activity {
                Activity::Preparing | Activity::Running => {}
                _ => bars.say(heartbeat.doing()),
            },
        }
    }

    fn retrying(&self, event: &Event) {
        let Event::Retrying {
            revision,
            attempts,
            reason,
            blockers,
            pause,
            ..
        } = event
        else {
            return;
        };
        let (id, pause) = (&revision.id, text::duration(*pause));
        self.log(&format!(
            "attempt {attempts} of {id} was held up: {reason}; the next one in {pause}"
        ));
        for blocker in blockers {
            self.log(&format!("  by {blocker}"));
        }
    }

    fn at(&mut self, done: usize) {
        if let Some(bars) = &self.bars {
            bars.run.set_position(done as u64);
        }
    }
}

impl Bars {
    fn new() -> Self {
        let all = MultiProgress::new();
        let run = all.add(ProgressBar::hidden());
        let statement = all.add(ProgressBar::hidden());
        Self {
            all,
            run,
            statement,
        }
    }

    fn start(&mut self, count: usize) {
        self.clear();
        self.run = self.all.add(ProgressBar::new(count as u64));
        style(&self.run, REVISIONS);
        self.run.enable_steady_tick(Duration::from_millis(200));
    }

    /// Says something of the statement.
    fn say(&self, words: String) {
        style(&self.statement, SAID);
        self.statement.set_message(words);
    }

    fn progress(&self, progress: &Progress) {
        let mut words = vec![progress.phase.clone()];
        words.extend(
            progress
                .rate_per_s
                .zip(progress.unit)
                .map(|(rate, unit)| format!("{rate} {}/s", unit.name())),
        );
        words.extend(
            progress
                .eta
                .map(|eta| format!("{} left", text::duration(eta))),
        );
        words.retain(|word| !word.is_empty());
        let words = words.join(", ");
        match progress.total {
            Some(total) => {
                style(&self.statement, COUNTED);
                self.statement.set_length(total);
                self.statement.set_position(progress.done.min(total));
                self.statement.set_message(words);
            }
            None => self.say(words),
        }
    }

    /// Nothing is known yet of what starts.
    fn forget_statement(&mut self) {
        self.all.remove(&self.statement);
        self.statement = self.all.add(ProgressBar::new(0));
        style(&self.statement, "");
    }

    fn clear(&mut self) {
        self.statement.finish_and_clear();
        self.run.finish_and_clear();
    }
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

impl Observer for Display {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Planned { count, .. } => {
                self.count = self.done + count;
                if let Some(bars) = &mut self.bars {
                    bars.start(self.count);
                }
                self.at(self.done);
            }
            Event::Started { revision, .. } => {
                if let Some(bars) = &mut self.bars {
                    bars.forget_statement();
                    bars.run.set_message(text::name(revision));
                }
            }
            Event::Statement {
                revision,
                number,
                count,
            } => {
                if let Some(bars) = &mut self.bars {
                    bars.forget_statement();
                    let name = text::name(revision);
                    if *count > 1 {
                        let words = format!("{name}  statement {number} of {count}");
                        bars.run.set_message(words);
                    }
                }
            }
            Event::Advanced { done, .. } => self.at(self.done + done),
            Event::Finished(step) => {
                self.done += 1;
                self.line(&text::step(self.done, self.count.max(self.done), step));
                self.at(self.done);
            }
            Event::BackedUp { path, duration } => self.line(&text::backup(path, *duration)),
            Event::Compared(comparison) => {
                self.line(&format!(
                    "the schema {}",
                    verify::comparison(comparison).trim_end()
                ));
            }
            Event::Found(finding) => self.line(&text::finding(finding)),
            Event::Waiting { holder } => {
                let who = holder
                    .as_ref()
                    .map_or_else(|| "another process".to_owned(), ToString::to_string);
                self.log(&format!(
                    "waiting for who is migrating this database: {who}"
                ));
            }
            Event::Retrying { .. } => self.retrying(event),
            Event::Reconnected { reason } => {
                self.log(&format!(
                    "the connection was lost ({reason}); another one is open"
                ));
            }
            Event::Heartbeat(heartbeat) => self.beat(heartbeat),
            Event::Progress { progress, .. } => {
                if let Some(bars) = &self.bars {
                    bars.progress(progress);
                }
            }
            Event::Blocked {
                revision,
                lock,
                blockers,
                ..
            } => {
                let id = revision
                    .as_ref()
                    .map_or_else(String::new, |revision| format!("{}: ", revision.id));
                let words = crate::observe::waiting_for(lock, blockers);
                self.log(&format!("{id}{words}"));
                if let Some(bars) = &self.bars {
                    bars.say(words);
                }
            }
            Event::RunStarted { .. }
            | Event::RunFinished { .. }
            | Event::RunFailed { .. }
            | Event::StatementFinished { .. } => {}
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(bars) = &mut self.bars {
            bars.clear();
        }
    }
}
