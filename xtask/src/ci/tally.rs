//! Counts tests, as the programs that run them report.

use std::fmt;

/// How many tests passed and failed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// Reads a line of output: the closing line of nextest (`Summary [ 1.2s] 3 tests run: 2 passed, 1
    /// failed, 0 skipped`) or of a test program (`test result: ok. 2 passed; 0 failed; …`). Any other
    /// line is passed over.
    pub(super) fn read(&mut self, line: &str) {
        let counts = match line.trim_start() {
            line if line.starts_with("test result: ") => line.split_once(". "),
            line if line.starts_with("Summary [") => line.split_once(" run: "),
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

    fn read(lines: &[&str]) -> (u64, u64) {
        let mut tally = Tally::default();
        for line in lines {
            tally.read(line);
        }
        (tally.passed, tally.failed)
    }

    #[test]
    fn test_programs_are_added_up() {
        let counts = read(&[
            "running 3 tests",
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 1 filtered out; finished in 0.01s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 3s",
        ]);
        assert_eq!(counts, (4, 2));
    }

    #[test]
    fn the_summary_of_nextest_is_understood_in_its_variants() {
        for (line, expected) in [
            (
                "     Summary [   1.234s] 12 tests run: 12 passed, 0 skipped",
                (12, 0),
            ),
            (
                "     Summary [   1.234s] 1 test run: 1 passed (1 slow), 3 skipped",
                (1, 0),
            ),
            (
                "     Summary [   9.1s] 7/20 tests run: 4 passed, 2 failed, 1 timed out, 0 skipped",
                (4, 3),
            ),
            ("        PASS [   0.004s] xtask tests::a_line", (0, 0)),
        ] {
            assert_eq!(read(&[line]), expected, "{line}");
        }
    }
}
