//! The edit that mends a statement: found by trying those that a slip of the pen asks for.

use limbeck_model::Dialect;
use limbeck_model::suggest::nearest;

use super::grammar::{Rejection, Verdict, is_keyword, judge, keywords};
use super::subject::placed_tokens;

/// How many keywords that are near a word are tried.
const KEYWORDS_TRIED: usize = 4;

/// An edit, with which the statement parses.
pub(super) struct Repair {
    pub(super) help: String,
}

/// A token of the statement.
#[derive(Clone, Copy)]
struct Placed<'a> {
    start: usize,
    text: &'a str,
}

impl Placed<'_> {
    fn end(self) -> usize {
        self.start + self.text.len()
    }
}

impl Repair {
    /// The first edit with which the statement parses.
    pub(super) fn find(sql: &str, rejection: &Rejection) -> Option<Self> {
        if rejection.reason.is_some() {
            return None;
        }
        let placed = |(start, text)| Placed { start, text };
        let tokens: Vec<_> = placed_tokens(sql, Dialect::Postgres).map(placed).collect();
        let found = tokens
            .iter()
            .position(|token| token.start >= rejection.start)
            .unwrap_or(tokens.len());
        keyword(sql, rejection, &tokens, found).or_else(|| beside(sql, &tokens, found))
    }
}

/// A misspelt keyword is found at itself, or taken for a name and found one or two tokens later.
fn keyword(
    sql: &str,
    rejection: &Rejection,
    tokens: &[Placed<'_>],
    found: usize,
) -> Option<Repair> {
    for back in 0..=2 {
        let Some(&token) = found.checked_sub(back).and_then(|at| tokens.get(at)) else {
            continue;
        };
        // A word that the grammar knows is where it was meant to be.
        if !is_plain_word(token.text) || token.text.len() < 3 || is_keyword(token.text) {
            continue;
        }
        for candidate in near(token.text) {
            let meant = in_case_of(token.text, candidate);
            let edited = replace(sql, token.start, token.end(), &meant);
            if gets_further(&edited, sql, rejection) {
                let written = token.text;
                return Some(Repair {
                    help: format!("write `{meant}` for `{written}`"),
                });
            }
        }
    }
    None
}

/// The nearest keywords, the nearest first.
fn near(word: &str) -> Vec<&'static str> {
    let mut tried: Vec<&'static str> = Vec::new();
    while tried.len() < KEYWORDS_TRIED {
        let others = keywords().iter().copied();
        let others = others.filter(|known| !tried.contains(known));
        match nearest(word, others) {
            Some(known) => tried.push(known),
            None => break,
        }
    }
    tried
}

/// What is missing or too many beside the token that could not be parsed.
fn beside(sql: &str, tokens: &[Placed<'_>], found: usize) -> Option<Repair> {
    let before = found
        .checked_sub(1)
        .and_then(|at| tokens.get(at))
        .copied()?;
    let at = tokens.get(found).copied();
    let mut edits: Vec<(String, &str)> = Vec::new();
    if before.text == "," {
        let edited = replace(sql, before.start, before.end(), "");
        edits.push((edited, "remove the `,` before it"));
    }
    let insert = |what: &str| replace(sql, before.end(), before.end(), what);
    if let Some(token) = at {
        if starts_line(sql, token.start) {
            edits.push((insert(";"), "end the statement above with `;`"));
        }
        edits.push((insert(","), "write `,` before it"));
        edits.push((insert(")"), "write `)` before it"));
        edits.push((insert(" AS "), "write `AS` before it"));
        edits.push((insert(" missing "), "write a name or a type before it"));
        edits.push((replace(sql, token.start, token.end(), ""), "remove it"));
    } else {
        edits.push((insert(")"), "write `)` behind it"));
        edits.push((insert(" missing"), "write a name or a type behind it"));
        edits.push((insert(" 'missing'"), "write a value behind it"));
        edits.push((insert(" (1)"), "write `(…)` behind it"));
    }
    let texts: Vec<_> = edits.iter().map(|(edited, _)| edited.as_str()).collect();
    let accepted = judge(&texts)
        .iter()
        .position(|verdict| *verdict == Verdict::Accepted)?;
    edits.get(accepted).map(|(_, help)| Repair {
        help: (*help).to_owned(),
    })
}

/// Whether an edited statement parses, or at least beyond the token that could not be parsed.
fn gets_further(edited: &str, sql: &str, rejection: &Rejection) -> bool {
    match judge(&[edited]).first() {
        Some(Verdict::Accepted) => true,
        Some(Verdict::Rejected(now)) => {
            // What is behind the mistake is measured from the end, which no edit moves.
            let left_before = sql.len() - rejection.end.min(sql.len());
            let left_now = edited.len() - now.start.min(edited.len());
            now.reason.is_none() && left_now < left_before
        }
        _ => false,
    }
}

fn replace(sql: &str, start: usize, end: usize, with: &str) -> String {
    let before = sql.get(..start).unwrap_or_default();
    let behind = sql.get(end..).unwrap_or_default();
    format!("{before}{with}{behind}")
}

fn is_plain_word(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn in_case_of(written: &str, keyword: &str) -> String {
    if written.bytes().any(|byte| byte.is_ascii_lowercase()) {
        keyword.to_owned()
    } else {
        keyword.to_ascii_uppercase()
    }
}

fn starts_line(sql: &str, at: usize) -> bool {
    let before = sql.get(..at).unwrap_or_default();
    before
        .rsplit_once('\n')
        .is_some_and(|(_, line)| line.trim().is_empty())
}
