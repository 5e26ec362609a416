//! Rows that a downgrade does not give back.

use std::collections::{BTreeMap, BTreeSet};

use limbeck_schema::{Change, Kind, diff};

use super::engine::{Difference, Row};

/// How many characters of a value are shown.
const LONGEST_VALUE: usize = 40;

/// Rows of a table that stood before `@up` and do not stand, equal, after `@down`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Loss {
    pub(super) table: String,
    /// What is wrong with them, in words.
    pub(super) words: String,
    /// Whether they were not what they were after `@up` already.
    pub(super) in_up: bool,
}

/// What was lost. `whole` is from before `@up` to after `@down`, `passage` from before to after `@up`.
pub(super) fn losses(whole: &Difference, passage: &Difference) -> Vec<Loss> {
    let dropped = dropped(passage);
    let required = required(passage);
    let (one_sided, one_sided_by_up) = (one_sided(whole), one_sided(passage));
    let mut losses = Vec::new();
    for (table, (before, after)) in &whole.rows {
        let name = plain(table);
        if dropped.tables.contains(&name) && after.is_empty() {
            // It was dropped with its rows: that is `@up`'s doing, not `@down`'s.
            continue;
        }
        let columns = dropped.columns.get(&name);
        let empty = columns.map(|columns| emptied(columns, after));
        let mut ignored = empty.unwrap_or_default();
        // That a column is there on one side only is said of the schema.
        ignored.extend(one_sided.get(&name).into_iter().flatten().cloned());
        let filled = required.get(&name).cloned().unwrap_or_default();
        if let Some(words) = compare(before, after, &ignored, &filled) {
            let changed = one_sided_by_up.get(&name).cloned().unwrap_or_default();
            let rows = passage.rows.get(table);
            let in_up = rows
                .is_some_and(|(before, after)| compare(before, after, &changed, &filled).is_some());
            losses.push(Loss {
                table: table.clone(),
                words,
                in_up,
            });
        }
    }
    losses
}

/// What `@up` has dropped.
#[derive(Default)]
struct Dropped {
    tables: BTreeSet<String>,
    columns: BTreeMap<String, BTreeSet<String>>,
}

fn dropped(passage: &Difference) -> Dropped {
    let mut dropped = Dropped::default();
    for change in diff(&passage.before, &passage.after) {
        let Change::Gone(object) = change else {
            continue;
        };
        match (object.kind, object.parent) {
            (Kind::Table, _) => {
                dropped.tables.insert(plain(&object.name));
            }
            (Kind::Column, Some(table)) => {
                let columns = dropped.columns.entry(plain(&table)).or_default();
                columns.insert(plain(&object.name));
            }
            _ => {}
        }
    }
    dropped
}

/// The columns that `@up` has forbidden to be null. What it gives them in place of null has to stay: null
/// could not stand, and nothing tells afterwards where it was.
fn required(passage: &Difference) -> BTreeMap<String, BTreeSet<String>> {
    let mut columns: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for change in diff(&passage.before, &passage.after) {
        let Change::Changed { before, after } = change else {
            continue;
        };
        let is_required = |definition: &str| definition.contains("NOT NULL");
        if after.kind == Kind::Column
            && !is_required(&before.definition)
            && is_required(&after.definition)
            && let Some(table) = after.parent
        {
            let columns = columns.entry(plain(&table)).or_default();
            columns.insert(plain(&after.name));
        }
    }
    columns
}

/// The columns of each table that only one side has.
fn one_sided(whole: &Difference) -> BTreeMap<String, BTreeSet<String>> {
    let mut columns: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for change in diff(&whole.before, &whole.after) {
        if let Change::New(object) | Change::Gone(object) = change
            && let (Kind::Column, Some(table)) = (object.kind, object.parent)
        {
            let columns = columns.entry(plain(&table)).or_default();
            columns.insert(plain(&object.name));
        }
    }
    columns
}

/// Those of the columns that came back without any value of their own: they hold nothing, or the same in
/// every row, which is their default.
fn emptied(columns: &BTreeSet<String>, rows: &[Row]) -> BTreeSet<String> {
    let is_empty = |column: &&String| {
        let mut values = rows.iter().filter_map(|row| {
            let (_, value) = row.iter().find(|(name, _)| plain(name) == **column)?;
            Some(value)
        });
        let first = values.next();
        values.all(|value| Some(value) == first)
    };
    columns.iter().filter(is_empty).cloned().collect()
}

/// What is wrong with the rows after, if a row before is not among them. In the columns that were filled,
/// anything may stand where null was.
fn compare(
    before: &[Row],
    after: &[Row],
    ignored: &BTreeSet<String>,
    filled: &BTreeSet<String>,
) -> Option<String> {
    let kept = |row: &Row| -> Row {
        let kept = row
            .iter()
            .filter(|(name, _)| !ignored.contains(&plain(name)));
        kept.map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    let mut left: Vec<Row> = after.iter().map(kept).collect();
    let mut missing = Vec::new();
    for row in before.iter().map(kept) {
        let is_same = |other: &Row| {
            row.iter().all(|(name, value)| {
                other.get(name) == Some(value) || value.is_none() && filled.contains(&plain(name))
            })
        };
        let exactly = left.iter().position(|other| *other == row);
        match exactly.or_else(|| left.iter().position(is_same)) {
            Some(place) => {
                left.swap_remove(place);
            }
            None => missing.push(row),
        }
    }
    let first = missing.first()?;
    if after.len() < before.len() {
        let gone = before.len() - after.len();
        let verb = if gone == 1 { "is" } else { "are" };
        return Some(format!("{gone} of {} {verb} gone", before.len()));
    }
    // The row that is most like it is probably the same one.
    let same = |other: &&Row| {
        first
            .iter()
            .filter(|(name, value)| other.get(*name) == Some(value))
            .count()
    };
    let Some(closest) = left.iter().max_by_key(same) else {
        return Some("they are others".to_owned());
    };
    let changed = first.iter().find_map(|(name, value)| {
        let now = closest.get(name)?;
        (now != value).then(|| {
            format!(
                "`{name}` was `{}` and is `{}`",
                shown(value.as_ref()),
                shown(now.as_ref())
            )
        })
    });
    changed.or_else(|| Some("they are others".to_owned()))
}

/// A value as a message shows it: a long one only by its first characters.
fn shown(value: Option<&String>) -> String {
    let value = value.map_or("NULL", String::as_str);
    let short: String = value.chars().take(LONGEST_VALUE).collect();
    if short.len() == value.len() {
        short
    } else {
        format!("{short}…")
    }
}

/// A name without its quotes and its schema, in lower case.
pub(super) fn plain(name: &str) -> String {
    let name = name.rsplit_once('.').map_or(name, |(_, name)| name);
    name.trim_matches(['"', '`', '[', ']']).to_lowercase()
}
