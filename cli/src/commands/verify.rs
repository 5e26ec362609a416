//! `cargo limbeck verify`: the history is proved on real servers of PostgreSQL, and the proofs recorded.

use std::collections::{BTreeMap, BTreeSet};

use limbeck_compiler::lock::{self, Proved};
use limbeck_compiler::proof::{Engine as _, Fault, Outcome, Start, prove};
use limbeck_compiler::render::render;
use limbeck_compiler::table::Table;
use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;
use limbeck_model::diagnostic::Diagnostic;
use serde_json::json;

use super::lock::write;
use crate::answer::{self, Answer};
use crate::arguments;
use crate::error::Error;
use crate::package::Package;
use crate::verify::{Postgres, Server, Wanted};
use crate::{exit, proofs, schemas};

/// After so many revisions, how far the proof has come is said again.
const REVISIONS_BETWEEN_WORDS: usize = 50;

pub(crate) fn run(
    arguments: &arguments::Verify,
    tell: &mut dyn FnMut(&str),
) -> Result<Answer, Error> {
    let package = Package::find(&arguments.place)?;
    let project = package.read()?;
    let table = project
        .table()
        .map_err(|diagnostics| Error::unproved(&diagnostics, &project.sources))?;
    if !table.settings.dialects.contains(&Dialect::Postgres) {
        return Err(Error::usage(
            "the history is not written for PostgreSQL, so a server can prove nothing",
        )
        .help("run `cargo limbeck check`, which proves it on SQLite"));
    }
    let wanted = Wanted {
        url: arguments.url.clone(),
        binaries: arguments.server_binaries.clone(),
    };
    let mut all = Whole::default();
    let known = |engine: &str| {
        if arguments.all {
            return BTreeSet::new();
        }
        lock::proved(&table, &project.lock, Dialect::Postgres, |own| {
            own == engine
        })
    };
    for server in wanted.each() {
        let server = server?;
        all.add(&table, &server, &known, tell)?;
        if !all.is_sound() {
            break;
        }
    }
    let report = render(&all.diagnostics, &project.sources);
    let diagnostics = answer::diagnostics(&all.diagnostics, &project.sources);
    let mut json = json!({
        "sound": all.is_sound(),
        "engines": all.engines,
        "revisions": table.rows.len(),
        "proved": all.counts,
        "without_rows": all.without_rows,
        "diagnostics": diagnostics,
    });
    if !all.is_sound() {
        return Ok(Answer {
            text: report,
            note: None,
            json,
            code: exit::HISTORY,
        });
    }
    let text = report + &all.text();
    let written = record(&package, &all)?;
    let mut answer = written.answer(text, &json!({}));
    if let (Some(json), Some(more)) = (json.as_object_mut(), answer.json.as_object()) {
        json.extend(more.clone());
    }
    answer.json = json;
    Ok(answer)
}

/// Takes the proofs into the lock file as it is now: a proof takes its time, and somebody may have locked a
/// revision meanwhile. What was edited meanwhile has other evidence, and no proof of it is kept.
fn record(package: &Package, all: &Whole) -> Result<super::lock::Written, Error> {
    let _alone = package.alone()?;
    let project = package.read()?;
    let table = project
        .table()
        .map_err(|diagnostics| Error::unproved(&diagnostics, &project.sources))?;
    let mut lock = project.lock.clone();
    lock::record_proofs(&mut lock, &table, &all.proved);
    let mut written = write(package, &project, &table, &lock)?;
    written.is_changed |= schemas::keep(package, &table, Dialect::Postgres, &all.schema)?;
    Ok(written)
}

/// What was found on all servers.
#[derive(Default)]
struct Whole {
    engines: Vec<String>,
    /// How many revisions were proved on each.
    counts: Vec<usize>,
    diagnostics: Vec<Diagnostic>,
    proved: Vec<Proved>,
    without_rows: BTreeMap<String, String>,
    /// The schema of the first server, as SQL.
    schema: String,
}

impl Whole {
    fn add(
        &mut self,
        table: &Table<'_>,
        server: &Server,
        known: &dyn Fn(&str) -> BTreeSet<Digest>,
        tell: &mut dyn FnMut(&str),
    ) -> Result<(), Error> {
        let mut engine = Postgres::create(server, &table.settings.extensions)?;
        let name = engine.version().map_err(|fault| Error::proof(&fault))?;
        tell(&format!("proving the history on {name}, {}\n", server.name));
        let outcome = prove_on(table, &mut engine, &known(&name), tell)
            .map_err(|fault| Error::proof(&fault))?;
        self.proved
            .extend(proofs::of(table, Dialect::Postgres, &name, &outcome));
        let is_sound = |diagnostic: &Diagnostic| diagnostic.code.is_warning();
        if self.engines.is_empty() && outcome.diagnostics.iter().all(is_sound) {
            engine.restore(None).map_err(|fault| Error::proof(&fault))?;
            let heads = schemas::heads(table);
            self.schema = schemas::sql(table, Dialect::Postgres, &mut engine, &heads)?;
        }
        self.engines.push(name);
        self.counts.push(outcome.proved.len());
        for diagnostic in outcome.diagnostics {
            // What is found on every server is told once.
            if !self.diagnostics.contains(&diagnostic) {
                self.diagnostics.push(diagnostic);
            }
        }
        self.without_rows.extend(outcome.without_rows);
        Ok(())
    }

    fn is_sound(&self) -> bool {
        self.diagnostics
            .iter()
            .all(|diagnostic| diagnostic.code.is_warning())
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (engine, &count) in self.engines.iter().zip(&self.counts) {
            let count = match count {
                0 => "nothing left to prove".to_owned(),
                1 => "proved: 1 revision".to_owned(),
                _ => format!("proved: {count} revisions"),
            };
            text.extend([&count, ", on ", engine, "\n"]);
        }
        for (table, reason) in &self.without_rows {
            text.extend(["not tried with rows in `", table, "`: ", reason, "\n"]);
        }
        text
    }
}

fn prove_on(
    table: &Table<'_>,
    engine: &mut Postgres,
    known: &BTreeSet<Digest>,
    tell: &mut dyn FnMut(&str),
) -> Result<Outcome, Fault> {
    let count = table.rows.len();
    let start = Start {
        known,
        images: Vec::new(),
        is_reported: &|_, _| false,
        fingerprints: true,
        on_proved: &mut |place| {
            if (place + 1).is_multiple_of(REVISIONS_BETWEEN_WORDS) {
                tell(&format!("  {} of {count} revisions\n", place + 1));
            }
        },
        on_reached: &mut |_, _| Ok(()),
    };
    prove(table, Dialect::Postgres, engine, start)
}
