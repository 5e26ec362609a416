//! All that a build finds out about a package's migrations.

use std::path::Path;

#[cfg(feature = "sqlite")]
use limbeck_model::Dialect;
use limbeck_model::diagnostic::Diagnostic;

use crate::lock::Lock;
use crate::project::{Project, Purpose};
#[cfg(feature = "sqlite")]
use crate::proof::sqlite::{engine, prove_in_build};
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
    /// Runs every stage that can be run. `proofs` is a folder that keeps what was proved for the next time; with
    /// it what the lock file says was proved is not proved again, and without it everything is.
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
        let diagnostics = &mut examined.diagnostics;
        let mut locked = lock::removed(&self.parsed, &self.lock, &settings.path);
        let graph = graph::build(&self.parsed, settings, &self.sources);
        let table = graph.as_ref().ok().filter(|_| are_read).map(|graph| {
            Table::new(
                graph,
                &self.parsed.revisions,
                settings,
                &self.sources,
                &self.lock,
            )
        });
        let parsed = table
            .as_ref()
            .filter(|_| proofs.is_some())
            .map(|table| lock::parsed(table, &self.lock));
        let checked = sql::check(
            &self.parsed,
            &settings.dialects,
            &self.sources,
            &parsed.unwrap_or_default(),
        );
        diagnostics.extend(checked.diagnostics.iter().cloned());
        let Some(table) = table else {
            diagnostics.extend(graph.err().into_iter().flatten());
            diagnostics.extend(locked);
            return Ok(examined);
        };
        locked.extend(lock::compare(&table, &self.lock, &self.sources));
        // What a released revision does instead of what it did is not worth a proof.
        if locked.is_empty() {
            examined.proof = prove(&table, &self.lock, &checked, proofs)?;
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

/// Proves what a build can prove and the lock file does not say was proved by the same engine. Histories for PostgreSQL are proved by `cargo limbeck verify`, since a
/// build has no server.
#[cfg_attr(
    not(feature = "sqlite"),
    expect(
        clippy::unnecessary_wraps,
        reason = "without SQLite nothing is proved, and nothing fails"
    )
)]
fn prove(
    table: &Table<'_>,
    lock: &Lock,
    checked: &Checked,
    folder: Option<&Path>,
) -> Result<Outcome, Fault> {
    #[cfg(feature = "sqlite")]
    if table.settings.dialects.contains(&Dialect::Sqlite) {
        let is_reported = |place: usize, direction| {
            let revision = table.rows[place].revision;
            checked.reported(revision, direction, Dialect::Sqlite)
        };
        let engine = engine();
        let is_meant = |own: &str| folder.is_some() && own == engine;
        let locked = lock::proved(table, lock, Dialect::Sqlite, is_meant);
        return prove_in_build(table, &is_reported, &locked, folder);
    }
    #[cfg(not(feature = "sqlite"))]
    let _ = (table, lock, checked, folder);
    Ok(Outcome::default())
}
