//! Every module opens with `//!`: what it is for.

use crate::workspace::Tree;

use super::check::Finding;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.texts(".rs")
        .filter(|(path, _)| path.split('/').any(|part| part == "src"))
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| {
            let message = "no `//!` on the first line; say what the module is for and what it does \
                           not know";
            Finding::new(path, 1, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_without_a_purpose_is_found() {
        let tree = Tree::of([
            ("model/src/a.rs", "//! Ids.\n"),
            ("model/src/b.rs", "use std::fmt;\n//! Ids.\n"),
            ("model/src/c.rs", ""),
            ("model/examples/d.rs", ""),
        ]);
        let paths: Vec<_> = check(&tree)
            .into_iter()
            .map(|finding| finding.path)
            .collect();
        assert_eq!(paths, ["model/src/b.rs", "model/src/c.rs"]);
    }
}
