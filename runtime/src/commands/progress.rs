//! What a run shows while it goes on: a line for each revision and, on a terminal, a bar below them.

use std::io::Write as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::text;
use crate::event::{Event, Observer};

pub(super) struct Progress {
    bar: ProgressBar,
    count: usize,
    done: usize,
}

impl Progress {
    pub(super) fn new() -> Self {
        // indicatif draws to standard error, and nothing at all where that is no terminal.
        Self {
            bar: ProgressBar::hidden(),
            count: 0,
            done: 0,
        }
    }

    fn line(&self, line: &str) {
        self.bar.suspend(|| {
            // A reader that has gone away is not a failure of the migration.
            let _ = writeln!(std::io::stdout(), "{line}");
        });
    }

    fn show_bar(&mut self) {
        self.bar.finish_and_clear();
        self.bar = ProgressBar::new(self.count as u64);
        if let Ok(style) =
            ProgressStyle::with_template("[{elapsed_precise}] {bar:24} {pos}/{len} {msg}")
        {
            self.bar.set_style(style);
        }
        self.bar.enable_steady_tick(Duration::from_millis(200));
    }
}

impl Observer for Progress {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Planned { count, .. } => {
                self.count = self.done + count;
                self.show_bar();
                self.bar.set_position(self.done as u64);
            }
            Event::Started { revision, .. } => self.bar.set_message(text::name(revision)),
            Event::Statement { number, count, .. } if *count > 1 => {
                self.bar
                    .set_message(format!("statement {number} of {count}"));
            }
            Event::Statement { .. } | Event::StatementFinished { .. } => {}
            Event::Advanced { done, .. } => self.bar.set_position((self.done + done) as u64),
            Event::Finished(step) => {
                self.done += 1;
                self.line(&text::step(self.done, self.count.max(self.done), step));
                self.bar.set_position(self.done as u64);
            }
            Event::Waiting { holder } => {
                let who = holder
                    .as_ref()
                    .map_or_else(|| "another process".to_owned(), ToString::to_string);
                self.line(&format!("waiting for {who} to migrate this database"));
            }
            Event::Retrying {
                revision,
                attempts,
                reason,
                blockers,
                pause,
                ..
            } => {
                let id = &revision.id;
                let pause = text::duration(*pause);
                self.line(&format!(
                    "attempt {attempts} of {id} was held up: {reason}; the next one in {pause}"
                ));
                for blocker in blockers {
                    self.line(&format!("  by {blocker}"));
                }
            }
            Event::Reconnected { reason } => {
                self.line(&format!(
                    "the connection was lost ({reason}); another one is open"
                ));
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
