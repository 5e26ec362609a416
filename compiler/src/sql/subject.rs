//! A statement where it stands, as the checks look at it.

use limbeck_model::Dialect;
use limbeck_model::diagnostic::Span;

use crate::directive::{Section, Verify};
use crate::split::{Statement, tokens};

/// So many words tell every statement that a check knows from all others.
const HEAD: usize = 6;

/// A statement, its section and the dialect that reads it.
pub(super) struct Subject<'a> {
    pub(super) statement: Statement<'a>,
    pub(super) section: &'a Section,
    pub(super) dialect: Dialect,
    /// Other statements stand in the section that had better stay in a transaction.
    pub(super) has_others: bool,
    /// The `@verify` above it.
    pub(super) verify: Option<&'a Verify>,
    head: Vec<String>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(statement: Statement<'a>, section: &'a Section, dialect: Dialect) -> Self {
        let head = tokens(statement.sql, dialect).take(HEAD).map(upper);
        Self {
            statement,
            section,
            dialect,
            has_others: false,
            verify: None,
            head: head.collect(),
        }
    }

    /// The first tokens, in upper case. A quoted name keeps its quotes, so that it is no keyword.
    pub(super) fn head(&self) -> Vec<&str> {
        self.head.iter().map(String::as_str).collect()
    }

    /// All tokens, in upper case.
    pub(super) fn words(&self) -> Vec<String> {
        tokens(self.statement.sql, self.dialect)
            .map(upper)
            .collect()
    }

    /// The place of the statement's first line.
    pub(super) fn first_line(&self) -> Span {
        let line = self.statement.sql.split('\n').next().unwrap_or_default();
        self.span(0, line.trim_end().len())
    }

    /// The place of some bytes of the statement.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let first = self.statement.span.start;
        Span {
            file: self.statement.span.file,
            start: first + start,
            end: first + end,
        }
    }

    /// The line that opens the section, as it would be outside a transaction.
    pub(super) fn opening_without_transaction(&self) -> String {
        let direction = self.section.direction;
        match &self.section.dialect {
            Some(dialect) => format!("-- @{direction} {} no-transaction", dialect.value),
            None => format!("-- @{direction} no-transaction"),
        }
    }

    /// The line that opens the section, as it would be inside one.
    pub(super) fn opening_with_transaction(&self) -> String {
        let direction = self.section.direction;
        match &self.section.dialect {
            Some(dialect) => format!("-- @{direction} {}", dialect.value),
            None => format!("-- @{direction}"),
        }
    }
}

fn upper(token: &str) -> String {
    token.to_ascii_uppercase()
}

/// Every token of a text and the byte it starts at.
pub(super) fn placed_tokens(text: &str, dialect: Dialect) -> impl Iterator<Item = (usize, &str)> {
    let start = text.as_ptr().addr();
    tokens(text, dialect).map(move |token| (token.as_ptr().addr() - start, token))
}

/// The words between the first parentheses behind `WITH`, as names and their values; a name alone has
/// no value. Quotes are left away.
pub(super) fn options(words: &[String]) -> Vec<(&str, Option<&str>)> {
    let mut list = words
        .windows(2)
        .position(|pair| pair[0] == "WITH" && pair[1] == "(")
        .map_or(&[][..], |at| words.get(at + 2..).unwrap_or_default());
    list = list.split(|word| word == ")").next().unwrap_or_default();
    list.split(|word| word == ",")
        .filter_map(|option| {
            let (name, value) = option.split_first()?;
            let value = value.iter().find(|word| *word != "=");
            Some((unquoted(name), value.map(|value| unquoted(value))))
        })
        .collect()
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\''])
}
