//! `cargo xtask`: one command for everything that is done to this workspace.
//!
//! It needs a Rust toolchain, and apt where PostgreSQL is missing and for `conformance`. It changes files only
//! where a command's name says so: `generate` and `bless`.

mod benchmarks;
mod bless;
mod ci;
mod conformance;
mod error;
mod generate;
mod job;
mod manifest;
mod sim;
mod terminal;
mod tidy;
mod workspace;

use std::process::ExitCode;

use error::{Failure, Result};
use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask <command>

  ci                   runs all that CI runs, in order, up to the first failure
  tidy                 checks the invariants of docs/ARCHITECTURE.md and the house style
  generate [--check]   writes docs/diagnostics.md from the catalogue, or only compares
  conformance [MAJOR [SUITE]]
                       holds the grammar of SQL against PostgreSQL's own regression tests
  sim [SEED] [--quick] [--only PART] [--on SUBJECT:DIALECT]
                       fails, kills and cuts what limbeck stands on, and looks at what is left; `--help` says more
  bench [quick]        compares limbeck with other migration tools; bench/README.md says how
  bless                takes what the snapshot tests see now as right, then generates
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::complain(&failure);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    let workspace = Workspace::here()?;
    match arguments {
        ["ci"] => ci::run(workspace),
        ["tidy"] => tidy::run(&workspace),
        ["generate"] => generate::write(&workspace),
        ["generate", "--check"] => generate::check(&workspace),
        ["conformance"] => conformance::run(&workspace, None, None),
        ["conformance", major] => conformance::run(&workspace, Some(major), None),
        ["conformance", major, suite] => conformance::run(&workspace, Some(major), Some(suite)),
        ["sim", rest @ ..] => sim::run(&workspace, rest),
        ["bench"] => benchmarks::run(&workspace, "all"),
        ["bench", "quick"] => benchmarks::run(&workspace, "quick"),
        ["bless"] => bless::run(&workspace),
        ["help" | "--help" | "-h"] => {
            terminal::say(USAGE.trim_end());
            Ok(())
        }
        [] => Err(Failure::new(format!("no command\n\n{USAGE}"))),
        _ => {
            let given = arguments.join(" ");
            Err(Failure::new(format!("cannot read `{given}`\n\n{USAGE}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_unknown_or_missing_is_answered_with_the_usage() {
        for arguments in [&[] as &[&str], &["tidy", "--check"], &["test"]] {
            let failure = run(arguments).unwrap_err().to_string();
            assert!(failure.contains("usage: cargo xtask"), "{failure}");
        }
    }
}
