//! The proofs that need no server, for the lock file.

use limbeck_compiler::lock::{self, Lock, Proof, Proved};
use limbeck_compiler::project::Project;
use limbeck_compiler::proof::Outcome;
use limbeck_compiler::proof::sqlite::{engine, prove_unknown};
use limbeck_compiler::table::Table;
use limbeck_model::Dialect;
use limbeck_model::diagnostic::Diagnostic;

use crate::error::Error;

/// Proves the history on SQLite, if it is for that, but for what was proved on the same version, and records
/// the proofs. What may go wrong is returned; what does is an error.
pub(crate) fn record(
    project: &Project,
    table: &Table<'_>,
    lock: &mut Lock,
) -> Result<Vec<Diagnostic>, Error> {
    let mut warnings = Vec::new();
    let mut proved = Vec::new();
    if table.settings.dialects.contains(&Dialect::Sqlite) {
        let engine = engine();
        let known = lock::proved(table, lock, Dialect::Sqlite, |own| own == engine);
        let outcome = prove_unknown(table, &known).map_err(|fault| Error::proof(&fault))?;
        let is_wrong = |diagnostic: &Diagnostic| !diagnostic.code.is_warning();
        if outcome.diagnostics.iter().any(is_wrong) {
            return Err(Error::unlocked(&outcome.diagnostics, &project.sources));
        }
        proved = of(table, Dialect::Sqlite, &engine, &outcome);
        warnings = outcome.diagnostics;
    }
    lock::record_proofs(lock, table, &proved);
    Ok(warnings)
}

/// The proofs of an outcome with their fingerprints.
pub(crate) fn of(
    table: &Table<'_>,
    dialect: Dialect,
    engine: &str,
    outcome: &Outcome,
) -> Vec<Proved> {
    let proof = |(&place, &schema): (&usize, _)| {
        let row = table.rows.get(place)?;
        let evidence = row.side(dialect)?.evidence;
        Some(Proved {
            revision: row.revision.id.value.clone(),
            dialect,
            proof: Proof {
                engine: engine.to_owned(),
                evidence,
                schema,
            },
        })
    };
    outcome.fingerprints.iter().filter_map(proof).collect()
}
