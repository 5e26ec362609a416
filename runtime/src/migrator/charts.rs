//! The composed histories of a migrator, kept: a fleet needs them once for each of its members.

use std::sync::{Arc, OnceLock};

use limbeck_model::Dialect;

use super::Migrator;
use crate::engine::Chart;
use crate::error::Error;

/// One for each kind of database, composed when it is first needed. Copies of a migrator share them.
#[derive(Clone, Default)]
pub(super) struct Charts(Arc<Kept>);

#[derive(Default)]
struct Kept {
    sqlite: OnceLock<Chart>,
    postgres: OnceLock<Chart>,
}

impl Migrator {
    pub(crate) fn chart(&self, dialect: Dialect) -> Result<&Chart, Error> {
        let kept = match dialect {
            Dialect::Sqlite => &self.charts.0.sqlite,
            Dialect::Postgres => &self.charts.0.postgres,
        };
        if let Some(chart) = kept.get() {
            return Ok(chart);
        }
        let chart = Chart::compose(&self.histories, dialect)?;
        Ok(kept.get_or_init(|| chart))
    }
}
