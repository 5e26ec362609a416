//! The transactions of a run, and what becomes of them.

use limbeck_model::Direction;

use super::change::journal;
use super::fail::{self, cannot_write};
use super::run::{Outcome, Run};
use crate::driver::{Change, Refusal, Timeouts, Unit};
use crate::error::Error;
use crate::event::Event;
use crate::ledger::Record;

impl Run<'_> {
    pub(super) fn transact(
        &mut self,
        unit: &Unit<'_>,
        direction: Direction,
        stretch: &[usize],
    ) -> Result<Outcome, Error> {
        let chart = self.chart;
        // Of a transaction of several revisions nothing is told before it is committed: until then
        // none of them is done.
        let alone = stretch.len() == 1;
        if alone {
            self.tell_start(stretch[0], direction);
        }
        let mut effects = Vec::new();
        let busy = self.mark(stretch[0], None);
        let listener = &self.listener;
        let result = self.driver.transact(&self.ledger, unit, &mut |_, effect| {
            effects.push(effect);
            if !alone {
                listener.tell(&Event::Advanced {
                    done: effects.len(),
                    count: stretch.len(),
                });
            }
        });
        self.driver.mark(None);
        drop(busy);
        match result {
            Ok(()) => {
                self.sharing.done(stretch.len());
                for (&index, effect) in stretch.iter().zip(effects) {
                    if !alone {
                        self.tell_start(index, direction);
                    }
                    self.finish(index, direction, effect);
                }
                Ok(Outcome::Done)
            }
            Err(Refusal::Moved) => Ok(Outcome::Again),
            Err(Refusal::Busy) => self.wait().map(|()| Outcome::Again),
            Err(Refusal::Failed { error, .. }) if fail::is_unwritable(&error) => {
                Err(cannot_write(error))
            }
            Err(Refusal::Failed { error, .. } | Refusal::Other(error)) if error.lost => {
                if !alone {
                    // Should one of them be what the server does not survive, it is that one that is named.
                    self.sharing.set_apart(stretch.len());
                }
                self.in_doubt = stretch.iter().map(|&index| (index, direction)).collect();
                let entry = &chart.entries[stretch[0]];
                self.reconnect(error, |error| fail::interrupted(entry, error))
                    .map(|()| Outcome::Again)
            }
            // Each in a transaction of its own then, so that those before the failing one stand and the
            // failing one is named.
            Err(_) if !alone => {
                self.sharing.set_apart(stretch.len());
                Ok(Outcome::Again)
            }
            Err(Refusal::Failed { error, .. } | Refusal::Other(error)) if error.is_conflict() => {
                let text = error.to_string();
                self.try_again(stretch[0], direction, error)
                    .inspect_err(|_| self.journal_failure(unit, stretch[0], direction, &text))
            }
            Err(Refusal::Failed {
                change,
                place,
                error,
            }) => {
                let index = stretch.get(change).copied().unwrap_or(stretch[0]);
                self.journal_failure(unit, index, direction, &error.to_string());
                Err(fail::failed(&chart.entries[index], direction, place, error))
            }
            Err(Refusal::Other(error)) if error.code.is_none() => {
                Err(fail::interrupted(&chart.entries[stretch[0]], error))
            }
            Err(Refusal::Other(error)) => Err(cannot_write(error)),
        }
    }

    /// Keeps the failed attempt in the journal, in a transaction of its own. That it could not be kept
    /// is not told: the failure itself is, and must not be hidden by a second one.
    fn journal_failure(&mut self, unit: &Unit<'_>, index: usize, direction: Direction, text: &str) {
        let mut journal = journal(self.chart, index, direction, "failed");
        journal.error = Some(text);
        let attempt = Unit {
            guard: unit.guard.clone(),
            create_ledger: unit.create_ledger,
            changes: vec![Change {
                statements: &[],
                timeouts: Timeouts::default(),
                records: vec![Record::Attempted(journal)],
            }],
        };
        let _ = self.driver.transact(&self.ledger, &attempt, &mut |_, _| ());
    }
}
