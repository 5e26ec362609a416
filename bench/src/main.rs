//! limbeck and other migration tools, side by side on the same histories.
//!
//! `cargo run --release -- all` runs everything and writes `results/all.md` and `results/all.json`; `quick` is a
//! small part of it; both take names of measurements, and then keep what was measured of the others before.

mod bench;
mod contender;
mod database;
mod error;
mod history;
mod lock;
mod machine;
mod measure;
mod place;
mod plan;
mod record;
mod report;
mod run;
mod setup;
mod shell;
mod subject;
mod tool;

use std::process::ExitCode;

use error::{Failure, Result};

const USAGE: &str = "\
usage: cargo run --release -- <command>

  setup                  installs what is missing, with apt: PostgreSQL, strace
  all [MEASUREMENT…]     everything, or these: fresh, extra, start, pending, wire, syncs, size, build
  quick [MEASUREMENT…]   the same with small histories and few rounds
                         both with --sizes 10,100, --tools limbeck,sqlx, --databases sqlite for less
  show                   writes results/all.md again, from results/all.json
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match command(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn command(arguments: &[String]) -> Result<()> {
    let Some((name, rest)) = arguments.split_first() else {
        return Err(Failure::new(USAGE));
    };
    match name.as_str() {
        "setup" => setup::setup(),
        "all" => run::run(plan::all().narrow(rest)?),
        "quick" => run::run(plan::quick().narrow(rest)?),
        "show" => report::show("all"),
        _ => Err(Failure::new(USAGE)),
    }
}
