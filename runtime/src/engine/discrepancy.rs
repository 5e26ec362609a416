//! How it is told that a database is not where the program could go on: which revisions, which files, by
//! whom they were applied, and what to do next.

use std::collections::BTreeSet;

use limbeck_model::plan;
use limbeck_model::recorded::{Discrepancy, Divergence, Row};

use super::chart::{Chart, LISTED};
use crate::error::{Error, ErrorKind};

pub(super) fn describe(chart: &Chart, rows: &[Row], discrepancy: Discrepancy) -> Error {
    match discrepancy {
        Discrepancy::Edited(pairs) => edited(chart, rows, &pairs),
        Discrepancy::AheadBreaking(numbers) => breaking(chart, rows, &numbers),
        Discrepancy::Diverged(found) => {
            let sentences: Vec<_> = found
                .iter()
                .map(|divergence| sentence(chart, rows, divergence))
                .collect();
            let help = found.first().map_or_else(
                || OTHER.to_owned(),
                |divergence| help(chart, rows, divergence),
            );
            diverged(&sentences).help_with(help)
        }
    }
}

/// The two halves of the ledger do not say the same.
pub(super) fn contradictory(history: &str) -> Error {
    diverged(&[format!(
        "the ledger's rows of `{history}` and its recorded state contradict each other, as after an edit by hand"
    )])
    .help_with(OTHER)
}

/// Revisions that are applied without others that they need.
pub(super) fn hollow(sentences: &[String]) -> Error {
    diverged(sentences).help_with(OTHER)
}

/// A newer program has begun a script whose revision this program must not meet.
pub(super) fn begun(chart: &Chart, rows: &[Row], id: &str) -> Error {
    Error::new(
        ErrorKind::AheadBreaking,
        format!(
            "a newer program has begun `{id}`, which this program does not know and which is declared breaking"
        ),
    )
    .help_with(format!(
        "run the newer program; where this one has to run, have that one finish the script, and {}",
        way_back(chart, rows, "it")
    ))
}

const OTHER: &str = "run the program that the database belongs to; \
     where its schema is one that this program knows, `stamp --purge` records that";

fn diverged(sentences: &[String]) -> Error {
    Error::new(
        ErrorKind::Diverged,
        format!(
            "the database is not in this program's history: {}",
            sentences.join("; ")
        ),
    )
}

fn edited(chart: &Chart, rows: &[Row], pairs: &[(usize, usize)]) -> Error {
    let sentences: Vec<_> = pairs
        .iter()
        .filter_map(|&(row, known)| Some((rows.get(row)?, chart.entries.get(known)?)))
        .map(|(row, entry)| {
            format!(
                "`{}` ({}) was {} with checksum {}, and is now {}",
                row.id,
                entry.revision.file,
                applied(row),
                row.checksum.get(..12).unwrap_or(&row.checksum),
                &entry.side.checksum.to_string()[..12],
            )
        })
        .collect();
    Error::new(
        ErrorKind::Edited,
        format!(
            "a revision was edited after it was applied: {}",
            sentences.join("; ")
        ),
    )
    .help_with(
        "put the file back as it was and write the change as a new revision; \
         where the edit means the same, accept it with `cargo limbeck lock --accept`; \
         where the database already agrees with the edited file, run `stamp --purge` with its revision",
    )
}

fn breaking(chart: &Chart, rows: &[Row], numbers: &[usize]) -> Error {
    let reasons: Vec<_> = numbers
        .iter()
        .filter_map(|&row| rows.get(row))
        .map(|row| {
            let reason = row.breaking.as_deref().unwrap_or_default();
            format!("{}: {reason}", named(row))
        })
        .collect();
    let newer = newer(rows, numbers);
    Error::new(
        ErrorKind::AheadBreaking,
        format!(
            "the database has revisions that this program does not know and that are breaking for it: {}",
            reasons.join("; ")
        ),
    )
    .help_with(format!(
        "run {newer} or a later version; where this one has to run, {}",
        way_back(chart, rows, &newer)
    ))
}

fn sentence(chart: &Chart, rows: &[Row], divergence: &Divergence) -> String {
    let file = |known: usize| {
        let entry = chart.entries.get(known);
        entry.map_or_else(String::new, |entry| format!(" ({})", entry.revision.file))
    };
    match divergence {
        Divergence::Moved { row, known } => {
            let (Some(row), Some(entry)) = (rows.get(*row), chart.entries.get(*known)) else {
                return String::new();
            };
            format!(
                "`{}`{} was {} on top of {}, and stands on top of {} in this program",
                row.id,
                file(*known),
                applied(row),
                ids(row.parents.iter().map(String::as_str)),
                ids(entry.parents.iter().copied()),
            )
        }
        Divergence::Hollow { known, missing } => format!(
            "`{}`{} is recorded as applied, and `{missing}`, on which it stands, is not",
            chart
                .entries
                .get(*known)
                .map_or("", |entry| entry.revision.id),
            file(*known),
        ),
        Divergence::Forged { row } => format!(
            "the recorded lineage of `{}` is not the one of this program",
            rows.get(*row).map_or("", |row| &row.id)
        ),
        Divergence::Branched {
            rows: unknown,
            lacking,
        } => {
            let mut names: Vec<_> = unknown
                .iter()
                .filter_map(|&row| rows.get(row))
                .map(named)
                .collect();
            if names.len() > LISTED + 1 {
                let more = names.len() - LISTED;
                names.truncate(LISTED);
                names.push(format!("{more} more"));
            }
            format!(
                "the database has {}, which this program does not know, and lacks {}, which it carries",
                names.join(", "),
                chart.list(lacking),
            )
        }
    }
}

fn help(chart: &Chart, rows: &[Row], divergence: &Divergence) -> String {
    match divergence {
        Divergence::Moved { .. } => {
            "put `@revises` of that file back as it was, and let what is new stand on top of the heads; \
             where the database already has what this program says, `stamp --purge` records that"
                .to_owned()
        }
        Divergence::Branched { .. } if known_rows(chart, rows).is_empty() => {
            "look whether this is the right database: nothing of what it has is this program's".to_owned()
        }
        Divergence::Branched { rows: unknown, .. } => {
            let newer = newer(rows, unknown);
            format!(
                "two branches were deployed: take the files of the unknown revisions into this program, join the heads \
                 with `cargo limbeck merge` and deploy that; or {}",
                way_back(chart, rows, &newer)
            )
        }
        Divergence::Hollow { .. } | Divergence::Forged { .. } => OTHER.to_owned(),
    }
}

/// How to come back to where this program is at home.
fn way_back(chart: &Chart, rows: &[Row], newer: &str) -> String {
    let heads = plan::applied_heads(&chart.graph, &known_rows(chart, rows));
    let target = match heads.as_slice() {
        [] => "base".to_owned(),
        [head] => chart.entries[*head].revision.id.to_owned(),
        _ => return format!("take the unknown revisions back with {newer}"),
    };
    format!("take the unknown revisions back with {newer}, by `downgrade {target}`")
}

/// The applied revisions that this program has.
fn known_rows(chart: &Chart, rows: &[Row]) -> BTreeSet<usize> {
    rows.iter()
        .filter_map(|row| {
            chart
                .entries
                .iter()
                .position(|entry| entry.history.name == row.history && entry.revision.id == row.id)
        })
        .collect()
}

/// The program that has applied the last of these rows.
fn newer(rows: &[Row], numbers: &[usize]) -> String {
    let last = numbers
        .iter()
        .filter_map(|&row| rows.get(row))
        .max_by_key(|row| &row.applied_at);
    let program = last.map(|row| row.applied_by.as_str()).unwrap_or_default();
    if program.is_empty() {
        "the program that has applied them".to_owned()
    } else {
        format!("`{program}`")
    }
}

fn named(row: &Row) -> String {
    format!("`{}` ({})", row.id, applied(row))
}

fn applied(row: &Row) -> String {
    let by = match row.applied_by.as_str() {
        "" => String::new(),
        program => format!(" by `{program}`"),
    };
    format!("applied at {}{by}", row.applied_at)
}

fn ids<'i>(ids: impl Iterator<Item = &'i str>) -> String {
    let ids: Vec<_> = ids.map(|id| format!("`{id}`")).collect();
    if ids.is_empty() {
        "nothing".to_owned()
    } else {
        ids.join(", ")
    }
}

/// Refuses to change what stands below revisions that the program does not know. `ahead` are these, with
/// their histories; `touched` are the histories that would change.
pub(crate) fn refuse_below<'h>(
    ahead: &[(String, String)],
    touched: impl Iterator<Item = &'h str>,
) -> Result<(), Error> {
    let touched: BTreeSet<&str> = touched.collect();
    let above: Vec<_> = ahead
        .iter()
        .filter(|(history, _)| touched.contains(history.as_str()))
        .map(|(_, id)| format!("`{id}`"))
        .collect();
    if above.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Ahead,
        format!(
            "cannot go below revisions that this program does not know: {}",
            above.join(", ")
        ),
    )
    .help_with("use the newer program that knows them"))
}
