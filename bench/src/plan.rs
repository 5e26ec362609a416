//! What is measured, with how many revisions and how often.

use crate::history::Dialect;

/// One run of the benchmarks.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The name of its results.
    pub(crate) name: &'static str,
    pub(crate) dialects: &'static [Dialect],
    pub(crate) sizes: &'static [usize],
    /// Sizes at which limbeck is compared with the SQL alone, on PostgreSQL.
    pub(crate) extra: &'static [usize],
    /// The size of the history of which one revision is edited.
    pub(crate) edited: usize,
    /// The sizes that are built from nothing.
    pub(crate) built: &'static [usize],
    /// What is measured, by name; empty for everything.
    pub(crate) only: Vec<String>,
    is_quick: bool,
}

/// Everything.
pub(crate) fn all(only: Vec<String>) -> Plan {
    Plan {
        name: "all",
        dialects: &Dialect::ALL,
        sizes: &[10, 100, 1_000, 10_000],
        extra: &[5_000],
        edited: 1_000,
        built: &[1_000, 10_000],
        only,
        is_quick: false,
    }
}

/// Whether everything works, and roughly how it stands.
pub(crate) fn quick(only: Vec<String>) -> Plan {
    Plan {
        name: "quick",
        dialects: &Dialect::ALL,
        sizes: &[10, 100],
        extra: &[],
        edited: 100,
        built: &[100],
        only,
        is_quick: true,
    }
}

impl Plan {
    pub(crate) fn wants(&self, measure: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == measure)
    }

    /// How many rounds count; before them one is for warming up, where there are several.
    pub(crate) const fn rounds(&self, size: usize) -> usize {
        match size {
            _ if self.is_quick => 2,
            0..=10 => 9,
            11..=100 => 7,
            101..=1_000 => 5,
            _ => 1,
        }
    }

    /// How often a start is repeated within a round.
    pub(crate) const fn starts(&self) -> usize {
        if self.is_quick { 5 } else { 20 }
    }

    /// The rounds of what starts nothing anew.
    pub(crate) const fn start_rounds(&self) -> usize {
        if self.is_quick { 2 } else { 7 }
    }
}
