//! Fault simulation: what limbeck stands on is made to fail at every point where it can, and after each
//! fault one judge looks at what is left.
//!
//! `cargo xtask sim [SEED]` runs it. It prints its seed and how many points it tried.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a simulation that cannot set its stage has failed and says so; it waits where it has to, and prints what it finds"
)]

mod adversarial;
mod adversity;
mod child;
mod crowd;
mod edits;
mod kill;
mod ledger;
mod left;
mod older;
mod oracle;
mod parts;
mod peers;
mod place;
mod portrait;
mod process;
mod scenario;
mod settings;
mod subject;
mod sweep;
mod tally;
mod wait;
mod wire;

use std::process::ExitCode;

use settings::Request;
use tally::Tally;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("child", rest)) = arguments
        .split_first()
        .map(|(first, rest)| (first.as_str(), rest))
    {
        return child::run(rest);
    }
    let settings = match Request::read(&arguments) {
        Ok(Request::Run(settings)) => settings,
        Ok(Request::Print(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            println!("{message}");
            return ExitCode::from(2);
        }
    };
    println!("seed {}", settings.seed);
    let tally = Tally::new(&settings);
    parts::run(&tally, &settings);
    if tally.conclude() {
        ExitCode::SUCCESS
    } else {
        println!("again: cargo xtask sim {}", settings.seed);
        ExitCode::FAILURE
    }
}
