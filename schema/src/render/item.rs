//! What is to be put in order: objects, and the parts of objects that can also come later.

use super::Block;

/// One object, or one part of an object.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// What others name it by.
    pub(crate) id: String,
    /// Where it likes to stand: lower ranks come first as long as what they need does.
    pub(crate) rank: u32,
    /// Its name, which decides within a rank and tells readers what it is.
    pub(crate) name: String,
    pub(crate) shape: Shape,
    /// Why it can only be a comment.
    pub(crate) withheld: Option<String>,
}

/// How an item becomes text.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Statements of its own.
    Whole(String),
    /// A statement that takes its parts in parentheses, unless it ends with one and has none.
    Table {
        start: String,
        end: String,
        after: String,
    },
    /// A statement that takes its parts as they are, line by line.
    Domain { start: String },
    /// A part of the table or domain `parent`.
    Part {
        parent: String,
        /// Its place. Those below [`LINES`] that have the same one stand in the same line.
        slot: u32,
        clause: String,
        /// The statement that adds it later; without one, its parent cannot be had without it.
        alone: Option<String>,
        after: String,
    },
    /// Nothing but a remark.
    Note(String),
}

/// The first slot whose parts have a line each.
pub(crate) const LINES: u32 = 10_000;

impl Item {
    /// The item that this one is a part of.
    pub(super) fn parent(&self) -> Option<&str> {
        match &self.shape {
            Shape::Part { parent, .. } => Some(parent),
            _ => None,
        }
    }

    /// Whether it can be added to what it is a part of.
    pub(super) fn is_separable(&self) -> bool {
        matches!(&self.shape, Shape::Part { alone: Some(_), .. })
    }

    fn clause(&self) -> Option<(u32, bool, &str, &str)> {
        match &self.shape {
            Shape::Part {
                slot,
                clause,
                alone,
                ..
            } if !clause.is_empty() => Some((*slot, alone.is_some(), &self.name, clause)),
            _ => None,
        }
    }

    fn after(&self) -> &str {
        match &self.shape {
            Shape::Part { after, .. } | Shape::Table { after, .. } => after,
            _ => "",
        }
    }

    /// The text of this item with `parts`, which belong to it.
    fn text(&self, parts: &[&Self]) -> String {
        let mut text = match &self.shape {
            Shape::Whole(statements) => statements.clone(),
            Shape::Note(_) => String::new(),
            Shape::Part { alone, .. } => alone.clone().unwrap_or_default(),
            Shape::Domain { start } => {
                let lines = lines(parts).into_iter().map(|line| format!("\n    {line}"));
                format!("{start}{};", lines.collect::<String>())
            }
            Shape::Table { start, end, .. } => {
                let list = lines(parts).join(",\n    ");
                let list = match (start.strip_suffix('('), list.as_str()) {
                    (Some(start), "") => format!("{start}()"),
                    (Some(start), list) => format!("{start}(\n    {list}\n)"),
                    (None, "") => start.clone(),
                    (None, list) => format!("{start} (\n    {list}\n)"),
                };
                let space = if end.is_empty() { "" } else { "\n" };
                format!("{list}{space}{end};")
            }
        };
        // Columns in their order, then constraints.
        let mut parts = parts.to_vec();
        parts.sort_by_key(|part| part.clause());
        for item in std::iter::once(&self).chain(&parts) {
            if !item.after().is_empty() {
                text.push('\n');
                text.push_str(item.after());
            }
        }
        text
    }

    /// The block of this item with `parts`; as a comment if there is a reason for it.
    pub(super) fn block(&self, parts: &[&Self], reason: Option<String>) -> Block {
        let (object, note) = (format!("`{}`", self.name), &self.shape);
        match (reason, note) {
            (_, Shape::Note(reason)) => Block::Withheld {
                object,
                reason: reason.clone(),
                statements: None,
            },
            (Some(reason), _) => Block::Withheld {
                object,
                reason,
                statements: Some(self.text(parts)),
            },
            (None, _) => Block::Statements(self.text(parts)),
        }
    }
}

/// What stands in the lines of a table or domain.
fn lines(parts: &[&Item]) -> Vec<String> {
    let mut clauses: Vec<_> = parts.iter().filter_map(|part| part.clause()).collect();
    clauses.sort_unstable();
    let mut lines: Vec<String> = Vec::new();
    let mut last = None;
    for (slot, _, _, clause) in clauses {
        match lines.last_mut() {
            Some(line) if slot < LINES && last == Some(slot) => {
                line.push(' ');
                line.push_str(clause);
            }
            _ => lines.push(clause.to_owned()),
        }
        last = Some(slot);
    }
    lines
}
