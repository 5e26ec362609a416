//! The proof in a build: what is proved again, and what is not.

#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use limbeck_compiler::lock::{Proof, Proved, lock_drafts, record_proofs};
use limbeck_compiler::project::{Project, Purpose};
use limbeck_compiler::proof::Outcome;
use limbeck_compiler::proof::sqlite::{engine, prove_unknown};
use limbeck_model::{Dialect, checksum};
use rusqlite::Connection;

/// A package whose history makes a table a revision.
struct Package(tempfile::TempDir);

impl Package {
    fn of(length: usize) -> Self {
        let package = Self(tempfile::tempdir().unwrap());
        fs::create_dir(package.path("migrations")).unwrap();
        package.declare(Dialect::Sqlite);
        for number in 0..length {
            package.write(
                number,
                &format!("CREATE TABLE items{number} (id INTEGER PRIMARY KEY, title TEXT);"),
                &format!("DROP TABLE items{number};"),
            );
        }
        package
    }

    fn declare(&self, dialect: Dialect) {
        let manifest = format!(
            "[package]\nname = \"shop\"\n[package.metadata.limbeck]\ndialects = [\"{dialect}\"]\n"
        );
        fs::write(self.path("Cargo.toml"), manifest).unwrap();
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    /// Writes the revision with this number.
    fn write(&self, number: usize, up: &str, down: &str) {
        let parent = match number {
            0 => "base".to_owned(),
            number => format!("r{}", number - 1),
        };
        let text = format!(
            "-- @revision r{number}\n-- @revises {parent}\n-- @up\n{up}\n-- @down\n{down}\n"
        );
        fs::write(self.path(&format!("migrations/r{number}_step.sql")), text).unwrap();
    }

    fn build(&self) -> Outcome {
        let project = Project::read(self.0.path()).unwrap();
        let proofs = self.path("proof");
        let examined = project.examine(Purpose::Development, Some(&proofs));
        examined.unwrap().proof
    }

    fn proved(&self) -> Vec<usize> {
        self.build().proved.into_iter().collect()
    }

    /// Locks all revisions, as proved on this engine.
    fn lock(&self, engine: &str) {
        let project = Project::read(self.0.path()).unwrap();
        let table = project.candidate().unwrap();
        let mut lock = project.lock.clone();
        lock_drafts(&mut lock, &table);
        let proved = table.rows.iter().map(|row| Proved {
            revision: row.revision.id.value.clone(),
            dialect: Dialect::Sqlite,
            proof: Proof {
                engine: engine.to_owned(),
                evidence: row.side(Dialect::Sqlite).unwrap().evidence,
                schema: checksum::schema(""),
            },
        });
        record_proofs(&mut lock, &table, &proved.collect::<Vec<_>>());
        fs::write(self.path("migrations/limbeck.lock"), lock.to_string()).unwrap();
    }
}

#[test]
fn what_was_proved_is_not_proved_again() {
    let package = Package::of(12);
    assert_eq!(package.proved().len(), 12);
    assert!(package.proved().is_empty());
}

#[test]
fn a_touched_revision_is_proved_again_with_what_stands_on_it() {
    let package = Package::of(12);
    package.build();
    package.write(
        9,
        "CREATE TABLE items9 (id INTEGER PRIMARY KEY, title TEXT);",
        "DROP TABLE IF EXISTS items9;",
    );
    assert_eq!(package.proved(), [9, 10, 11]);
    package.write(
        11,
        "CREATE TABLE items11 (id INTEGER PRIMARY KEY);",
        "DROP TABLE items11;",
    );
    assert_eq!(package.proved(), [11]);
}

#[test]
fn layout_and_comments_are_not_what_is_proved() {
    let package = Package::of(3);
    package.build();
    package.write(
        1,
        "-- items of the second kind\nCREATE TABLE items1 (\n    id INTEGER PRIMARY KEY,\n    title TEXT\n);",
        "DROP TABLE items1;",
    );
    assert!(package.proved().is_empty());
}

#[test]
fn a_revision_that_something_was_found_about_is_proved_each_time() {
    let package = Package::of(4);
    package.write(
        2,
        "CREATE TABLE items2 (id INTEGER PRIMARY KEY);",
        "SELECT 1;",
    );
    for _ in 0..2 {
        let outcome = package.build();
        assert!(outcome.proved.contains(&2));
        assert_eq!(outcome.diagnostics.len(), 1, "{:?}", outcome.diagnostics);
    }
}

#[test]
fn proofs_that_are_damaged_or_of_another_version_count_for_nothing() {
    let package = Package::of(3);
    package.build();
    let list = package.path("proof/sound.txt");
    let text = fs::read_to_string(&list).unwrap();
    fs::write(
        &list,
        text.replacen("limbeck proof", "limbeck other proof", 1),
    )
    .unwrap();
    assert_eq!(package.proved().len(), 3);

    fs::write(&list, text.replace('\n', "\n?")).unwrap();
    assert_eq!(package.proved().len(), 3);

    for entry in fs::read_dir(package.path("proof")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "db") {
            fs::write(path, "no database").unwrap();
        }
    }
    package.write(
        2,
        "CREATE TABLE other (id INTEGER PRIMARY KEY);",
        "DROP TABLE other;",
    );
    assert!(package.proved().contains(&2));
    assert!(package.proved().is_empty());
}

#[test]
fn a_folder_of_proofs_does_not_grow_with_the_edits() {
    let package = Package::of(5);
    package.build();
    let files = || fs::read_dir(package.path("proof")).unwrap().count();
    let before = files();
    for edit in 0..4 {
        package.write(
            4,
            &format!("CREATE TABLE edit{edit} (id INTEGER PRIMARY KEY);"),
            &format!("DROP TABLE edit{edit};"),
        );
        assert_eq!(package.proved(), [4]);
    }
    assert_eq!(files(), before);
}

#[test]
fn what_the_lock_file_says_was_proved_by_the_same_engine_is_not_proved_in_a_build() {
    let package = Package::of(12);
    package.lock(&engine());
    assert!(package.proved().is_empty());
    // Another way back is not what was proved, and neither is what stands on it.
    package.write(
        9,
        "CREATE TABLE items9 (id INTEGER PRIMARY KEY, title TEXT);",
        "DROP TABLE IF EXISTS items9;",
    );
    assert_eq!(package.proved(), [9, 10, 11]);

    let package = Package::of(3);
    package.lock("SQLite 3.8.0");
    assert_eq!(package.proved(), [0, 1, 2]);

    // Who asks for everything gets it.
    let package = Package::of(3);
    package.lock(&engine());
    let project = Project::read(package.0.path()).unwrap();
    let examined = project.examine(Purpose::Development, None).unwrap();
    assert_eq!(examined.proof.proved.len(), 3);
}

#[test]
fn what_is_locked_for_postgres_is_not_parsed_again_in_a_build() {
    let package = Package::of(2);
    let broken = "CREATE TABEL other (id INTEGER);";
    package.write(0, broken, "DROP TABEL other;");
    // Nothing of SQLite is run here; the tokens, and with them the checksum, are the same for both.
    package.lock("PostgreSQL 15.18");
    let path = package.path("migrations/limbeck.lock");
    let lock = fs::read_to_string(&path).unwrap();
    let proved = lock.replace("sqlite.", "postgres.");
    let is_no_proof = |line: &&str| !line.contains(".proved.");
    let lines: Vec<_> = proved.lines().filter(is_no_proof).collect();
    let locked = lines.join("\n") + "\n";
    package.declare(Dialect::Postgres);

    let found = |proofs: Option<PathBuf>| {
        let project = Project::read(package.0.path()).unwrap();
        let examined = project.examine(Purpose::Development, proofs.as_deref());
        let diagnostics = examined.unwrap().diagnostics;
        let found = diagnostics.iter().map(|found| found.message.clone());
        found.collect::<Vec<_>>()
    };
    let kept = || Some(package.path("proof"));
    let message = "PostgreSQL cannot parse `TABEL` here";
    fs::write(&path, &locked).unwrap();
    // The way back is not locked.
    assert_eq!(found(kept()), [message]);
    assert_eq!(found(None), [message, message]);
    fs::write(&path, &proved).unwrap();
    assert!(found(kept()).is_empty());
    // What was edited is, and is no longer what was released.
    package.write(0, "CREATE TABEL others (id INTEGER);", "DROP TABEL other;");
    assert_eq!(found(kept()).len(), 3);
}

#[test]
fn a_draft_on_what_is_locked_is_reached_from_a_database_that_was_kept() {
    let package = Package::of(12);
    package.lock(&engine());
    package.write(
        12,
        "CREATE TABLE draft (id INTEGER PRIMARY KEY);",
        "DROP TABLE draft;",
    );
    assert_eq!(package.proved(), [12]);
    let kept = || {
        let entries = fs::read_dir(package.path("proof")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .filter(|path| path.extension().is_some_and(|extension| extension == "db"))
            .count()
    };
    // What it stands on, and itself.
    assert_eq!(kept(), 2);
    package.write(
        12,
        "CREATE TABLE other (id INTEGER PRIMARY KEY);",
        "DROP TABLE other;",
    );
    assert_eq!(package.proved(), [12]);
    assert_eq!(kept(), 2);
}

#[test]
fn the_fingerprint_of_each_revision_is_that_of_a_database_that_has_run_it() {
    let package = Package::of(1);
    let steps = [
        (
            "ALTER TABLE items0 RENAME TO things;",
            "ALTER TABLE things RENAME TO items0;",
        ),
        ("CREATE INDEX ix ON things (title);", "DROP INDEX ix;"),
        (
            "CREATE VIEW titles AS SELECT title FROM things; CREATE TRIGGER t AFTER INSERT ON things BEGIN SELECT 1; END;",
            "DROP TRIGGER t; DROP VIEW titles;",
        ),
        (
            "ALTER TABLE things ADD COLUMN n INTEGER;",
            "ALTER TABLE things DROP COLUMN n;",
        ),
        (
            "CREATE VIRTUAL TABLE words USING fts5(word);",
            "DROP TABLE words;",
        ),
        ("DROP INDEX ix;", "CREATE INDEX ix ON things (title);"),
    ];
    for (number, (up, down)) in steps.iter().enumerate() {
        package.write(number + 1, up, down);
    }
    let project = Project::read(package.0.path()).unwrap();
    let table = project.table().unwrap();
    let outcome = prove_unknown(&table, &BTreeSet::new()).unwrap();
    assert_eq!(outcome.diagnostics, []);

    let database = Connection::open_in_memory().unwrap();
    let mut seen = Vec::new();
    for row in &table.rows {
        for statement in &row.side(Dialect::Sqlite).unwrap().up.statements {
            database.execute_batch(statement.sql).unwrap();
        }
        seen.push(
            limbeck_schema::sqlite::read(&database)
                .unwrap()
                .fingerprint(),
        );
    }
    let proved: Vec<_> = outcome.fingerprints.into_values().collect();
    assert_eq!(proved, seen);

    // What is reached without a proof is the same.
    let known = table.rows[..6].iter();
    let known = known.map(|row| row.side(Dialect::Sqlite).unwrap().evidence);
    let rest = prove_unknown(&table, &known.collect()).unwrap();
    assert_eq!(rest.proved, BTreeSet::from([6]));
    assert_eq!(
        rest.fingerprints.into_values().collect::<Vec<_>>(),
        seen[6..]
    );
}
