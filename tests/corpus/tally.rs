//! The share of faults that were caught, and the false alarms.

use std::fmt::Write;

use super::case::{Case, Place};

/// What limbeck said of a history.
pub(crate) struct Outcome {
    pub(crate) places: Vec<Place>,
    pub(crate) report: String,
}

/// What was said of all histories of a kind.
pub(crate) struct Tally {
    kind: String,
    /// For SQLite, with both dialects too, and for PostgreSQL.
    dialects: [Count; 2],
    known: String,
    wrong: String,
}

#[derive(Default)]
struct Count {
    broken: usize,
    caught: usize,
    sound: usize,
    silent: usize,
}

impl Tally {
    pub(crate) fn new(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            dialects: [Count::default(), Count::default()],
            known: String::new(),
            wrong: String::new(),
        }
    }

    /// A history was looked at. It is caught where exactly what its label says was reported: what is
    /// reported beside it would send its author to the wrong place.
    pub(crate) fn add(&mut self, case: &Case, mut outcome: Outcome) {
        let mut expected = case.expected.clone();
        expected.sort();
        outcome.places.sort();
        let is_right = outcome.places == expected;
        let count = &mut self.dialects[usize::from(case.is_postgres)];
        if case.broken {
            count.broken += 1;
            count.caught += usize::from(is_right);
        } else {
            count.sound += 1;
            count.silent += usize::from(is_right);
        }
        let Case { name, about, .. } = case;
        match &case.missed {
            Some(reason) if !is_right => {
                writeln!(self.known, "  {name}: {reason}").unwrap();
            }
            Some(_) => writeln!(self.wrong, "{name} is caught: its `missed:` can go").unwrap(),
            None if is_right => {}
            None => {
                let what = if case.broken { "broken" } else { "sound" };
                let lines = |places: &[Place]| -> String {
                    let lines: Vec<String> = places.iter().map(ToString::to_string).collect();
                    lines.join(", ")
                };
                writeln!(
                    self.wrong,
                    "{what} {name}: {about}\nexpected: {}\nfound: {}\n{}",
                    lines(&expected),
                    lines(&outcome.places),
                    outcome.report
                )
                .unwrap();
            }
        }
    }

    /// Prints the shares; fails where a fault was missed that is not known to be, where a sound history
    /// raised something, or where there are fewer broken histories than these for SQLite and PostgreSQL.
    #[expect(clippy::print_stdout, reason = "what the test is asked to print")]
    #[track_caller]
    pub(crate) fn finish(self, sqlite: usize, postgres: usize) {
        for (count, name) in self.dialects.iter().zip(["SQLite", "PostgreSQL"]) {
            let alarms = count.sound - count.silent;
            println!(
                "{}, {name}: {} of {} faults caught, {alarms} false alarms in {} sound histories",
                self.kind, count.caught, count.broken, count.sound
            );
        }
        if !self.known.is_empty() {
            println!("known to be missed:\n{}", self.known);
        }
        assert!(self.wrong.is_empty(), "\n{}", self.wrong);
        let counts = self.dialects.map(|count| count.broken);
        assert!(
            counts[0] >= sqlite && counts[1] >= postgres,
            "the corpus has lost histories: {counts:?}"
        );
    }
}
