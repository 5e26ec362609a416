//! LB0303: what a database refuses to run inside a transaction.
//!
//! Only what is certain from the text: whether a relation is partitioned, or a subscription has a slot,
//! is not.

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic};

use super::pragma::Pragma;
use super::subject::{Subject, options};

/// A statement that a transaction refuses.
struct Refused {
    /// The words by which it is known.
    name: String,
    /// The first major version of PostgreSQL that refuses it, if an older one does not.
    since: Option<u8>,
}

/// Reports a statement that cannot run inside a transaction, in a section that is one.
pub(super) fn check(subject: &Subject<'_>) -> Option<Diagnostic> {
    if !subject.section.transactional {
        return None;
    }
    let Refused { name, since } = refused(subject)?;
    let message = format!("`{name}` cannot run inside a transaction");
    let diagnostic = Diagnostic::new(Code::NeedsNoTransaction, subject.first_line(), message)
        .related(subject.section.span, "this section is one transaction");
    let diagnostic = match since {
        Some(version) => diagnostic.note(format!("PostgreSQL refuses it since version {version}")),
        None => diagnostic,
    };
    let opening = subject.opening_without_transaction();
    Some(if subject.has_others {
        diagnostic
            .note(
                "in a `no-transaction` section each statement runs by itself, and stays done when a \
                 later one fails",
            )
            .help(format!(
                "move it to a revision of its own, below `{opening}`"
            ))
    } else {
        diagnostic.help(format!("write `{opening}`"))
    })
}

/// Tells the statements of a section that others stand beside them that a transaction is good for.
pub(super) fn tell_others(subjects: &mut [Subject<'_>]) {
    let has_others = subjects.len() > 1
        && subjects
            .iter()
            .any(|subject| subject.section.transactional && refused(subject).is_none());
    for subject in subjects {
        subject.has_others = has_others;
    }
}

fn refused(subject: &Subject<'_>) -> Option<Refused> {
    match subject.dialect {
        Dialect::Sqlite => sqlite(subject),
        Dialect::Postgres => postgres(subject),
    }
}

fn sqlite(subject: &Subject<'_>) -> Option<Refused> {
    let name = match subject.head().as_slice() {
        ["VACUUM", ..] => "VACUUM".to_owned(),
        ["DETACH", ..] => "DETACH".to_owned(),
        _ => {
            let pragma = Pragma::of(subject)?;
            let refuses = match pragma.name.as_str() {
                "synchronous" => pragma.value.is_some(),
                name => name == "wal_checkpoint" && !pragma.is_for_another,
            };
            refuses.then(|| format!("PRAGMA {}", pragma.name))?
        }
    };
    Some(Refused { name, since: None })
}

fn postgres(subject: &Subject<'_>) -> Option<Refused> {
    let always = |name: &str| {
        let name = name.to_owned();
        Some(Refused { name, since: None })
    };
    match subject.head().as_slice() {
        [
            verb @ ("CREATE" | "DROP"),
            kind @ ("DATABASE" | "TABLESPACE"),
            ..,
        ] => always(&format!("{verb} {kind}")),
        ["ALTER", "DATABASE", _, "SET", "TABLESPACE", ..] => {
            always("ALTER DATABASE … SET TABLESPACE")
        }
        ["ALTER", "SYSTEM", ..] => always("ALTER SYSTEM"),
        ["VACUUM", ..] => always("VACUUM"),
        ["CLUSTER", ..] if names_no_table(subject) => always("CLUSTER"),
        ["CREATE", "INDEX", "CONCURRENTLY", ..]
        | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", ..] => always("CREATE INDEX CONCURRENTLY"),
        ["DROP", "INDEX", "CONCURRENTLY", ..] => always("DROP INDEX CONCURRENTLY"),
        ["REINDEX", ..] => always(&reindex(&subject.words())?),
        [verb @ ("COMMIT" | "ROLLBACK"), "PREPARED", ..] => always(&format!("{verb} PREPARED")),
        ["DISCARD", "ALL", ..] => always("DISCARD ALL"),
        // Older servers do not know the statement.
        ["ALTER", "TABLE", ..] if detaches_concurrently(subject) => {
            always("DETACH PARTITION … CONCURRENTLY")
        }
        ["CREATE", "SUBSCRIPTION", ..] if makes_slot(&subject.words()) => {
            always("CREATE SUBSCRIPTION")
        }
        ["ALTER", "SUBSCRIPTION", _, ..] => alter_subscription(&subject.words()),
        _ => None,
    }
}

/// `CLUSTER`, also with options, where it means all tables.
fn names_no_table(subject: &Subject<'_>) -> bool {
    let words = subject.words();
    without_options(words.get(1..).unwrap_or_default())
        .iter()
        .all(|word| word == "VERBOSE")
}

/// What stands behind options in parentheses.
fn without_options(words: &[String]) -> &[String] {
    if words.first().is_none_or(|word| word != "(") {
        return words;
    }
    let close = words.iter().position(|word| word == ")");
    close.and_then(|at| words.get(at + 1..)).unwrap_or_default()
}

/// The name of a `REINDEX` that is refused. That of a table or an index is fine, if it is not partitioned.
fn reindex(words: &[String]) -> Option<String> {
    let words = words.get(1..)?;
    let target = without_options(words);
    let given = words.get(..words.len() - target.len())?;
    let given = given.get(1..).unwrap_or_default();
    let mut options = given.split(|word| word == "," || word == ")");
    let is_concurrent = options.any(|option| match option {
        [name] => name == "CONCURRENTLY",
        [name, value] => name == "CONCURRENTLY" && is_true(value),
        _ => false,
    });
    match target {
        [kind, ..] if matches!(kind.as_str(), "SCHEMA" | "DATABASE" | "SYSTEM") => {
            Some(format!("REINDEX {kind}"))
        }
        [kind, word, ..] if is_concurrent || word == "CONCURRENTLY" => {
            Some(format!("REINDEX {kind} CONCURRENTLY"))
        }
        _ => None,
    }
}

fn is_true(value: &str) -> bool {
    matches!(value.trim_matches(['\'', '"']), "TRUE" | "ON" | "1")
}

fn detaches_concurrently(subject: &Subject<'_>) -> bool {
    let sql = subject.statement.sql;
    let last = sql.get(sql.len().saturating_sub("CONCURRENTLY".len())..);
    last.is_some_and(|last| last.eq_ignore_ascii_case("CONCURRENTLY"))
        && subject
            .words()
            .windows(2)
            .any(|pair| pair[0] == "DETACH" && pair[1] == "PARTITION")
}

/// A subscription that is made with a slot, as it is unless it is told otherwise.
fn makes_slot(words: &[String]) -> bool {
    options(words).iter().all(|(name, value)| {
        !matches!(*name, "CONNECT" | "CREATE_SLOT") || value.is_none_or(is_true)
    })
}

fn alter_subscription(words: &[String]) -> Option<Refused> {
    let since = |version, what: &str| {
        Some(Refused {
            name: format!("ALTER SUBSCRIPTION … {what}"),
            since: Some(version),
        })
    };
    let words = words.get(3..)?;
    let first: Vec<&str> = words.iter().take(2).map(String::as_str).collect();
    match first.as_slice() {
        ["REFRESH", "PUBLICATION"] => since(14, "REFRESH PUBLICATION"),
        [verb @ ("SET" | "ADD" | "DROP"), "PUBLICATION"] => {
            let refreshes = options(words)
                .iter()
                .all(|(name, value)| *name != "REFRESH" || value.is_none_or(is_true));
            refreshes
                .then(|| since(14, &format!("{verb} PUBLICATION")))
                .flatten()
        }
        ["SET", "("] => {
            // The options stand where others have theirs behind `WITH`.
            let mut as_with = vec!["WITH".to_owned()];
            as_with.extend(words.iter().skip(1).cloned());
            let options = options(&as_with);
            let is_set = |wanted: &str| options.iter().find(|(name, _)| *name == wanted);
            if is_set("FAILOVER").is_some() {
                return since(17, "SET (failover)");
            }
            let (_, value) = is_set("TWO_PHASE")?;
            let is_off = matches!(value, Some("FALSE" | "OFF" | "0"));
            is_off.then(|| since(18, "SET (two_phase)")).flatten()
        }
        _ => None,
    }
}
