//! A package whose revisions have something in every field.

use std::fs;
use std::path::Path;

use limbeck::Dialect;
use limbeck_compiler::lock::{self, Lock, Proof, Proved};
use limbeck_compiler::project::Project;
use limbeck_compiler::table::Table;

const MANIFEST: &str = "[package]\nname = \"app\"\n\n[package.metadata.limbeck]\n\
                        dialects = [\"sqlite\", \"postgres\"]\nheads = 2\n";

/// Shared by both dialects, and edited after it was released.
const FIRST: &str = "-- @revision r1
-- @revises base
-- @message create both: é, \u{202e}, 表
-- @created 2026-01-31T12:00:00Z

-- @up
CREATE TABLE a (id integer PRIMARY KEY, name text DEFAULT '\"\\''ü');
CREATE INDEX a_name ON a (name);

-- @down
DROP TABLE a;
";

/// Everything that a header can say, and timeouts.
const SECOND: &str = "-- @revision r2
-- @revises r1
-- @depends-on auth:a1
-- @depends-on people:p9
-- @label x-y
-- @label z
-- @skip sqlite: has none of it
-- @irreversible: nobody knows what it was
-- @compat breaking: `b` has another meaning

-- @up postgres
-- @lock-timeout 300s
-- @statement-timeout 7ms
ALTER TABLE a ADD COLUMN b text;
";

/// Every way in which a statement is recovered.
const THIRD: &str = "-- @revision r3
-- @revises r1
-- @depends-on r2
-- @skip sqlite: it is for the other one

-- @up postgres no-transaction
SET statement_timeout = 0;
CREATE TABLE c (id integer);
VACUUM a;
-- @verify SELECT EXISTS (SELECT FROM c)
CALL fill();
CREATE DATABASE other;
DROP DATABASE other;
CREATE INDEX CONCURRENTLY \"C\" ON \"Ä\".c (id);
REINDEX INDEX CONCURRENTLY \"C\";
REINDEX TABLE CONCURRENTLY c;
ALTER TABLE c DETACH PARTITION c_1 CONCURRENTLY;

-- @down postgres no-transaction
DROP INDEX CONCURRENTLY \"C\";
";

/// A merge, which does nothing.
const FOURTH: &str = "-- @revision r4
-- @revises r2, r3

-- @up

-- @down
";

/// Writes it, has it released and proved, edits a revision and has the edit accepted.
pub(crate) fn write(package: &Path) -> Project {
    fs::create_dir(package.join("migrations")).unwrap();
    fs::write(package.join("Cargo.toml"), MANIFEST).unwrap();
    for (id, text) in [("r1", FIRST), ("r2", SECOND), ("r3", THIRD), ("r4", FOURTH)] {
        fs::write(package.join(format!("migrations/{id}_x.sql")), text).unwrap();
    }
    change_lock(package, |lock, table| {
        lock::lock_drafts(lock, table);
    });
    let edited = FIRST.replace("CREATE INDEX a_name", "CREATE INDEX IF NOT EXISTS a_name");
    fs::write(package.join("migrations/r1_x.sql"), edited).unwrap();
    change_lock(package, |lock, table| {
        lock::accept(lock, table, "r1", "2026-01-31T12:00:00Z", "the same").unwrap();
    });
    change_lock(package, |lock, table| {
        let proofs: Vec<_> = ["PostgreSQL 15.18", "PostgreSQL 17.2", "SQLite 3.50.1"]
            .into_iter()
            .flat_map(|engine| proofs(table, engine))
            .collect();
        lock::record_proofs(lock, table, &proofs);
    });
    Project::read(package).unwrap()
}

fn proofs(table: &Table<'_>, engine: &str) -> Vec<Proved> {
    let dialect = if engine.starts_with('S') {
        Dialect::Sqlite
    } else {
        Dialect::Postgres
    };
    let sides = table
        .rows
        .iter()
        .filter_map(|row| Some((row, row.side(dialect)?)));
    sides
        .map(|(row, side)| Proved {
            revision: row.revision.id.value.clone(),
            dialect,
            proof: Proof {
                engine: engine.to_owned(),
                evidence: side.evidence,
                // Any digest.
                schema: side.lineage,
            },
        })
        .collect()
}

fn change_lock(package: &Path, change: impl FnOnce(&mut Lock, &Table<'_>)) {
    let project = Project::read(package).unwrap();
    let table = project.candidate().ok().unwrap();
    let mut lock = project.lock.clone();
    change(&mut lock, &table);
    fs::write(package.join("migrations/limbeck.lock"), lock.to_string()).unwrap();
}
