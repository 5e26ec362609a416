//! limbeck's lock file, without which there is no release build: written by `cargo limbeck`, as by any user.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use limbeck_compiler::lock::{Proof, Proved, record_proofs};
use limbeck_compiler::project::Project;
use limbeck_model::checksum;

use crate::database::Databases;
use crate::error::{Failure, Result};
use crate::history::{Dialect, id, write_changed};
use crate::subject::Subject;
use crate::{place, shell};

/// From a subject's folder.
const LOCK: &str = "migrations/limbeck.lock";

/// The longest history that is proved on PostgreSQL, which takes six minutes, and of ten times as many revisions
/// a hundred times as long: each is held against the whole schema.
const MOST_VERIFIED: usize = 1_000;

/// Locks every revision, and proves it.
pub(crate) fn release(subject: &Subject, databases: &Databases) -> Result<()> {
    let folder = subject.folder();
    let (lock, kept) = (folder.join(LOCK), folder.join("all.lock"));
    if let Ok(bytes) = fs::read(&kept) {
        write_changed(&lock, &bytes)?;
    }
    shell::say(format_args!("  locking {}", folder.display()));
    // What it knows is proved already, unless the histories are made in another way now.
    if shell::run(limbeck(subject)?.arg("lock")).is_err() {
        forget(subject)?;
        shell::run(limbeck(subject)?.arg("lock"))?;
    }
    if is_verified(subject) {
        let url = databases.create(Dialect::Postgres, "verify")?;
        shell::run(limbeck(subject)?.args(["verify", "--url", &url]))?;
        databases.remove(Dialect::Postgres, "verify")?;
    }
    fs::copy(&lock, &kept).map_err(Failure::io("keep a lock file"))?;
    Ok(())
}

fn is_verified(subject: &Subject) -> bool {
    subject.dialect == Dialect::Postgres && subject.size <= MOST_VERIFIED
}

/// Says of a history that takes too long to prove that it was proved, on no server there is: what a release build
/// takes is not known otherwise.
pub(crate) fn claim(subject: &Subject) -> Result<()> {
    if subject.dialect == Dialect::Sqlite || is_verified(subject) {
        return Ok(());
    }
    let folder = subject.folder();
    let project = Project::read(&folder).map_err(Failure::io("read a history"))?;
    let table = project
        .candidate()
        .map_err(|found| Failure::new(format!("a history with {} mistakes", found.len())))?;
    let dialect = limbeck_model::Dialect::Postgres;
    let proofs = table.rows.iter().filter_map(|row| {
        Some(Proved {
            revision: row.revision.id.value.clone(),
            dialect,
            proof: Proof {
                engine: "PostgreSQL 0.0".to_owned(),
                evidence: row.side(dialect)?.evidence,
                schema: checksum::schema(""),
            },
        })
    });
    let mut lock = project.lock.clone();
    record_proofs(&mut lock, &table, &proofs.collect::<Vec<_>>());
    write_changed(&folder.join(LOCK), lock.to_string().as_bytes())
}

/// The same for all revisions but the newest, which stays a draft.
pub(crate) fn all_but_the_newest(subject: &Subject, databases: &Databases) -> Result<()> {
    release(subject, databases)?;
    let newest = id(subject.size);
    shell::run(limbeck(subject)?.args(["lock", "--forget", &newest])).map(|_| ())
}

/// Nothing is locked.
pub(crate) fn forget(subject: &Subject) -> Result<()> {
    let lock = subject.folder().join(LOCK);
    match fs::remove_file(&lock) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::io("remove a lock file")(error))
        }
        _ => Ok(()),
    }
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
