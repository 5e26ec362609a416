//! Rows that go with a table that they refer to.
//!
//! SQLite deletes the rows of a table before it drops it, and does to the rows that refer to them what
//! their foreign keys say. A rebuild drops a table that is there again at once, and takes those rows along.

use std::collections::{BTreeMap, BTreeSet};

use limbeck_model::{Dialect, Direction};
use limbeck_schema::{Kind, Schema};

use super::engine::Row;
use super::losses::{Loss, plain};
use super::walk::script;
use crate::split::tokens;
use crate::table::{Script, Side};

/// Rows of tables that a script does not name, gone or changed because it rebuilds one that they refer to.
pub(super) struct Swept {
    pub(super) direction: Direction,
    /// The place of the statement that drops it.
    pub(super) statement: usize,
    pub(super) table: String,
    pub(super) losses: Vec<Loss>,
}

/// A statement that drops a table, which a later one makes again.
pub(super) struct Rebuild {
    pub(super) statement: usize,
    pub(super) table: String,
}

/// Takes those losses out that a rebuilt table is the reason of. `passage` has the rows that `@up` changes.
pub(super) fn swept(
    losses: &mut Vec<Loss>,
    passage: &BTreeMap<String, (Vec<Row>, Vec<Row>)>,
    side: &Side<'_>,
    schema: &Schema,
) -> Vec<Swept> {
    let mut all: Vec<Swept> = Vec::new();
    // The server keeps a table that others refer to, or takes the foreign keys along and no row.
    if side.dialect != Dialect::Sqlite {
        return all;
    }
    losses.retain(|loss| {
        let direction = if passage.contains_key(&loss.table) {
            Direction::Up
        } else {
            Direction::Down
        };
        let script = script(side, direction);
        let table = plain(&loss.table);
        if names(script, &table) {
            return true;
        }
        let Some(rebuild) = rebuilds(script)
            .into_iter()
            .find(|rebuild| referring(schema, &rebuild.table).contains(&table))
        else {
            return true;
        };
        let known = all
            .iter_mut()
            .find(|swept| swept.direction == direction && swept.statement == rebuild.statement);
        match known {
            Some(swept) => swept.losses.push(loss.clone()),
            None => all.push(Swept {
                direction,
                statement: rebuild.statement,
                table: rebuild.table,
                losses: vec![loss.clone()],
            }),
        }
        false
    });
    all
}

/// The rebuilds of a script.
pub(super) fn rebuilds(script: &Script<'_>) -> Vec<Rebuild> {
    let statements = script.statements.iter().enumerate();
    statements
        .filter_map(|(statement, text)| {
            let mut words = tokens(text.sql, Dialect::Sqlite);
            if !is(words.next(), "DROP") || !is(words.next(), "TABLE") {
                return None;
            }
            let words = words.filter(|word| !is(Some(word), "IF") && !is(Some(word), "EXISTS"));
            let table = plain(words.last()?);
            let mut later = script.statements.iter().skip(statement + 1);
            later
                .any(|later| makes(later.sql, &table))
                .then_some(Rebuild { statement, table })
        })
        .collect()
}

/// Whether there is a table of this name after a statement, and was none before.
fn makes(sql: &str, table: &str) -> bool {
    let words: Vec<&str> = tokens(sql, Dialect::Sqlite).collect();
    // What a name is qualified with is a token of its own.
    let at = |place: usize| words.get(place).copied();
    let name = |start: usize| {
        let is_qualified = at(start + 1) == Some(".");
        at(if is_qualified { start + 2 } else { start })
    };
    let is_name = |word: Option<&str>| word.is_some_and(|word| plain(word) == table);
    if is(at(0), "ALTER") {
        let renames = words.iter().position(|word| is(Some(word), "RENAME"));
        return renames.is_some_and(|place| is(at(place + 1), "TO") && is_name(at(place + 2)));
    }
    let start = if is(at(2), "IF") { 5 } else { 2 };
    is(at(0), "CREATE") && is(at(1), "TABLE") && is_name(name(start))
}

/// The tables that refer to a table, and those that refer to them.
fn referring(schema: &Schema, table: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::from([table.to_owned()]);
    loop {
        let before = found.len();
        for object in schema.objects() {
            let Some(parent) = &object.parent else {
                continue;
            };
            if matches!(object.kind, Kind::Column | Kind::Constraint)
                && references(&object.definition).any(|name| found.contains(&name))
            {
                found.insert(plain(parent));
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// The tables behind the word `REFERENCES`.
fn references(definition: &str) -> impl Iterator<Item = String> {
    let words: Vec<&str> = tokens(definition, Dialect::Sqlite).collect();
    let names: Vec<String> = words
        .windows(2)
        .filter(|pair| is(pair.first(), "REFERENCES"))
        .filter_map(|pair| pair.last().map(|name| plain(name)))
        .collect();
    names.into_iter()
}

/// Whether a script names a table.
fn names(script: &Script<'_>, table: &str) -> bool {
    script.statements.iter().any(|statement| {
        // A foreign key that is written down changes no row.
        let mut is_reference = false;
        tokens(statement.sql, Dialect::Sqlite).any(|word| {
            let is_name = !is_reference && plain(word) == table;
            is_reference = is(Some(word), "REFERENCES");
            is_name
        })
    })
}

fn is<W: AsRef<str>>(word: Option<W>, wanted: &str) -> bool {
    word.is_some_and(|word| word.as_ref().eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_made_by_its_name_in_any_spelling() {
        assert!(makes(
            "ALTER TABLE main.new_jobs RENAME TO \"Jobs\"",
            "jobs"
        ));
        assert!(makes("create table if not exists [jobs] (id int)", "jobs"));
        assert!(makes("CREATE TABLE main.jobs AS SELECT 1", "jobs"));
    }

    #[test]
    fn a_table_that_only_stands_in_a_statement_is_not() {
        assert!(!makes("ALTER TABLE jobs RENAME TO old_jobs", "jobs"));
        assert!(!makes("ALTER TABLE steps RENAME id TO jobs", "jobs"));
        assert!(!makes("CREATE TABLE steps (jobs int)", "jobs"));
        assert!(!makes("CREATE INDEX jobs ON steps (id)", "jobs"));
    }
}
