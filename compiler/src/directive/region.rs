//! The places in a part of a file that may be directives: outside of literals and block comments, as
//! the databases see them.
//!
//! A part that is for several dialects is read by all of them side by side, and what one of them takes
//! for a comment is one. The other is then told of the literal that it left open, instead of both
//! losing the section that follows.

use std::ops::Range;

use limbeck_model::{Dialect, Direction};

use super::table::Name;
use crate::source::BYTE_ORDER_MARK;
use crate::split::{Lexer, Token, TokenKind, Unterminated};

/// A place to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) kind: MarkKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What stands at a place to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MarkKind {
    /// A comment with an `@` behind its opening, or with the name of a directive.
    Comment,
    /// A line of code that starts as a directive might, with a wrong sign before it or none.
    Code,
    /// A comment with a carriage return in it, which the databases read differently.
    CarriageReturn,
    /// A line of code that is one of the suspected lines.
    Suspect,
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
    readers: Vec<Reader<'a>>,
    /// Marks before this byte were returned already.
    marked: usize,
}

/// The walk as one dialect sees it.
struct Reader<'a> {
    text: &'a str,
    suspicions: Suspicions<'a>,
    lexer: Lexer<'a>,
    outcome: Option<Result<(), Unterminated>>,
    next: Option<Mark>,
    first_code: Option<usize>,
    hidden: Vec<Hidden>,
}

impl<'a> Region<'a> {
    pub(super) fn new(
        text: &'a str,
        start: usize,
        dialects: &[Dialect],
        suspicions: Suspicions<'a>,
    ) -> Self {
        let reader = |&dialect: &Dialect| Reader {
            text,
            suspicions,
            lexer: Lexer::starting_at(text, start, dialect),
            outcome: None,
            next: None,
            first_code: None,
            hidden: Vec::new(),
        };
        Self {
            readers: dialects.iter().map(reader).collect(),
            marked: start,
        }
    }

    /// The next place; none at the end of the file.
    pub(super) fn next(&mut self) -> Option<Mark> {
        let mut first: Option<Mark> = None;
        for reader in &mut self.readers {
            // No dialect needs to read on behind what another one found.
            reader.advance(self.marked, first.map_or(usize::MAX, |mark| mark.start));
            let is_first = |mark: &Mark| first.is_none_or(|first| mark.start < first.start);
            first = reader.next.filter(is_first).or(first);
        }
        self.marked = first?.end;
        first
    }

    /// Passes over a line of code that was taken for a directive.
    pub(super) fn skip_line(&mut self, start: usize, end: usize) {
        self.marked = end;
        for reader in &mut self.readers {
            reader.lexer.skip_to(end);
            reader.first_code = reader.first_code.filter(|&at| at < start);
        }
    }

    /// The first byte of code before `end`.
    pub(super) fn code_before(&self, end: usize) -> Option<usize> {
        let first = self
            .readers
            .iter()
            .filter_map(|reader| reader.first_code)
            .min();
        first.filter(|&at| at < end)
    }

    /// What a dialect left open when the file ended, where all did.
    pub(super) fn left_open(&self) -> Option<&Unterminated> {
        let mut open = None;
        for reader in &self.readers {
            let Some(Err(unterminated)) = &reader.outcome else {
                return None;
            };
            open = open.or(Some(unterminated));
        }
        open
    }

    /// The section lines that stand in literals and block comments.
    pub(super) fn hidden(&self) -> Vec<Hidden> {
        let all = self.readers.iter().flat_map(|reader| &reader.hidden);
        let mut hidden: Vec<Hidden> = all.cloned().collect();
        hidden.sort_by_key(|hidden| hidden.line);
        hidden
    }
}

impl Reader<'_> {
    /// Reads to the next mark that starts at `from` or behind it, but not behind `limit`.
    fn advance(&mut self, from: usize, limit: usize) {
        if self.next.is_some_and(|mark| mark.start >= from) {
            return;
        }
        self.next = None;
        while self.outcome.is_none() && self.lexer.position() <= limit {
            let token = match self.lexer.next() {
                Ok(Some(token)) => token,
                Ok(None) => {
                    self.outcome = Some(Ok(()));
                    return;
                }
                Err(open) => {
                    hide(self.text, open.at..self.text.len(), &mut self.hidden);
                    self.outcome = Some(Err(open));
                    return;
                }
            };
            let kind = match token.kind {
                TokenKind::Space => None,
                TokenKind::LineComment => line_comment(self.text, &token, self.suspicions),
                TokenKind::BlockComment => {
                    hide(self.text, token.start..token.end, &mut self.hidden);
                    block_comment(self.text, &token)
                }
                _ => self.code(&token),
            };
            if let Some(kind) = kind
                && token.start >= from
            {
                self.next = Some(Mark {
                    kind,
                    start: token.start,
                    end: token.end,
                });
                return;
            }
        }
    }

    fn code(&mut self, token: &Token) -> Option<MarkKind> {
        if self.first_code.is_none() {
            self.first_code = Some(token.start);
        }
        if token.kind == TokenKind::Literal {
            hide(self.text, token.start..token.end, &mut self.hidden);
            return None;
        }
        let is_suspect = || self.suspicions.lines.binary_search(&token.start).is_ok();
        match self.text.as_bytes().get(token.start) {
            Some(b'=' | b'|') if is_suspect() => Some(MarkKind::Suspect),
            // The last is the first byte of the dashes that word processors make of `--`.
            Some(b'#' | b'/' | b'-' | b'@' | 0xe2) if starts_line(self.text, token.start) => {
                Some(MarkKind::Code)
            }
            _ => None,
        }
    }
}

/// A line end and `-- @up`.
const SHORTEST_SECTION_LINE: usize = 7;

/// Adds the section lines in a literal or a block comment.
fn hide(text: &str, range: Range<usize>, hidden: &mut Vec<Hidden>) {
    if range.len() < SHORTEST_SECTION_LINE {
        return;
    }
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
        hidden.push(Hidden {
            line,
            opening: range.start,
            direction,
        });
    }
}

/// The name that a text starts with.
pub(super) fn leading_name(text: &str) -> &str {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn line_comment(text: &str, token: &Token, suspicions: Suspicions<'_>) -> Option<MarkKind> {
    if suspicions.lone_carriage_returns && carriage_return(text, token.start).is_some() {
        return Some(MarkKind::CarriageReturn);
    }
    let inner = text
        .get(token.start + 2..token.end)?
        .trim_start_matches(is_blank);
    let may_be_directive = inner.starts_with('@') || Name::find(leading_name(inner)).is_some();
    may_be_directive.then_some(MarkKind::Comment)
}

/// Whether a character shows nothing, also where it counts as no white space.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}' | BYTE_ORDER_MARK)
}

/// Where a carriage return stands in a line that starts at `start`, other than at its end.
pub(super) fn carriage_return(text: &str, start: usize) -> Option<usize> {
    let line = text.get(start..)?;
    let line = line.split('\n').next().unwrap_or(line);
    line.trim_end().find('\r').map(|at| start + at)
}

fn block_comment(text: &str, token: &Token) -> Option<MarkKind> {
    let inner = text.get(token.start + 2..token.end)?;
    inner
        .trim_start_matches(|c| is_blank(c) || c == '*')
        .starts_with('@')
        .then_some(MarkKind::Comment)
}

/// Whether only blanks stand before a byte on its line.
pub(super) fn starts_line(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or(before);
    line.trim_start_matches(BYTE_ORDER_MARK).trim().is_empty()
}
