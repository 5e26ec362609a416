//! What is left over from writing.

use crate::workspace::Tree;

use super::check::Finding;
use super::scan::{lines_with, sources};

/// Tokens, and what to do about them.
const LEFTOVERS: &[(&[&str], &str)] = &[
    (
        &["todo", "!"],
        "`todo!` is a stub; write it, or leave the feature out",
    ),
    (
        &["unimplemented", "!"],
        "`unimplemented!` is a stub; write it, or leave the feature out",
    ),
    (&["dbg", "!"], "`dbg!` is left over; take it out"),
    (
        &["filter_map", "(", "Result", "::", "ok", ")"],
        "swallows errors; collect into a `Result`",
    ),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources(tree) {
        for (pattern, message) in LEFTOVERS {
            let lines = lines_with(&source.tokens, pattern);
            findings.extend(
                lines
                    .into_iter()
                    .map(|line| Finding::new(source.path, line, *message)),
            );
        }
    }
    findings.extend(pending_snapshots(tree));
    findings
}

/// What a snapshot test saw and nobody has judged.
fn pending_snapshots(tree: &Tree) -> impl Iterator<Item = Finding> {
    let pending = tree
        .files
        .iter()
        .filter(|file| file.path.ends_with(".snap.new"));
    pending.map(|file| {
        let message = "a snapshot that nobody has judged; run `cargo xtask bless`, or remove it";
        Finding::new(&file.path, 1, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stubs_and_debug_prints_are_found_in_code_alone() {
        let text = "//! todo!()\nfn f() { todo!() }\nfn g() { dbg!(1); \"unimplemented!\"; }\n\
                    fn h() { unimplemented!() }\nx.filter_map(Result::ok)\n";
        let found = check(&Tree::of([("model/src/a.rs", text)]));
        let lines: Vec<_> = found.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [2, 4, 3, 5]);
        let pending = Tree::of([("compiler/tests/snapshots/a.snap.new", "")]);
        assert_eq!(check(&pending).len(), 1);
        let fine = Tree::of([("model/src/a.rs", "let todo = dbg; x.filter_map(f)")]);
        assert_eq!(check(&fine), []);
    }
}
