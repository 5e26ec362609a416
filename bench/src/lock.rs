//! limbeck's lock file, without which there is no release build: written by `cargo limbeck`, as by any user.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::database::Databases;
use crate::error::{Failure, Result};
use crate::history::{Dialect, History, files, write_changed};
use crate::subject::Subject;
use crate::{place, shell};

/// Locks every revision, and proves it.
pub(crate) fn release(subject: &Subject, databases: &Databases) -> Result<()> {
    write(subject, "all", databases)
}

/// The same for all revisions but the newest, which stays a draft.
pub(crate) fn all_but_the_newest(
    subject: &Subject,
    history: &History,
    databases: &Databases,
) -> Result<()> {
    let newest = files(subject.tool, history, subject.dialect).pop();
    let (path, text) = newest.ok_or_else(|| Failure::new("a history without files"))?;
    let path = subject.folder().join(path);
    fs::remove_file(&path).map_err(Failure::io(format!("remove {}", path.display())))?;
    let result = write(subject, "short", databases);
    write_changed(&path, text.as_bytes())?;
    result
}

/// Nothing is locked.
pub(crate) fn forget(subject: &Subject) -> Result<()> {
    let lock = subject.folder().join("migrations/limbeck.lock");
    match fs::remove_file(&lock) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::io("remove a lock file")(error))
        }
        _ => Ok(()),
    }
}

/// A lock file is kept under a name of its own, since the same history is locked in two ways.
fn write(subject: &Subject, kind: &str, databases: &Databases) -> Result<()> {
    let folder = subject.folder();
    let lock = folder.join("migrations/limbeck.lock");
    let kept = folder.join(format!("{kind}.lock"));
    if let Ok(bytes) = fs::read(&kept) {
        write_changed(&lock, &bytes)?;
        if is_right(subject)? {
            return Ok(());
        }
    }
    shell::say(format_args!("  locking {}", folder.display()));
    forget(subject)?;
    shell::run(limbeck(subject)?.arg("lock"))?;
    if subject.dialect == Dialect::Postgres {
        let url = databases.create(Dialect::Postgres, "verify")?;
        shell::run(limbeck(subject)?.args(["verify", "--url", &url]))?;
        databases.remove(Dialect::Postgres, "verify")?;
    }
    fs::copy(&lock, &kept).map_err(Failure::io("keep a lock file"))?;
    Ok(())
}

fn is_right(subject: &Subject) -> Result<bool> {
    Ok(shell::run(limbeck(subject)?.args(["lock", "--check"])).is_ok())
}

/// The author's tool, built once.
fn limbeck(subject: &Subject) -> Result<Command> {
    let mut command = Command::new(tool()?);
    command.current_dir(subject.folder());
    Ok(command)
}

fn tool() -> Result<PathBuf> {
    let target = place::work().join("target/cargo-limbeck");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([
            "build",
            "--quiet",
            "--locked",
            "--release",
            "--package",
            "cargo-limbeck",
        ])
        .current_dir(place::home().join(".."))
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("CARGO_MANIFEST_DIR");
    shell::run(&mut cargo)?;
    Ok(target.join("release/cargo-limbeck"))
}
