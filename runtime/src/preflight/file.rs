//! What the facts about an SQLite database mean.

use super::facts::FileFacts;
use super::finding::{Check, Finding, Severity};
use super::intent::Intent;

pub(super) fn judge(facts: &FileFacts, intent: &Intent<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if facts.is_read_only {
        let severity = if intent.has_work {
            Severity::Error
        } else {
            Severity::Note
        };
        let finding = Finding::new(
            Check::ReadOnly,
            severity,
            "the SQLite database cannot be written to",
        );
        findings.push(finding.help(
            "run the upgrade as a user who may write the file and its folder; a connection that is lent has to be opened for writing",
        ));
    }
    if facts.journal_mode.eq_ignore_ascii_case("wal") && can_lose_a_reset(facts.version_number) {
        let message = format!(
            "SQLite {} can corrupt a database in WAL mode, where two connections write and checkpoint at one moment",
            facts.version
        );
        findings.push(
            Finding::new(Check::Version, Severity::Warning, message).help(
                "update SQLite to 3.51.3 or later, in every program that opens this database",
            ),
        );
    }
    if !facts.has_foreign_keys {
        let (severity, whose, help) = if facts.is_lent {
            (
                Severity::Warning,
                "the connection that was lent",
                "run `PRAGMA foreign_keys = ON` before it is lent, unless that is meant",
            )
        } else {
            (
                Severity::Note,
                "new connections",
                "where revisions rely on foreign keys, lend a connection on which they are on",
            )
        };
        let message = format!("foreign keys are off on {whose}: nothing is checked or cascades");
        findings.push(Finding::new(Check::ForeignKeys, severity, message).help(help));
    }
    findings
}

/// Whether a version has the defect that SQLite's documentation calls the WAL-reset bug: since 3.7.0, mended
/// in 3.51.3 and, for older lines, in 3.44.6 and 3.50.7.
const fn can_lose_a_reset(version_number: i32) -> bool {
    match version_number {
        3_044_006..=3_044_999 | 3_050_007..=3_050_999 => false,
        _ => 3_007_000 <= version_number && version_number < 3_051_003,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_with_the_defect_are_told_from_those_without() {
        for affected in [3_007_000, 3_044_005, 3_045_000, 3_050_006, 3_051_002] {
            assert!(can_lose_a_reset(affected), "{affected}");
        }
        for sound in [
            3_006_023, 3_044_006, 3_050_007, 3_051_003, 3_053_000, 3_054_001,
        ] {
            assert!(!can_lose_a_reset(sound), "{sound}");
        }
    }
}
