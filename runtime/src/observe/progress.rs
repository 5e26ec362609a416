//! How far a statement has come, as events and heartbeats tell it.

use std::fmt;
use std::time::Duration;

/// What is counted. More may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProgressUnit {
    /// Blocks of the server, 8 KiB each unless it was compiled otherwise.
    Blocks,
    /// Rows, in PostgreSQL's words tuples, those included that are not visible.
    Rows,
    /// Bytes.
    Bytes,
    /// Processes that have to be waited for.
    Processes,
    /// Indexes.
    Indexes,
    /// Tables: partitions, or those that inherit.
    Tables,
}

impl ProgressUnit {
    /// The plural, such as `blocks`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Rows => "rows",
            Self::Bytes => "bytes",
            Self::Processes => "processes",
            Self::Indexes => "indexes",
            Self::Tables => "tables",
        }
    }
}

/// How far a statement has come in its present phase, by PostgreSQL's own count.
///
/// A statement has several phases, and each counts anew: what is told is of one of them. Its `Display` form
/// is one line.
///
/// Source: PostgreSQL's manual, "Progress Reporting".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What the server does, such as `CREATE INDEX CONCURRENTLY`.
    pub command: String,
    /// On which table, with its schema.
    pub relation: Option<String>,
    /// The phase in PostgreSQL's words, such as `building index: scanning table`.
    pub phase: String,
    /// What is counted; `None` in a phase that counts nothing.
    pub unit: Option<ProgressUnit>,
    /// How much of it is done.
    pub done: u64,
    /// How much there is, where that is known.
    pub total: Option<u64>,
    /// How much was done in a second, over the last half minute; `None` until that can be told.
    pub rate_per_s: Option<u64>,
    /// How long the phase takes yet at that rate.
    pub eta: Option<Duration>,
}

impl Progress {
    /// How much of the phase is done in a hundred, where the total is known.
    pub fn percent(&self) -> Option<u8> {
        let total = u128::from(self.total?);
        let percent = (u128::from(self.done) * 100).checked_div(total)?;
        u8::try_from(percent.min(100)).ok()
    }

    /// How much is done, without of what.
    pub(crate) fn count(&self) -> String {
        let Some(unit) = self.unit else {
            return String::new();
        };
        let (done, unit) = (self.done, unit.name());
        let share = match (self.percent(), self.total) {
            (Some(percent), Some(total)) => format!("{percent} % ({done} of {total} {unit})"),
            _ => format!("{done} {unit}"),
        };
        let rate = self.rate_per_s.map(|rate| format!("{rate} a second"));
        let eta = self.eta.map(|eta| format!("{} s left", eta.as_secs()));
        let words: Vec<_> = [Some(share), rate, eta].into_iter().flatten().collect();
        words.join(", ")
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.command)?;
        if let Some(relation) = &self.relation {
            write!(f, " on {relation}")?;
        }
        if !self.phase.is_empty() {
            write!(f, ", {}", self.phase)?;
        }
        match self.count() {
            count if count.is_empty() => Ok(()),
            count => write!(f, ": {count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(done: u64, total: Option<u64>) -> Progress {
        Progress {
            command: "CREATE INDEX".to_owned(),
            relation: Some("public.a".to_owned()),
            phase: "building index: scanning table".to_owned(),
            unit: Some(ProgressUnit::Blocks),
            done,
            total,
            rate_per_s: Some(120),
            eta: Some(Duration::from_millis(12_900)),
        }
    }

    #[test]
    fn a_share_is_told_only_of_a_total_that_is_one() {
        assert_eq!(progress(45, Some(100)).percent(), Some(45));
        assert_eq!(progress(7, Some(0)).percent(), None);
        assert_eq!(progress(7, None).percent(), None);
        assert_eq!(progress(u64::MAX, Some(1)).percent(), Some(100));
        assert_eq!(progress(u64::MAX, Some(u64::MAX)).percent(), Some(100));
    }

    #[test]
    fn a_line_says_how_far_how_fast_and_how_long_yet() {
        assert_eq!(
            progress(45, Some(100)).to_string(),
            "CREATE INDEX on public.a, building index: scanning table: \
             45 % (45 of 100 blocks), 120 a second, 12 s left"
        );
    }

    #[test]
    fn a_phase_that_counts_nothing_is_named_alone() {
        let bare = Progress {
            unit: None,
            relation: None,
            ..progress(0, None)
        };
        assert_eq!(
            bare.to_string(),
            "CREATE INDEX, building index: scanning table"
        );
    }
}
