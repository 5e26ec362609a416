//! The only module that talks to cargo: reads its variables, prints its instructions, ends the process.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::project::{Output, Purpose, compile_package};

/// Compiles the package's migrations. This is all that a user's build script has to call:
///
/// ```no_run
/// limbeck_compiler::compile();
/// ```
///
/// What is wrong in the migration files does not fail the build script, whose output cargo hides:
/// `limbeck::migrations!()` reports it as an error in the package's own source. Only a fault of the
/// environment, such as a folder that cannot be written, ends the process with status 1.
#[expect(
    clippy::exit,
    clippy::print_stderr,
    reason = "a build script fails by its exit status, and cargo shows its standard error"
)]
pub fn compile() {
    if let Err(error) = run() {
        eprintln!("limbeck: {error}");
        std::process::exit(1);
    }
}

fn run() -> io::Result<()> {
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let label = format!(
        "{} {}",
        variable("CARGO_PKG_NAME")?,
        variable("CARGO_PKG_VERSION")?
    );
    let folder = PathBuf::from(variable("OUT_DIR")?).join("limbeck");
    // `debug` or `release`, whatever the profile is called that is built.
    let purpose = match variable("PROFILE")?.as_str() {
        "release" => Purpose::Release,
        _ => Purpose::Development,
    };
    let output = compile_package(&package, &label, purpose, &folder.join("proof"))?;
    fs::create_dir_all(&folder)?;
    write(&folder.join("history.bin"), &output.table.packed)?;
    write(&folder.join("history.rs"), output.table.text.as_bytes())?;
    write(&folder.join("report.txt"), output.report.as_bytes())?;
    write(&folder.join("warnings.txt"), output.warnings.as_bytes())?;
    instruct(&package, &output)
}

#[expect(
    clippy::print_stdout,
    reason = "cargo reads a build script's standard output"
)]
fn instruct(package: &Path, output: &Output) -> io::Result<()> {
    for path in &output.watched {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    println!("cargo::rustc-env=LIMBECK_TABLE={}", output.table.digest);
    let report = [output.report.as_str(), &output.warnings].concat();
    if !report.is_empty() && !shows_report(&package.join("src"))? {
        for line in report.lines() {
            println!("cargo::warning={line}");
        }
    }
    Ok(())
}

/// Whether some source of the package calls the macro that shows the report.
fn shows_report(folder: &Path) -> io::Result<bool> {
    if !folder.is_dir() {
        return Ok(false);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let found = if path.is_dir() {
            shows_report(&path)?
        } else {
            path.extension().is_some_and(|extension| extension == "rs")
                && String::from_utf8_lossy(&fs::read(&path)?).contains("migrations!")
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Leaves a file alone that has this content already, so that nothing is compiled again for it.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    match fs::read(path) {
        Ok(present) if present == content => Ok(()),
        _ => fs::write(path, content),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script everything through variables"
)]
fn variable(name: &str) -> io::Result<String> {
    std::env::var(name).map_err(|_| {
        io::Error::other(format!(
            "cargo has not set {name}; call `compile` from a build script"
        ))
    })
}
