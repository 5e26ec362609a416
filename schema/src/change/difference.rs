//! What has to change in one schema to make it another one.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::{Kind, Object, Schema};

/// The line of a table's definition that gives the order of its columns.
pub(crate) const COLUMNS: &str = "columns ";

/// One difference between two schemas.
///
/// Its [`Display`](std::fmt::Display) form is a sentence without an end: ``index `ix_a` on `messages` is
/// new``.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// Only the second schema has the object.
    New(Object),
    /// Only the first schema has the object.
    Gone(Object),
    /// Both have it, defined differently.
    Changed {
        /// The object of the first schema.
        before: Object,
        /// The object of the second schema.
        after: Object,
    },
    /// A table's columns stand in another order, apart from columns that are new or gone.
    Reordered {
        /// The table.
        table: String,
        /// The columns that both have, as the first schema orders them.
        before: Vec<String>,
        /// The same columns, as the second schema orders them.
        after: Vec<String>,
    },
}

/// What has to change in `before` to make it `after`, in the order of their objects; empty exactly
/// when the two are equal.
///
/// What belongs to a table that is new or gone as a whole is not listed again.
pub fn diff(before: &Schema, after: &Schema) -> Vec<Change> {
    let mut changes = Vec::new();
    let (mut left, mut right) = (before.objects(), after.objects());
    loop {
        let order = match (left.first(), right.first()) {
            (Some(left), Some(right)) => left.key().cmp(&right.key()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => break,
        };
        let old = if order.is_le() {
            left.split_off_first()
        } else {
            None
        };
        let new = if order.is_ge() {
            right.split_off_first()
        } else {
            None
        };
        match (old, new) {
            (Some(old), Some(new)) => compare(old, new, &mut changes),
            (Some(old), None) => changes.push(Change::Gone(old.clone())),
            (None, Some(new)) => changes.push(Change::New(new.clone())),
            (None, None) => break,
        }
    }
    without_children_of_whole_tables(changes)
}

fn compare(before: &Object, after: &Object, changes: &mut Vec<Change>) {
    if before == after {
        return;
    }
    let (old_order, old_rest) = split_order(before);
    let (new_order, new_rest) = split_order(after);
    let (old_names, new_names): (BTreeSet<_>, BTreeSet<_>) =
        (old_order.iter().collect(), new_order.iter().collect());
    let common = |order: &[String]| -> Vec<String> {
        let both = |name: &&String| old_names.contains(name) && new_names.contains(name);
        order.iter().filter(both).cloned().collect()
    };
    if old_rest != new_rest {
        changes.push(Change::Changed {
            before: Object {
                definition: old_rest,
                ..before.clone()
            },
            after: Object {
                definition: new_rest,
                ..after.clone()
            },
        });
    }
    let (before_order, after_order) = (common(&old_order), common(&new_order));
    if before_order != after_order {
        changes.push(Change::Reordered {
            table: before.name.clone(),
            before: before_order,
            after: after_order,
        });
    }
}

/// The columns of a table, in order, and the rest of its definition.
pub(crate) fn split_order(object: &Object) -> (Vec<String>, String) {
    if !matches!(object.kind, Kind::Table | Kind::Type) {
        return (Vec::new(), object.definition.clone());
    }
    let is_order = |line: &&str| line.starts_with(COLUMNS);
    let order = object
        .definition
        .lines()
        .find(is_order)
        .and_then(|line| line.strip_prefix(COLUMNS));
    let rest: Vec<&str> = object
        .definition
        .lines()
        .filter(|line| !is_order(line))
        .collect();
    (split_names(order.unwrap_or_default()), rest.join("\n"))
}

/// Splits a list of names at its commas, but not at those within quotes.
fn split_names(list: &str) -> Vec<String> {
    let mut quoted = false;
    let at_comma = |character: char| {
        quoted ^= character == '"';
        character == ',' && !quoted
    };
    let names = list.split(at_comma).map(|name| name.trim().to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

fn without_children_of_whole_tables(changes: Vec<Change>) -> Vec<Change> {
    let whole: BTreeSet<(bool, String)> = changes
        .iter()
        .filter_map(|change| match change {
            Change::New(object) if object.kind.has_children() => Some((true, object.name.clone())),
            Change::Gone(object) if object.kind.has_children() => {
                Some((false, object.name.clone()))
            }
            _ => None,
        })
        .collect();
    let is_implied = |new: bool, object: &Object| {
        let parent = object.parent.clone();
        parent.is_some_and(|parent| whole.contains(&(new, parent)))
    };
    let mut changes = changes;
    changes.retain(|change| match change {
        Change::New(object) => !is_implied(true, object),
        Change::Gone(object) => !is_implied(false, object),
        _ => true,
    });
    changes
}
