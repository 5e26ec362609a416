//! A difference as a sentence.

use std::fmt;

use super::clause::clauses;
use super::difference::Change;
use super::mend::fires;
use crate::{Kind, Object};

/// What a reader takes in at one look; of more, the beginning has to do.
const ENOUGH: usize = 240;

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New(object) => write!(f, "{object} is new"),
            Self::Gone(object) => write!(f, "{object} is gone"),
            Self::Changed { before, after } => {
                let (old, new) = essence(&before.definition, &after.definition);
                match (old.as_str(), new.as_str()) {
                    (old, new) if old == new => write!(f, "{after} changed in its white space"),
                    ("", new) => write!(f, "{after} now has {}", code(new)),
                    (old, "") => write!(f, "{after} no longer has {}", code(old)),
                    (old, new) => {
                        write!(f, "{after} changed from {} to {}", code(old), code(new))
                    }
                }
            }
            Self::Reordered {
                table,
                before,
                after,
            } => {
                let (before, after) = (before.join(", "), after.join(", "));
                write!(
                    f,
                    "the order of columns of `{table}` changed from `{before}` to `{after}`"
                )
            }
        }
    }
}

impl Change {
    /// The change seen as what a downgrade did wrong, where the first schema is that before the
    /// upgrade and the second one that after the downgrade: ``index `ix_a` on `messages` is still
    /// there``.
    pub fn left_behind(&self) -> String {
        match self {
            Self::New(object) => format!("{object} is still there"),
            Self::Gone(object) => format!("{object} is missing"),
            Self::Changed { before, after } => left_changed(before, after),
            Self::Reordered {
                table,
                before,
                after,
            } => {
                let (before, after) = (before.join(", "), after.join(", "));
                format!(
                    "the columns of `{table}` stand in the order `{after}` where it was `{before}`"
                )
            }
        }
    }
}

impl Change {
    /// The change seen as drift, where the first schema is what it should be and the second one what it is:
    /// ``index `ix_a` on `messages` is there, and no revision makes it``.
    pub fn drifted(&self) -> String {
        match self {
            Self::New(object) => format!("{object} is there, and no revision makes it"),
            Self::Gone(object) => format!("{object} is missing"),
            Self::Changed { before, after }
                if fires(before).0 == fires(after).0 && before != after =>
            {
                match fires(after).1 {
                    "" => format!("{after} is enabled"),
                    "disabled" => format!("{after} is disabled"),
                    state => format!("{after} fires {state}"),
                }
            }
            // What an enumeration has more, nobody has left.
            Self::Changed { after, .. } if after.kind == Kind::Enum => self.to_string(),
            Self::Changed { before, after } => left_changed(before, after),
            Self::Reordered { .. } => self.left_behind(),
        }
    }
}

fn left_changed(before: &Object, after: &Object) -> String {
    if is_of_clauses(after.kind) {
        let (old, new) = (clauses(before), clauses(after));
        let without = |all: &[&str], others: &[&str]| -> Vec<String> {
            let own = all.iter().filter(|clause| !others.contains(clause));
            own.map(|clause| code(clause)).collect()
        };
        let (missing, extra) = (without(&old, &new), without(&new, &old));
        let type_changed = old.first() != new.first() && !missing.is_empty() && !extra.is_empty();
        let word = if type_changed && has_type(after.kind) {
            "type "
        } else {
            ""
        };
        match (list(&missing), list(&extra)) {
            (Some(missing), Some(extra)) => {
                return format!("{after} has {word}{extra} where it had {missing}");
            }
            (None, Some(extra)) if after.kind == Kind::Enum => {
                return format!("{after} still has {extra}");
            }
            (None, Some(extra)) => return format!("{after} has {extra} where it had none"),
            (Some(missing), None) => return format!("{after} has lost {missing}"),
            (None, None) => {}
        }
    }
    let (old, new) = essence(&before.definition, &after.definition);
    match (old.as_str(), new.as_str()) {
        (old, new) if old == new => format!("{after} differs in its white space"),
        ("", new) => format!("{after} has {}, which it had not", code(new)),
        (old, "") => format!("{after} has lost {}", code(old)),
        // Some lines of several, or all there is.
        (old, new) if after.kind == Kind::Table || old != before.definition.trim() => {
            format!("{after} has {} where it had {}", code(new), code(old))
        }
        (old, new) => format!("{after} is {} where it was {}", code(new), code(old)),
    }
}

/// Whether a definition is a row of clauses, each of which is there or not.
const fn is_of_clauses(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Column
            | Kind::Attribute
            | Kind::ViewColumn
            | Kind::Domain
            | Kind::Sequence
            | Kind::Enum
    )
}

const fn has_type(kind: Kind) -> bool {
    matches!(kind, Kind::Column | Kind::Attribute | Kind::Domain)
}

/// `a`, `a and b`, `a, b and c`.
fn list(words: &[String]) -> Option<String> {
    let (last, first) = words.split_last()?;
    Some(if first.is_empty() {
        last.clone()
    } else {
        format!("{} and {last}", first.join(", "))
    })
}

/// Text as code, and only as much of it as is read.
fn code(text: &str) -> String {
    let end = text.char_indices().nth(ENOUGH).map(|(at, _)| at);
    match end.and_then(|end| text.get(..end)) {
        Some(start) => format!("`{}…`", start.trim_end()),
        None => format!("`{text}`"),
    }
}

/// The lines in which two texts differ: without those that they begin or end with in common.
fn essence(before: &str, after: &str) -> (String, String) {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same_start = old
        .iter()
        .zip(&new)
        .take_while(|(old, new)| old == new)
        .count();
    let (old, new) = (old.get(same_start..), new.get(same_start..));
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let backwards = old.iter().rev().zip(new.iter().rev());
    let same_end = backwards.take_while(|(old, new)| old == new).count();
    let words = |lines: &[&str]| {
        let lines = lines
            .iter()
            .take(lines.len() - same_end)
            .map(|line| line.trim());
        lines.collect::<Vec<_>>().join(" ")
    };
    (words(old), words(new))
}
