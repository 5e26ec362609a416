//! The statements of a section, and their tokens.

use limbeck_model::Dialect;
use limbeck_model::diagnostic::Span;

use super::lexer::Lexer;
use crate::directive::Section;
use crate::source::{Position, Sources};

/// A statement in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The text from its first to its last token, without a semicolon at the end.
    pub sql: &'a str,
    /// Where it stands.
    pub span: Span,
    /// The line it starts on, counted from 1.
    pub line: usize,
    /// The column it starts at, in characters, counted from 1.
    pub column: usize,
}

/// The statements that a section runs on a dialect, in their order. None where the section is for
/// another dialect, or could not be split there, which a diagnostic has said.
pub fn statements<'a>(
    section: &Section,
    dialect: Dialect,
    sources: &'a Sources,
) -> Vec<Statement<'a>> {
    let Some(source) = sources.get(section.body.file) else {
        return Vec::new();
    };
    let at = |span: &Span| {
        let Position { line, column } = source.position(span.start);
        Statement {
            sql: sources.text(*span),
            span: *span,
            line,
            column,
        }
    };
    section.statement_spans(dialect).iter().map(at).collect()
}

/// The tokens of a statement without white space and comments: what a checksum covers. A literal that
/// does not end is one token with all that follows.
pub fn tokens(statement: &str, dialect: Dialect) -> impl Iterator<Item = &str> {
    let mut lexer = Lexer::new(statement, dialect);
    std::iter::from_fn(move || {
        loop {
            let start = lexer.position();
            let end = match lexer.next() {
                Ok(None) => return None,
                Ok(Some(token)) if token.kind.is_trivia() => continue,
                Ok(Some(token)) => token.end,
                Err(_) => {
                    lexer = Lexer::starting_at(statement, statement.len(), dialect);
                    statement.len()
                }
            };
            return statement.get(start..end);
        }
    })
}
