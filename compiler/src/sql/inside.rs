//! LB0304: what needs a transaction and has none, and what a transaction takes the effect of.

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic};

use super::pragma::Pragma;
use super::subject::Subject;

/// Reports a statement that does nothing, or must fail, for where it stands.
pub(super) fn check(subject: &Subject<'_>) -> Option<Diagnostic> {
    let found = match (subject.dialect, subject.section.transactional) {
        (Dialect::Sqlite, true) => sqlite_inside(subject),
        (Dialect::Sqlite, false) => sqlite_outside(subject),
        (Dialect::Postgres, true) => postgres_inside(subject),
        (Dialect::Postgres, false) => postgres_outside(subject),
    }?;
    let label = if subject.section.transactional {
        "this section is one transaction"
    } else {
        "each statement of this section runs by itself"
    };
    let mut diagnostic = Diagnostic::new(Code::NoEffectHere, subject.first_line(), found.message)
        .related(subject.section.span, label);
    for note in found.notes {
        diagnostic = diagnostic.note(note);
    }
    for help in found.helps {
        diagnostic = diagnostic.help(help);
    }
    Some(diagnostic)
}

/// What is said of a statement.
#[derive(Default)]
struct Found {
    message: String,
    notes: Vec<String>,
    helps: Vec<String>,
}

impl Found {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }
}

fn sqlite_inside(subject: &Subject<'_>) -> Option<Found> {
    let pragma = Pragma::of(subject)?;
    let value = pragma.value.as_deref()?;
    let nothing = Found::new(format!(
        "`PRAGMA {}` does nothing inside a transaction",
        pragma.name
    ));
    let apart = format!(
        "move it to a revision of its own, below `{}`",
        subject.opening_without_transaction()
    );
    match pragma.name.as_str() {
        // The connection has this one, not a database.
        "foreign_keys" => Some(foreign_keys(nothing, value, &apart)),
        _ if pragma.is_for_another => None,
        "journal_mode" => Some(nothing.help(apart)),
        "page_size" | "auto_vacuum" => Some(
            nothing
                .note("a database that has tables changes it with the next `VACUUM`")
                .help(format!("{apart}, and follow it with `VACUUM`")),
        ),
        "encoding" => Some(encoding()),
        _ => None,
    }
}

fn encoding() -> Found {
    Found::new("`PRAGMA encoding` does nothing once the database has a table")
        .note("limbeck's own tables are there before any revision runs")
        .help("remove it; choose the encoding where the program makes the database file")
}

/// limbeck never sets this: what the connection does holds.
fn foreign_keys(nothing: Found, value: &str, apart: &str) -> Found {
    let nothing = nothing
        .note("limbeck leaves foreign keys as the connection has them, which the program decides");
    if matches!(value, "ON" | "TRUE" | "YES" | "1") {
        return nothing.help("remove it, and set it where the program opens its connections");
    }
    nothing
        .note(
            "`PRAGMA defer_foreign_keys` puts the checks off to the end of the transaction, but not what \
             `ON DELETE` does",
        )
        .help("write `PRAGMA defer_foreign_keys = ON` where only the order of the statements is at fault")
        .help(format!(
            "{apart}, with the statements that need it, and end with `PRAGMA foreign_keys = ON`"
        ))
}

fn sqlite_outside(subject: &Subject<'_>) -> Option<Found> {
    if let Some(name) = savepoint(&subject.head()) {
        return Some(only_inside(subject, name));
    }
    let pragma = Pragma::of(subject)?;
    pragma.value.as_deref()?;
    match pragma.name.as_str() {
        "defer_foreign_keys" => Some(
            Found::new("`PRAGMA defer_foreign_keys` does nothing outside a transaction")
                .note("it lasts to the end of the transaction, which is that of the next statement")
                .help(with_transaction(subject)),
        ),
        "encoding" => Some(encoding()),
        _ => None,
    }
}

fn postgres_inside(subject: &Subject<'_>) -> Option<Found> {
    let head = subject.head();
    let ["SET", "TRANSACTION", ..] = head.as_slice() else {
        return None;
    };
    let words = subject.words();
    let changes_level = words.windows(2).any(|pair| {
        pair[0] == "LEVEL" && matches!(pair[1].as_str(), "REPEATABLE" | "SERIALIZABLE")
    });
    let comes_first = words
        .iter()
        .any(|word| word == "SNAPSHOT" || word == "DEFERRABLE");
    (changes_level || comes_first).then(|| {
        Found::new("`SET TRANSACTION` fails behind the first query of a transaction")
            .note("limbeck asks its ledger before it runs the statements of a section")
            .help("remove it; where other programs write at the same time, write `LOCK TABLE`")
    })
}

fn postgres_outside(subject: &Subject<'_>) -> Option<Found> {
    let head = subject.head();
    if let Some(name) = savepoint(&head) {
        return Some(only_inside(subject, name));
    }
    match head.as_slice() {
        ["LOCK", ..] => Some(only_inside(subject, "LOCK TABLE")),
        ["DECLARE", ..] if !is_held(&subject.words()) => Some(
            only_inside(subject, "DECLARE CURSOR")
                .note("a cursor that is declared `WITH HOLD` outlives its transaction"),
        ),
        ["SET", "LOCAL", ..] => Some(
            Found::new("`SET LOCAL` does nothing outside a transaction")
                .note("its effect ends with the transaction, which is that of the statement alone")
                .help("write `SET`, and `RESET` as the last statement of the section"),
        ),
        ["SET", what @ ("CONSTRAINTS" | "TRANSACTION"), ..] => Some(
            Found::new(format!("`SET {what}` does nothing outside a transaction"))
                .note("its effect ends with the transaction, which is that of the statement alone")
                .help("remove it"),
        ),
        _ => None,
    }
}

/// The words by which a statement makes, keeps or returns to a savepoint.
fn savepoint(head: &[&str]) -> Option<&'static str> {
    match head {
        ["SAVEPOINT", ..] => Some("SAVEPOINT"),
        ["RELEASE", ..] => Some("RELEASE"),
        ["ROLLBACK", rest @ ..] if rest.iter().take(3).any(|&word| word == "TO") => {
            Some("ROLLBACK TO")
        }
        _ => None,
    }
}

fn only_inside(subject: &Subject<'_>, name: &str) -> Found {
    Found::new(format!("`{name}` works only inside a transaction")).help(with_transaction(subject))
}

fn with_transaction(subject: &Subject<'_>) -> String {
    format!(
        "remove it, or write `{}` where all statements of the section may run in a transaction",
        subject.opening_with_transaction()
    )
}

/// `DECLARE c CURSOR WITH HOLD FOR …`
fn is_held(words: &[String]) -> bool {
    words
        .iter()
        .take_while(|word| *word != "FOR")
        .zip(words.iter().skip(1))
        .any(|(first, second)| first == "WITH" && second == "HOLD")
}
