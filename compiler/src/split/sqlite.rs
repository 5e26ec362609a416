//! SQLite's tokens.
//!
//! Source: SQLite's `tokenize.c`. Two things are refused that SQLite accepts or reports otherwise: a
//! block comment that the end of the text closes, and a literal without an end.

use super::lexer::{class, quoted, run, unterminated};
use super::token::{Opened, TokenKind, Unterminated};

/// A vertical tab continues white space, but does not start it.
const SPACE: [bool; 256] = class(b" \t\n\r\x0b\x0c", false);
const WORD: [bool; 256] = class(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789$",
    true,
);

/// The kind and the end of the token at `at`.
pub(super) fn token(bytes: &[u8], at: usize) -> Result<(TokenKind, usize), Unterminated> {
    let second = bytes.get(at + 1).copied();
    let third = bytes.get(at + 2).copied();
    let end = match (bytes[at], second) {
        (b' ' | b'\t' | b'\n' | b'\r' | b'\x0c', _) => {
            return Ok((TokenKind::Space, run(bytes, at, &SPACE)));
        }
        (0xef, Some(0xbb)) if third == Some(0xbf) => return Ok((TokenKind::Space, at + 3)),
        (b';', _) => return Ok((TokenKind::Semicolon, at + 1)),
        (b'-', Some(b'-')) => return Ok((TokenKind::LineComment, line_end(bytes, at))),
        (b'/', Some(b'*')) => return block_comment(bytes, at),
        (b'\'', _) => return literal(bytes, at, b'\'', Opened::String),
        (b'"', _) => return literal(bytes, at, b'"', Opened::QuotedName),
        (b'`', _) => return literal(bytes, at, b'`', Opened::BacktickName),
        (b'[', _) => return closed_by(bytes, at, 1, b']', Opened::BracketName),
        (b'x' | b'X', Some(b'\'')) => return closed_by(bytes, at, 2, b'\'', Opened::Blob),
        (b'0'..=b'9', _) | (b'.', Some(b'0'..=b'9')) => number(bytes, at),
        (b'?', _) => digits(bytes, at + 1),
        (b'$' | b'@' | b'#' | b':', _) => variable(bytes, at),
        (byte, _) if WORD[byte as usize] => return Ok((TokenKind::Word, run(bytes, at, &WORD))),
        (b'-', Some(b'>')) if third == Some(b'>') => at + 3,
        (b'-', Some(b'>'))
        | (b'=' | b'!', Some(b'='))
        | (b'<', Some(b'=' | b'>' | b'<'))
        | (b'>', Some(b'=' | b'>'))
        | (b'|', Some(b'|')) => at + 2,
        _ => at + 1,
    };
    Ok((TokenKind::Other, end))
}

/// A comment runs to the line feed: a carriage return does not end it here.
fn line_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b'\n' {
        at += 1;
    }
    at
}

fn block_comment(bytes: &[u8], start: usize) -> Result<(TokenKind, usize), Unterminated> {
    let mut at = start + 2;
    while at + 1 < bytes.len() {
        if bytes[at] == b'*' && bytes[at + 1] == b'/' {
            return Ok((TokenKind::BlockComment, at + 2));
        }
        at += 1;
    }
    Err(unterminated(Opened::BlockComment, start, 2))
}

fn literal(
    bytes: &[u8],
    at: usize,
    quote: u8,
    what: Opened,
) -> Result<(TokenKind, usize), Unterminated> {
    quoted(bytes, at + 1, quote)
        .map(|end| (TokenKind::Literal, end))
        .ok_or_else(|| unterminated(what, at, 1))
}

/// A literal that the first `close` ends.
fn closed_by(
    bytes: &[u8],
    start: usize,
    opening: usize,
    close: u8,
    what: Opened,
) -> Result<(TokenKind, usize), Unterminated> {
    let mut at = start + opening;
    while at < bytes.len() {
        if bytes[at] == close {
            return Ok((TokenKind::Literal, at + 1));
        }
        at += 1;
    }
    Err(unterminated(what, start, opening))
}

fn digits(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at].is_ascii_digit() {
        at += 1;
    }
    at
}

/// A parameter: `:name`, `@name`, `$name`, also `$a::b(c)`; or the sign alone.
fn variable(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    let mut named = false;
    while at < bytes.len() {
        match bytes[at] {
            byte if WORD[byte as usize] => {
                named = true;
                at += 1;
            }
            b'(' if named => return variable_suffix(bytes, at + 1).unwrap_or(at),
            b':' if bytes.get(at + 1) == Some(&b':') => at += 2,
            _ => break,
        }
    }
    at
}

/// The end of the `(…)` that may close a parameter's name.
fn variable_suffix(bytes: &[u8], mut at: usize) -> Option<usize> {
    while at < bytes.len() && !SPACE[bytes[at] as usize] {
        if bytes[at] == b')' {
            return Some(at + 1);
        }
        at += 1;
    }
    None
}

/// A number with all that touches it, such as `1_000.5e-3`, `0xFF` or the refused `1st`.
fn number(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    let is_hexadecimal = matches!(bytes.get(start + 1), Some(b'x' | b'X'));
    while at < bytes.len() {
        match bytes[at] {
            b'+' | b'-' => {
                let after_exponent = !is_hexadecimal
                    && matches!(bytes[at - 1], b'e' | b'E')
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
                if !after_exponent {
                    break;
                }
                at += 1;
            }
            b'.' if !is_hexadecimal => at += 1,
            byte if WORD[byte as usize] => at += 1,
            _ => break,
        }
    }
    at
}
