//! A walk over the tokens of a text, in either dialect.
//!
//! The lexers work on bytes: every byte that means something is ASCII, and all others belong to a
//! name, a literal or a comment as whole characters. They index slices behind an explicit bound
//! instead of using iterators, because build scripts are compiled without optimization.

use limbeck_model::Dialect;

use super::token::{Opened, Token, TokenKind, Unterminated};
use super::{postgres, sqlite};

/// Cuts a text into tokens, every byte into exactly one.
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    dialect: Dialect,
    /// PostgreSQL: where the next string continues an `E'…'` string, which started before a line end.
    continued: Option<usize>,
}

impl<'a> Lexer<'a> {
    pub(crate) const fn new(text: &'a str, dialect: Dialect) -> Self {
        Self::starting_at(text, 0, dialect)
    }

    /// Starts inside of a text, at the boundary of a token.
    pub(crate) const fn starting_at(text: &'a str, at: usize, dialect: Dialect) -> Self {
        Self {
            text,
            at,
            dialect,
            continued: None,
        }
    }

    /// The next byte that has not been cut.
    pub(crate) const fn position(&self) -> usize {
        self.at
    }

    /// Passes over all bytes before `at`, which is the boundary of a token.
    pub(crate) fn skip_to(&mut self, at: usize) {
        self.at = self.at.max(at);
    }

    /// The next token, or nothing at the end of the text.
    ///
    /// # Errors
    /// A literal or comment does not end. Nothing is cut then, so a further call fails alike.
    pub(crate) fn next(&mut self) -> Result<Option<Token>, Unterminated> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        if start >= bytes.len() {
            return Ok(None);
        }
        let (kind, end) = match self.dialect {
            Dialect::Sqlite => sqlite::token(bytes, start)?,
            Dialect::Postgres => {
                let escapes = self.continued == Some(start);
                let (kind, end) = postgres::token(bytes, start, escapes)?;
                if kind == TokenKind::Literal {
                    let escapes = escapes || matches!(bytes[start], b'e' | b'E');
                    self.continued = postgres::continuation(bytes, end).filter(|_| escapes);
                }
                (kind, end)
            }
        };
        debug_assert!(end > start, "a token has at least one byte");
        self.at = end;
        Ok(Some(Token { kind, start, end }))
    }
}

/// The end of a run of bytes of a class, which starts at `at`.
pub(super) fn run(bytes: &[u8], mut at: usize, class: &[bool; 256]) -> usize {
    while at < bytes.len() && class[bytes[at] as usize] {
        at += 1;
    }
    at
}

/// The end of a literal whose content starts at `at` and which `quote` ends, where a doubled quote is
/// a character of it.
pub(super) fn quoted(bytes: &[u8], mut at: usize, quote: u8) -> Option<usize> {
    while at < bytes.len() {
        if bytes[at] != quote {
            at += 1;
        } else if bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return Some(at + 1);
        }
    }
    None
}

/// The error for what was opened at `at` by `length` bytes.
pub(super) const fn unterminated(what: Opened, at: usize, length: usize) -> Unterminated {
    Unterminated { what, at, length }
}

/// A class of bytes: those that `members` lists, and all that a non-ASCII character consists of where
/// `non_ascii` holds.
pub(super) const fn class(members: &[u8], non_ascii: bool) -> [bool; 256] {
    let mut class = [false; 256];
    let mut index = 0;
    while index < members.len() {
        class[members[index] as usize] = true;
        index += 1;
    }
    let mut byte = 128;
    while byte < 256 {
        class[byte] = non_ascii;
        byte += 1;
    }
    class
}
