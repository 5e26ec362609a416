//! `CREATE TABLE` taken apart into a table, its columns and its constraints.

use super::{default, token};
use crate::change::COLUMNS;
use crate::{Kind, Object};

/// The objects of one table, from the canonical tokens of the statement that made it.
///
/// SQLite keeps the text of that statement and edits it when a table is altered, so a table has
/// many texts: the order of a column's clauses, and the place of a table's constraints, are the
/// author's accidents and do not count.
pub(super) fn objects(name: &str, statement: &[String]) -> Vec<Object> {
    let (items, options) = split(statement).unwrap_or_default();
    let mut objects = Vec::new();
    let mut order = Vec::new();
    for item in items {
        let object = if is_constraint(item) {
            constraint(name, item)
        } else {
            column(name, item)
        };
        if object.kind == Kind::Column {
            order.push(object.name.clone());
        }
        objects.push(object);
    }
    let mut options: Vec<String> = options
        .split(|token| token == ",")
        .map(|option| token::join(option).to_uppercase())
        .collect();
    options.sort_unstable();
    objects.push(table(name, &options.join(", "), &order));
    objects
}

fn table(name: &str, options: &str, columns: &[String]) -> Object {
    let columns = (!columns.is_empty()).then(|| format!("{COLUMNS}{}", columns.join(", ")));
    let options = (!options.is_empty()).then(|| options.to_owned());
    let lines: Vec<String> = columns.into_iter().chain(options).collect();
    Object {
        kind: Kind::Table,
        parent: None,
        name: name.to_owned(),
        definition: lines.join("\n"),
    }
}

/// The items between the outer parentheses, and the tokens behind them.
fn split(statement: &[String]) -> Option<(Vec<&[String]>, &[String])> {
    if statement.get(1).is_none_or(|word| word != "TABLE") {
        return None;
    }
    let open = statement.iter().position(|token| token == "(")?;
    let (mut items, mut depth, mut start) = (Vec::new(), 0_usize, open + 1);
    for (at, token) in statement.iter().enumerate().skip(open + 1) {
        match token.as_str() {
            "(" => depth += 1,
            ")" if depth > 0 => depth -= 1,
            ")" => {
                items.push(statement.get(start..at)?);
                return Some((items, statement.get(at + 1..)?));
            }
            "," if depth == 0 => {
                items.push(statement.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

fn is_constraint(item: &[String]) -> bool {
    let starts = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
    item.first()
        .is_some_and(|first| starts.contains(&first.as_str()))
}

fn constraint(table: &str, item: &[String]) -> Object {
    let (name, definition) = match item {
        [first, name, rest @ ..] if first == "CONSTRAINT" => (name.clone(), token::join(rest)),
        // Without a name, it is known by what it says.
        _ => (token::join(item), token::join(item)),
    };
    Object {
        kind: Kind::Constraint,
        parent: Some(table.to_owned()),
        name,
        definition,
    }
}

fn column(table: &str, item: &[String]) -> Object {
    let (first, rest) = item
        .split_first()
        .map_or(("", item), |(name, rest)| (name.as_str(), rest));
    // A keyword that is a name here has become upper case with the other keywords.
    let name = if first.starts_with('"') {
        first.to_owned()
    } else {
        token::column_name(first)
    };
    let mut starts = clause_starts(rest);
    starts.push(rest.len());
    let type_name = starts
        .first()
        .and_then(|first| rest.get(..*first))
        .unwrap_or_default();
    let mut clauses: Vec<String> = starts
        .windows(2)
        .filter_map(|range| rest.get(*range.first()?..*range.last()?))
        .map(|clause| token::join(&default::without_parentheses(clause)))
        // It says what is so without it.
        .filter(|clause| clause != "NULL")
        .collect();
    clauses.sort_unstable();
    // The case of a type's name has no meaning, and neither have keywords within it.
    clauses.insert(0, token::join(type_name).to_uppercase());
    clauses.retain(|clause| !clause.is_empty());
    Object {
        kind: Kind::Column,
        parent: Some(table.to_owned()),
        name,
        definition: clauses.join(" "),
    }
}

/// Where each clause of a column begins, behind its type.
fn clause_starts(tokens: &[String]) -> Vec<usize> {
    let (mut starts, mut depth, mut free_from) = (Vec::new(), 0_usize, 0);
    for (at, token) in tokens.iter().enumerate() {
        let before = at
            .checked_sub(1)
            .and_then(|at| tokens.get(at))
            .map_or("", String::as_str);
        let next = tokens.get(at + 1).map(String::as_str);
        match token.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            word if depth == 0 && at >= free_from && starts_clause(word, before, next) => {
                starts.push(at);
                // The clause that a name belongs to goes on behind the name.
                free_from = if word == "CONSTRAINT" { at + 3 } else { at + 1 };
            }
            _ => {}
        }
    }
    starts
}

fn starts_clause(word: &str, before: &str, next: Option<&str>) -> bool {
    match word {
        "CONSTRAINT" | "PRIMARY" | "UNIQUE" | "CHECK" | "COLLATE" | "REFERENCES" | "GENERATED" => {
            true
        }
        // `NOT DEFERRABLE` goes on with a foreign key.
        "NOT" => next == Some("NULL"),
        // `SET NULL`, `NOT NULL` and `DEFAULT NULL` are in the middle of theirs.
        "NULL" => !matches!(before, "SET" | "NOT" | "DEFAULT"),
        "DEFAULT" => before != "SET",
        "AS" => before != "ALWAYS",
        _ => false,
    }
}
