//! From a file's name and text to the table that `migrations!()` would have included.

use std::fs;
use std::path::Path;

use limbeck::__private::{Digest, Revisions};
use limbeck::{Dialect, History};
use limbeck_compiler::graph;
use limbeck_compiler::lock::{self, Lock};
use limbeck_compiler::pack::pack;
use limbeck_compiler::project::Project;
use limbeck_compiler::render::render;
use limbeck_compiler::sql::Recovery;
use limbeck_compiler::table::Table;

/// A revision's file name and text, without a down where `down` is empty.
pub fn revision(id: &str, parents: &str, up: &str, down: &str) -> (String, String) {
    let text = format!(
        "-- @revision {id}\n-- @revises {parents}\n-- @message change {id}\n\n-- @up\n{up}\n\n-- @down\n{down}\n"
    );
    (format!("{id}_change.sql"), text)
}

/// Compiles files into a history named `name`, for both kinds of database.
///
/// # Panics
/// When the files are no history, and when a script outside a transaction could not be recovered.
pub fn compile(name: &str, files: &[(String, String)]) -> &'static History {
    compile_version(name, "0.1.0", files)
}

/// The same, as a version of its program.
///
/// # Panics
/// As [`compile`].
pub fn compile_version(name: &str, version: &str, files: &[(String, String)]) -> &'static History {
    compile_package(name, version, package(name, files).path())
}

/// The same, where `released` is what was locked and `edited` are the revisions whose edit was accepted
/// since.
///
/// # Panics
/// As [`compile`], and when there is no such edit.
pub fn compile_edited(
    name: &str,
    released: &[(String, String)],
    files: &[(String, String)],
    edited: &[&str],
) -> &'static History {
    let package = package(name, released);
    change_lock(package.path(), |lock, table| {
        lock::lock_drafts(lock, table);
    });
    put(package.path(), files);
    change_lock(package.path(), |lock, table| {
        for id in edited {
            lock::accept(lock, table, id, "2026-01-31T12:00:00Z", "the same").unwrap();
        }
    });
    compile_package(name, "0.1.0", package.path())
}

/// A history whose settings name these extensions of PostgreSQL.
pub fn with_extensions(history: &'static History, extensions: &[&'static str]) -> &'static History {
    leak(History {
        extensions: leak(extensions.to_vec()),
        revisions: history.revisions.clone(),
        ..*history
    })
}

/// The same history in a program where nothing can be read of it but what stands beside its revisions.
pub fn with_unreadable_revisions(history: &'static History) -> &'static History {
    leak(History {
        revisions: Revisions::of(&[0; 32], &Digest::from_bytes([0; 32])),
        ..*history
    })
}

fn change_lock(package: &Path, change: impl FnOnce(&mut Lock, &Table<'_>)) {
    let project = Project::read(package).unwrap();
    let table = project.candidate().ok().unwrap();
    let mut lock = project.lock.clone();
    change(&mut lock, &table);
    fs::write(package.join("migrations/limbeck.lock"), lock.to_string()).unwrap();
}

fn package(name: &str, files: &[(String, String)]) -> tempfile::TempDir {
    let package = tempfile::tempdir().unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n\
         [package.metadata.limbeck]\ndialects = [\"sqlite\", \"postgres\"]\nheads = 9\n"
    );
    fs::write(package.path().join("Cargo.toml"), manifest).unwrap();
    fs::create_dir(package.path().join("migrations")).unwrap();
    put(package.path(), files);
    package
}

fn put(package: &Path, files: &[(String, String)]) {
    for (file, text) in files {
        fs::write(package.join("migrations").join(file), text).unwrap();
    }
}

fn compile_package(name: &str, version: &str, package: &Path) -> &'static History {
    let project = Project::read(package).unwrap();
    history_of(name, version, &table_of(&project))
}

/// A table as `migrations!()` would have included it.
///
/// # Panics
/// When a script outside a transaction could not be recovered.
pub fn history_of(name: &str, version: &str, table: &Table<'_>) -> &'static History {
    assert_recoverable(table);
    let (packed, digest) = pack(table);
    let complete = |dialect| {
        let found = table.complete.iter().find(|(own, _)| *own == dialect);
        found.map(|(_, digest)| *digest)
    };
    let extensions = table.settings.extensions.iter();
    let extensions: Vec<&'static str> =
        extensions.map(|name| leak(name.clone()).as_str()).collect();
    leak(History {
        name: leak(name.to_owned()),
        package: leak(format!("{name} {version}")),
        length: table.rows.len(),
        heads: table.heads,
        extensions: leak(extensions),
        revisions: Revisions::of(leak(packed), &digest),
        sqlite: complete(Dialect::Sqlite),
        postgres: complete(Dialect::Postgres),
    })
}

fn assert_recoverable(table: &Table<'_>) {
    let sides = table.rows.iter().flat_map(|row| &row.sides);
    for recovery in sides.flat_map(|side| side.up.recoveries.iter().chain(&side.down.recoveries)) {
        let is_refused = matches!(recovery, Recovery::Unknown(_) | Recovery::Unnamed);
        assert!(!is_refused, "a build refuses this: {recovery:?}");
    }
}

/// The table, whatever is wrong with the SQL: a build would refuse much of what is to fail here.
fn table_of(project: &Project) -> Table<'_> {
    let Project {
        settings: Some(settings),
        sources,
        parsed,
        lock,
        ..
    } = project
    else {
        panic!("the settings are wrong");
    };
    let graph = graph::build(parsed, settings, sources);
    let found: Vec<_> = [&project.diagnostics, &parsed.diagnostics]
        .into_iter()
        .chain(graph.as_ref().err())
        .flatten()
        .cloned()
        .collect();
    assert!(found.is_empty(), "{}", render(&found, sources));
    Table::new(&graph.unwrap(), &parsed.revisions, settings, sources, lock)
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
