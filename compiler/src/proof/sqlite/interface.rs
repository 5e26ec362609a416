//! The database as a proof needs it.

use std::collections::BTreeMap;
use std::rc::Rc;

use limbeck_model::checksum::Digest;
use limbeck_schema::render::Ddl;
use limbeck_schema::sqlite::Entry;
use limbeck_schema::{Object, Schema};

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
        entries.retain(|_, (before, after)| before != after);
        Ok(Difference {
            before: entries
                .values()
                .flat_map(|(entry, _)| objects(entry.as_ref()))
                .collect(),
            after: entries
                .values()
                .flat_map(|(_, entry)| objects(entry.as_ref()))
                .collect(),
            rows: rows
                .into_iter()
                .filter(|(_, (before, after))| before != after)
                .map(|(table, (before, after))| {
                    let all =
                        |rows: &Option<Rc<Vec<_>>>| rows.as_deref().cloned().unwrap_or_default();
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

    fn fingerprint(&mut self) -> Result<Digest, Fault> {
        let end = self.log.len();
        let (mut followed, read) = self.followed.take().unwrap_or_else(|| {
            let entries = self.catalog.entries();
            (entries.flat_map(|entry| entry.objects()).collect(), end)
        });
        for change in self.log.get(read..).unwrap_or_default() {
            let Change::Entry(change) = change else {
                continue;
            };
            for object in objects(change.before.as_ref()) {
                followed.remove(&object);
            }
            for object in objects(change.after.as_ref()) {
                followed.add(object);
            }
        }
        let fingerprint = followed.fingerprint();
        self.followed = Some((followed, end));
        Ok(fingerprint)
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

fn objects(entry: Option<&Rc<Entry>>) -> Vec<Object> {
    entry.map(|entry| entry.objects()).unwrap_or_default()
}
