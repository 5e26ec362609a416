//! Which row to try next.
//!
//! A row is put together from slots: a column, or the columns of one foreign key, which take the values of
//! a parent's row together. A row that is refused is changed only in the slots that are to blame, so that
//! several constraints are met one after the other instead of all at the same time.

use std::collections::BTreeMap;

use super::choices::choices;
use super::literals::Literals;
use super::{Pattern, Reference, TableShape, Value};

/// How many rows are tried before the database's last word counts.
const MOST_TRIES: usize = 250;

/// Up to this many slots, all combinations are tried; of more, first each by itself.
const FEW_SLOTS: usize = 4;

/// The rows to try, until the database accepts one.
#[derive(Debug)]
pub struct Planner<'a> {
    shape: &'a TableShape,
    slots: Vec<Slot>,
    /// For each slot the choice that is to be tried.
    chosen: Vec<usize>,
    /// For each set of slots that was to blame, how many of its combinations have been tried.
    searches: BTreeMap<Vec<usize>, usize>,
    tries: usize,
}

#[derive(Debug)]
struct Slot {
    columns: Vec<usize>,
    choices: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq)]
enum Choice {
    Values(Vec<Value>),
    /// The values that the row itself has in these columns: it refers to itself.
    Own(Vec<usize>),
}

impl<'a> Planner<'a> {
    /// Plans a row. `parents` are for each foreign key the values that can be referred to; `full` is the
    /// row of [`Pattern::Full`], where there is one.
    pub fn new(
        shape: &'a TableShape,
        parents: &[Vec<Vec<Value>>],
        pattern: Pattern,
        full: Option<&[Option<Value>]>,
    ) -> Self {
        let plan = Plan {
            shape,
            pattern,
            full,
        };
        let mut slots = Vec::new();
        let mut is_taken: Vec<bool> = shape
            .columns
            .iter()
            .map(|column| column.is_given_by_database)
            .collect();
        let mut references: Vec<_> = shape.references.iter().zip(parents).collect();
        // The widest first: a key over fewer of the same columns is then met by it.
        references.sort_by_key(|(reference, _)| std::cmp::Reverse(reference.columns.len()));
        for (reference, tuples) in references {
            slots.extend(plan.reference(reference, tuples, &mut is_taken));
        }
        for (place, is_taken) in is_taken.into_iter().enumerate() {
            if !is_taken {
                slots.push(Slot {
                    columns: vec![place],
                    choices: plan.column(place),
                });
            }
        }
        slots.sort_by(|one, other| one.columns.cmp(&other.columns));
        Self {
            shape,
            chosen: vec![0; slots.len()],
            slots,
            searches: BTreeMap::new(),
            tries: 0,
        }
    }

    /// The row to try: for each column its value, or none where the database gives one. `None` where there
    /// is no row to try.
    pub fn row(&self) -> Option<Vec<Option<Value>>> {
        if self.tries >= MOST_TRIES {
            return None;
        }
        let mut row = vec![None; self.shape.columns.len()];
        let mut own = Vec::new();
        for (slot, &chosen) in self.slots.iter().zip(&self.chosen) {
            match slot.choices.get(chosen)? {
                Choice::Values(values) => {
                    for (&column, value) in slot.columns.iter().zip(values) {
                        row[column] = Some(value.clone());
                    }
                }
                Choice::Own(from) => own.push((&slot.columns, from)),
            }
        }
        for (columns, from) in own {
            for (&column, &from) in columns.iter().zip(from) {
                let value = row[from].clone();
                row[column] = value;
            }
        }
        Some(row)
    }

    /// Changes the row, since the database has refused it for what it has in the columns `blamed`, or for
    /// what is not known. Whether there is another row to try.
    pub fn refuse(&mut self, blamed: &[String]) -> bool {
        self.tries += 1;
        let is_blamed = |slot: &Slot| {
            let mut names = slot
                .columns
                .iter()
                .map(|&column| &self.shape.columns[column].name);
            names.any(|name| blamed.contains(name))
        };
        let places = 0..self.slots.len();
        let mut guilty: Vec<usize> = places
            .clone()
            .filter(|&place| is_blamed(&self.slots[place]))
            .collect();
        if guilty.is_empty() {
            guilty = places.collect();
        }
        let sizes: Vec<_> = guilty
            .iter()
            .map(|&place| self.slots[place].choices.len())
            .collect();
        let tried = self.searches.entry(guilty.clone()).or_default();
        let Some(combination) = combination(&sizes, *tried) else {
            return false;
        };
        *tried += 1;
        for (place, choice) in guilty.into_iter().zip(combination) {
            self.chosen[place] = choice;
        }
        self.tries < MOST_TRIES
    }
}

struct Plan<'a> {
    shape: &'a TableShape,
    pattern: Pattern,
    full: Option<&'a [Option<Value>]>,
}

impl Plan<'_> {
    fn column(&self, place: usize) -> Vec<Choice> {
        let column = &self.shape.columns[place];
        let hints = Literals::about(&column.name, &self.shape.checks);
        let is_unique = self.shape.is_unique(&column.name);
        let is_key = self.shape.uniques.contains(&vec![column.name.clone()]);
        let pattern = if is_key {
            self.pattern
        } else {
            self.pattern.of_column(place)
        };
        let mut values = choices(&column.kind, pattern, hints.as_ref());
        let full = self.full.and_then(|row| row[place].clone());
        match self.pattern {
            Pattern::Twin if !is_unique => values.splice(0..0, full),
            // As equal as it may be.
            Pattern::Twin => values.splice(0..0, full.as_ref().and_then(in_the_other_case)),
            _ => values.splice(values.len().., full),
        };
        if column.may_be_null {
            let place = match self.pattern {
                Pattern::Sparse => 0,
                _ => values.len(),
            };
            values.insert(place, Value::Null);
        }
        values
            .into_iter()
            .map(|value| Choice::Values(vec![value]))
            .collect()
    }

    /// The slot of a foreign key, for those of its columns that no other has taken.
    fn reference(
        &self,
        reference: &Reference,
        tuples: &[Vec<Value>],
        is_taken: &mut [bool],
    ) -> Option<Slot> {
        let places: Option<Vec<_>> = reference
            .columns
            .iter()
            .map(|column| self.shape.position(column))
            .collect();
        let places = places?;
        let (positions, columns): (Vec<_>, Vec<_>) = places
            .iter()
            .copied()
            .enumerate()
            .filter(|&(_, place)| !is_taken[place])
            .unzip();
        if columns.is_empty() {
            return None;
        }
        for &column in &columns {
            is_taken[column] = true;
        }
        let mut found = self.parents(&places, &positions, tuples);
        if reference.table == self.shape.name
            && let Some(own) = self.own(reference, &positions)
        {
            // A row can refer to itself where no other stands yet.
            let place = if tuples.is_empty() { 0 } else { found.len() };
            found.insert(place, own);
        }
        if let Some(orphan) = self.orphan(&columns, tuples) {
            let is_first = self.pattern == Pattern::Sparse && self.full_has_a_parent(&columns);
            let place = if is_first { 0 } else { found.len() };
            found.insert(place, orphan);
        }
        found.dedup();
        Some(Slot {
            columns,
            choices: found,
        })
    }

    /// The parents' values, beginning with the parent of the row's own number, or with that of the full
    /// row, which is to be repeated.
    fn parents(&self, places: &[usize], positions: &[usize], tuples: &[Vec<Value>]) -> Vec<Choice> {
        let mut tuples: Vec<_> = tuples.iter().collect();
        if !tuples.is_empty() {
            let start = match self.pattern {
                Pattern::Full | Pattern::Sparse | Pattern::Mixed => {
                    usize::from(self.pattern.number() - 1)
                }
                Pattern::Twin | Pattern::Large | Pattern::Small => {
                    let is_full = |tuple: &&&Vec<Value>| {
                        let mut pairs = places.iter().zip(tuple.iter());
                        self.full.is_some_and(|full| {
                            pairs.all(|(&place, value)| full[place].as_ref() == Some(value))
                        })
                    };
                    tuples
                        .iter()
                        .position(|tuple| is_full(&tuple))
                        .unwrap_or_default()
                }
            };
            let length = tuples.len();
            tuples.rotate_left(start % length);
        }
        let values = |tuple: &Vec<Value>| {
            let values = positions.iter().filter_map(|&at| tuple.get(at).cloned());
            Choice::Values(values.collect())
        };
        tuples.into_iter().map(values).collect()
    }

    fn own(&self, reference: &Reference, positions: &[usize]) -> Option<Choice> {
        let from: Option<Vec<_>> = positions
            .iter()
            .map(|&at| self.shape.position(reference.parent_columns.get(at)?))
            .collect();
        let from = from?;
        let is_known = |&place: &usize| !self.shape.columns[place].is_given_by_database;
        from.iter().all(is_known).then_some(Choice::Own(from))
    }

    /// A row without a parent. A key of which one column is null refers to nothing.
    fn orphan(&self, columns: &[usize], tuples: &[Vec<Value>]) -> Option<Choice> {
        let column = |&place: &usize| &self.shape.columns[place];
        if !columns.iter().map(column).any(|column| column.may_be_null) {
            return None;
        }
        let values = columns.iter().enumerate().map(|(at, place)| {
            let column = column(place);
            if column.may_be_null {
                return Some(Value::Null);
            }
            let of_parent = tuples.first().and_then(|tuple| tuple.get(at).cloned());
            of_parent.or_else(|| choices(&column.kind, self.pattern, None).into_iter().next())
        });
        Some(Choice::Values(values.collect::<Option<_>>()?))
    }

    /// Whether the full row refers to something. Where it could not, another row should.
    fn full_has_a_parent(&self, columns: &[usize]) -> bool {
        self.full.is_none_or(|full| {
            let mut values = columns.iter().map(|&place| full[place].as_ref());
            values.all(|value| value.is_some_and(|value| *value != Value::Null))
        })
    }
}

/// A text with its lower case letters in upper case, and the other way round.
fn in_the_other_case(value: &Value) -> Option<Value> {
    let Value::Text(text) = value else {
        return None;
    };
    let other = |character: char| {
        if character.is_ascii_lowercase() {
            character.to_ascii_uppercase()
        } else {
            character.to_ascii_lowercase()
        }
    };
    let other: String = text.chars().map(other).collect();
    (other != *text).then_some(Value::Text(other))
}

/// The combination of choices at a place of their order. The one of all first choices is left out, as it
/// was tried before anything was refused.
fn combination(sizes: &[usize], place: usize) -> Option<Vec<usize>> {
    let mut left = place;
    let mut least = 1;
    if sizes.len() > FEW_SLOTS {
        for (slot, size) in sizes.iter().enumerate() {
            let others = size.saturating_sub(1);
            if left < others {
                let mut found = vec![0; sizes.len()];
                found[slot] = left + 1;
                return Some(found);
            }
            left -= others;
        }
        least = 2;
    }
    let most: usize = sizes.iter().map(|size| size.saturating_sub(1)).sum();
    for sum in least..=most {
        let mut found = vec![0; sizes.len()];
        if nth_with_sum(sizes, sum, &mut left, &mut found) {
            return Some(found);
        }
    }
    None
}

/// Puts the combination with this sum that `left` others come before into `found`; otherwise takes their
/// number from `left`.
fn nth_with_sum(sizes: &[usize], sum: usize, left: &mut usize, found: &mut [usize]) -> bool {
    let (Some((&size, sizes)), Some((first, rest))) =
        (sizes.split_first(), found.split_first_mut())
    else {
        if sum > 0 {
            return false;
        }
        let is_it = *left == 0;
        *left = left.saturating_sub(1);
        return is_it;
    };
    let most: usize = sizes.iter().map(|size| size.saturating_sub(1)).sum();
    let least = sum.saturating_sub(most);
    for choice in least..=sum.min(size.saturating_sub(1)) {
        *first = choice;
        if nth_with_sum(sizes, sum - choice, left, rest) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_are_each_tried_once_and_the_near_ones_first() {
        let all = |sizes: &[usize]| {
            let found = (0..).map_while(|place| combination(sizes, place));
            found.collect::<Vec<_>>()
        };
        assert_eq!(
            all(&[3, 2]),
            [[0, 1], [1, 0], [1, 1], [2, 0], [2, 1]].map(Vec::from)
        );
        assert!(all(&[1, 1]).is_empty() && all(&[]).is_empty());
        let mut many = all(&[2; 6]);
        assert_eq!(many[0], [1, 0, 0, 0, 0, 0]);
        assert_eq!(many.len(), 63);
        many.sort();
        many.dedup();
        assert_eq!(many.len(), 63);
    }
}
