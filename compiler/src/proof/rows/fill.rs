//! Gives rows to tables, parents before children.

use std::collections::{BTreeMap, BTreeSet};

use super::choices::choices;
use super::{Pattern, Planner, Reference, TableShape, Value};
use crate::proof::{Fault, Rows};

/// A database with tables that want rows.
pub trait Target {
    /// Whether there is a row in the table.
    ///
    /// # Errors
    /// A fault of the environment, as for all functions here.
    fn has_rows(&mut self, table: &TableShape) -> Result<bool, Fault>;

    /// Some rows that a foreign key can refer to, as the values of its parent's columns, in the order in
    /// which they were made, and without null.
    ///
    /// # Errors
    /// A fault of the environment.
    fn parents(&mut self, reference: &Reference) -> Result<Vec<Vec<Value>>, Fault>;

    /// Tries a row; nothing is left of it where it is refused. Columns without a value are left out.
    ///
    /// # Errors
    /// A fault of the environment.
    fn insert(
        &mut self,
        table: &TableShape,
        row: &[Option<Value>],
    ) -> Result<Result<(), Rejection>, Fault>;

    /// From now on, foreign keys that can wait are looked at by [`settle`](Self::settle) only.
    ///
    /// # Errors
    /// A fault of the environment.
    fn defer(&mut self) -> Result<(), Fault>;

    /// Looks at what has waited. Where it is refused, all that came since [`defer`](Self::defer) is undone.
    ///
    /// # Errors
    /// A fault of the environment.
    fn settle(&mut self) -> Result<Result<(), Rejection>, Fault>;
}

/// Why a row was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The columns whose values were the reason; none where that is not known.
    pub columns: Vec<String>,
    /// The database's words.
    pub message: String,
}

/// Gives rows to every table that has none. The tables that no row could be made for, with the reason.
///
/// # Errors
/// A fault of the environment.
pub fn fill(
    tables: &[TableShape],
    rows: Rows,
    target: &mut impl Target,
) -> Result<BTreeMap<String, String>, Fault> {
    let patterns = Pattern::of(rows);
    let mut work = Work {
        tables,
        target,
        open: BTreeMap::new(),
        without_rows: BTreeMap::new(),
    };
    for (place, table) in tables.iter().enumerate() {
        if !patterns.is_empty() && !work.target.has_rows(table)? {
            let started = Started {
                left: patterns.to_vec(),
                ..Started::default()
            };
            work.open.insert(place, started);
        }
    }
    while !work.open.is_empty() {
        work.step()?;
    }
    Ok(work.without_rows)
}

struct Work<'a, T> {
    tables: &'a [TableShape],
    target: &'a mut T,
    /// The tables that want rows.
    open: BTreeMap<usize, Started>,
    without_rows: BTreeMap<String, String>,
}

/// How far a table has come.
#[derive(Clone, Default)]
struct Started {
    left: Vec<Pattern>,
    /// Some of its rows are there already, so that others can refer to them.
    has_rows: bool,
    full: Option<Vec<Option<Value>>>,
}

impl<T: Target> Work<'_, T> {
    fn step(&mut self) -> Result<(), Fault> {
        let open: Vec<usize> = self.open.keys().copied().collect();
        if let Some(&place) = open.iter().find(|&&place| self.missing(place).is_empty()) {
            return self.finish(place);
        }
        // A circle. It is broken where a row needs no parent at first.
        let can_start = |&&place: &&usize| {
            let is_new = !self.open[&place].has_rows;
            is_new && self.needed(place).is_empty()
        };
        if let Some(&place) = open.iter().find(can_start) {
            return self.start(place);
        }
        let Some(circle) = open
            .iter()
            .filter(|&place| !self.open[place].has_rows)
            .map(|&place| self.circle(place))
            .min_by_key(BTreeSet::len)
        else {
            return Ok(());
        };
        self.turn(&circle)
    }

    /// The open tables without a row that a table refers to.
    fn missing(&self, place: usize) -> BTreeSet<usize> {
        self.parents_of(place, |_| true)
    }

    /// Those of them that its rows cannot do without.
    fn needed(&self, place: usize) -> BTreeSet<usize> {
        let table = &self.tables[place];
        self.parents_of(place, |reference| !table.is_optional(reference))
    }

    fn parents_of(&self, place: usize, counts: impl Fn(&Reference) -> bool) -> BTreeSet<usize> {
        let table = &self.tables[place];
        let references = table
            .references
            .iter()
            .filter(|&reference| counts(reference));
        references
            .filter_map(|reference| self.place_of(&reference.table))
            .filter(|&parent| parent != place)
            .filter(|parent| self.open.get(parent).is_some_and(|open| !open.has_rows))
            .collect()
    }

    fn place_of(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|table| table.name == name)
    }

    /// The tables that a table needs, and that they need, with itself.
    fn circle(&self, place: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([place]);
        let mut left = vec![place];
        while let Some(place) = left.pop() {
            left.extend(
                self.needed(place)
                    .into_iter()
                    .filter(|&next| found.insert(next)),
            );
        }
        found
    }

    /// All rows that are left.
    fn finish(&mut self, place: usize) -> Result<(), Fault> {
        let Some(mut started) = self.open.remove(&place) else {
            return Ok(());
        };
        let mut reason = None;
        for pattern in std::mem::take(&mut started.left) {
            match self.add(place, pattern, started.full.as_deref())? {
                Ok(row) => {
                    started.has_rows = true;
                    if pattern == Pattern::Full {
                        started.full = Some(row);
                    }
                }
                // The first one says it best: the later rows ask for more.
                Err(message) => reason = reason.or(Some(message)),
            }
        }
        let table = &self.tables[place];
        if let Some(message) = reason
            && !started.has_rows
        {
            self.without_rows.insert(table.name.clone(), message);
        }
        Ok(())
    }

    /// A first row without parents; the others follow when their parents are there.
    fn start(&mut self, place: usize) -> Result<(), Fault> {
        let added = self.add(place, Pattern::Sparse, None)?;
        let Some(started) = self.open.get_mut(&place) else {
            return Ok(());
        };
        match added {
            Ok(_) => {
                started.has_rows = true;
                started.left.retain(|pattern| *pattern != Pattern::Sparse);
            }
            Err(message) => {
                self.open.remove(&place);
                self.without_rows
                    .insert(self.tables[place].name.clone(), message);
            }
        }
        Ok(())
    }

    /// The first rows of tables that need each other, checked when all are there.
    fn turn(&mut self, circle: &BTreeSet<usize>) -> Result<(), Fault> {
        self.target.defer()?;
        let mut full = BTreeMap::new();
        let mut reason = None;
        for &place in circle {
            match self.add(place, Pattern::Full, None)? {
                Ok(row) => {
                    full.insert(place, row);
                }
                Err(message) => reason = reason.or(Some(message)),
            }
        }
        let settled = self.target.settle()?;
        let refused = settled.err().map(|rejection| rejection.message);
        for &place in circle {
            let name = &self.tables[place].name;
            let row = full.remove(&place).filter(|_| refused.is_none());
            if let (Some(row), Some(started)) = (row, self.open.get_mut(&place)) {
                started.full = Some(row);
                started.has_rows = true;
                started.left.retain(|pattern| *pattern != Pattern::Full);
            } else {
                self.open.remove(&place);
                let words = reason.clone().or_else(|| refused.clone());
                self.without_rows
                    .insert(name.clone(), words.unwrap_or_default());
            }
        }
        Ok(())
    }

    /// Tries rows of a pattern until one is accepted: that row, or the last refusal.
    fn add(
        &mut self,
        place: usize,
        pattern: Pattern,
        full: Option<&[Option<Value>]>,
    ) -> Result<Result<Vec<Option<Value>>, String>, Fault> {
        let table = &self.tables[place];
        let mut parents = Vec::with_capacity(table.references.len());
        for reference in &table.references {
            let mut tuples = self.target.parents(reference)?;
            if tuples.is_empty() && !table.is_optional(reference) {
                if let Some(reason) = self.no_parent(table, reference) {
                    return Ok(Err(reason));
                }
                tuples.extend(self.planned(reference, pattern));
            }
            parents.push(tuples);
        }
        let mut planner = Planner::new(table, &parents, pattern, full);
        let mut message = "there is no value for one of its columns".to_owned();
        while let Some(row) = planner.row() {
            let rejection = match self.target.insert(table, &row)? {
                Ok(()) => return Ok(Ok(row)),
                Err(rejection) => rejection,
            };
            message = rejection.message;
            if !planner.refuse(&rejection.columns) {
                break;
            }
        }
        Ok(Err(message))
    }

    /// Why no row can refer to anything: the parent will not have rows either.
    fn no_parent(&self, table: &TableShape, reference: &Reference) -> Option<String> {
        let parent = &reference.table;
        let place = self.place_of(parent);
        let is_coming = place.is_some_and(|place| self.open.contains_key(&place));
        (!is_coming && *parent != table.name)
            .then(|| format!("it refers to `{parent}`, which has no rows either"))
    }

    /// What a row of a parent will have in its columns, if the first guess is accepted.
    fn planned(&self, reference: &Reference, pattern: Pattern) -> Option<Vec<Value>> {
        let parent = &self.tables[self.place_of(&reference.table)?];
        let values = reference.parent_columns.iter().map(|column| {
            let column = &parent.columns[parent.position(column)?];
            choices(&column.kind, pattern, None).into_iter().next()
        });
        values.collect()
    }
}
