//! The tokens of SQLite's SQL, each in one canonical spelling.
//!
//! White space and comments are gone, keywords are upper case, and a name has quotes only if it
//! would not be a name without them: SQLite itself adds quotes when it renames. Literals are kept
//! as they are.

use super::keyword;

/// Operators that are longer than one character, the longest first.
const OPERATORS: [&str; 10] = ["->>", "||", "<<", ">>", "<=", ">=", "==", "!=", "<>", "->"];

/// The canonical tokens of `sql`, which SQLite has accepted before. What it would not accept, such
/// as a literal without an end, becomes a token as well: nothing is lost.
pub(super) fn tokens(sql: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for (raw, first, _) in raw_tokens(sql) {
        let before = tokens.last().map_or("", String::as_str);
        let token = if is_name_behind(before, raw) {
            name(raw)
        } else {
            canonical(raw, first)
        };
        tokens.push(token);
    }
    tokens
}

/// The tokens of `sql` as they are, each with its first character and whether something that is no
/// token stands before it.
fn raw_tokens(sql: &str) -> Vec<(&str, char, bool)> {
    let mut tokens = Vec::new();
    let mut rest = sql.trim_start_matches(is_space);
    let mut spaced = false;
    while let Some(first) = rest.chars().next() {
        let (raw, after) = rest.split_at(length(rest, first));
        rest = after.trim_start_matches(is_space);
        if raw.starts_with("--") || raw.starts_with("/*") {
            spaced = true;
        } else {
            tokens.push((raw, first, spaced));
            spaced = rest.len() < after.len();
        }
    }
    tokens
}

/// Whether a keyword can only be a name where it stands, and so keeps its case: as a column of a
/// table, or as the name that a column of a view gets.
fn is_name_behind(before: &str, raw: &str) -> bool {
    let goes_on = ["SELECT", "WITH", "VALUES", "NOT", "MATERIALIZED"];
    keyword::is_keyword(raw)
        && match before {
            "." => true,
            "AS" => !goes_on.iter().any(|word| raw.eq_ignore_ascii_case(word)),
            _ => false,
        }
}

/// What stands from the first parenthesis on, with nothing changed but the white space. The module
/// of a virtual table reads its arguments by rules of its own.
pub(super) fn arguments(sql: &str) -> String {
    let tokens = raw_tokens(sql);
    let mut line = String::new();
    let mut before = "";
    for (raw, _, spaced) in tokens.into_iter().skip_while(|(raw, ..)| *raw != "(") {
        let space = before == "," || spaced && before != "(" && !matches!(raw, ")" | ",");
        if space && !line.is_empty() {
            line.push(' ');
        }
        line.push_str(raw);
        before = raw;
    }
    line
}

/// A name as a canonical token.
pub(super) fn name(name: &str) -> String {
    let mut characters = name.chars();
    let plain = characters
        .next()
        .is_some_and(|first| is_word(first) && !first.is_ascii_digit())
        && characters.all(is_word);
    // With quotes, these are names; without, they are numbers.
    let is_literal = ["true", "false"]
        .iter()
        .any(|word| name.eq_ignore_ascii_case(word));
    if plain && !is_literal && !keyword::is_keyword(name) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// The name of a column whose canonical token, without quotes, is `token`.
pub(super) fn column_name(token: &str) -> String {
    if keyword::is_keyword(token) {
        name(&token.to_ascii_lowercase())
    } else {
        token.to_owned()
    }
}

/// The name that a raw token stands for, whatever quotes it has.
fn unquoted(raw: &str) -> Option<String> {
    let quote = raw.chars().next()?;
    let close = if quote == '[' { ']' } else { quote };
    let inner = raw.strip_prefix(quote)?.strip_suffix(close)?;
    Some(match quote {
        '[' => inner.to_owned(),
        _ => inner.replace(&format!("{quote}{quote}"), &quote.to_string()),
    })
}

/// Joins tokens to a line that reads like SQL and still shows where each token ends.
pub(super) fn join<S: AsRef<str>>(tokens: &[S]) -> String {
    let mut line = String::new();
    let mut before = "";
    for token in tokens {
        let token = token.as_ref();
        if !line.is_empty() && needs_space(before, token) {
            line.push(' ');
        }
        line.push_str(token);
        before = token;
    }
    line
}

fn needs_space(before: &str, token: &str) -> bool {
    match (before, token) {
        ("(" | ".", _) | (_, ")" | "," | "." | ";") => false,
        // The parentheses of a call or of a list of columns stand close to the name.
        (before, "(") => keyword::is_keyword(before) || !ends_like_name(before),
        _ => true,
    }
}

fn ends_like_name(token: &str) -> bool {
    token.ends_with(|last| is_word(last) || last == '"')
}

fn canonical(raw: &str, first: char) -> String {
    match first {
        '"' | '`' | '[' => unquoted(raw).map_or_else(|| raw.to_owned(), |inner| name(&inner)),
        'x' if raw.ends_with('\'') => format!("X{}", raw.trim_start_matches('x')),
        _ if keyword::is_keyword(raw) => raw.to_ascii_uppercase(),
        _ => raw.to_owned(),
    }
}

/// The number of bytes of the token or comment that `rest` starts with.
fn length(rest: &str, first: char) -> usize {
    let up_to = |end: &str| rest.find(end).map_or(rest.len(), |at| at + end.len());
    match first {
        _ if rest.starts_with("--") => up_to("\n"),
        _ if rest.starts_with("/*") => up_to("*/"),
        '\'' | '"' | '`' => quoted_length(rest, first),
        '[' => up_to("]"),
        'x' | 'X' if rest.get(1..).is_some_and(|rest| rest.starts_with('\'')) => {
            1 + quoted_length(rest.get(1..).unwrap_or_default(), '\'')
        }
        _ if first.is_ascii_digit() => number_length(rest),
        _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        _ => OPERATORS
            .iter()
            .find(|operator| rest.starts_with(**operator))
            .map_or(first.len_utf8(), |operator| operator.len()),
    }
}

/// A doubled quote within the quotes stands for one, and does not end them.
fn quoted_length(rest: &str, quote: char) -> usize {
    let mut inside = false;
    for (at, character) in rest.char_indices() {
        if character == quote {
            inside = !inside;
        } else if !inside {
            return at;
        }
    }
    rest.len()
}

/// A number with its fraction and exponent: the sign of an exponent belongs to it.
fn number_length(rest: &str) -> usize {
    let mut before = ' ';
    let exponent_possible = !rest.starts_with("0x") && !rest.starts_with("0X");
    let is_end = |character: char| {
        let sign = matches!(character, '+' | '-') && matches!(before, 'e' | 'E');
        before = character;
        !(is_word(character) || character == '.' || sign && exponent_possible)
    };
    rest.find(is_end).unwrap_or(rest.len())
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || character == '_'
        || character == '$'
        || !character.is_ascii()
}

/// What SQLite takes for white space.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(sql: &str) -> String {
        join(&tokens(sql))
    }

    #[test]
    fn layout_case_of_keywords_and_needless_quotes_do_not_count() {
        let plain = "CREATE TABLE t(a text DEFAULT 'x  y', \"b c\" int)";
        for other in [
            "create table \"t\" (\n  [a] text default 'x  y', -- why\n  `b c` int\n)",
            "CREATE TABLE t(a text/* , */DEFAULT 'x  y',\"b c\" int)",
        ] {
            assert_eq!(line(other), plain);
        }
    }

    #[test]
    fn what_is_within_literals_counts() {
        assert_ne!(line("DEFAULT 'a b'"), line("DEFAULT 'a  b'"));
        assert_ne!(line("DEFAULT 'key'"), line("DEFAULT 'KEY'"));
        assert_eq!(line("'it''s' 'x'"), "'it''s' 'x'");
        assert_eq!(line("'--' || '/*'"), "'--' || '/*'");
        assert_eq!(line("x'ab' , 1.5e-3,1 - 2"), "X'ab', 1.5e-3, 1 - 2");
    }

    #[test]
    fn a_name_keeps_the_quotes_that_it_needs() {
        assert_eq!(
            line("\"order\" \"a\"\"b\" [c d] `e``f` \"1a\" \"\""),
            "\"order\" \"a\"\"b\" \"c d\" \"e`f\" \"1a\" \"\""
        );
        assert_eq!(name("order"), "\"order\"");
        assert_eq!(name("größe"), "größe");
    }

    const WORDS: [&str; 18] = [
        "CREATE",
        "table",
        "t",
        "\"t\"",
        "[order]",
        "`a b`",
        "größe",
        "'x  -- ''y'",
        "x'00ff'",
        "1.5e-3",
        "0x1f",
        "(",
        ")",
        ",",
        "||",
        "->>",
        "<=",
        "t.a",
    ];
    const SPACES: [&str; 6] = [" ", "\n", "\t ", " -- why\n", "/* , */", "\r\n  "];

    proptest! {
        #[test]
        fn no_layout_counts_and_canonical_text_is_its_own_canonical_text(
            pieces in prop::collection::vec((prop::sample::select(&WORDS), prop::sample::select(&SPACES)), 0..20)
        ) {
            let plain: Vec<&str> = pieces.iter().map(|(word, _)| *word).collect();
            let spaced: String = pieces.iter().flat_map(|(word, space)| [*word, *space]).collect();
            let canonical = line(&spaced);
            prop_assert_eq!(&canonical, &line(&plain.join(" ")));
            prop_assert_eq!(&canonical, &line(&canonical));
        }

        #[test]
        fn no_input_is_too_strange(sql in "\\PC{0,60}") {
            let _ = line(&sql);
        }
    }
}
