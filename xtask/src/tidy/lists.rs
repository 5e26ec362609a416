//! A `mod.rs` declares and re-exports, nothing else.

use crate::workspace::Tree;

use super::check::Finding;
use super::rust::{Token, item_length, tokens};
use super::scan::is_in_src;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lists = tree.texts("/mod.rs").filter(|(path, _)| is_in_src(path));
    for (path, text) in lists {
        let tokens = tokens(text);
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            rest = skip_attributes(rest);
            let (item, left) = rest.split_at(item_length(rest));
            if let Some(line) = line_of_code(item) {
                let message = "code in a `mod.rs`, which only declares and re-exports; give it a file \
                               that says what it is";
                findings.push(Finding::new(path, line, message));
            }
            rest = left;
        }
    }
    findings
}

fn skip_attributes<'s, 't>(mut tokens: &'s [Token<'t>]) -> &'s [Token<'t>] {
    loop {
        let behind_mark = match tokens {
            [first, second, rest @ ..] if first.text == "#" && second.text == "!" => rest,
            [first, rest @ ..] if first.text == "#" => rest,
            _ => return tokens,
        };
        let mut depth = 0_usize;
        let end = behind_mark.iter().position(|token| {
            match token.text {
                "[" => depth += 1,
                "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        tokens = behind_mark
            .get(end.unwrap_or(behind_mark.len()) + 1..)
            .unwrap_or_default();
    }
}

/// The line of an item that is neither `mod name;` nor `use path;`.
fn line_of_code(item: &[Token<'_>]) -> Option<usize> {
    let first = item.first()?;
    let keyword = item
        .iter()
        .find(|token| matches!(token.text, "mod" | "use" | "{" | ";" | "=" | "fn" | "!"))
        .map_or("", |token| token.text);
    let is_declaration = match keyword {
        "use" => true,
        "mod" => item.last().is_some_and(|token| token.text == ";"),
        _ => false,
    };
    (!is_declaration).then_some(first.line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let findings = check(&Tree::of([("model/src/graph/mod.rs", text)]));
        findings.into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn code_in_a_list_of_modules_is_found_on_its_line() {
        for code in [
            "pub(crate) const VERSION: u32 = 1;",
            "fn f() { use a::b; }",
            "mod tests { use super::*; }",
            "macro_rules! m { () => {} }",
            "impl A { }",
        ] {
            let text = format!("//! Graph.\n\nmod a;\n{code}\nuse b::c;\n");
            assert_eq!(lines(&text), [4], "{code}");
        }
    }

    #[test]
    fn declarations_with_attributes_and_visibility_are_fine() {
        let text = "
            //! Graph.
            #![doc = concat!(\"a\", include_str!(\"b\"), \"c\")]
            #[cfg(feature = \"a\")]
            pub(crate) mod a;
            #[cfg(test)]
            mod tests;
            pub use a::{B, c::{D, E}};
            pub(in crate::x) use self::F as G;
        ";
        assert_eq!(lines(text), []);
        let shared = Tree::of([("tests/common/mod.rs", "fn shared() {}")]);
        assert_eq!(check(&shared), []);
    }
}
