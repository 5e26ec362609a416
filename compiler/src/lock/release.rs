//! What keeps a program from being released: drafts, and revisions that are not proved.

use std::collections::BTreeSet;

use limbeck_model::checksum::Digest;
use limbeck_model::diagnostic::{Code, Diagnostic, Span};
use limbeck_model::{Dialect, Direction};

use super::contents::{Lock, LockedSide, NAME};
use crate::table::{Row, Side, Table};

/// How many revisions are named.
const NAMED: usize = 10;

/// What a release build refuses. One diagnostic for each kind: a history that is not locked yet has as
/// many drafts as revisions.
pub fn check_release(table: &Table<'_>, lock: &Lock) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    diagnostics.extend(refuse_drafts(table, lock));
    for &dialect in &table.settings.dialects {
        diagnostics.extend(refuse_unproved(table, lock, dialect));
    }
    diagnostics
}

/// The ids of the drafts: what is not locked, or not for every dialect that is declared.
pub fn drafts<'t>(table: &Table<'t>, lock: &Lock) -> Vec<&'t str> {
    rows_of_drafts(table, lock)
        .into_iter()
        .map(|row| row.revision.id.value.as_str())
        .collect()
}

fn rows_of_drafts<'r, 't>(table: &'r Table<'t>, lock: &Lock) -> Vec<&'r Row<'t>> {
    let is_draft = |row: &&Row<'_>| {
        let id = &row.revision.id.value;
        let mut sides = row.sides.iter();
        sides.any(|side| lock.side(id, side.dialect).is_none())
    };
    table.rows.iter().filter(is_draft).collect()
}

fn refuse_drafts(table: &Table<'_>, lock: &Lock) -> Option<Diagnostic> {
    let drafts = rows_of_drafts(table, lock);
    let first = drafts.first()?;
    let path = &table.settings.path;
    let message = match (drafts.len(), lock.revisions.is_empty()) {
        (1, _) => format!(
            "`{}` is a draft, and a release takes only what is locked",
            first.revision.id.value
        ),
        (count, true) => {
            format!("all {count} revisions are drafts, and a release takes only what is locked")
        }
        (count, false) => {
            format!("{count} revisions are drafts, and a release takes only what is locked")
        }
    };
    let diagnostic = Diagnostic::new(Code::Drafts, id_of(first), message).label(label(first, lock));
    let diagnostic = match drafts.len() {
        1 => diagnostic,
        _ => diagnostic.note(format!("the drafts are {}", names(&drafts))),
    };
    let diagnostic = if lock.revisions.is_empty() {
        diagnostic.note(format!(
            "a draft may still be edited, and without `{path}/{NAME}` every revision is one"
        ))
    } else {
        diagnostic.note("a draft may still be edited; what is locked may not")
    };
    Some(diagnostic.help(format!(
        "run `cargo limbeck lock`, and commit `{path}/{NAME}` with the revisions"
    )))
}

fn label(row: &Row<'_>, lock: &Lock) -> String {
    match lock.revisions.get(&row.revision.id.value) {
        None => "a draft".to_owned(),
        Some(locked) => {
            let missing = row.sides.iter().map(|side| side.dialect);
            let missing: Vec<_> = missing
                .filter(|dialect| !locked.sides.contains_key(dialect))
                .map(Dialect::name)
                .collect();
            format!("a draft for {}", missing.join(" and "))
        }
    }
}

/// SQLite's proofs are made when a draft is locked; PostgreSQL's by a command of its own, which is named
/// at once and not only in the next build.
fn refuse_unproved(table: &Table<'_>, lock: &Lock, dialect: Dialect) -> Option<Diagnostic> {
    let mut unproved = Vec::new();
    let mut is_stale = false;
    for row in &table.rows {
        let Some(side) = row.side(dialect) else {
            continue;
        };
        let locked = lock.side(&row.revision.id.value, dialect);
        let is_concerned = locked.is_some() || dialect == Dialect::Postgres;
        if is_concerned && !locked.is_some_and(|locked| is_proved(side, locked)) {
            is_stale |= locked.is_some_and(|locked| !locked.proofs.is_empty());
            unproved.push(row);
        }
    }
    let first = unproved.first()?;
    let (engine, command) = match dialect {
        Dialect::Sqlite => ("SQLite", "cargo limbeck lock"),
        Dialect::Postgres => ("PostgreSQL", "cargo limbeck verify"),
    };
    let message = match unproved.len() {
        1 => format!(
            "it is not proved that `{}` applies and reverses on {engine}",
            first.revision.id.value
        ),
        count => format!("it is not proved that {count} revisions apply and reverse on {engine}"),
    };
    let locked = lock.side(&first.revision.id.value, dialect);
    let diagnostic = Diagnostic::new(Code::Unproved, id_of(first), message).label(match locked {
        Some(locked) if !locked.proofs.is_empty() => "its proof is of other scripts",
        _ => "without a proof",
    });
    let diagnostic = match unproved.len() {
        1 => diagnostic,
        _ => diagnostic.note(format!("without a proof are {}", names(&unproved))),
    };
    let diagnostic = if is_stale {
        diagnostic.note("a proof is of the scripts, both ways, of the revision and of all below it")
    } else {
        diagnostic
    };
    Some(diagnostic.help(format!(
        "run `{command}`, and commit `{}/{}`",
        table.settings.path, NAME
    )))
}

/// The evidence of what the lock file says was proved, as the scripts are now, on an engine that is asked for.
pub fn proved(
    table: &Table<'_>,
    lock: &Lock,
    dialect: Dialect,
    is_meant: impl Fn(&str) -> bool,
) -> BTreeSet<Digest> {
    let proved = table.rows.iter().filter_map(|row| {
        let side = row.side(dialect)?;
        let locked = lock.side(&row.revision.id.value, dialect)?;
        let mut proofs = locked.proofs.iter();
        proofs
            .any(|proof| proof.evidence == side.evidence && is_meant(&proof.engine))
            .then_some(side.evidence)
    });
    proved.collect()
}

/// The scripts for PostgreSQL that are as they were when they were parsed, by file and direction: a revision is
/// locked once its statements are in order, and a server that has proved it has read both ways.
pub fn parsed(table: &Table<'_>, lock: &Lock) -> BTreeSet<(usize, Direction)> {
    let mut parsed = BTreeSet::new();
    for row in &table.rows {
        let id = &row.revision.id.value;
        let Some(side) = row.side(Dialect::Postgres) else {
            continue;
        };
        let Some(locked) = lock.side(id, Dialect::Postgres) else {
            continue;
        };
        let is_proved = is_proved(side, locked);
        if is_proved || locked.checksum == side.checksum {
            parsed.insert((row.revision.file, Direction::Up));
        }
        if is_proved {
            parsed.insert((row.revision.file, Direction::Down));
        }
    }
    parsed
}

/// Whether some engine has proved the scripts as they are.
fn is_proved(side: &Side<'_>, locked: &LockedSide) -> bool {
    locked
        .proofs
        .iter()
        .any(|proof| proof.evidence == side.evidence)
}

fn id_of(row: &Row<'_>) -> Span {
    row.revision.id.span
}

fn names(rows: &[&Row<'_>]) -> String {
    let names = rows.iter().take(NAMED);
    let mut names: Vec<_> = names
        .map(|row| format!("`{}`", row.revision.id.value))
        .collect();
    match rows.len().saturating_sub(NAMED) {
        0 => {}
        hidden => names.push(format!("{hidden} more")),
    }
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}
