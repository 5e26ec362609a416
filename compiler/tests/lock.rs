//! The lock file as a text and as data, and what an accepted edit does to the table.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use limbeck_compiler::lock::{
    self, Accepted, Lock, Locked, LockedSide, Proof, Proved, Refusal, accept, forget, lock_drafts,
    record_proofs,
};
use limbeck_compiler::project::Project;
use limbeck_compiler::source::Sources;
use limbeck_compiler::table::Table;
use limbeck_model::Dialect;
use limbeck_model::checksum::{self, Digest};
use proptest::prelude::*;
use tempfile::TempDir;

const MANIFEST: &str = "[package]\nname = \"app\"\nversion = \"1.2.3\"\n\
    [package.metadata.limbeck]\ndialects = [\"sqlite\", \"postgres\"]\n";

fn read_text(text: &str) -> Lock {
    let mut sources = Sources::default();
    let file = sources.add("migrations/limbeck.lock", text);
    lock::parse(&sources, file).unwrap()
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::from_bytes)
}

fn side() -> impl Strategy<Value = LockedSide> {
    let accepted = ("20[0-9]{2}-0[1-9]-1[0-9]T0[0-9]:00:00Z", digest(), "\\PC*").prop_map(
        |(at, checksum, reason)| Accepted {
            checksum,
            at,
            reason,
        },
    );
    let proof = ("\\PC+", digest(), digest()).prop_map(|(engine, evidence, schema)| Proof {
        engine,
        evidence,
        schema,
    });
    let accepted = prop::collection::vec(accepted, 0..3);
    let proofs = prop::collection::vec(proof, 0..3);
    let statements = prop::collection::vec(any::<u32>(), 0..4);
    (digest(), statements, accepted, proofs).prop_map(
        |(checksum, statements, mut accepted, mut proofs)| {
            accepted.sort_by(|a, b| a.at.cmp(&b.at));
            proofs.sort_by(|a, b| a.engine.cmp(&b.engine));
            proofs.dedup_by(|a, b| a.engine == b.engine);
            LockedSide {
                checksum,
                statements,
                accepted,
                proofs,
            }
        },
    )
}

fn names(pattern: &'static str) -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set(pattern, 0..3).prop_map(|names| names.into_iter().collect())
}

fn locks() -> impl Strategy<Value = Lock> {
    let dialects = prop::sample::select(Dialect::ALL.to_vec());
    let sides = prop::collection::btree_map(dialects, side(), 1..3);
    let locked = (
        names("[0-9a-z_]{1,32}"),
        names("([a-z]{1,4}:)?\\PC+"),
        sides,
    )
        .prop_map(|(parents, dependencies, sides)| Locked {
            span: None,
            parents,
            dependencies,
            sides,
        });
    prop::collection::btree_map("[0-9a-z_]{1,32}", locked, 0..12)
        .prop_map(|revisions| Lock { revisions })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_and_written_the_same(lock in locks()) {
        let text = lock.to_string();
        let read = read_text(&text);
        prop_assert_eq!(&read, &lock);
        prop_assert_eq!(read.to_string(), text);
    }

    #[test]
    fn any_text_is_read_or_reported_within_its_bounds(text in "(version = 1\n)?(\\[revision\\.[a-z]+\\]\n|[a-z.]+ = [\"{\\[]?[0-9a-z ]*[\"}\\]]?\n|<<<<<<< x\n|\\PC{0,9}\n){0,9}") {
        let mut sources = Sources::default();
        let file = sources.add("migrations/limbeck.lock", text.as_str());
        for diagnostic in lock::parse(&sources, file).err().unwrap_or_default() {
            for annotation in diagnostic.annotations {
                prop_assert!(text.get(annotation.span.start..annotation.span.end).is_some());
            }
        }
    }
}

/// A package of two revisions.
struct Package(TempDir);

impl Package {
    fn new() -> Self {
        let package = Self(tempfile::tempdir().unwrap());
        fs::create_dir(package.path().join("migrations")).unwrap();
        fs::write(package.path().join("Cargo.toml"), MANIFEST).unwrap();
        package.put("CREATE TABLE a (id integer);");
        let second = "-- @revision r2\n-- @revises r1\n-- @up\nCREATE TABLE b (id integer);\n-- @down\nDROP TABLE b;\n";
        fs::write(package.path().join("migrations/r2_second.sql"), second).unwrap();
        package
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes the first revision.
    fn put(&self, up: &str) {
        let text =
            format!("-- @revision r1\n-- @revises base\n-- @up\n{up}\n-- @down\nDROP TABLE a;\n");
        fs::write(self.path().join("migrations/r1_first.sql"), text).unwrap();
    }

    /// Changes the lock file.
    fn lock(&self, change: impl FnOnce(&mut Lock, &Table<'_>)) {
        let project = self.read();
        let table = project.candidate().ok().unwrap();
        let mut lock = project.lock.clone();
        change(&mut lock, &table);
        fs::write(
            self.path().join("migrations/limbeck.lock"),
            lock.to_string(),
        )
        .unwrap();
    }

    fn accept(&self, at: &str) {
        self.lock(|lock, table| accept(lock, table, "r1", at, "the same").unwrap());
    }

    fn read(&self) -> Project {
        Project::read(self.path()).unwrap()
    }
}

/// Checksums, lineages and evidence of both revisions in SQLite.
fn digests(package: &Package) -> [[Digest; 3]; 2] {
    let project = package.read();
    let table = project.table().ok().unwrap();
    [0, 1].map(|row| {
        let side: &limbeck_compiler::table::Side<'_> = &table.rows[row].sides[0];
        [side.checksum, side.lineage, side.evidence]
    })
}

fn accepted(package: &Package) -> Vec<Digest> {
    let project = package.read();
    let table = project.table().ok().unwrap();
    table.rows[0].sides[0].accepted.clone()
}

#[test]
fn an_accepted_edit_leaves_every_lineage_and_makes_every_proof_above_stale() {
    let package = Package::new();
    package.lock(|lock, table| {
        assert_eq!(lock_drafts(lock, table), ["r1", "r2"]);
    });
    let [before, before_above] = digests(&package);
    package.put("CREATE TABLE a (id int);");
    assert!(package.read().table().is_err());
    package.accept("2026-01-01T00:00:00Z");
    let [after, after_above] = digests(&package);
    assert_ne!(before[0], after[0], "the checksum is of what is run now");
    assert_eq!((before[1], before_above[1]), (after[1], after_above[1]));
    assert_ne!(before[2], after[2]);
    assert_ne!(before_above[2], after_above[2]);
    assert_eq!(accepted(&package), [before[0]]);
}

#[test]
fn lineages_stay_over_several_edits_and_when_one_is_taken_back() {
    let package = Package::new();
    package.lock(|lock, table| {
        lock_drafts(lock, table);
    });
    let first = digests(&package);
    // In one second, too: the order of the file decides then.
    package.put("CREATE TABLE a (id int);");
    package.accept("2026-01-01T00:00:00Z");
    let second = digests(&package)[0][0];
    package.put("CREATE TABLE a (id bigint);");
    package.accept("2026-01-01T00:00:00Z");
    assert_eq!(accepted(&package), [first[0][0], second]);
    let third = digests(&package)[0][0];
    package.put("CREATE TABLE a (id integer);");
    package.accept("2026-01-02T00:00:00Z");
    assert_eq!(digests(&package), first);
    assert_eq!(accepted(&package), [second, third]);
}

#[test]
fn accepted_checksums_are_in_the_table_only_where_there_are_some() {
    let package = Package::new();
    package.lock(|lock, table| {
        lock_drafts(lock, table);
    });
    let accepted = || {
        let project = package.read();
        let table = project.table().ok().unwrap();
        let sides = table.rows.iter().flat_map(|row| &row.sides);
        sides.map(|side| side.accepted.len()).sum::<usize>()
    };
    assert_eq!(accepted(), 0);
    package.put("CREATE TABLE a (id int);");
    package.accept("2026-01-01T00:00:00Z");
    assert_eq!(accepted(), 2);
}

#[test]
fn only_an_edit_can_be_accepted() {
    let package = Package::new();
    package.lock(|lock, table| {
        let accept = |lock: &mut Lock, id: &str| accept(lock, table, id, "", "").unwrap_err();
        let draft = accept(lock, "r1");
        assert!(matches!(draft, Refusal::Unknown { is_draft: true, .. }));
        lock_drafts(lock, table);
        assert_eq!(accept(lock, "r1"), Refusal::Unchanged("r1".to_owned()));
        let unknown = accept(lock, "r11");
        assert_eq!(unknown.help().unwrap(), "did you mean `r1`?");
    });
}

#[test]
fn what_a_locked_revision_stands_on_is_not_forgotten() {
    let package = Package::new();
    package.lock(|lock, table| {
        lock_drafts(lock, table);
        let [first, second] = ["r1", "r2"].map(str::to_owned);
        let refusal = forget(lock, table, std::slice::from_ref(&first)).unwrap_err();
        assert!(matches!(refusal, Refusal::Needed { by, .. } if by == "r2"));
        forget(lock, table, &[first, second]).unwrap();
        assert_eq!(*lock, Lock::default());
    });
}

#[test]
fn a_proof_takes_the_place_of_one_of_its_engine_and_a_stale_one_goes() {
    let package = Package::new();
    let proved = |engine: &str, evidence: Digest| Proved {
        revision: "r1".to_owned(),
        dialect: Dialect::Postgres,
        proof: Proof {
            engine: engine.to_owned(),
            evidence,
            schema: checksum::schema(""),
        },
    };
    package.lock(|lock, table| {
        let fresh = table.rows[0].side(Dialect::Postgres).unwrap().evidence;
        let stale = checksum::state(&[]);
        // What is not locked has no place for a proof.
        record_proofs(lock, table, &[proved("PostgreSQL 15.18", fresh)]);
        assert_eq!(*lock, Lock::default());
        lock_drafts(lock, table);
        let engines = |lock: &Lock| -> Vec<String> {
            let side = lock.side("r1", Dialect::Postgres).unwrap();
            side.proofs
                .iter()
                .map(|proof| proof.engine.clone())
                .collect()
        };
        let given = [
            proved("PostgreSQL 17.1", fresh),
            proved("PostgreSQL 15.18", fresh),
        ];
        record_proofs(lock, table, &given);
        assert_eq!(engines(lock), ["PostgreSQL 15.18", "PostgreSQL 17.1"]);
        record_proofs(lock, table, &[proved("PostgreSQL 17.1", stale)]);
        assert_eq!(engines(lock), ["PostgreSQL 15.18"]);
    });
}
