//! Defaults of columns, with no parentheses that say nothing.
//!
//! A default that is one value is the same with parentheses around it. Tools that rebuild a table from its
//! catalog write them where its author did not.

/// The words that are values.
const WORDS: [&str; 6] = [
    "NULL",
    "TRUE",
    "FALSE",
    "CURRENT_TIME",
    "CURRENT_DATE",
    "CURRENT_TIMESTAMP",
];

/// The tokens of a clause of a column, without the parentheses around a default that is one value.
pub(super) fn without_parentheses(clause: &[String]) -> Vec<String> {
    let start = clause.iter().position(|word| word == "DEFAULT");
    let Some((head, whole)) = start.and_then(|start| clause.split_at_checked(start + 1)) else {
        return clause.to_vec();
    };
    let mut value = whole;
    while let [open, inner @ .., close] = value
        && open == "("
        && close == ")"
    {
        value = inner;
    }
    let value = if is_one_value(value) { value } else { whole };
    [head, value].concat()
}

fn is_one_value(tokens: &[String]) -> bool {
    match tokens {
        [value] => {
            is_number(value)
                || value.starts_with('\'')
                || value.starts_with("X'")
                || WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
        }
        [sign, number] => matches!(sign.as_str(), "+" | "-") && is_number(number),
        _ => false,
    }
}

fn is_number(token: &str) -> bool {
    token.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::token;
    use super::*;

    fn line(clause: &str) -> String {
        token::join(&without_parentheses(&token::tokens(clause)))
    }

    #[test]
    fn one_value_stands_without_parentheses() {
        for (written, bare) in [
            ("DEFAULT ('')", "DEFAULT ''"),
            ("default (('a (b)'))", "DEFAULT 'a (b)'"),
            ("DEFAULT (-1.5e3)", "DEFAULT -1.5e3"),
            ("DEFAULT (x'00')", "DEFAULT X'00'"),
            ("DEFAULT (current_timestamp)", "DEFAULT CURRENT_TIMESTAMP"),
            ("DEFAULT (true)", "DEFAULT true"),
            ("CONSTRAINT d DEFAULT (0)", "CONSTRAINT d DEFAULT 0"),
        ] {
            assert_eq!(line(written), line(bare));
            assert_eq!(line(bare), token::join(&token::tokens(bare)));
        }
    }

    #[test]
    fn anything_else_stays_as_it_is() {
        for clause in [
            "DEFAULT (1 + 2)",
            "DEFAULT ((1) + (2))",
            "DEFAULT (datetime('now'))",
            "DEFAULT (CASE WHEN 1 THEN 2 END)",
            "CHECK ((a) > (0))",
            "REFERENCES items (id)",
        ] {
            assert_eq!(line(clause), token::join(&token::tokens(clause)));
        }
    }
}
