//! Programs with a history: copied from `tools/`, given its files, built and run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::error::{Failure, Result};
use crate::history::{Dialect, History, files, write_changed};
use crate::tool::Tool;
use crate::{place, shell};

/// The profile of programs that are run; see the manifests in `tools/`.
pub(crate) const RUN: &str = "subject";

/// A program, with the history that it carries.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) tool: Tool,
    pub(crate) dialect: Dialect,
    pub(crate) size: usize,
}

/// What a program has answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) opened: Vec<Duration>,
    pub(crate) migrated: Vec<Duration>,
    pub(crate) peak_kb: u64,
    pub(crate) engine: String,
}

impl Subject {
    pub(crate) const fn new(tool: Tool, dialect: Dialect, size: usize) -> Self {
        Self {
            tool,
            dialect,
            size,
        }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        place::subject(self.tool, self.dialect, self.size)
    }

    /// Copies the program and writes the history's files. What is there already and right is not touched.
    pub(crate) fn prepare(&self, history: &History) -> Result<()> {
        let source = place::home().join("tools").join(self.tool.name());
        let folder = self.folder();
        for name in ["Cargo.toml", "Cargo.lock", "build.rs", "src/main.rs"] {
            let path = source.join(name);
            // Of limbeck the present state is measured, whatever that depends on.
            let is_own = name == "Cargo.lock" && self.tool == Tool::Limbeck;
            if !path.is_file() || (is_own && folder.join(name).is_file()) {
                continue;
            }
            let text = fs::read_to_string(&path)
                .map_err(Failure::io(format!("read {}", path.display())))?;
            // limbeck is told in the manifest what the history is for.
            let own = format!("[\"{}\"]", self.dialect.name());
            let text = text.replace("[\"sqlite\", \"postgres\"]", &own);
            write_changed(&folder.join(name), text.as_bytes())?;
        }
        for (path, text) in files(self.tool, history, self.dialect) {
            write_changed(&folder.join(path), text.as_bytes())?;
        }
        Ok(())
    }

    pub(crate) fn cargo(&self, command: &str, profile: &str) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args([command, "--quiet", "--profile", profile])
            .current_dir(self.folder())
            .env("CARGO_TARGET_DIR", place::target(self.tool));
        if self.tool != Tool::Limbeck {
            cargo.arg("--locked");
        }
        // What cargo has told this program is not for the one that it starts.
        for name in ["CARGO_MANIFEST_DIR", "RUSTFLAGS"] {
            cargo.env_remove(name);
        }
        cargo
    }

    /// Builds the program, and tells how long it took.
    pub(crate) fn build(&self, profile: &str) -> Result<Duration> {
        let mut cargo = self.cargo("build", profile);
        cargo.args(["--features", self.dialect.name()]);
        let (_, duration) = shell::run(&mut cargo)?;
        Ok(duration)
    }

    /// Where a build puts the program, for every history of its tool.
    pub(crate) fn built(&self, profile: &str) -> PathBuf {
        let folder = if profile == "dev" { "debug" } else { profile };
        place::target(self.tool).join(folder).join("subject")
    }

    /// The program as it is run.
    pub(crate) fn program(&self) -> PathBuf {
        self.folder().join("subject")
    }

    /// Builds the program that is run, and keeps it.
    pub(crate) fn install(&self, history: &History) -> Result<()> {
        self.prepare(history)?;
        self.build(RUN)?;
        let (from, to) = (self.built(RUN), self.program());
        fs::copy(&from, &to).map_err(Failure::io(format!("copy {}", from.display())))?;
        Ok(())
    }

    /// A command line of the program.
    pub(crate) fn call(&self, database: &str, action: &str, times: usize) -> Command {
        let mut command = Command::new(self.program());
        self.arguments(&mut command, database, action, times);
        command
    }

    /// The same under another program.
    pub(crate) fn call_under(&self, program: &str, options: &[&str], database: &str) -> Command {
        let mut command = Command::new(program);
        command.args(options).arg(self.program());
        self.arguments(&mut command, database, "migrate", 1);
        command
    }

    fn arguments(&self, command: &mut Command, database: &str, action: &str, times: usize) {
        let (times, size) = (times.to_string(), self.size.to_string());
        command.args([database, action, &times, &size]);
    }
}

/// Runs a program to its end.
pub(crate) fn answer(command: &mut Command) -> Result<Answer> {
    let (output, _) = shell::run(command)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let value: Value = serde_json::from_str(text.trim())
        .map_err(|error| Failure::new(format!("{command:?} has answered `{text}`: {error}")))?;
    let whole = || {
        Some(Answer {
            opened: durations(&value["opened_ns"])?,
            migrated: durations(&value["migrated_ns"])?,
            peak_kb: value["peak_kb"].as_u64()?,
            engine: value["engine"].as_str()?.to_owned(),
        })
    };
    // A figure that was not measured is no figure, least of all zero.
    whole().ok_or_else(|| {
        Failure::new(format!(
            "{command:?} has answered `{text}`, which lacks a figure"
        ))
    })
}

fn durations(value: &Value) -> Option<Vec<Duration>> {
    let numbers = value.as_array()?.iter();
    numbers
        .map(|number| number.as_u64().map(Duration::from_nanos))
        .collect()
}

/// The version of a package in a tool's lock file.
pub(crate) fn locked_version(tool: Tool, package: &str) -> Option<String> {
    let path = place::home().join("tools").join(tool.name());
    version_in(&path.join("Cargo.lock"), package)
}

fn version_in(lock: &Path, package: &str) -> Option<String> {
    let text = fs::read_to_string(lock).ok()?;
    let (_, after) = text.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    after.split('"').next().map(str::to_owned)
}
