//! Counts tests, as the programs that run them report.

use std::fmt;

/// Whose output is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runner {
    /// `cargo test`: each test program closes with `test result: ok. 2 passed; 0 failed; …`.
    Cargo,
    /// `cargo nextest`: closes with `Summary [ 1.2s] 3 tests run: 2 passed, 1 failed, 0 skipped`. It
    /// also shows what the test program of a failed test wrote, which must not count again.
    Nextest,
}

/// How many tests passed and failed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// Reads a line of output; all but the closing lines are passed over.
    pub(super) fn read(&mut self, runner: Runner, line: &str) {
        let counts = match runner {
            Runner::Cargo if line.starts_with("test result: ") => line.split_once(". "),
            Runner::Nextest if line.trim_start().starts_with("Summary [") => {
                line.split_once(" run: ")
            }
            _ => None,
        };
        let Some((_, counts)) = counts else { return };
        for part in counts.split([',', ';']) {
            let Some((number, what)) = part.trim().split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            if what.starts_with("passed") {
                self.passed += number;
            } else if ["failed", "exec failed", "timed out"]
                .iter()
                .any(|failure| what.starts_with(failure))
            {
                self.failed += number;
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(runner: Runner, lines: &[&str]) -> (u64, u64) {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(runner, line);
        }
        (tally.passed, tally.failed)
    }

    #[test]
    fn test_programs_are_added_up() {
        let counts = read(
            Runner::Cargo,
            &[
                "running 3 tests",
                "test a ... ok",
                "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; finished in 0.01s",
                "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; finished in 3s",
            ],
        );
        assert_eq!(counts, (4, 2));
    }

    #[test]
    fn the_summary_of_nextest_is_understood_in_its_variants() {
        for (counts, expected) in [
            ("12 tests run: 12 passed, 0 skipped", (12, 0)),
            ("1 test run: 1 passed (1 slow), 3 skipped", (1, 0)),
            ("7/20 tests run: 4 passed, 2 failed, 1 timed out", (4, 3)),
        ] {
            let summary = format!("     Summary [   1.234s] {counts}");
            let pass = "        PASS [   0.004s] xtask tests::a_line";
            assert_eq!(
                read(Runner::Nextest, &[pass, &summary]),
                expected,
                "{counts}"
            );
        }
    }

    #[test]
    fn a_failed_test_does_not_count_again_where_its_output_is_shown() {
        let counts = read(
            Runner::Nextest,
            &[
                "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 52 filtered out",
                "     Summary [   1.234s] 2 tests run: 1 passed, 1 failed, 0 skipped",
            ],
        );
        assert_eq!(counts, (1, 1));
    }
}
