//! What is done once before the first change.

use limbeck_model::Direction;

use super::position::cannot_read;
use super::run::Run;
use crate::backup;
use crate::clock::Stopwatch;
use crate::error::Error;
use crate::event::Event;
use crate::preflight::{self, Intent, Severity};

/// Whether something was done that is done once, before the first change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Ahead,
    Done,
}

impl Run<'_> {
    /// Looks whether the run can begin. What a person should know is told, and is in the report.
    pub(super) fn before(&mut self, direction: Direction, plan: &[usize]) -> Result<(), Error> {
        if std::mem::replace(&mut self.look, Look::Done) == Look::Done {
            return Ok(());
        }
        let extensions = preflight::extensions(&self.tables);
        let answer = loop {
            if let Some(facts) = self.facts.take() {
                break Ok(facts);
            }
            match self.driver.facts(&self.ledger, &extensions) {
                Err(error) if error.lost => self.reconnect(error, cannot_read)?,
                answer => break answer,
            }
        };
        let intent = Intent::new(&self.ledger, self.chart, direction, plan);
        let findings = preflight::weigh(answer, &intent)?;
        if let Some(error) = preflight::refusal(&findings) {
            return Err(error);
        }
        for finding in findings {
            if finding.severity == Severity::Warning {
                self.report.notes.push(finding.sentence());
                self.tell(&Event::Found(finding));
            }
        }
        self.back_up()
    }

    /// Copies the database, where that is asked for, once before the first change.
    pub(super) fn back_up(&mut self) -> Result<(), Error> {
        let Some(wanted) = &self.options.backup else {
            return Ok(());
        };
        if std::mem::replace(&mut self.copy, Look::Done) == Look::Done {
            return Ok(());
        }
        let watch = Stopwatch::start();
        let busy = self.listener.copying();
        let made = backup::make(&mut *self.driver, wanted)?;
        drop(busy);
        if let Some(path) = made {
            self.report.backup = Some(path.clone());
            let duration = watch.elapsed();
            self.tell(&Event::BackedUp { path, duration });
        }
        Ok(())
    }
}
