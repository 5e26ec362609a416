//! The statements that make an SQLite schema again, from its canonical text alone: equal schemas
//! have equal statements.
//!
//! SQLite looks into a view, a trigger or a foreign key only when it is used, so little has to come
//! before anything else: a table before its indexes, and a view before its triggers.

use std::collections::BTreeSet;

use super::token;
use crate::change::split_order;
use crate::render::{Block, Ddl};
use crate::{Kind, Object, Schema};

/// The statements that make `schema`, as [`read`](super::read) has read it: tables, each with its
/// indexes, then virtual tables, views and triggers.
///
/// A plain word in double quotes is taken for a name. Where there is nothing of that name, SQLite
/// would have taken it for a text, and refuses the statement without the quotes.
pub fn ddl(schema: &Schema) -> Ddl {
    let of = |kind: Kind| {
        schema
            .objects()
            .iter()
            .filter(move |object| object.kind == kind)
    };
    let (plain, virtual_tables): (Vec<_>, Vec<_>) =
        of(Kind::Table).partition(|table| !table.definition.starts_with("CREATE VIRTUAL TABLE "));
    let tables = plain.into_iter().flat_map(|table| {
        let indexes = of(Kind::Index).filter(|index| index.parent.as_ref() == Some(&table.name));
        let indexes = indexes.map(|index| format!("{};", index.definition));
        std::iter::once(create_table(schema, table)).chain(indexes)
    });
    let virtual_tables = virtual_tables
        .into_iter()
        .map(|table| format!("{};", table.definition));
    let views = in_order(of(Kind::View).collect());
    let views = views.into_iter().map(|view| create_view(&view.definition));
    let triggers = of(Kind::Trigger).map(|trigger| create_trigger(&trigger.definition));
    tables
        .chain(virtual_tables)
        .chain(views)
        .chain(triggers)
        .map(Block::Statements)
        .collect()
}

fn create_table(schema: &Schema, table: &Object) -> String {
    let (order, options) = split_order(table);
    let of = |kind: Kind| {
        let is_child = move |object: &&Object| {
            object.kind == kind && object.parent.as_ref() == Some(&table.name)
        };
        schema.objects().iter().filter(is_child)
    };
    let columns = order.iter().map(|name| {
        let column = of(Kind::Column).find(|column| column.name == *name);
        let definition = column.map_or("", |column| column.definition.as_str());
        format!("{name} {definition}").trim_end().to_owned()
    });
    let constraints = of(Kind::Constraint).map(|constraint| {
        if constraint.name == constraint.definition {
            constraint.definition.clone()
        } else {
            format!("CONSTRAINT {} {}", constraint.name, constraint.definition)
        }
    });
    let lines: Vec<String> = columns.chain(constraints).collect();
    let options = format!(") {options}");
    format!(
        "CREATE TABLE {} (\n    {}\n{};",
        table.name,
        lines.join(",\n    "),
        options.trim_end()
    )
}

/// Views, each behind those that it names.
fn in_order(views: Vec<&Object>) -> Vec<&Object> {
    let named = |view: &Object| -> BTreeSet<String> {
        let tokens = token::tokens(&view.definition);
        tokens.iter().map(|token| token.to_lowercase()).collect()
    };
    let mut waiting: Vec<_> = views.into_iter().map(|view| (view, named(view))).collect();
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let is_free = |at: &usize| {
            waiting.iter().enumerate().all(|(other, (view, _))| {
                let needs = waiting.get(*at).map(|(_, needs)| needs);
                other == *at || needs.is_none_or(|needs| !needs.contains(&view.name.to_lowercase()))
            })
        };
        // Views that name each other cannot be used, but they can be made.
        let next = (0..waiting.len()).find(is_free).unwrap_or(0);
        ordered.push(waiting.remove(next).0);
    }
    ordered
}

/// Words that begin a line of a view.
const CLAUSES: [&str; 11] = [
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "WINDOW",
    "ORDER",
    "LIMIT",
    "UNION",
    "INTERSECT",
    "EXCEPT",
];

/// A line for each clause and for each column.
fn create_view(definition: &str) -> String {
    let mut depth = 0_usize;
    let mut in_query = false;
    let mut before = String::new();
    let tokens = token::tokens(definition);
    let text = lines(&tokens, |token| {
        let place = match token {
            // `IS DISTINCT FROM` compares.
            "FROM" if before == "DISTINCT" => None,
            word if depth == 0 && in_query && CLAUSES.contains(&word) => Some(""),
            _ if depth == 0 && in_query && before == "," => Some("    "),
            _ => None,
        };
        match token {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            "AS" if depth == 0 => in_query = true,
            _ => {}
        }
        token.clone_into(&mut before);
        place
    });
    format!("{text};")
}

/// A line for each statement of a trigger.
fn create_trigger(definition: &str) -> String {
    let tokens = token::tokens(definition);
    let last = tokens.len().saturating_sub(1);
    let (mut at, mut before) = (0, String::new());
    let text = lines(&tokens, |token| {
        let place = match (before.as_str(), token) {
            (_, "BEGIN") => Some(""),
            (_, "END") if at == last => Some(""),
            ("BEGIN" | ";", _) => Some("    "),
            _ => None,
        };
        at += 1;
        token.clone_into(&mut before);
        place
    });
    format!("{text};")
}

/// Tokens joined to lines: `place` says which token begins one, and what stands before it there.
fn lines(tokens: &[String], mut place: impl FnMut(&str) -> Option<&'static str>) -> String {
    let mut lines: Vec<(&str, Vec<&str>)> = vec![("", Vec::new())];
    for token in tokens {
        if let Some(indent) = place(token) {
            lines.push((indent, Vec::new()));
        }
        if let Some((_, line)) = lines.last_mut() {
            line.push(token);
        }
    }
    let lines = lines
        .iter()
        .map(|(indent, line)| format!("{indent}{}", token::join(line)));
    lines.collect::<Vec<_>>().join("\n")
}
