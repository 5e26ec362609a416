//! The statements that make a PostgreSQL schema again.
//!
//! The catalogs know what needs what, so the order is theirs. Every name comes with its schema, so
//! the text does not depend on a session's settings.

use std::collections::BTreeMap;

use postgres::{Client, SimpleQueryRow};

use super::query;
use crate::render::item::{Item, Shape};
use crate::render::{Block, Ddl, in_order};
use crate::{Error, Result};

const HELPERS: &str = include_str!("ddl/helpers.sql");

/// Each selects `kind, id, parent, slot, rank, name, text, other text, text behind, reason`.
const PARTS: [&str; 13] = [
    include_str!("ddl/columns.sql"),
    include_str!("ddl/comments.sql"),
    include_str!("ddl/constraints.sql"),
    include_str!("ddl/depends.sql"),
    include_str!("ddl/indexes.sql"),
    include_str!("ddl/namespaces.sql"),
    include_str!("ddl/others.sql"),
    include_str!("ddl/routines.sql"),
    include_str!("ddl/sequences.sql"),
    include_str!("ddl/tables.sql"),
    include_str!("ddl/triggers.sql"),
    include_str!("ddl/types.sql"),
    include_str!("ddl/views.sql"),
];

/// Reads the statements that make the schema of the database that `client` is connected to, without
/// the schema `ledger_schema` and all that is in it.
///
/// As with [`read`](super::read), nothing is written and the session's settings stay. Owners,
/// privileges and rows are left out.
///
/// # Errors
/// When the server cannot be asked, and when somebody drops objects while they are being read.
pub fn ddl(client: &mut Client, ledger_schema: &str) -> Result<Ddl> {
    let (mut items, mut needs, mut within) = (Vec::new(), Vec::new(), BTreeMap::new());
    for row in query::rows(client, ledger_schema, &[HELPERS], &PARTS, COLUMNS)? {
        match entry(&row)? {
            Entry::Item(item) => items.push(item),
            Entry::Needs(item, needed) => needs.push((item, needed)),
            Entry::Within(inner, outer) => {
                // Where there are several, an item of its own wins, and `find` sees that first.
                within.entry(inner.clone()).or_insert_with(|| outer.clone());
                needs.push((inner, outer));
            }
        }
    }
    let has_functions = items.iter().any(|item| item.rank == ROUTINES);
    let ddl = in_order(items, &needs, &within);
    if !has_functions {
        return Ok(ddl);
    }
    // The body of a function is text that may name what comes later.
    let statement = |statement: &str| Block::Statements(statement.to_owned());
    let blocks = ddl.blocks().iter().cloned();
    Ok(
        std::iter::once(statement("SET check_function_bodies = off;"))
            .chain(blocks)
            .chain([statement("RESET check_function_bodies;")])
            .collect(),
    )
}

/// The number of columns of each part.
const COLUMNS: usize = 10;

/// The rank of functions.
const ROUTINES: u32 = 4;

enum Entry {
    Item(Item),
    Needs(String, String),
    Within(String, String),
}

fn entry(row: &SimpleQueryRow) -> Result<Entry> {
    let text = |index: usize| row.try_get(index).ok().flatten().map(str::to_owned);
    let number = |index: usize| text(index).and_then(|text| text.parse().ok()).unwrap_or(0);
    let (Some(kind), Some(id)) = (text(0), text(1)) else {
        return Err(Error::answer(
            "the catalogs hold an object without an identity",
        ));
    };
    let parent = text(2).unwrap_or_default();
    let first = text(6).unwrap_or_default();
    let shape = match kind.as_str() {
        "needs" => return Ok(Entry::Needs(id, parent)),
        "within" => return Ok(Entry::Within(id, parent)),
        "table" => Shape::Table {
            start: first,
            end: text(7).unwrap_or_default(),
            after: text(8).unwrap_or_default(),
        },
        "domain" => Shape::Domain { start: first },
        "part" => Shape::Part {
            parent,
            slot: number(3),
            clause: first,
            alone: text(7),
            after: text(8).unwrap_or_default(),
        },
        "note" => Shape::Note(first),
        _ => Shape::Whole(match text(8) {
            Some(behind) => format!("{first}\n{behind}"),
            None => first,
        }),
    };
    Ok(Entry::Item(Item {
        id,
        rank: number(4),
        name: text(5).unwrap_or_default(),
        shape,
        withheld: text(9),
    }))
}
