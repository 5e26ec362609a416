//! All that a build finds out about a package's migrations.

use std::path::Path;

use limbeck_model::diagnostic::Diagnostic;

use crate::project::{Project, Purpose};
use crate::proof::{Fault, Outcome};
use crate::sql::Checked;
use crate::table::Table;
use crate::{graph, lock, sql};

/// What was found out.
pub struct Examined<'p> {
    /// The table, where nothing is wrong.
    pub table: Option<Table<'p>>,
    /// What is wrong, and what may go wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// What the proof says, as far as there was one.
    pub proof: Outcome,
}

impl Project {
    /// Runs every stage that can be run. `proofs` is a folder that keeps what was proved for the next time.
    ///
    /// # Errors
    ///
    /// When the environment fails.
    pub fn examine(&self, purpose: Purpose, proofs: Option<&Path>) -> Result<Examined<'_>, Fault> {
        let mut examined = Examined {
            table: None,
            diagnostics: self.read_diagnostics(),
            proof: Outcome::default(),
        };
        let Some(settings) = &self.settings else {
            return Ok(examined);
        };
        let are_read = examined.diagnostics.is_empty();
        let checked = sql::check(&self.parsed, &settings.dialects, &self.sources);
        let diagnostics = &mut examined.diagnostics;
        let mut locked = lock::removed(&self.parsed, &self.lock, &settings.path);
        diagnostics.extend(checked.diagnostics.iter().cloned());
        let graph = match graph::build(&self.parsed, settings, &self.sources) {
            Ok(graph) if are_read => graph,
            Ok(_) => {
                diagnostics.extend(locked);
                return Ok(examined);
            }
            Err(found) => {
                diagnostics.extend(found);
                diagnostics.extend(locked);
                return Ok(examined);
            }
        };
        let table = Table::new(
            &graph,
            &self.parsed.revisions,
            settings,
            &self.sources,
            &self.lock,
        );
        locked.extend(lock::compare(&table, &self.lock, &self.sources));
        // What a released revision does instead of what it did is not worth a proof.
        if locked.is_empty() {
            examined.proof = prove(&table, &checked, proofs)?;
        }
        diagnostics.extend(locked);
        diagnostics.extend(examined.proof.diagnostics.iter().cloned());
        let is_sound = |diagnostics: &[Diagnostic]| {
            diagnostics
                .iter()
                .all(|diagnostic| diagnostic.code.is_warning())
        };
        if purpose == Purpose::Release && is_sound(diagnostics) {
            diagnostics.extend(lock::check_release(&table, &self.lock));
        }
        if is_sound(diagnostics) {
            examined.table = Some(table);
        }
        Ok(examined)
    }
}

/// Proves what a build can prove. Histories for PostgreSQL are proved by `cargo limbeck verify`, since a
/// build has no server.
#[cfg_attr(
    not(feature = "sqlite"),
    expect(
        clippy::unnecessary_wraps,
        reason = "without SQLite nothing is proved, and nothing fails"
    )
)]
fn prove(table: &Table<'_>, checked: &Checked, folder: Option<&Path>) -> Result<Outcome, Fault> {
    #[cfg(feature = "sqlite")]
    if table
        .settings
        .dialects
        .contains(&limbeck_model::Dialect::Sqlite)
    {
        let is_reported = |place: usize, direction| {
            let revision = table.rows[place].revision;
            checked.reported(revision, direction, limbeck_model::Dialect::Sqlite)
        };
        return crate::proof::sqlite::prove_in_build(table, &is_reported, folder);
    }
    #[cfg(not(feature = "sqlite"))]
    let _ = (table, checked, folder);
    Ok(Outcome::default())
}
