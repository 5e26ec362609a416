//! The report that shows a diagnostic: one that a test of the compiler holds, so that it is true.
//!
//! A fixture `compiler/tests/fixtures/broken/<codes>_<what is wrong>` has a snapshot that ends with
//! its name. What a repository cannot hold, such as names that differ in case alone, is built by a
//! test and has a snapshot without a fixture.

use crate::workspace::Tree;

/// Where the compiler's tests keep what they saw.
const TESTS: &str = "compiler/";

/// The first report with this code: of a fixture that is named after it, else of any snapshot.
pub(crate) fn example(tree: &Tree, number: &str) -> Option<String> {
    let mut candidates: Vec<_> = tree
        .texts(".snap")
        .filter(|(path, _)| path.starts_with(TESTS))
        .filter_map(|(path, text)| Some((rank(path, number), path, report(text, number)?)))
        .collect();
    candidates.sort();
    let (_, _, report) = candidates.into_iter().next()?;
    Some(report)
}

/// A snapshot is the better the less it shows beside the code.
fn rank(path: &str, number: &str) -> u8 {
    let name = path.rsplit_once("__").map_or("", |(_, name)| name);
    let codes: Vec<_> = name
        .split('_')
        .take_while(|part| part.starts_with("LB"))
        .collect();
    match codes.as_slice() {
        [only] if *only == number => 0,
        codes if codes.contains(&number) => 1,
        _ => 2,
    }
}

/// The report on one diagnostic out of the text of a snapshot: from its first line to the next one
/// that starts a report.
fn report(snapshot: &str, number: &str) -> Option<String> {
    let (_, content) = snapshot.strip_prefix("---\n")?.split_once("\n---\n")?;
    let starts = ["error", "warning"].map(|level| format!("{level}[{number}]"));
    let mut lines = content
        .lines()
        .skip_while(|line| !starts.iter().any(|start| line.starts_with(start)));
    let mut report = lines.next()?.trim_end().to_owned();
    for line in lines.take_while(|line| !line.starts_with("error") && !line.starts_with("warning"))
    {
        report.push('\n');
        report.push_str(line.trim_end());
    }
    report.truncate(report.trim_end().len());
    Some(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(reports: &str) -> String {
        format!("---\nsource: tests/fixtures.rs\nexpression: report\n---\n{reports}")
    }

    #[test]
    fn one_report_is_taken_out_of_a_snapshot() {
        let text = snapshot(
            "error[LB0101]: one\n --> a.sql:1:1\n  |  \n\n  |\n\nerror[LB0102]: two\n\nerror: 2 problems\n",
        );
        assert_eq!(
            report(&text, "LB0101").as_deref(),
            Some("error[LB0101]: one\n --> a.sql:1:1\n  |\n\n  |")
        );
        assert_eq!(
            report(&text, "LB0102").as_deref(),
            Some("error[LB0102]: two")
        );
        assert_eq!(report(&text, "LB0103"), None);
    }

    #[test]
    fn a_fixture_of_the_code_alone_is_the_best_example() {
        let (mixed, other, own) = (
            snapshot("error[LB0102]: with another\n"),
            snapshot("error[LB0102]: of a test\n"),
            snapshot("error[LB0102]: its own\n"),
        );
        let tree = Tree::of([
            (
                "compiler/tests/snapshots/fixtures__LB0101_LB0102_mixed.snap",
                &mixed,
            ),
            ("compiler/tests/snapshots/fixtures__LB0102_own.snap", &own),
            ("compiler/tests/snapshots/fixtures__a_test.snap", &other),
            ("runtime/tests/snapshots/x__LB0102_a.snap", &mixed),
        ]);
        assert_eq!(
            example(&tree, "LB0102").as_deref(),
            Some("error[LB0102]: its own")
        );
        assert_eq!(example(&tree, "LB0101"), None);
        let tree = Tree::of([("compiler/tests/snapshots/fixtures__a_test.snap", &other)]);
        assert_eq!(
            example(&tree, "LB0102").as_deref(),
            Some("error[LB0102]: of a test")
        );
    }
}
