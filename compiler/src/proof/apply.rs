//! A history applied as a new installation applies it, without any proof.

use std::collections::BTreeSet;

use limbeck_model::Dialect;

use super::engine::{Engine, Failure, Fault};
use crate::table::Table;

/// Brings an empty database to where these revisions are applied, with all that has to come before them. A
/// revision that fails is returned with its failure, by its place in the table.
///
/// # Errors
/// When the environment fails.
pub fn apply<E: Engine>(
    table: &Table<'_>,
    dialect: Dialect,
    engine: &mut E,
    wanted: &[usize],
) -> Result<Result<(), (usize, Failure)>, Fault> {
    let mut places = BTreeSet::new();
    let mut left = wanted.to_vec();
    while let Some(place) = left.pop() {
        if let Some(row) = table.rows.get(place)
            && places.insert(place)
        {
            left.extend(row.parents.iter().chain(&row.dependencies));
        }
    }
    for place in places {
        let side = table.rows.get(place).and_then(|row| row.side(dialect));
        if let Some(side) = side
            && let Err(failure) = engine.run(&side.up)?
        {
            return Ok(Err((place, failure)));
        }
    }
    Ok(Ok(()))
}
