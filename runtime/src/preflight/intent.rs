//! What is about to be done, as far as it matters for whether it can be.

use std::collections::BTreeSet;

use limbeck_model::Direction;

use crate::engine::Chart;
use crate::ledger::Ledger;
use crate::table::History;

/// What a run is about to do.
#[derive(Debug)]
pub(crate) struct Intent<'i> {
    pub(crate) ledger: &'i Ledger,
    /// Whether there is something to do at all.
    pub(crate) has_work: bool,
    /// Whether some of it runs outside a transaction.
    pub(crate) runs_outside: bool,
    /// The names that statements which create extensions speak of, in lower case; among them words that
    /// are none.
    pub(super) created: BTreeSet<String>,
}

impl<'i> Intent<'i> {
    pub(crate) fn new(
        ledger: &'i Ledger,
        chart: &Chart,
        direction: Direction,
        plan: &[usize],
    ) -> Self {
        let mut created = BTreeSet::new();
        let mut runs_outside = false;
        for &index in plan {
            let entry = &chart.entries[index];
            runs_outside |= !entry.script(direction).transactional;
            for statement in entry.statements(direction) {
                let lower = statement.sql.to_ascii_lowercase();
                if lower.contains("extension") && lower.contains("create") {
                    created.extend(words(&lower).map(str::to_owned));
                }
            }
        }
        Self {
            ledger,
            has_work: !plan.is_empty(),
            runs_outside,
            created,
        }
    }

    /// Whether a revision that is about to run creates an extension itself, as far as its text tells.
    pub(crate) fn creates(&self, extension: &str) -> bool {
        self.created.contains(&extension.to_ascii_lowercase())
    }
}

/// The words of a statement; a name in quotes may have a hyphen, as that of an extension often does.
fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-')
}

/// The extensions that histories want to find, each once.
pub(crate) fn extensions(histories: &[&'static History]) -> Vec<&'static str> {
    let all: BTreeSet<_> = histories
        .iter()
        .flat_map(|history| history.extensions.iter().copied())
        .collect();
    all.into_iter().collect()
}
