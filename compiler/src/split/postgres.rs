//! PostgreSQL's tokens.
//!
//! Source: PostgreSQL's `src/backend/parser/scan.l` with `standard_conforming_strings` on, which is
//! the default since 9.1. Operators are cut exactly as there, so that white space between tokens
//! never changes what the tokens are.

use super::lexer::{class, quoted, run, unterminated};
use super::token::{Opened, TokenKind, Unterminated};

const SPACE: [bool; 256] = class(b" \t\n\r\x0b\x0c", false);
const OPERATOR: [bool; 256] = class(b"~!@#^&|`?+-*/%<>=", false);
/// An operator that ends in `+` or `-` must contain one of these.
const UNUSUAL: [bool; 256] = class(b"~!@#^&|`?%", false);
const TAG: [bool; 256] = class(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789",
    true,
);
const WORD: [bool; 256] = class(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789$",
    true,
);

/// The kind and the end of the token at `at`. `escapes` says that a string here continues an `E'…'`.
pub(super) fn token(
    bytes: &[u8],
    at: usize,
    escapes: bool,
) -> Result<(TokenKind, usize), Unterminated> {
    let second = bytes.get(at + 1).copied();
    let end = match bytes[at] {
        byte if SPACE[byte as usize] => return Ok((TokenKind::Space, run(bytes, at, &SPACE))),
        // psql drops a byte order mark too, where a file starts.
        0xef if at == 0 && bytes.starts_with(b"\xef\xbb\xbf") => return Ok((TokenKind::Space, 3)),
        b';' => return Ok((TokenKind::Semicolon, at + 1)),
        b'-' if second == Some(b'-') => return Ok((TokenKind::LineComment, line_end(bytes, at))),
        b'/' if second == Some(b'*') => {
            return Ok((TokenKind::BlockComment, block_comment(bytes, at)?));
        }
        b'\'' if escapes => return escape_string(bytes, at, 1),
        b'\'' => return string(bytes, at, 1),
        b'"' => return quoted_name(bytes, at, 1),
        b'e' | b'E' if second == Some(b'\'') => return escape_string(bytes, at, 2),
        b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if second == Some(b'\'') => {
            return string(bytes, at, 2);
        }
        b'u' | b'U' if second == Some(b'&') && bytes.get(at + 2) == Some(&b'\'') => {
            return string(bytes, at, 3);
        }
        b'u' | b'U' if second == Some(b'&') && bytes.get(at + 2) == Some(&b'"') => {
            return quoted_name(bytes, at, 3);
        }
        b'$' => return dollar(bytes, at),
        b'0'..=b'9' => number(bytes, at),
        b'.' if second.is_some_and(|byte| byte.is_ascii_digit()) => number(bytes, at),
        b'.' if second == Some(b'.') => at + 2,
        b':' if matches!(second, Some(b':' | b'=')) => at + 2,
        byte if OPERATOR[byte as usize] => operator(bytes, at),
        byte if WORD[byte as usize] => return Ok((TokenKind::Word, run(bytes, at, &WORD))),
        _ => at + 1,
    };
    Ok((TokenKind::Other, end))
}

/// Where a string that ended at `at` is continued by another one: after white space and comments that
/// hold a line end. The two are one literal then.
pub(super) fn continuation(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut line_ended = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\'' => return Some(at).filter(|_| line_ended),
            b'-' if bytes.get(at + 1) == Some(&b'-') => at = line_end(bytes, at),
            byte if SPACE[byte as usize] => {
                line_ended |= matches!(byte, b'\n' | b'\r');
                at += 1;
            }
            _ => return None,
        }
    }
    None
}

fn line_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b'\n' && bytes[at] != b'\r' {
        at += 1;
    }
    at
}

fn block_comment(bytes: &[u8], start: usize) -> Result<usize, Unterminated> {
    let mut at = start + 2;
    let mut depth = 1;
    while at + 1 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (b'/', b'*') => {
                depth += 1;
                at += 2;
            }
            (b'*', b'/') => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return Ok(at);
                }
            }
            _ => at += 1,
        }
    }
    Err(unterminated(Opened::BlockComment, start, 2))
}

/// A string whose opening, prefix and quote, takes `opening` bytes.
fn string(bytes: &[u8], at: usize, opening: usize) -> Result<(TokenKind, usize), Unterminated> {
    quoted(bytes, at + opening, b'\'')
        .map(|end| (TokenKind::Literal, end))
        .ok_or_else(|| unterminated(Opened::String, at, opening))
}

fn quoted_name(
    bytes: &[u8],
    at: usize,
    opening: usize,
) -> Result<(TokenKind, usize), Unterminated> {
    quoted(bytes, at + opening, b'"')
        .map(|end| (TokenKind::Literal, end))
        .ok_or_else(|| unterminated(Opened::QuotedName, at, opening))
}

fn escape_string(
    bytes: &[u8],
    start: usize,
    opening: usize,
) -> Result<(TokenKind, usize), Unterminated> {
    let mut at = start + opening;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return Ok((TokenKind::Literal, at + 1)),
            _ => at += 1,
        }
    }
    Err(unterminated(Opened::EscapeString, start, opening))
}

/// A dollar quote, a parameter such as `$1`, or a dollar sign on its own.
fn dollar(bytes: &[u8], start: usize) -> Result<(TokenKind, usize), Unterminated> {
    let mut tag_end = start + 1;
    if bytes
        .get(tag_end)
        .is_some_and(|byte| !byte.is_ascii_digit())
    {
        tag_end = run(bytes, tag_end, &TAG);
    }
    if bytes.get(tag_end) != Some(&b'$') {
        let mut digits_end = start + 1;
        while digits_end < bytes.len() && bytes[digits_end].is_ascii_digit() {
            digits_end += 1;
        }
        return Ok((TokenKind::Other, digits_end));
    }
    let opening = &bytes[start..=tag_end];
    let mut at = tag_end + 1;
    while at < bytes.len() {
        if bytes[at] != b'$' {
            at += 1;
        } else if bytes[at..].starts_with(opening) {
            return Ok((TokenKind::Literal, at + opening.len()));
        } else {
            at += 1;
        }
    }
    Err(unterminated(Opened::DollarQuote, start, opening.len()))
}

/// A number with all that touches it, such as `1_000.5e-3`, `0xFF` or the refused `1st`.
fn number(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            // `1..10` is a range between two numbers.
            b'.' if bytes.get(at + 1) == Some(&b'.') => break,
            b'+' | b'-' if is_exponent(bytes, start, at) => at += 1,
            b'.' => at += 1,
            byte if TAG[byte as usize] => at += 1,
            _ => break,
        }
    }
    at
}

/// Whether the sign at `at` belongs to the exponent of the number that starts at `start`.
fn is_exponent(bytes: &[u8], start: usize, at: usize) -> bool {
    let is_hexadecimal = matches!(bytes.get(start + 1), Some(b'x' | b'X'));
    !is_hexadecimal
        && matches!(bytes[at - 1], b'e' | b'E')
        && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
}

fn operator(bytes: &[u8], start: usize) -> usize {
    let mut end = start + 1;
    while end < bytes.len() && OPERATOR[bytes[end] as usize] {
        // A comment ends an operator, wherever it starts in it.
        let opens_comment = matches!(
            (bytes[end], bytes.get(end + 1)),
            (b'-', Some(b'-')) | (b'/', Some(b'*'))
        );
        if opens_comment {
            break;
        }
        end += 1;
    }
    // `a*-1` is `a * -1`: a sign belongs to an operator only where an unusual character is in it.
    let is_usual = !bytes[start..end].iter().any(|&byte| UNUSUAL[byte as usize]);
    while is_usual && end > start + 1 && matches!(bytes[end - 1], b'+' | b'-') {
        end -= 1;
    }
    end
}
