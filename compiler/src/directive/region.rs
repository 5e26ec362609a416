//! The places in a part of a file that may be directives: outside of literals and block comments, as
//! the databases see them.
//!
//! A part that is for several dialects is read by all of them side by side, and what one of them takes
//! for a comment is one. The other is then told of the literal that it left open, instead of both
//! losing the section that follows.

use std::ops::Range;

use limbeck_model::{Dialect, Direction};

use crate::split::{Lexer, TokenKind, Unterminated};

/// A place to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// A comment with an `@` behind its opening.
    Comment {
        /// Its first byte.
        start: usize,
        /// One past its last byte.
        end: usize,
    },
    /// A line of code that starts as a directive might, with a wrong sign before it or none.
    Code(usize),
    /// A carriage return in a comment, which the databases read differently.
    CarriageReturn(usize),
    /// A line of code that one of the suspected lines is.
    Suspect(usize),
}

/// What to look for in a file besides comments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Suspicions<'a> {
    /// Some carriage return has no line feed behind it.
    pub(super) lone_carriage_returns: bool,
    /// The first bytes of lines that are reported where they are code.
    pub(super) lines: &'a [usize],
}

/// A section line that stands in a literal or a block comment, and so is none.
#[derive(Clone, Debug)]
pub(super) struct Hidden {
    /// The first byte of the line's comment.
    pub(super) line: usize,
    /// The first byte of what it stands in.
    pub(super) opening: usize,
    /// Which way the section would go.
    pub(super) direction: Direction,
}

/// A walk over one part of a file, from where it starts to the section line that ends it.
pub(super) struct Region<'a> {
    text: &'a str,
    suspicions: Suspicions<'a>,
    readers: Vec<Reader<'a>>,
    /// Marks before this byte were returned already.
    marked: usize,
    first_code: Option<usize>,
    hidden: Vec<Hidden>,
}

struct Reader<'a> {
    lexer: Lexer<'a>,
    outcome: Option<Result<(), Unterminated>>,
}

impl<'a> Region<'a> {
    pub(super) fn new(
        text: &'a str,
        start: usize,
        dialects: &[Dialect],
        suspicions: Suspicions<'a>,
    ) -> Self {
        let reader = |&dialect: &Dialect| Reader {
            lexer: Lexer::starting_at(text, start, dialect),
            outcome: None,
        };
        Self {
            text,
            suspicions,
            readers: dialects.iter().map(reader).collect(),
            marked: start,
            first_code: None,
            hidden: Vec::new(),
        }
    }

    /// The next place; none at the end of the file.
    pub(super) fn next(&mut self) -> Option<Mark> {
        loop {
            let reader = self
                .readers
                .iter_mut()
                .filter(|reader| reader.outcome.is_none())
                .min_by_key(|reader| reader.lexer.position())?;
            let token = match reader.lexer.next() {
                Ok(Some(token)) => token,
                Ok(None) => {
                    reader.outcome = Some(Ok(()));
                    continue;
                }
                Err(open) => {
                    hide(self.text, open.at..self.text.len(), &mut self.hidden);
                    reader.outcome = Some(Err(open));
                    continue;
                }
            };
            let range = token.start..token.end;
            let mark = match token.kind {
                TokenKind::Space => None,
                TokenKind::LineComment => line_comment(self.text, range, self.suspicions),
                TokenKind::BlockComment => {
                    hide(self.text, range.clone(), &mut self.hidden);
                    block_comment(self.text, range)
                }
                kind => {
                    self.first_code = Some(self.first_code.unwrap_or(token.start).min(token.start));
                    if kind == TokenKind::Literal {
                        hide(self.text, range.clone(), &mut self.hidden);
                    }
                    code(self.text, range, self.suspicions)
                }
            };
            if mark.is_some() && token.start >= self.marked {
                self.marked = token.end;
                return mark;
            }
        }
    }

    /// Passes over a line of code that was taken for a directive.
    pub(super) fn skip_line(&mut self, start: usize, end: usize) {
        for reader in &mut self.readers {
            reader.lexer.skip_to(end);
        }
        self.first_code = self.first_code.filter(|&at| at < start);
    }

    /// The first byte of code before `end`.
    pub(super) fn code_before(&self, end: usize) -> Option<usize> {
        self.first_code.filter(|&at| at < end)
    }

    /// What every dialect left open when the file ended, where all did.
    pub(super) fn left_open(&self) -> Option<&Unterminated> {
        let open = |reader: &'_ Reader<'_>| matches!(reader.outcome, Some(Err(_)));
        let first = self
            .readers
            .first()
            .filter(|_| self.readers.iter().all(open))?;
        first.outcome.as_ref()?.as_ref().err()
    }

    /// The section lines that stand in literals and block comments.
    pub(super) fn hidden(&self) -> &[Hidden] {
        &self.hidden
    }
}

/// Adds the section lines in a literal or a block comment.
fn hide(text: &str, range: Range<usize>, hidden: &mut Vec<Hidden>) {
    let content = text.get(range.clone()).unwrap_or_default();
    for (offset, _) in content.match_indices('\n') {
        let behind = content.get(offset + 1..).unwrap_or_default();
        let line = behind.trim_start_matches([' ', '\t']);
        let direction = match line.strip_prefix("-- @").map(leading_name) {
            Some("up") => Direction::Up,
            Some("down") => Direction::Down,
            _ => continue,
        };
        let line = range.start + offset + 1 + (behind.len() - line.len());
        if !hidden.iter().any(|known| known.line == line) {
            hidden.push(Hidden {
                line,
                opening: range.start,
                direction,
            });
        }
    }
}

/// The name that a text starts with.
pub(super) fn leading_name(text: &str) -> &str {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn line_comment(text: &str, range: Range<usize>, suspicions: Suspicions<'_>) -> Option<Mark> {
    if suspicions.lone_carriage_returns {
        let line = text.get(range.start..)?;
        let line = line.split('\n').next().unwrap_or(line);
        if let Some(at) = line.trim_end().find('\r') {
            return Some(Mark::CarriageReturn(range.start + at));
        }
    }
    let inner = text.get(range.start + 2..range.end)?;
    inner
        .trim_start_matches([' ', '\t'])
        .starts_with('@')
        .then_some(Mark::Comment {
            start: range.start,
            end: range.end,
        })
}

fn block_comment(text: &str, range: Range<usize>) -> Option<Mark> {
    let inner = text.get(range.start + 2..range.end)?;
    inner
        .trim_start_matches([' ', '\t', '*'])
        .starts_with('@')
        .then_some(Mark::Comment {
            start: range.start,
            end: range.end,
        })
}

fn code(text: &str, range: Range<usize>, suspicions: Suspicions<'_>) -> Option<Mark> {
    if suspicions.lines.binary_search(&range.start).is_ok() {
        return Some(Mark::Suspect(range.start));
    }
    let starts_as_sign = matches!(text.as_bytes().get(range.start), Some(b'#' | b'/' | b'@'));
    (starts_as_sign && starts_line(text, range.start)).then_some(Mark::Code(range.start))
}

/// Whether only blanks stand before a byte on its line.
pub(super) fn starts_line(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or(before);
    line.trim_start_matches(crate::source::BYTE_ORDER_MARK)
        .trim()
        .is_empty()
}
