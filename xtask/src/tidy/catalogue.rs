//! Catalogue = tests = pages: every diagnostic has an input that shows it and a section that explains
//! it.

use std::collections::BTreeSet;

use limbeck_model::diagnostic::Code;

use crate::generate::{PAGE, example};
use crate::workspace::Tree;

use super::check::Finding;

const CATALOGUE: &str = "model/src/diagnostic/catalogue.rs";
const FIXTURES: &str = "compiler/tests/fixtures/broken";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let numbers: Vec<_> = Code::ALL.iter().map(|code| code.number()).collect();
    check_numbers(tree, &numbers)
}

fn check_numbers(tree: &Tree, numbers: &[&str]) -> Vec<Finding> {
    let page = tree.text(PAGE).unwrap_or_default();
    let sections: BTreeSet<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .collect();
    let mut findings = Vec::new();
    for number in numbers {
        let line = line_in_catalogue(tree, number);
        if example(tree, number).is_none() {
            let message = format!(
                "no test shows {number}; add a folder {FIXTURES}/{number}_<what is wrong> and run \
                 `cargo xtask bless`"
            );
            findings.push(Finding::new(CATALOGUE, line, message));
        }
        if !sections.contains(number) {
            let message = format!("{number} has no section in {PAGE}; run `cargo xtask generate`");
            findings.push(Finding::new(CATALOGUE, line, message));
        }
    }
    findings.extend(fixtures(tree).into_iter().filter_map(|folder| {
        let fault = fault_of_fixture(tree, folder, numbers)?;
        Some(Finding::new(&format!("{FIXTURES}/{folder}"), 1, fault))
    }));
    findings.extend(snapshots_left_behind(tree).map(|path| {
        let message = "the snapshot of a fixture that is gone; remove it";
        Finding::new(path, 1, message)
    }));
    findings
}

/// A page would show them as examples.
fn snapshots_left_behind(tree: &Tree) -> impl Iterator<Item = &str> {
    let fixtures = fixtures(tree);
    let snapshots = tree.files.iter().filter_map(|file| {
        let name = file.path.strip_suffix(".snap")?;
        let (folder, name) = name.rsplit_once("__")?;
        (folder.starts_with("compiler/tests/") && name.starts_with("LB"))
            .then_some((file.path.as_str(), name))
    });
    snapshots
        .filter(move |(_, name)| !fixtures.contains(name))
        .map(|(path, _)| path)
}

/// What is wrong with a folder of broken input.
fn fault_of_fixture(tree: &Tree, folder: &str, numbers: &[&str]) -> Option<String> {
    let mut codes = folder
        .split('_')
        .take_while(|part| part.starts_with("LB"))
        .peekable();
    if codes.peek().is_none() {
        return Some("named after no code; call it `<code>_<what is wrong>`".to_owned());
    }
    if let Some(code) = codes.find(|code| !numbers.contains(code)) {
        return Some(format!(
            "{code} is no code of the catalogue; correct the folder's name"
        ));
    }
    let ending = format!("__{folder}.snap");
    let has_snapshot = tree.files.iter().any(|file| file.path.ends_with(&ending));
    (!has_snapshot).then(|| "no snapshot of its report; run `cargo xtask bless`".to_owned())
}

fn fixtures(tree: &Tree) -> BTreeSet<&str> {
    let paths = tree.files.iter().map(|file| file.path.as_str());
    let below = paths.filter_map(|path| path.strip_prefix(FIXTURES)?.strip_prefix('/'));
    below
        .filter_map(|path| path.split_once('/'))
        .map(|(folder, _)| folder)
        .collect()
}

fn line_in_catalogue(tree: &Tree, number: &str) -> usize {
    let quoted = format!("\"{number}\"");
    let text = tree.text(CATALOGUE).unwrap_or_default();
    let index = text.lines().position(|line| line.contains(&quoted));
    index.map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIXTURE: &str = "compiler/tests/fixtures/broken/LB0101_misspelt/migrations/a.sql";
    const SNAPSHOT: (&str, &str) = (
        "compiler/tests/snapshots/fixtures__LB0101_misspelt.snap",
        "---\nsource: x\n---\nerror[LB0101]: unknown\n",
    );

    #[test]
    fn a_code_that_no_test_shows_or_no_page_explains_is_found_at_its_row() {
        let tree = Tree::of([
            (
                CATALOGUE,
                "//! Table.\n\nA \"LB0101\" {}\nB \"LB0102\" {}\n",
            ),
            (FIXTURE, ""),
            SNAPSHOT,
            (PAGE, "# Diagnostics\n\n### LB0101\n"),
        ]);
        let found = check_numbers(&tree, &["LB0101", "LB0102"]);
        let lines: Vec<_> = found.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [4, 4]);
        assert!(found[0].message.contains("no test shows LB0102"));
        assert!(found[1].message.contains("no section"));
    }

    #[test]
    fn a_fixture_that_is_not_called_after_codes_or_has_no_snapshot_is_found() {
        for (folder, fault) in [
            ("LB9999_other", "no code of the catalogue"),
            ("LB0101_LB9999_other", "no code of the catalogue"),
            ("misspelt", "named after no code"),
            ("LB0101_another", "no snapshot"),
        ] {
            let path = format!("{FIXTURES}/{folder}/migrations/a.sql");
            let tree = Tree::of([(&path, ""), (FIXTURE, ""), SNAPSHOT, (PAGE, "### LB0101\n")]);
            let found = check_numbers(&tree, &["LB0101"]);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].message.contains(fault), "{found:?}");
            assert!(found[0].path.ends_with(folder));
        }
    }

    #[test]
    fn a_snapshot_without_its_fixture_is_found() {
        let tree = Tree::of([SNAPSHOT, (PAGE, "### LB0101\n")]);
        let found = check_numbers(&tree, &["LB0101"]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].path, SNAPSHOT.0);
    }
}
