//! Rust source as tokens, so that checks see code alone: comments, literals and unit tests are gone.
//!
//! It knows just enough of the language for that. What it cannot know is what a macro makes of its
//! tokens, and what a name means.

/// A word, a number, `::`, or one character of punctuation. Every literal text is one `"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    /// Counted from 1.
    pub(super) line: usize,
}

/// Stands for a literal whose content does not matter.
const LITERAL: &str = "\"";

/// Cuts source text into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let (length, token) = next(rest, first);
        let (passed, left) = rest.split_at(length);
        if let Some(text) = token {
            tokens.push(Token { text, line });
        }
        line += passed.matches('\n').count();
        rest = left;
    }
    tokens
}

/// The length of what comes next, and the token that it is.
fn next(rest: &str, first: char) -> (usize, Option<&str>) {
    let literal = match first {
        '"' | 'b' | 'c' | 'r' => raw_text(rest).or_else(|| quoted_text(rest)),
        '\'' => character(rest),
        _ => None,
    };
    if let Some(length) = literal {
        return (length, Some(LITERAL));
    }
    match first {
        // The mark of a lifetime or a loop's label; its name is the next word.
        '\'' => (1, None),
        '/' if let Some(length) = comment(rest) => (length, None),
        ':' if rest.starts_with("::") => (2, rest.get(..2)),
        _ if first.is_whitespace() => (length_while(rest, char::is_whitespace), None),
        _ if is_word(first) => {
            let length = length_while(rest, is_word);
            (length, rest.get(..length))
        }
        _ => (first.len_utf8(), rest.get(..first.len_utf8())),
    }
}

fn length_while(rest: &str, belongs: fn(char) -> bool) -> usize {
    rest.find(|character| !belongs(character))
        .unwrap_or(rest.len())
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with("/*") {
        return None;
    }
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(pair) = bytes.get(at..at + 2) {
        match pair {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return Some(at);
        }
    }
    Some(rest.len())
}

/// `r"…"`, `r#"…"#`, and the same of bytes and C strings.
fn raw_text(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r"]
        .into_iter()
        .find(|prefix| rest.starts_with(prefix))?;
    let behind = rest.get(prefix.len()..)?;
    let content = behind.trim_start_matches('#');
    let hashes = behind.len() - content.len();
    if !content.starts_with('"') {
        return None;
    }
    let start = prefix.len() + hashes + 1;
    let end = format!("\"{}", "#".repeat(hashes));
    match rest.get(start..)?.find(&end) {
        Some(length) => Some(start + length + end.len()),
        None => Some(rest.len()),
    }
}

/// `"…"`, and the same of bytes and C strings.
fn quoted_text(rest: &str) -> Option<usize> {
    let prefix = ["b", "c", ""].into_iter().find(|prefix| {
        let behind = rest.strip_prefix(prefix);
        behind.is_some_and(|behind| behind.starts_with('"'))
    })?;
    Some(ends_with('"', rest, prefix.len() + 1))
}

/// A character, where the quote is not the mark of a lifetime.
fn character(rest: &str) -> Option<usize> {
    let mut characters = rest.chars().skip(1);
    match characters.next()? {
        '\\' => Some(ends_with('\'', rest, 1)),
        character if characters.next() == Some('\'') => Some(character.len_utf8() + 2),
        _ => None,
    }
}

/// Where a literal is over whose content begins at `start`.
fn ends_with(quote: char, rest: &str, start: usize) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip_while(|(at, _)| *at < start) {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if character == quote {
            return at + 1;
        }
    }
    rest.len()
}

/// Leaves out every item that is compiled for unit tests alone.
pub(super) fn without_tests<'t>(tokens: &[Token<'t>]) -> Vec<Token<'t>> {
    let mut kept = Vec::new();
    let mut rest = tokens;
    while let Some((first, left)) = rest.split_first() {
        if is_at(rest, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            rest = rest.get(item_length(rest)..).unwrap_or_default();
        } else {
            kept.push(*first);
            rest = left;
        }
    }
    kept
}

/// Whether a stretch of code begins with these tokens.
pub(super) fn is_at(tokens: &[Token<'_>], pattern: &[&str]) -> bool {
    tokens.len() >= pattern.len()
        && tokens
            .iter()
            .zip(pattern)
            .all(|(token, expected)| token.text == *expected)
}

/// The length of an item with its attributes: up to its semicolon, or up to the end of its body.
pub(super) fn item_length(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    let mut is_import = false;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && !is_import {
                    return at + 1;
                }
            }
            // Its braces are followed by a semicolon.
            "use" if depth == 0 => is_import = true,
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_the_content_of_literals_are_no_code() {
        let text = r##"
            //! std::fs
            /* outer /* inner std::fs */ still */ a("fs::read \" fs", r#"x "fs" y"#, b"fs", br"fs\");
            'f'; '\''; b'"'; b
        "##;
        assert_eq!(
            words(text),
            [
                "a", "(", "\"", ",", "\"", ",", "\"", ",", "\"", ")", ";", "\"", ";", "\"", ";",
                "b", "\"", ";", "b"
            ]
        );
    }

    #[test]
    fn a_lifetime_is_not_the_start_of_a_character() {
        assert_eq!(
            words("fn f<'a>(x: &'a str) { 'x' }"),
            [
                "fn", "f", "<", "a", ">", "(", "x", ":", "&", "a", "str", ")", "{", "\"", "}"
            ]
        );
    }

    #[test]
    fn tokens_know_their_lines_behind_literals_of_several_lines() {
        let text = "a\n\"b\n\\\nc\" d /* e\n */ std::f";
        let lines: Vec<_> = tokens(text)
            .iter()
            .map(|token| (token.text, token.line))
            .collect();
        assert_eq!(
            lines,
            [
                ("a", 1),
                ("\"", 2),
                ("d", 4),
                ("std", 5),
                ("::", 5),
                ("f", 5)
            ]
        );
    }

    #[test]
    fn items_of_unit_tests_are_left_out() {
        let text = "
            a
            #[cfg(test)] #[path = \"x\"] mod inner { fn f() { b; } }
            #[cfg(test)] use c::{d, e};
            #[cfg(test)] const F: [u8; 2] = [1, 2];
            #[cfg(feature = \"test\")] g
        ";
        let kept = without_tests(&tokens(text));
        let kept: Vec<_> = kept.into_iter().map(|token| token.text).collect();
        assert_eq!(
            kept,
            [
                "a", "#", "[", "cfg", "(", "feature", "=", "\"", ")", "]", "g"
            ]
        );
    }

    #[test]
    fn text_that_does_not_end_ends_with_the_file() {
        for text in ["/* a", "\"a", "r#\"a\"", "'", "b'", "/*/"] {
            assert!(tokens(text).len() <= 2, "{text}");
        }
    }
}
