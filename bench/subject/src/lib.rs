//! What every measured program has around its migration tool: the arguments, the clock, the answer.
//!
//! ```text
//! subject <database> <action> <repetitions> <revisions> [<variant>]
//! ```
//!
//! `migrate` opens the database, and times the tool's call on the open connection; again for each repetition,
//! on a connection of its own. `stop-short` brings the database to the last revision but one. The answer is one
//! line of JSON.

use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs};

/// What may go wrong, in whatever crate.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What the harness asks for.
#[derive(Clone, Debug)]
pub struct Call {
    /// A path, or the URL of a PostgreSQL database.
    pub database: String,
    /// How many revisions the program carries.
    pub revisions: usize,
    /// For programs that can do more than one thing.
    pub variant: String,
}

/// A migration tool, on a connection that is open.
pub trait Session: Sized {
    /// Opens the database.
    fn open(call: &Call) -> Result<Self>;

    /// Does what a program does at its start.
    fn migrate(&mut self, call: &Call) -> Result<()>;

    /// Applies all but the last revision.
    fn stop_short(&mut self, call: &Call) -> Result<()>;

    /// The version of the library that speaks to the database.
    fn engine(&mut self) -> Result<String>;
}

/// The whole program.
pub fn run<S: Session>() -> ExitCode {
    match answer::<S>() {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn answer<S: Session>() -> Result<String> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [database, action, repetitions, revisions, rest @ ..] = &arguments[..] else {
        return Err(
            "usage: subject <database> <action> <repetitions> <revisions> [<variant>]".into(),
        );
    };
    let call = Call {
        database: database.clone(),
        revisions: revisions.parse()?,
        variant: rest.first().cloned().unwrap_or_default(),
    };
    let mut opened = Vec::new();
    let mut migrated = Vec::new();
    match action.as_str() {
        "migrate" => {
            for _ in 0..repetitions.parse()? {
                let watch = Instant::now();
                let mut session = S::open(&call)?;
                opened.push(watch.elapsed());
                let watch = Instant::now();
                session.migrate(&call)?;
                migrated.push(watch.elapsed());
            }
        }
        "stop-short" => S::open(&call)?.stop_short(&call)?,
        "engine" => {}
        other => return Err(format!("unknown action `{other}`").into()),
    }
    // Before the question that only the harness has.
    let peak_kb = peak_kb()?;
    let engine = match action.as_str() {
        "engine" => S::open(&call)?.engine()?,
        _ => String::new(),
    };
    Ok(format!(
        "{{\"opened_ns\":[{}],\"migrated_ns\":[{}],\"peak_kb\":{peak_kb},\"engine\":\"{engine}\"}}",
        nanoseconds(&opened),
        nanoseconds(&migrated),
    ))
}

fn nanoseconds(durations: &[Duration]) -> String {
    joined(durations.iter().map(Duration::as_nanos))
}

fn joined(values: impl Iterator<Item = impl Display>) -> String {
    let texts: Vec<String> = values.map(|value| value.to_string()).collect();
    texts.join(",")
}

/// The most memory that this process had resident so far, which `getrusage` calls `ru_maxrss`.
fn peak_kb() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmHWM in /proc/self/status")?.parse()?)
}
