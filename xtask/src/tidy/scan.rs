//! What the checks of Rust code share: which files are code, and finding a stretch of tokens.

use crate::workspace::Tree;

use super::rust::{self, Token};

/// A source file as tokens.
#[derive(Debug)]
pub(super) struct Source<'t> {
    pub(super) path: &'t str,
    pub(super) tokens: Vec<Token<'t>>,
}

/// Every Rust file that is no fixture.
pub(super) fn sources(tree: &Tree) -> impl Iterator<Item = Source<'_>> {
    tree.texts(".rs").map(|(path, text)| Source {
        path,
        tokens: rust::tokens(text),
    })
}

/// Every Rust file that is part of a library or a program, without its unit tests.
pub(super) fn program_sources(tree: &Tree) -> impl Iterator<Item = Source<'_>> {
    sources(tree)
        .filter(|source| !is_test(source.path))
        .map(|source| Source {
            tokens: rust::without_tests(&source.tokens),
            ..source
        })
}

/// Whether a file holds tests alone: it stands below a folder `tests`, or is called `tests.rs` or
/// `…_tests.rs`, as a module of unit tests with a file of its own is.
pub(super) fn is_test(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    name == "tests.rs"
        || name.ends_with("_tests.rs")
        || folders.split('/').any(|part| part == "tests")
}

/// Whether a file is source of a package, and not of its integration tests or its build script.
pub(super) fn is_in_src(path: &str) -> bool {
    path.split('/').any(|part| part == "src") && !is_test(path)
}

/// The lines on which these tokens follow one another.
pub(super) fn lines_with(tokens: &[Token<'_>], pattern: &[&str]) -> Vec<usize> {
    tokens
        .windows(pattern.len().max(1))
        .filter(|window| rust::is_at(window, pattern))
        .filter_map(|window| window.first().map(|token| token.line))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_known_by_their_names() {
        for path in [
            "tests/a.rs",
            "model/tests/a/b.rs",
            "model/src/plan/tests.rs",
            "a/b_tests.rs",
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in [
            "model/src/contests.rs",
            "testkit/src/lib.rs",
            "xtask/src/tests_of.rs",
        ] {
            assert!(!is_test(path), "{path}");
        }
        assert!(is_in_src("src/main.rs") && is_in_src("a/src/b/c.rs"));
        assert!(!is_in_src("build.rs") && !is_in_src("a/src/tests.rs"));
    }

    #[test]
    fn a_stretch_of_tokens_is_found_on_its_first_line() {
        let tokens = rust::tokens("a::b;\nx a::\nb");
        assert_eq!(lines_with(&tokens, &["a", "::", "b"]), [1, 2]);
    }
}
