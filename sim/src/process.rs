//! Real processes of the programs under test.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::scenario::Operation;
use crate::subject::Subject;

/// A process that does this to the database at this URL: the reference deployment's own binary, or for
/// another history this one.
pub(crate) fn command(subject: &Subject, operation: Operation, url: &str) -> Command {
    let mut command = if subject.name == "store" {
        let mut command = Command::new(reference());
        command
            .args(operation.arguments())
            .args(["--json", "--database", url]);
        command
    } else {
        dying(subject, operation, url, 0, "before")
    };
    quiet(&mut command);
    command
}

/// A process that kills itself at the call with this number, before or after the database has done it.
pub(crate) fn dying(
    subject: &Subject,
    operation: Operation,
    url: &str,
    call: usize,
    moment: &str,
) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["child", subject.name, url, &call.to_string(), moment])
        .args(operation.arguments());
    quiet(&mut command);
    command
}

fn quiet(command: &mut Command) {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env_remove("DATABASE_URL");
}

/// The reference deployment's binary, which is built into the same folder.
fn reference() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let program = own.with_file_name("memory-store");
    assert!(
        program.is_file(),
        "{} is missing; `cargo xtask sim` builds it",
        program.display()
    );
    program
}
