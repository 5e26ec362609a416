//! The entries of `sqlite_schema`, kept up to date by reading only those that were touched.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use limbeck_model::Dialect;
use limbeck_schema::sqlite::{Entry, shadow_tables};
use rusqlite::{Connection, Params, Result};

use super::touched::Touched;
use crate::split::tokens;

/// What identifies an entry: its kind and its name in lower case.
pub(super) type Key = (String, String);

/// The entries that are the user's.
#[derive(Default)]
pub(super) struct Catalog {
    entries: BTreeMap<i64, Rc<Entry>>,
    /// The entries that have a name or are on a table of that name, in lower case.
    names: BTreeMap<String, BTreeSet<i64>>,
    /// The views, triggers and tables with foreign keys.
    programs: BTreeSet<i64>,
    /// Those of them that mention a name, in lower case.
    mentions: BTreeMap<String, BTreeSet<i64>>,
    /// Tables that belong to virtual tables, in lower case.
    shadows: BTreeSet<String>,
}

/// An entry that is another one now.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) key: Key,
    pub(super) before: Option<Rc<Entry>>,
    pub(super) after: Option<Rc<Entry>>,
}

impl Catalog {
    /// Reads again what was touched, and says what changed.
    pub(super) fn refresh(
        &mut self,
        connection: &Connection,
        touched: &Touched,
    ) -> Result<Vec<Change>> {
        let mut before = BTreeMap::new();
        let found = if touched.everything {
            for entry in std::mem::take(&mut self.entries).into_values() {
                before.insert(key(&entry), entry);
            }
            self.names.clear();
            self.programs.clear();
            self.mentions.clear();
            read(connection, "WHERE sql IS NOT NULL", [])?
        } else if touched.defined.is_empty() {
            return Ok(Vec::new());
        } else {
            let suspects: BTreeSet<i64> = touched
                .defined
                .iter()
                .filter_map(|name| self.names.get(name))
                .flatten()
                .copied()
                .collect();
            for &suspect in &suspects {
                if let Some(entry) = self.remove(suspect) {
                    before.insert(key(&entry), entry);
                }
            }
            // A new entry comes behind all that were there when it was made, so behind all that stayed.
            let last = self.entries.last_key_value().map_or(0, |(&rowid, _)| rowid);
            let mut found = read(connection, "WHERE sql IS NOT NULL AND rowid > ?1", [last])?;
            for suspect in suspects.range(..=last) {
                found.extend(read(
                    connection,
                    "WHERE sql IS NOT NULL AND rowid = ?1",
                    [suspect],
                )?);
            }
            found
        };
        let has_virtual = found.iter().any(|(_, entry)| entry.is_virtual_table());
        if has_virtual || !self.shadows.is_empty() {
            let shadows = shadow_tables(connection)?;
            self.shadows = shadows
                .iter()
                .map(|name| name.to_ascii_lowercase())
                .collect();
        }
        let mut after = BTreeMap::new();
        for (rowid, entry) in found {
            if entry.is_users() && !self.shadows.contains(&entry.table.to_ascii_lowercase()) {
                let entry = Rc::new(entry);
                after.insert(key(&entry), Rc::clone(&entry));
                self.insert(rowid, entry);
            }
        }
        Ok(changes(&before, &after))
    }

    /// The views, triggers and tables with foreign keys, in the order in which they were made.
    pub(super) fn programs(&self) -> impl Iterator<Item = &Rc<Entry>> {
        self.programs
            .iter()
            .filter_map(|rowid| self.entries.get(rowid))
    }

    /// Those of them that have one of these names, or need something that has one. What uses a view needs
    /// what the view needs.
    pub(super) fn affected(&self, names: impl IntoIterator<Item = String>) -> Vec<Rc<Entry>> {
        let mut left: Vec<String> = names.into_iter().collect();
        let mut seen: BTreeSet<String> = left.iter().cloned().collect();
        let mut found = BTreeSet::new();
        while let Some(name) = left.pop() {
            let own = self.names.get(&name).into_iter().flatten();
            let mentioning = self.mentions.get(&name).into_iter().flatten();
            for rowid in own.chain(mentioning) {
                let Some(entry) = self.entries.get(rowid) else {
                    continue;
                };
                if self.programs.contains(rowid) {
                    found.insert(*rowid);
                }
                let name = entry.name.to_ascii_lowercase();
                if entry.kind == "view" && seen.insert(name.clone()) {
                    left.push(name);
                }
            }
        }
        found
            .iter()
            .filter_map(|rowid| self.entries.get(rowid).cloned())
            .collect()
    }

    /// Every entry, in the order in which they were made.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Rc<Entry>> {
        self.entries.values()
    }

    /// The table of that name, whatever its case.
    pub(super) fn table(&self, name: &str) -> Option<&Rc<Entry>> {
        let rowids = self.names.get(&name.to_ascii_lowercase())?;
        let mut entries = rowids.iter().filter_map(|rowid| self.entries.get(rowid));
        entries.find(|entry| entry.kind == "table" && entry.name.eq_ignore_ascii_case(name))
    }

    fn insert(&mut self, rowid: i64, entry: Rc<Entry>) {
        for name in [&entry.name, &entry.table] {
            let rowids = self.names.entry(name.to_ascii_lowercase()).or_default();
            rowids.insert(rowid);
        }
        if matches!(entry.kind.as_str(), "view" | "trigger") || refers(&entry) {
            self.programs.insert(rowid);
            for name in mentioned(&entry) {
                self.mentions.entry(name).or_default().insert(rowid);
            }
        }
        self.entries.insert(rowid, entry);
    }

    fn remove(&mut self, rowid: i64) -> Option<Rc<Entry>> {
        let entry = self.entries.remove(&rowid)?;
        if self.programs.remove(&rowid) {
            for name in mentioned(&entry) {
                if let Some(rowids) = self.mentions.get_mut(&name) {
                    rowids.remove(&rowid);
                }
            }
        }
        for name in [&entry.name, &entry.table] {
            if let Some(rowids) = self.names.get_mut(&name.to_ascii_lowercase()) {
                rowids.remove(&rowid);
            }
        }
        Some(entry)
    }
}

/// The words of an entry that may be names, in lower case.
fn mentioned(entry: &Entry) -> impl Iterator<Item = String> {
    tokens(&entry.sql, Dialect::Sqlite).map(|token| {
        token
            .trim_matches(['"', '`', '[', ']'])
            .to_ascii_lowercase()
    })
}

/// Whether an entry is a table with foreign keys.
fn refers(entry: &Entry) -> bool {
    let is_table = entry.kind == "table" && !entry.is_virtual_table();
    is_table
        && tokens(&entry.sql, Dialect::Sqlite).any(|token| token.eq_ignore_ascii_case("references"))
}

pub(super) fn key(entry: &Entry) -> Key {
    (entry.kind.clone(), entry.name.to_ascii_lowercase())
}

fn changes(before: &BTreeMap<Key, Rc<Entry>>, after: &BTreeMap<Key, Rc<Entry>>) -> Vec<Change> {
    let keys: BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
    let change = |key: &Key| Change {
        key: key.clone(),
        before: before.get(key).cloned(),
        after: after.get(key).cloned(),
    };
    keys.into_iter()
        .map(change)
        .filter(|change| change.before != change.after)
        .collect()
}

fn read(
    connection: &Connection,
    condition: &str,
    parameters: impl Params,
) -> Result<Vec<(i64, Entry)>> {
    let query =
        format!("SELECT rowid, type, name, tbl_name, sql FROM main.sqlite_schema {condition}");
    let mut statement = connection.prepare(&query)?;
    let entries = statement.query_map(parameters, |row| {
        let entry = Entry {
            kind: row.get(1)?,
            name: row.get(2)?,
            table: row.get(3)?,
            sql: row.get(4)?,
        };
        Ok((row.get(0)?, entry))
    })?;
    entries.collect()
}
