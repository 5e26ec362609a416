//! Tokens gathered into statements.
//!
//! A semicolon ends a statement, except inside of a body that holds statements of its own: PostgreSQL's
//! `BEGIN ATOMIC … END` and the parentheses of `CREATE RULE`, SQLite's triggers. The rows that a dump has
//! behind `COPY … FROM stdin;` are no statements.

use std::ops::Range;

use limbeck_model::Dialect;

use super::copy_data;
use super::lexer::{Lexer, unterminated};
use super::token::{Opened, Token, TokenKind, Unterminated};

/// A part of a text that was split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What the part is.
    pub kind: PieceKind,
    /// Its bytes.
    pub range: Range<usize>,
}

/// What a part of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// A statement from its first to its last token, without the semicolon that ends it.
    Statement,
    /// What stands between statements: white space, comments, semicolons and the rows of a `COPY`.
    Trivia,
}

/// Cuts a text into statements and what is between them: the pieces together are the text.
///
/// # Errors
/// A literal, a comment or a body is not closed before the text ends.
pub fn split(text: &str, dialect: Dialect) -> Result<Vec<Piece>, Unterminated> {
    let mut pieces = Vec::new();
    let mut cut = 0;
    for statement in statement_ranges(text, dialect)? {
        if cut < statement.start {
            pieces.push(Piece {
                kind: PieceKind::Trivia,
                range: cut..statement.start,
            });
        }
        cut = statement.end;
        pieces.push(Piece {
            kind: PieceKind::Statement,
            range: statement,
        });
    }
    if cut < text.len() {
        pieces.push(Piece {
            kind: PieceKind::Trivia,
            range: cut..text.len(),
        });
    }
    Ok(pieces)
}

/// The bytes of each statement.
pub(crate) fn statement_ranges(
    text: &str,
    dialect: Dialect,
) -> Result<Vec<Range<usize>>, Unterminated> {
    let mut statements = Vec::new();
    let mut lexer = Lexer::new(text, dialect);
    let mut current: Option<Range<usize>> = None;
    let mut shape = Shape::default();
    while let Some(token) = lexer.next()? {
        if token.kind.is_trivia() {
            continue;
        }
        if token.kind == TokenKind::Semicolon && shape.ends_at_semicolon() {
            if let Some(statement) = current.take() {
                if let Some(data_end) = copy_data::end(text, &statement, token.end, dialect) {
                    lexer.skip_to(data_end);
                }
                statements.push(statement);
            }
            shape = Shape::default();
            continue;
        }
        if !matches!(shape, Shape::Plain) {
            shape.advance(word(text, &token), &token, dialect);
        }
        match &mut current {
            Some(statement) => statement.end = token.end,
            None => current = Some(token.start..token.end),
        }
    }
    if let Some(open) = shape.left_open() {
        return Err(open);
    }
    statements.extend(current);
    Ok(statements)
}

/// The text of a token that may matter to the shape of a statement: a word or a single character.
fn word<'a>(text: &'a str, token: &Token) -> &'a str {
    let matters = match token.kind {
        TokenKind::Word | TokenKind::Semicolon => true,
        TokenKind::Other => token.end - token.start == 1,
        _ => false,
    };
    let content = if matters {
        text.get(token.start..token.end)
    } else {
        None
    };
    content.unwrap_or_default()
}

/// What is known of the statement being read.
enum Shape {
    /// Its first words, which decide what it is.
    Opening(Opening),
    /// A semicolon ends it.
    Plain,
    /// `CREATE RULE`: a semicolon in parentheses does not end it.
    Rule { parentheses: usize },
    /// `CREATE FUNCTION` or `CREATE PROCEDURE` of PostgreSQL.
    Routine(Routine),
    /// `CREATE TRIGGER` of SQLite.
    Trigger(Trigger),
}

#[derive(Clone, Copy)]
enum Opening {
    Start,
    Explain,
    ExplainQuery,
    Create,
    CreateOr,
}

/// A routine's body may be `BEGIN ATOMIC … END`.
#[derive(Default)]
struct Routine {
    parentheses: usize,
    /// Where a `BEGIN` stood, if it was the token before.
    begin: Option<usize>,
    /// Where the body began, and how many `END` are missing.
    body: Option<(usize, usize)>,
    /// The token before was `.` or `AS`, so that a key word here is a name.
    names_follow: bool,
}

/// A trigger's body ends at an `END` after a semicolon: no statement in the body starts so.
#[derive(Default)]
struct Trigger {
    /// Where the last `BEGIN` before the first semicolon stood: before it a trigger, a table or a
    /// column may have that name too.
    begin: Option<usize>,
    in_body: bool,
    after_semicolon: bool,
    ended: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Self::Opening(Opening::Start)
    }
}

impl Shape {
    fn ends_at_semicolon(&self) -> bool {
        match self {
            Self::Opening(_) | Self::Plain => true,
            Self::Rule { parentheses } => *parentheses == 0,
            Self::Routine(routine) => routine.body.is_none(),
            Self::Trigger(trigger) => trigger.begin.is_none() || trigger.ended,
        }
    }

    /// Takes a token into account. `word` is a word or a single character.
    fn advance(&mut self, word: &str, token: &Token, dialect: Dialect) {
        match self {
            Self::Plain => {}
            Self::Opening(opening) => *self = opening.advance(word, dialect),
            Self::Rule { parentheses } => count_parentheses(parentheses, word),
            Self::Routine(routine) => routine.advance(word, token),
            Self::Trigger(trigger) => trigger.advance(word, token),
        }
    }

    fn left_open(&self) -> Option<Unterminated> {
        match self {
            Self::Routine(Routine {
                body: Some((at, _)),
                ..
            }) => Some(unterminated(Opened::AtomicBody, *at, "BEGIN".len())),
            Self::Trigger(Trigger {
                begin: Some(at),
                ended: false,
                ..
            }) => Some(unterminated(Opened::TriggerBody, *at, "BEGIN".len())),
            _ => None,
        }
    }
}

impl Opening {
    fn advance(self, word: &str, dialect: Dialect) -> Shape {
        let is = |expected: &str| word.eq_ignore_ascii_case(expected);
        match (self, dialect) {
            (Self::Start, _) | (Self::ExplainQuery, Dialect::Sqlite) if is("create") => {
                Shape::Opening(Self::Create)
            }
            (Self::Explain, Dialect::Sqlite) if is("create") => Shape::Opening(Self::Create),
            (Self::Start, Dialect::Sqlite) if is("explain") => Shape::Opening(Self::Explain),
            (Self::Explain, Dialect::Sqlite) if is("query") => Shape::Opening(Self::ExplainQuery),
            (Self::ExplainQuery, Dialect::Sqlite) if is("plan") => {
                Shape::Opening(Self::ExplainQuery)
            }
            (Self::Create, Dialect::Sqlite) if is("temp") || is("temporary") => {
                Shape::Opening(Self::Create)
            }
            (Self::Create, Dialect::Sqlite) if is("trigger") => Shape::Trigger(Trigger::default()),
            (Self::Create, Dialect::Postgres) if is("or") => Shape::Opening(Self::CreateOr),
            (Self::CreateOr, Dialect::Postgres) if is("replace") => Shape::Opening(Self::Create),
            (Self::Create, Dialect::Postgres) if is("rule") => Shape::Rule { parentheses: 0 },
            (Self::Create, Dialect::Postgres) if is("function") || is("procedure") => {
                Shape::Routine(Routine::default())
            }
            _ => Shape::Plain,
        }
    }
}

impl Routine {
    fn advance(&mut self, word: &str, token: &Token) {
        let is = |expected: &str| !self.names_follow && word.eq_ignore_ascii_case(expected);
        let begin = Some(token.start).filter(|_| is("begin"));
        let opens_body = self.begin.is_some() && is("atomic");
        match &mut self.body {
            None => {
                if opens_body && self.parentheses == 0 {
                    self.body = self.begin.map(|at| (at, 1));
                }
            }
            Some((_, depth)) if opens_body || is("case") => *depth += 1,
            Some((_, 1)) if is("end") => self.body = None,
            Some((_, depth)) if is("end") => *depth -= 1,
            Some(_) => {}
        }
        self.names_follow = word == "." || word.eq_ignore_ascii_case("as");
        self.begin = begin;
        count_parentheses(&mut self.parentheses, word);
    }
}

impl Trigger {
    fn advance(&mut self, word: &str, token: &Token) {
        if !self.in_body && word.eq_ignore_ascii_case("begin") {
            self.begin = Some(token.start);
        }
        self.ended |= self.after_semicolon && word.eq_ignore_ascii_case("end");
        self.after_semicolon = word == ";";
        self.in_body |= self.after_semicolon;
    }
}

fn count_parentheses(parentheses: &mut usize, word: &str) {
    match word {
        "(" => *parentheses += 1,
        ")" => *parentheses = parentheses.saturating_sub(1),
        _ => {}
    }
}
