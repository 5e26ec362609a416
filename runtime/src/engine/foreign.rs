//! Scripts outside a transaction that a newer program has begun and not ended, and that this one does not
//! have.
//!
//! Whoever has all that it carries need not wait for them: a deploy that builds an index for an hour, or
//! has failed to, must not keep the program that it replaces from starting. A breaking revision is no such
//! thing, and its claim says so: its row, with the reason, is there only afterwards.

use super::chart::{Chart, Entry};
use super::position::Position;
use crate::ledger::Progress;

/// With what the token of a claim ends whose revision is breaking.
const BREAKING: &str = ".breaking";

/// What ends the token of a claim on this revision's script.
pub(super) const fn mark(entry: &Entry) -> &'static str {
    match entry.revision.breaking {
        Some(_) => BREAKING,
        None => "",
    }
}

/// What a report says of a script that was left alone.
pub(super) fn note(script: &Progress) -> String {
    let fate = if script.alive {
        "is running"
    } else {
        "was left unfinished"
    };
    format!(
        "the script of `{}`, which this program does not have, {fate} at its statement {}",
        script.id, script.step
    )
}

impl Position {
    /// The unfinished script, where it is of a revision that this program does not have.
    pub(crate) fn foreign(&self, chart: &Chart) -> Option<&Progress> {
        self.unfinished()
            .filter(|script| chart.find(&script.history, &script.id).is_none())
    }

    /// The unfinished script, where it is of a revision that this program has.
    pub(crate) fn concerns(&self, chart: &Chart) -> Option<&Progress> {
        self.unfinished().filter(|_| self.foreign(chart).is_none())
    }

    /// One of a revision that it does not have, where this program must not meet that revision.
    pub(super) fn breaking_script(&self, chart: &Chart) -> Option<&Progress> {
        self.foreign(chart).filter(|script| {
            self.contents.states.iter().any(|state| {
                let token = state.unfinished.as_deref().unwrap_or_default();
                state.history == script.history && token.ends_with(BREAKING)
            })
        })
    }
}
