//! `cargo limbeck lock`: what is to be released is locked, and the ways out for what was.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use limbeck_compiler::lock::{self, Lock};
use limbeck_compiler::project::Project;
use limbeck_compiler::render::render;
use limbeck_compiler::settings::Settings;
use limbeck_compiler::table::Table;
use limbeck_model::Dialect;
use limbeck_model::diagnostic::Diagnostic;
use serde_json::json;

use crate::answer::{self, Answer};
use crate::arguments;
use crate::error::Error;
use crate::package::Package;
use crate::{exit, message, new_file, outside, proofs, schemas, text};

pub(crate) fn run(arguments: &arguments::Lock) -> Result<Answer, Error> {
    let package = Package::find(&arguments.place)?;
    // What is read must still be so when the file is written.
    let _alone = package.alone()?;
    let project = package.read()?;
    if arguments.check {
        return check(&package, &project);
    }
    if !arguments.accept.is_empty() {
        return accept(&package, &project, arguments);
    }
    if !arguments.forget.is_empty() {
        return forget(&package, &project, &arguments.forget);
    }
    let table = refused(&project, project.table())?;
    let mut lock = project.lock.clone();
    let locked = lock::lock_drafts(&mut lock, &table);
    let warnings = proofs::record(&project, &table, &mut lock)?;
    let mut written = write(&package, &project, &table, &lock)?.warned(&warnings, &project);
    written.is_changed |= keep_schema(&package, &table)?;
    let text = match locked.len() {
        0 if table.rows.is_empty() => "nothing to lock, there is no revision yet\n".to_owned(),
        0 if written.is_changed => format!("brought `{}` up to date\n", written.path),
        0 => format!("nothing to lock, `{}` is up to date\n", written.path),
        count => {
            let noun = if count == 1 { "revision" } else { "revisions" };
            let names = titles(&table, &locked);
            format!("locked {count} {noun} in `{}`\n{names}", written.path)
        }
    };
    Ok(written.answer(text, &json!({ "locked": locked })))
}

/// Brings the schema on SQLite up to date, where the history is for that; PostgreSQL's is `verify`'s.
fn keep_schema(package: &Package, table: &Table<'_>) -> Result<bool, Error> {
    if !table.settings.dialects.contains(&Dialect::Sqlite) {
        return Ok(false);
    }
    let sql = schemas::sqlite(table, &schemas::heads(table))?;
    schemas::keep(package, table, Dialect::Sqlite, &sql)
}

/// So many revisions are named; whoever locks a long history for the first time knows which.
const MOST_NAMED: usize = 20;

/// The ids with the messages of their revisions, one on a line.
fn titles(table: &Table<'_>, ids: &[String]) -> String {
    let mut titles = String::new();
    let ids: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let rows = table.rows.iter().map(|row| row.revision);
    let locked = rows.filter(|revision| ids.contains(revision.id.value.as_str()));
    for revision in locked.take(MOST_NAMED) {
        let message = revision.message.as_ref();
        let message = message.map_or("", |message| message.value.as_str());
        let line = format!("  {}  {message}", revision.id.value);
        // Writing to a String cannot fail.
        let _ = writeln!(titles, "{}", line.trim_end());
    }
    if ids.len() > MOST_NAMED {
        let _ = writeln!(titles, "  and {} more", ids.len() - MOST_NAMED);
    }
    titles
}

fn check(package: &Package, project: &Project) -> Result<Answer, Error> {
    let path = project.settings.as_ref().map(path).unwrap_or_default();
    let (diagnostics, drafts, is_current) = match project.table() {
        Err(diagnostics) => (diagnostics, Vec::new(), false),
        Ok(table) => {
            let mut lock = project.lock.clone();
            lock::record_proofs(&mut lock, &table, &[]);
            let drafts = lock::drafts(&table, &lock).into_iter().map(str::to_owned);
            let drafts: Vec<String> = drafts.collect();
            let diagnostics = lock::check_release(&table, &project.lock);
            let is_current = diagnostics.is_empty()
                && is_written(project, &lock)
                && is_schema_kept(package, &table)?;
            (diagnostics, drafts, is_current)
        }
    };
    let text = if is_current {
        format!("up to date: {}\n", revisions(project.lock.revisions.len()))
    } else if diagnostics.is_empty() {
        format!(
            "error: `{path}` is not as `cargo limbeck lock` writes it\n  help: run `cargo limbeck lock`, and commit it\n"
        )
    } else {
        render(&diagnostics, &project.sources)
    };
    Ok(Answer {
        text,
        note: None,
        json: json!({
            "current": is_current,
            "path": path,
            "drafts": drafts,
            "diagnostics": answer::diagnostics(&diagnostics, &project.sources),
        }),
        code: if is_current {
            exit::DONE
        } else {
            exit::HISTORY
        },
    })
}

fn is_schema_kept(package: &Package, table: &Table<'_>) -> Result<bool, Error> {
    if !table.settings.dialects.contains(&Dialect::Sqlite) {
        return Ok(true);
    }
    let sql = schemas::sqlite(table, &schemas::heads(table))?;
    schemas::is_kept(package, table, Dialect::Sqlite, &sql)
}

fn revisions(count: usize) -> String {
    match count {
        0 => "no revision yet".to_owned(),
        1 => "1 revision is locked".to_owned(),
        _ => format!("{count} revisions are locked"),
    }
}

fn accept(
    package: &Package,
    project: &Project,
    arguments: &arguments::Lock,
) -> Result<Answer, Error> {
    let reason = message::reason(arguments.reason.as_deref().unwrap_or_default())?;
    let table = refused(project, project.candidate())?;
    let now = outside::now().time;
    let mut lock = project.lock.clone();
    for id in &arguments.accept {
        lock::accept(&mut lock, &table, id, &now, reason)?;
    }
    let warnings = proofs::record(project, &table, &mut lock)?;
    let written = write(package, project, &table, &lock)?.warned(&warnings, project);
    keep_schema(package, &table)?;
    let text = format!(
        "accepted {} as edited: databases that have what was released still match\n",
        text::ids(&arguments.accept)
    );
    Ok(written.answer(text, &json!({ "accepted": arguments.accept })))
}

fn forget(package: &Package, project: &Project, ids: &[String]) -> Result<Answer, Error> {
    let table = refused(project, project.candidate())?;
    let mut lock = project.lock.clone();
    lock::forget(&mut lock, &table, ids)?;
    let written = write(package, project, &table, &lock)?;
    let present = |id: &&String| {
        let mut rows = table.rows.iter();
        rows.any(|row| row.revision.id.value == **id)
    };
    let (drafts, gone): (Vec<_>, Vec<_>) = ids.iter().partition(present);
    let mut text = String::new();
    for (ids, one, several) in [
        (drafts, "is a draft again", "are drafts again"),
        (gone, "is forgotten", "are forgotten"),
    ] {
        let ids: Vec<String> = ids.into_iter().cloned().collect();
        if !ids.is_empty() {
            let verb = if ids.len() == 1 { one } else { several };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{} {verb}", text::ids(&ids));
        }
    }
    Ok(written.answer(text, &json!({ "forgotten": ids })))
}

fn refused<'p>(
    project: &Project,
    table: Result<Table<'p>, Vec<Diagnostic>>,
) -> Result<Table<'p>, Error> {
    table.map_err(|diagnostics| Error::unlocked(&diagnostics, &project.sources))
}

/// The lock file from the package.
fn path(settings: &Settings) -> String {
    format!("{}/{}", settings.path, lock::NAME)
}

/// What became of the lock file.
pub(super) struct Written {
    path: String,
    pub(super) is_changed: bool,
    /// What keeps the history from being released now.
    unready: Vec<Diagnostic>,
    unready_json: serde_json::Value,
    /// What may go wrong, rendered.
    warnings: String,
}

/// Writes the lock file, if it is to be another one.
pub(super) fn write(
    package: &Package,
    project: &Project,
    table: &Table<'_>,
    lock: &Lock,
) -> Result<Written, Error> {
    let below = path(table.settings);
    let whole = package.path(&below);
    let shown = package.shown(&whole);
    let is_changed = !is_written(project, lock);
    if is_changed {
        new_file::replace(&whole, &lock.to_string())
            .map_err(|error| Error::file("write", shown, &error))?;
    }
    let unready = lock::check_release(table, lock);
    Ok(Written {
        path: shown.to_string_lossy().into_owned(),
        is_changed,
        unready_json: answer::diagnostics(&unready, &project.sources),
        unready,
        warnings: String::new(),
    })
}

/// Whether the file says this already. git may have turned its line ends.
fn is_written(project: &Project, lock: &Lock) -> bool {
    match project.lock_file.and_then(|file| project.sources.get(file)) {
        Some(source) => source.text().replace("\r\n", "\n") == lock.to_string(),
        None => lock.revisions.is_empty(),
    }
}

impl Written {
    fn warned(self, warnings: &[Diagnostic], project: &Project) -> Self {
        Self {
            warnings: render(warnings, &project.sources),
            ..self
        }
    }

    pub(super) fn answer(self, text: String, more: &serde_json::Value) -> Answer {
        let mut note = self.warnings;
        for diagnostic in &self.unready {
            // Writing to a String cannot fail.
            let _ = writeln!(note, "note: {}", diagnostic.message);
            for help in &diagnostic.helps {
                let _ = writeln!(note, "  help: {help}");
            }
        }
        let mut json = json!({
            "path": self.path,
            "changed": self.is_changed,
            "unready": self.unready_json,
        });
        if let (Some(all), Some(more)) = (json.as_object_mut(), more.as_object()) {
            all.extend(more.clone());
        }
        Answer {
            text,
            note: (!note.is_empty()).then_some(note),
            json,
            code: exit::DONE,
        }
    }
}
