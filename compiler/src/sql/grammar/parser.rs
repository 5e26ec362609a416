//! The library `postgresql-cst-parser`, which runs on the tables of PostgreSQL 17's own grammar.
//!
//! Three things about it are kept from everybody else. It may panic, which means that a statement is
//! not checked, and prints nothing. It recurses as deep as a statement is nested, so it gets a stack
//! to measure. And it knows less than the server in a few places, which [`gaps`](super::gaps) lists.
//!
//! Measured with `cargo xtask conformance`: of the 41 818 statements in the regression tests of PostgreSQL
//! 15.18, 14 027 of them definitions, and of the 49 672 in those of 18.6, 16 525 of them definitions, a server
//! of the same version parses none that is refused here.

use std::cell::Cell;
use std::num::NonZero;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use std::thread;

use limbeck_model::Dialect;
use postgresql_cst_parser::ParserError;

use super::super::subject::placed_tokens;

/// What the grammar says of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is one that PostgreSQL can parse.
    Accepted,
    /// PostgreSQL would answer with a syntax error.
    Rejected(Rejection),
    /// Nothing is known: the parser failed, or is known to be wrong about such statements.
    Unchecked,
}

/// Where a statement stops being one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The first byte of the token that cannot stand there; the length of the text at its end.
    pub start: usize,
    /// One past the last byte of the token.
    pub end: usize,
    /// What is wrong inside of the token, if that is it.
    pub reason: Option<String>,
}

/// The most that a parser's stack may take, of which the operating system gives only what is used.
const MAXIMUM_STACK: usize = 256 << 20;
/// Without optimization a token costs up to 1.4 KiB where statements nest (`CASE` in `CASE`, a query in
/// a query), which was measured by halving the stack until 2 000 levels did not fit.
const STACK_PER_TOKEN: usize = 4 << 10;
const MINIMUM_STACK: usize = 2 << 20;

/// The statements with more tokens are not checked.
pub(super) const MAXIMUM_TOKENS: usize = MAXIMUM_STACK / STACK_PER_TOKEN;

/// Lends the parser to some work on each of a few equal parts of a list, at the same time, with room for
/// statements of so many tokens. What there is no room for is missing in the answers.
pub(super) fn with_room<P: Sync, T: Send>(
    tokens: usize,
    list: &[P],
    work: impl Fn(&[P], fn(&str) -> Verdict) -> T + Sync,
) -> Vec<T> {
    if tokens > MAXIMUM_TOKENS {
        return Vec::new();
    }
    let size = (tokens * STACK_PER_TOKEN).max(MINIMUM_STACK);
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let length = list.len().div_ceil(processors).max(1);
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> = list
            .chunks(length)
            .filter_map(|part| {
                let builder = thread::Builder::new().stack_size(size);
                builder.spawn_scoped(scope, move || work(part, parse)).ok()
            })
            .collect();
        // The work itself does not panic: what may is guarded below.
        let joined = threads.into_iter().filter_map(|thread| thread.join().ok());
        joined.collect()
    })
}

/// Parses one statement, or several with semicolons between them.
fn parse(text: &str) -> Verdict {
    match guarded(|| postgresql_cst_parser::parse(text).err()) {
        Some(None) => Verdict::Accepted,
        Some(Some(error)) => Verdict::Rejected(rejection(text, error)),
        None => Verdict::Unchecked,
    }
}

fn rejection(text: &str, error: ParserError) -> Rejection {
    match error {
        ParserError::ParseError {
            start_byte_pos: start,
            end_byte_pos: end,
            ..
        } => Rejection {
            start,
            end,
            reason: None,
        },
        ParserError::ScanReport(report) => scan_rejection(text, report.message),
        ParserError::ScanError { message } => scan_rejection(text, message),
    }
}

/// What is wrong inside of a token has no place, or one within it: the token is the first that is wrong
/// by itself.
fn scan_rejection(text: &str, reason: String) -> Rejection {
    let is_wrong = |&(_, token): &(usize, &str)| {
        let alone = guarded(|| postgresql_cst_parser::parse(token).err());
        matches!(
            alone,
            Some(Some(
                ParserError::ScanReport(_) | ParserError::ScanError { .. }
            ))
        )
    };
    let token = placed_tokens(text, Dialect::Postgres).find(is_wrong);
    let (start, end) = token.map_or((0, text.len()), |(at, token)| (at, at + token.len()));
    Rejection {
        start,
        end,
        reason: Some(reason),
    }
}

thread_local! {
    /// Whether this thread is in the parser.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs what may panic; `None` if it did. Nothing is printed then.
///
/// The hook that prints panics belongs to the whole process, so the one that is in place stays: it is
/// only kept from hearing of the panics of threads that are in here.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |information| {
            if !GUARDED.get() {
                others(information);
            }
        }));
    });
    GUARDED.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_parser_is_no_answer_and_other_panics_are_heard_of() {
        assert_eq!(guarded(|| 1), Some(1));
        assert_eq!(guarded(|| panic!("of the parser")), None::<()>);
        assert!(!GUARDED.get());
        assert!(panic::catch_unwind(|| panic!("of another")).is_err());
    }

    #[test]
    fn what_the_library_panics_at_is_not_checked() {
        let verdict = with_room(10, &["SELECT U&'d\\0061t'"], |part, parse| parse(part[0]));
        assert_eq!(verdict, [Verdict::Unchecked]);
    }

    #[test]
    fn statements_that_nest_as_deep_as_their_tokens_allow_fit() {
        let levels = 5000;
        for (open, inner, close, tokens) in [
            ("(", "1", ")", 2),
            ("CASE WHEN true THEN ", "1", " END", 5),
            ("(SELECT ", "1", ")", 3),
            ("f(", "1", ")", 3),
            ("ARRAY[", "1", "]", 3),
            ("NOT ", "true", "", 1),
            ("1 + ", "1", "", 2),
        ] {
            let text = format!(
                "SELECT {}{inner}{}",
                open.repeat(levels),
                close.repeat(levels)
            );
            let verdict = with_room(tokens * levels + 2, &[text], |part, parse| parse(&part[0]));
            assert_eq!(verdict, [Verdict::Accepted], "{open}");
        }
    }

    #[test]
    fn there_is_no_room_for_more_than_the_largest_stack() {
        assert!(with_room(MAXIMUM_TOKENS + 1, &[()], |_, _| ()).is_empty());
    }
}
