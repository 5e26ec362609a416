//! A package of a user's, in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use limbeck_compiler::lock::{self, Proof, Proved};
use limbeck_compiler::project::Project;

/// A package that is built with the crates of this workspace.
pub(crate) struct Package {
    folder: tempfile::TempDir,
}

/// What a build said.
pub(crate) struct Build {
    pub(crate) succeeded: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) const BUILD_SCRIPT: &str = "fn main() {\n    limbeck_compiler::compile();\n}\n";
pub(crate) const LIBRARY: &str =
    "pub static HISTORY: &limbeck::History = limbeck::migrations!();\n";

pub(crate) const LOCK: &str = "migrations/limbeck.lock";

const FIRST: &str = "-- @revision 0a0000000001
-- @revises base
-- @message create notes

-- @up
CREATE TABLE notes (id integer);

-- @down
DROP TABLE notes;
";

impl Package {
    /// A sound package with one revision. Its name is its own: cargo tells two packages in one target
    /// folder apart by name and version, not by where they are.
    pub(crate) fn new(name: &str) -> Self {
        let package = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest = format!(
            "[package]\nname = \"app-{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [package.metadata.limbeck]\ndialects = [\"sqlite\"]\n\n\
             [dependencies]\nlimbeck = {{ path = \"{}\" }}\n\n\
             [build-dependencies]\nlimbeck-compiler = {{ path = \"{}\" }}\n\n[workspace]\n",
            workspace.join("runtime").display(),
            workspace.join("compiler").display(),
        );
        package.write("Cargo.toml", &manifest);
        package.write("build.rs", BUILD_SCRIPT);
        package.write("src/lib.rs", LIBRARY);
        package.write("migrations/0a0000000001_create_notes.sql", FIRST);
        // The same versions as the workspace's, which are on the machine already.
        fs::copy(workspace.join("Cargo.lock"), package.path("Cargo.lock")).unwrap();
        package
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a revision that stands on another one.
    pub(crate) fn revision(&self, id: &str, parent: &str) -> String {
        let name = format!("migrations/{id}_more.sql");
        self.write(
            &name,
            &format!(
                "-- @revision {id}\n-- @revises {parent}\n\n-- @up\nCREATE TABLE t{id} (id integer);\n\n\
                 -- @down\nDROP TABLE t{id};\n"
            ),
        );
        name
    }

    /// Locks every draft, with a proof of each revision.
    pub(crate) fn lock(&self) {
        let project = Project::read(self.folder.path()).unwrap();
        let table = project.table().ok().unwrap();
        let mut lock = project.lock.clone();
        lock::lock_drafts(&mut lock, &table);
        let mut proofs = Vec::new();
        for row in &table.rows {
            proofs.extend(row.sides.iter().map(|side| Proved {
                revision: row.revision.id.value.clone(),
                dialect: side.dialect,
                proof: Proof {
                    engine: "Engine 1.0".to_owned(),
                    evidence: side.evidence,
                    schema: side.checksum,
                },
            }));
        }
        lock::record_proofs(&mut lock, &table, &proofs);
        self.write(LOCK, &lock.to_string());
    }

    /// What a release build says, which stops before it has compiled for long.
    pub(crate) fn release(&self) -> Build {
        self.cargo(&["check", "--release"])
    }

    pub(crate) fn build(&self) -> Build {
        self.cargo(&["build"])
    }

    /// Runs cargo with a target folder that all of these tests share.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Build {
        let Output {
            status,
            stdout,
            stderr,
        } = Command::new(env!("CARGO"))
            .args(arguments)
            .arg("--offline")
            .current_dir(self.folder.path())
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("builds"),
            )
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("RUSTFLAGS")
            // What the build script of this workspace has set for this test is none of the package's.
            .env_remove("OUT_DIR")
            .env_remove("LIMBECK_TABLE")
            .output()
            .unwrap();
        Build {
            succeeded: status.success(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr)
                .unwrap()
                .replace(&self.folder.path().display().to_string(), "PACKAGE"),
        }
    }
}

impl Build {
    /// How often the package itself was compiled.
    pub(crate) fn compiled(&self) -> usize {
        self.stderr.matches("Compiling app-").count()
    }

    #[track_caller]
    pub(crate) fn assert_success(&self) -> &Self {
        assert!(self.succeeded, "{}", self.stderr);
        self
    }
}
