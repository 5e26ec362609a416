//! LB0307 and LB0308: what runs outside a transaction can be recovered, or says how to find out.

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic};

use super::recovery::Recovery;
use super::subject::Subject;
use crate::directive::{Section, Spanned, Verify};
use crate::split::{statement_ranges, tokens};

/// Reports a statement outside a transaction of which nothing tells whether it has happened.
pub(super) fn check(subject: &Subject<'_>) -> Option<Diagnostic> {
    if subject.section.transactional {
        return None;
    }
    let query = subject.verify.map(|verify| verify.query.value.as_str());
    match Recovery::of(subject.statement.sql, subject.dialect, query) {
        Recovery::Unknown(name) => Some(
            Diagnostic::new(
                Code::NeedsVerify,
                subject.first_line(),
                format!("nothing tells whether `{name}` has happened"),
            )
            .related(
                subject.section.span,
                "each statement of this section runs by itself",
            )
            .note(
                "when the program is killed while it runs, the next start has to find out whether to run \
                 it again",
            )
            .help(
                "write above the statement a query that is false before it and true behind it:\n\
                 -- @verify SELECT …",
            ),
        ),
        Recovery::Unnamed => Some(
            Diagnostic::new(
                Code::NeedsVerify,
                subject.first_line(),
                "an index without a name is built outside a transaction",
            )
            .note(
                "when the program is killed while it is built, the next start has to find what is left \
                 of it",
            )
            .help("write a name behind `CONCURRENTLY`"),
        ),
        Recovery::Verify(_) => {
            let verify = subject.verify.filter(|verify| !verify.query.value.is_empty())?;
            wrong_query(&verify.query.value, subject.dialect)
                .map(|reason| bad_query(verify, reason))
        }
        own => {
            let verify = subject.verify?;
            let reason = match own {
                Recovery::Together => {
                    "the statement is recorded in the transaction that it runs in, so that both have \
                     happened or neither"
                }
                Recovery::Session | Recovery::Repeat => "the statement is run again, which does no harm",
                _ => "limbeck looks for itself at what the statement has left",
            };
            Some(unneeded(verify, "for a statement that needs none", reason))
        }
    }
}

/// Reports each `@verify` of a section that is for no statement outside a transaction, or for one that
/// has another already.
pub(super) fn check_section(section: &Section, dialect: Dialect) -> Vec<Diagnostic> {
    let is_for = |own: &Spanned<Dialect>| own.value == dialect;
    if !section.dialect.as_ref().is_none_or(is_for) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let used = section.verifies(dialect);
    for verify in &section.verifies {
        let below = section.statement_below(verify.span, dialect);
        let Some(place) = below else {
            found.push(unneeded(
                verify,
                "without a statement below it",
                "it is for the statement that follows it",
            ));
            continue;
        };
        if section.transactional {
            found.push(
                unneeded(
                    verify,
                    "in a section that is one transaction",
                    "a section that is one transaction has happened as a whole or not at all",
                )
                .related(section.span, "this section is one transaction"),
            );
        } else if let Some(other) = used[place].filter(|other| other.span != verify.span) {
            found.push(
                Diagnostic::new(
                    Code::BadVerify,
                    verify.span,
                    "two `@verify` for one statement",
                )
                .related(other.span, "the other one")
                .help("write one query that holds both, and remove the other line"),
            );
        }
    }
    found
}

/// Why a text is not one query.
fn wrong_query(query: &str, dialect: Dialect) -> Option<&'static str> {
    let count = match statement_ranges(query, dialect) {
        Ok(ranges) => ranges.len(),
        Err(_) => return Some("a literal or comment in it does not end"),
    };
    if count > 1 {
        return Some("expected one statement");
    }
    let first = tokens(query, dialect).next().unwrap_or_default();
    if !["SELECT", "WITH", "VALUES"]
        .iter()
        .any(|word| first.eq_ignore_ascii_case(word))
    {
        return Some("expected `SELECT`");
    }
    #[cfg(feature = "postgres")]
    if dialect == Dialect::Postgres {
        let verdict = super::grammar::judge(&[query]).into_iter().next();
        if let Some(super::grammar::Verdict::Rejected(_)) = verdict {
            return Some("PostgreSQL cannot parse it");
        }
    }
    None
}

fn bad_query(verify: &Verify, reason: &str) -> Diagnostic {
    Diagnostic::new(
        Code::BadVerify,
        verify.query.span,
        "the query of `@verify` cannot be asked",
    )
    .label(reason)
    .help("write one query of one boolean on this line: `-- @verify SELECT EXISTS (…)`")
}

fn unneeded(verify: &Verify, what: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::BadVerify, verify.span, format!("`@verify` {what}"))
        .note(reason)
        .help("remove the line")
}
