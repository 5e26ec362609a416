//! A package in a temporary folder, and the program run in it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use limbeck_compiler::directive::Revision;
use limbeck_compiler::lock::{Lock, Proof, Proved, record_proofs};
use limbeck_compiler::project::Project;
use tempfile::TempDir;

pub(crate) const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n\n\
    [package.metadata.limbeck]\ndialects = [\"sqlite\", \"postgres\"]\n";

/// A package.
pub(crate) struct Package {
    root: TempDir,
}

/// What a run of the program left.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A revision file that was written.
pub(crate) struct Written {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A revision file by its id, its `@revises` and further header lines.
pub(crate) fn file(id: &str, revises: &str, more: &str) -> (String, String) {
    let text = format!("-- @revision {id}\n-- @revises {revises}\n{more}-- @up\n-- @down\n");
    (format!("migrations/{id}_x.sql"), text)
}

/// The program, as cargo calls it.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-limbeck"));
    command.current_dir(folder).arg("limbeck");
    command
}

impl Package {
    /// A package without migrations.
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// A package with these files, by their paths.
    pub(crate) fn with(files: &[(String, String)]) -> Self {
        let package = Self {
            root: tempfile::tempdir().unwrap(),
        };
        package.put("Cargo.toml", MANIFEST);
        fs::create_dir(package.path("migrations")).unwrap();
        for (path, text) in files {
            package.put(path, text);
        }
        package
    }

    /// `aaaa0`, on which `bbbb1` with the label `left` and `cccc2` stand.
    pub(crate) fn with_two_heads() -> Self {
        Self::with(&[
            file("aaaa0", "base", ""),
            file("bbbb1", "aaaa0", "-- @label left\n"),
            file("cccc2", "aaaa0", ""),
        ])
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        // The system may give out temporary folders by a link to them.
        self.root.path().canonicalize().unwrap().join(below)
    }

    pub(crate) fn put(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Outcome {
        self.run_in("", arguments)
    }

    /// Runs the program in a folder of the package.
    pub(crate) fn run_in<S: AsRef<OsStr>>(&self, folder: &str, arguments: &[S]) -> Outcome {
        let mut command = program(&self.path(folder));
        self.outcome(&command.args(arguments).output().unwrap())
    }

    /// What was printed, with `[package]` for the path of the package.
    pub(crate) fn outcome(&self, output: &Output) -> Outcome {
        let root = self.path("");
        let root = root.to_str().unwrap().trim_end_matches('/');
        let text = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            text.replace(root, "[package]")
        };
        Outcome {
            code: output.status.code().unwrap(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Runs a command that writes a file, and reads that.
    pub(crate) fn write<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Written {
        let outcome = self.run(arguments);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        self.written(&outcome)
    }

    /// Reads the file that a run has named.
    pub(crate) fn written(&self, outcome: &Outcome) -> Written {
        let path = outcome.stdout.strip_suffix('\n').unwrap();
        let path = path.strip_prefix("[package]/").unwrap_or(path);
        let name = path.rsplit('/').next().unwrap();
        Written {
            id: name.split('_').nth(1).unwrap().to_owned(),
            path: path.to_owned(),
            text: fs::read_to_string(self.path(path)).unwrap(),
        }
    }

    /// The names of the files in the migrations folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("migrations")).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The heads, as the compiler that reads the files anew sees them.
    pub(crate) fn heads(&self) -> Vec<String> {
        let project = self.read();
        let graph = project.graph().unwrap();
        let heads = graph.real_heads().into_iter();
        heads.map(|head| graph.name(head)).collect()
    }

    /// Whether the build would take the history.
    pub(crate) fn is_sound(&self) -> bool {
        self.read().table().is_ok()
    }

    /// A revision, as the compiler that reads the files anew sees it.
    pub(crate) fn revision(&self, id: &str) -> Revision {
        let revisions = self.read().parsed.revisions;
        let found = revisions.into_iter().find(|known| known.id.value == id);
        found.unwrap()
    }

    /// Puts a proof into the lock file for everything that is locked.
    pub(crate) fn prove(&self) {
        let project = self.read();
        let table = project.table().ok().unwrap();
        let mut proofs = Vec::new();
        for row in &table.rows {
            proofs.extend(row.sides.iter().map(|side| Proved {
                revision: row.revision.id.value.clone(),
                dialect: side.dialect,
                proof: Proof {
                    engine: "Engine 1.0".to_owned(),
                    evidence: side.evidence,
                    schema: limbeck_model::checksum::schema(row.file),
                },
            }));
        }
        let mut lock = project.lock.clone();
        record_proofs(&mut lock, &table, &proofs);
        self.put("migrations/limbeck.lock", &lock.to_string());
    }

    /// What is released, as the compiler that reads the lock file anew sees it.
    pub(crate) fn released(&self) -> Lock {
        self.read().lock
    }

    fn read(&self) -> Project {
        Project::read(&self.path("")).unwrap()
    }
}

impl Written {
    /// The text with words for what differs from run to run.
    pub(crate) fn redacted(&self) -> String {
        let text = format!("{}\n\n{}", self.path, self.text);
        let created = self.line("created");
        let date: String = created.chars().take(10).filter(|&c| c != '-').collect();
        text.replace(&self.id, "[id]")
            .replace(created, "[created]")
            .replace(&date, "[date]")
    }

    /// What stands behind a directive of the header.
    pub(crate) fn line(&self, directive: &str) -> &str {
        let start = format!("-- @{directive} ");
        let mut lines = self.text.lines();
        lines
            .find_map(|line| line.strip_prefix(&start))
            .unwrap()
            .trim()
    }
}
