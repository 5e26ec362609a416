//! What servers accept and the library's grammar, that of PostgreSQL 17, does not know.
//!
//! Such a statement is not checked from there on, instead of being refused. Every entry names the token
//! at which the grammar gives up and what has to stand around it, so that a slip elsewhere in the
//! statement is still found. All of them are new in PostgreSQL 18: its own regression tests hold no
//! other statement that is refused here (`cargo xtask conformance 18`).

use limbeck_model::Dialect;

use super::parser::Rejection;
use crate::split::tokens;

/// Whether the server may well accept what the grammar has refused.
pub(super) fn is_unknown(sql: &str, rejection: &Rejection) -> bool {
    let before = words(sql.get(..rejection.start).unwrap_or_default());
    let behind = words(sql.get(rejection.start..).unwrap_or_default());
    let before: Vec<&str> = before.iter().rev().map(String::as_str).collect();
    let behind: Vec<&str> = behind.iter().map(String::as_str).collect();
    let (before, behind) = (before.as_slice(), behind.as_slice());
    // A check or a foreign key may be `[NOT] ENFORCED`; a key may be one over time, as in `PRIMARY KEY (id, at
    // WITHOUT OVERLAPS)` and `FOREIGN KEY (id, PERIOD at)`.
    let is_of_a_constraint = matches!(
        behind,
        ["ENFORCED", ..] | ["NOT", "ENFORCED", ..] | ["WITHOUT", "OVERLAPS", ..]
    ) || before.first() == Some(&"PERIOD");
    is_of_a_constraint
        || match (before, behind) {
            // A constraint of a table may be `NOT NULL`, and one of a column `NO INHERIT`.
            (["," | "(" | "ADD", ..] | [_, "CONSTRAINT", ..], ["NOT", "NULL", ..])
            | (["NULL", "NOT", ..], ["NO", "INHERIT", ..])
            | ([_, "CONSTRAINT", "ALTER", ..], ["INHERIT", ..])
            // `RETURNING WITH (OLD AS before)`.
            | (["RETURNING", ..], ["WITH", "(", ..])
            // Default privileges on large objects.
            | (["ON", ..], ["LARGE", "OBJECTS", ..]) => true,
            // A partitioned table without its partitions.
            ([last, ..], ["ONLY", _, ..]) => matches!(
                *last,
                "ANALYZE" | "ANALYSE" | "VACUUM" | "VERBOSE" | "FULL" | "FREEZE" | ")"
            ),
            // A generated column may be virtual, and is unless it says otherwise.
            ([")", ..], ["VIRTUAL" | "," | ")", ..] | []) => generates(before),
            _ => false,
        }
}

/// Whether the parenthesis that closes last is that of `GENERATED ALWAYS AS (…)`. The words are in
/// reversed order.
fn generates(before: &[&str]) -> bool {
    let mut depth = 0_usize;
    for (index, word) in before.iter().enumerate() {
        match *word {
            ")" => depth += 1,
            "(" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let opening = before.get(index + 1..).unwrap_or_default();
            return matches!(opening, ["AS", "ALWAYS", "GENERATED", ..]);
        }
    }
    false
}

fn words(sql: &str) -> Vec<String> {
    tokens(sql, Dialect::Postgres)
        .map(str::to_ascii_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Verdict, judge};

    #[test]
    fn what_only_newer_servers_know_is_not_refused() {
        for sql in [
            "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * (2)) VIRTUAL)",
            "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (f(a)), c int)",
            "ALTER TABLE t ADD COLUMN b int GENERATED ALWAYS AS (a)",
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED",
            "ALTER TABLE t ALTER CONSTRAINT c ENFORCED",
            "CREATE TABLE t (id int, at tstzrange, PRIMARY KEY (id, at WITHOUT OVERLAPS))",
            "ALTER TABLE t ADD FOREIGN KEY (id, PERIOD at) REFERENCES u (id, PERIOD at)",
            "ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID",
            "CREATE TABLE t (a int, NOT NULL a)",
            "CREATE TABLE t (a int NOT NULL NO INHERIT)",
            "ALTER TABLE t ALTER CONSTRAINT c INHERIT",
            "UPDATE t SET a = 1 RETURNING WITH (OLD AS o) o.a",
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO r",
            "ANALYZE ONLY t",
        ] {
            assert_eq!(judge(&[sql]), [Verdict::Unchecked], "{sql}");
        }
    }

    #[test]
    fn slips_around_them_are_still_found() {
        for sql in [
            "CREATE TABL t (a int, b int GENERATED ALWAYS AS (a) VIRTUAL)",
            "CREATE TABLE t (a int, b int GENERATED ALWAYS (a) VIRTUAL)",
            "CREATE TABLE t (a int DEFAULT (1) VIRTUAL)",
            "CREATE TABLE t (a int, b int b)",
            "CREATE TABLE t (NOT a NULL)",
            "SELECT 1 WITHOUT x",
        ] {
            let verdicts = judge(&[sql]);
            assert!(matches!(verdicts[0], Verdict::Rejected(_)), "{sql}");
        }
    }
}
