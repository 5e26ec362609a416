//! Attributes that hide something: a lint that is allowed, a test that is left out.

use crate::workspace::Tree;

use super::check::Finding;
use super::rust::Token;
use super::scan::sources;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources(tree) {
        for attribute in attributes(&source.tokens) {
            let line = attribute.first().map_or(1, |token| token.line);
            let has = |name: &str| has_meta(attribute, name);
            if has("allow") {
                let message =
                    "`allow` stays when its reason has gone; say `#[expect(…, reason = \"…\")]`";
                findings.push(Finding::new(source.path, line, message));
            }
            if has("ignore") {
                let message = "a test that is left out; mend it, or start what it needs";
                findings.push(Finding::new(source.path, line, message));
            }
        }
    }
    findings
}

/// What stands between the brackets of each attribute.
fn attributes<'s, 't>(tokens: &'s [Token<'t>]) -> impl Iterator<Item = &'s [Token<'t>]> {
    tokens.iter().enumerate().filter_map(|(at, token)| {
        let rest = tokens.get(at + 1..)?;
        let rest = match rest {
            [first, rest @ ..] if first.text == "!" => rest,
            _ => rest,
        };
        let (bracket, content) = rest.split_first()?;
        if token.text != "#" || bracket.text != "[" {
            return None;
        }
        let mut depth = 1_usize;
        let end = content.iter().position(|token| {
            match token.text {
                "[" => depth += 1,
                "]" => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        content.get(..end.unwrap_or(content.len()))
    })
}

/// Whether an attribute is this one, by itself or under a condition.
fn has_meta(attribute: &[Token<'_>], name: &str) -> bool {
    let first = attribute.first().map_or("", |token| token.text);
    let conditional = first == "cfg_attr"
        && attribute
            .windows(2)
            .any(|pair| matches!(pair, [before, word] if before.text == "," && word.text == name));
    first == name || conditional
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let findings = check(&Tree::of([("model/tests/a.rs", text)]));
        findings.into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn what_hides_something_is_found_also_in_tests() {
        for text in [
            "#[allow(dead_code)] fn f() {}",
            "#![allow(unused)]",
            "#[cfg_attr(test, allow(dead_code))] fn f() {}",
            "#[ignore] fn f() {}",
            "#[ignore = \"slow\"] fn f() {}",
            "#[cfg_attr(windows, ignore)] fn f() {}",
        ] {
            assert_eq!(lines(text), [1], "{text}");
        }
    }

    #[test]
    fn expectations_other_attributes_and_words_in_text_are_fine() {
        let text = "
            //! `#[allow(dead_code)]`
            #[expect(clippy::panic, reason = \"#[allow(x)]\")]
            #[cfg_attr(docsrs, doc(cfg(feature = \"allow\")))]
            fn allow(ignore: bool) { allow(ignore) }
        ";
        assert_eq!(lines(text), []);
    }
}
