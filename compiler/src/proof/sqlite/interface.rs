//! The database as a proof needs it.

use std::collections::BTreeMap;

use limbeck_schema::Schema;
use limbeck_schema::render::Ddl;
use limbeck_schema::sqlite::Entry;

use super::super::engine::{Difference, Engine, Failure, Fault, Rows, Unusable};
use super::database::{Change, Image, Sqlite, fault};
use crate::table::Script;

impl Engine for Sqlite {
    type Image = Image;
    /// How much had been logged.
    type View = usize;

    fn version(&mut self) -> Result<String, Fault> {
        Ok(super::engine())
    }

    fn run(&mut self, script: &Script<'_>) -> Result<Result<(), Failure>, Fault> {
        let result = self.execute(script)?;
        if result.is_err() && script.transactional {
            // It was rolled back.
            let _ = self.watch.take();
        } else {
            self.refresh()?;
        }
        Ok(result)
    }

    fn view(&mut self) -> Result<usize, Fault> {
        Ok(self.log.len())
    }

    fn compare(&mut self, before: &usize, after: &usize) -> Result<Difference, Fault> {
        let mut entries = BTreeMap::new();
        let mut rows = BTreeMap::new();
        for change in self.log.get(*before..*after).unwrap_or_default() {
            match change {
                Change::Entry(change) => {
                    let (_, last) = entries
                        .entry(&change.key)
                        .or_insert((&change.before, &change.after));
                    *last = &change.after;
                }
                Change::Rows {
                    table,
                    before,
                    after,
                } => {
                    let (_, last) = rows.entry(table.clone()).or_insert((before, after));
                    *last = after;
                }
            }
        }
        let objects = |entry: &Option<std::rc::Rc<Entry>>| {
            entry.as_deref().map(Entry::objects).unwrap_or_default()
        };
        entries.retain(|_, (before, after)| before != after);
        Ok(Difference {
            before: entries
                .values()
                .flat_map(|(entry, _)| objects(entry))
                .collect(),
            after: entries
                .values()
                .flat_map(|(_, entry)| objects(entry))
                .collect(),
            rows: rows
                .into_iter()
                .filter(|(_, (before, after))| before != after)
                .map(|(table, (before, after))| {
                    let all = |rows: &Option<std::rc::Rc<Vec<_>>>| {
                        rows.as_deref().cloned().unwrap_or_default()
                    };
                    (table, (all(before), all(after)))
                })
                .collect(),
        })
    }

    fn schema(&mut self) -> Result<Schema, Fault> {
        Ok(self
            .catalog
            .entries()
            .flat_map(|entry| entry.objects())
            .collect())
    }

    fn ddl(&mut self) -> Result<Ddl, Fault> {
        Ok(limbeck_schema::sqlite::ddl(&self.schema()?))
    }

    fn unusable(&mut self) -> Result<Vec<Unusable>, Fault> {
        Ok(self.unusable.values().cloned().collect())
    }

    fn fill(&mut self, rows: Rows) -> Result<(), Fault> {
        self.fill_tables(rows)?;
        let _ = self.watch.take();
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Fault> {
        let tables: Vec<String> = self.rows.keys().cloned().collect();
        self.empty(&tables).map_err(fault)?;
        self.refresh()
    }

    fn without_rows(&mut self) -> Result<BTreeMap<String, String>, Fault> {
        let name = |table: &String| self.catalog.table(table).map(|entry| entry.name.clone());
        Ok(self
            .barren
            .iter()
            .filter_map(|(table, reason)| Some((name(table)?, reason.clone())))
            .collect())
    }

    fn save(&mut self) -> Result<Image, Fault> {
        let bytes = self.connection.serialize("main").map_err(fault)?;
        Ok(Image::Bytes(bytes.to_vec()))
    }

    fn restore(&mut self, image: Option<&Image>) -> Result<(), Fault> {
        self.replace(image)
    }
}
