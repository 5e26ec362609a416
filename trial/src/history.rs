//! From a file's name and text to the table that `migrations!()` would have included.

use std::fs;
use std::path::Path;

use limbeck::__private as table;
use limbeck::{Dialect, History};
use limbeck_compiler::fingerprint::encode;
use limbeck_compiler::graph;
use limbeck_compiler::lock::{self, Lock};
use limbeck_compiler::project::Project;
use limbeck_compiler::render::render;
use limbeck_compiler::sql::Recovery;
use limbeck_compiler::table::{Row, Script, Side, Table};

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
    let project: &'static Project = leak(Project::read(package).unwrap());
    let compiled: &'static Table<'static> = leak(table_of(project));
    let chunks: Vec<_> = compiled.rows.chunks(256).map(chunk).collect();
    let complete = |dialect| {
        let found = compiled.complete.iter().find(|(own, _)| *own == dialect);
        found.map(|(_, digest)| *digest)
    };
    let settings = compiled.settings;
    let extensions: Vec<&str> = settings.extensions.iter().map(String::as_str).collect();
    leak(History {
        name: leak(name.to_owned()),
        package: leak(format!("{name} {version}")),
        length: compiled.rows.len(),
        heads: compiled.heads,
        extensions: leak(extensions),
        chunks: leak(chunks),
        sqlite: complete(Dialect::Sqlite),
        postgres: complete(Dialect::Postgres),
    })
}

/// The table, whatever is wrong with the SQL: a build would refuse much of what is to fail here.
fn table_of(project: &'static Project) -> Table<'static> {
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

fn numbers(places: &[usize]) -> &'static [u32] {
    leak(
        places
            .iter()
            .map(|&place| u32::try_from(place).unwrap())
            .collect::<Vec<_>>(),
    )
}

fn chunk(rows: &'static [Row<'static>]) -> table::Chunk {
    let mut statements = Vec::new();
    let revisions: Vec<_> = rows
        .iter()
        .map(|row| revision_row(row, &mut statements))
        .collect();
    table::Chunk {
        revisions: leak(revisions),
        statements: leak(statements),
        fingerprints: leak(fingerprints(rows)),
    }
}

fn fingerprints(rows: &[Row<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (place, row) in (0..=u8::MAX).zip(rows) {
        for side in &row.sides {
            let own = side.fingerprints.iter();
            bytes.extend(own.flat_map(|one| encode(place, side.dialect, one)));
        }
    }
    bytes
}

fn revision_row(
    row: &'static Row<'static>,
    statements: &mut Vec<table::Statement>,
) -> table::Revision {
    let revision = row.revision;
    let text = |value: &'static Option<limbeck_compiler::directive::Spanned<String>>| {
        value.as_ref().map(|value| value.value.as_str())
    };
    let labels: Vec<&'static str> = revision
        .labels
        .iter()
        .map(|label| label.value.as_str())
        .collect();
    table::Revision {
        id: &revision.id.value,
        file: row.file,
        message: text(&revision.message).unwrap_or_default(),
        created: text(&revision.created).unwrap_or_default(),
        parents: numbers(&row.parents),
        dependencies: numbers(&row.dependencies),
        foreign: leak(row.foreign.clone()),
        labels: leak(labels),
        irreversible: text(&revision.irreversible),
        breaking: text(&revision.breaking),
        sqlite: row.side(Dialect::Sqlite).map(|own| side(own, statements)),
        postgres: row.side(Dialect::Postgres).map(|own| side(own, statements)),
    }
}

fn side(side: &'static Side<'_>, statements: &mut Vec<table::Statement>) -> table::Side {
    table::Side {
        skip: side.skip,
        checksum: side.checksum,
        accepted: &side.accepted,
        lineage: side.lineage,
        up: script(&side.up, statements),
        down: script(&side.down, statements),
    }
}

fn script(script: &'static Script<'_>, statements: &mut Vec<table::Statement>) -> table::Script {
    let first = statements.len();
    statements.extend(script.statements.iter().map(|statement| table::Statement {
        sql: statement.sql,
        line: u32::try_from(statement.line).unwrap(),
        column: u32::try_from(statement.column).unwrap(),
    }));
    table::Script {
        transactional: script.transactional,
        lock_timeout_ms: script.lock_timeout_ms,
        statement_timeout_ms: script.statement_timeout_ms,
        first: u32::try_from(first).unwrap(),
        count: u32::try_from(script.statements.len()).unwrap(),
        recoveries: leak(script.recoveries.iter().map(recovery).collect::<Vec<_>>()),
    }
}

fn recovery(recovery: &'static Recovery) -> table::Recovery {
    use table::Recovery as Emitted;
    match recovery {
        Recovery::Together => Emitted::Together,
        Recovery::Session => Emitted::Session,
        Recovery::Repeat => Emitted::Repeat,
        Recovery::Verify(query) => Emitted::Verify(query),
        Recovery::Creates(query) => Emitted::Creates(query),
        Recovery::Drops(query) => Emitted::Drops(query),
        Recovery::CreatesIndex { table, name } => Emitted::CreatesIndex { table, name },
        Recovery::ReindexesIndex(name) => Emitted::ReindexesIndex(name),
        Recovery::ReindexesTables(query) => Emitted::ReindexesTables(query),
        Recovery::Detaches { table, partition } => Emitted::Detaches { table, partition },
        other => panic!("a build refuses this: {other:?}"),
    }
}
