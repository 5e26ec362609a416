//! Nothing that an editor does not show: tabs, trailing white space, a last line without an end.

use crate::workspace::Tree;

use super::check::Finding;

const ENDINGS: [&str; 4] = [".rs", ".md", ".toml", ".sql"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    ENDINGS
        .iter()
        .flat_map(|ending| tree.texts(ending))
        .flat_map(|(path, text)| check_text(path, text))
        .collect()
}

fn check_text(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        if line.contains('\t') {
            findings.push(Finding::new(path, index + 1, "a tab; use spaces"));
        }
        if line.ends_with(char::is_whitespace) {
            let message = "white space at the end of the line; take it out";
            findings.push(Finding::new(path, index + 1, message));
        }
    }
    if !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n")) {
        let message = "the file does not end with one line end; end it so";
        findings.push(Finding::new(path, text.lines().count(), message));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let findings = check(&Tree::of([("migrations/a.sql", text)]));
        findings.into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn white_space_that_nobody_sees_is_found_on_its_line() {
        assert_eq!(lines("a\n\tb\n"), [2]);
        assert_eq!(lines("a\nb \nc\r\n"), [2, 3]);
        assert_eq!(lines("a\nb"), [2]);
        assert_eq!(lines("a\n\n"), [2]);
    }

    #[test]
    fn clean_text_empty_files_fixtures_and_other_files_are_fine() {
        assert_eq!(lines("a\n\n  b\n"), []);
        assert_eq!(lines(""), []);
        let others = Tree::of([("compiler/tests/fixtures/a.sql", "a \t"), ("a.snap", "a ")]);
        assert_eq!(check(&others), []);
    }
}
