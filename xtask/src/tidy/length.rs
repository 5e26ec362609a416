//! A file reads in one sitting.

use crate::workspace::Tree;

use super::check::Finding;
use super::scan::is_test;

/// Unit tests within the file count; tests in files of their own do not.
const LONGEST: usize = 400;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.texts(".rs")
        .filter(|(path, _)| !is_test(path))
        .filter_map(|(path, text)| {
            let length = text.lines().count();
            (length > LONGEST).then(|| {
                let message = format!(
                    "{length} lines, and {LONGEST} is the most; take a part out into a file of its own, \
                     its unit tests first"
                );
                Finding::new(path, LONGEST + 1, message)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_have_as_many_lines_as_allowed_and_a_test_any_number() {
        let (allowed, more) = ("\n".repeat(LONGEST), "\n".repeat(LONGEST + 1));
        let tree = Tree::of([
            ("model/src/a.rs", &allowed),
            ("model/src/b.rs", &more),
            ("model/src/b_tests.rs", &more),
            ("tests/c.rs", &more),
            ("compiler/fixtures/d.rs", &more),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].path.as_str(), found[0].line),
            ("model/src/b.rs", 401)
        );
    }
}
