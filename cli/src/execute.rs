//! Carries a command out. Only this module prints.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

use crate::answer::Answer;
use crate::arguments::{Command, Line};
use crate::commands::{check, explain, lock, merge, revision, schema, verify};
use crate::error::Error;
use crate::exit;

/// Reads the process's arguments, the first of which is the program's name, and carries them out.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    match Line::try_parse_from(without_cargo(arguments)) {
        Ok(line) => execute(&line),
        Err(error) => {
            // clap prints help to standard output and mistakes to standard error. Where neither can be
            // written there is nobody to tell.
            let _ = error.print();
            ExitCode::from(if error.use_stderr() {
                exit::USAGE
            } else {
                exit::DONE
            })
        }
    }
}

/// `cargo limbeck …` runs `cargo-limbeck limbeck …`.
fn without_cargo(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<_> = arguments.into_iter().collect();
    if arguments.get(1).is_some_and(|first| first == "limbeck") {
        arguments.remove(1);
    }
    arguments
}

fn execute(line: &Line) -> ExitCode {
    let (text, note, code) = match (answer(line), line.json) {
        (Ok(answer), false) => (answer.text, answer.note, answer.code),
        (Ok(answer), true) => (format!("{:#}\n", answer.json), None, answer.code),
        (Err(error), false) => (String::new(), Some(error.to_string()), error.code()),
        (Err(error), true) => (format!("{:#}\n", error.json()), None, error.code()),
    };
    // A reader that has gone away, such as `head`, is not a failure of the command.
    let _ = io::stdout().write_all(text.as_bytes());
    let _ = io::stderr().write_all(note.unwrap_or_default().as_bytes());
    ExitCode::from(code)
}

fn answer(line: &Line) -> Result<Answer, Error> {
    match &line.command {
        Command::Revision(arguments) => revision::run(arguments),
        Command::Merge(arguments) => merge::run(arguments),
        Command::Check(place) => check::run(place),
        Command::Lock(arguments) => lock::run(arguments),
        Command::Verify(arguments) => verify::run(arguments, &mut |words| {
            // With `--json` nothing else is said.
            if !line.json {
                let _ = io::stderr().write_all(words.as_bytes());
            }
        }),
        Command::Schema(arguments) => schema::run(arguments),
        Command::Explain { code } => explain::run(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(arguments: &[&str]) -> Vec<OsString> {
        without_cargo(arguments.iter().map(OsString::from))
    }

    #[test]
    fn the_name_of_the_command_that_cargo_adds_is_left_out_once() {
        assert_eq!(
            without(&["cargo-limbeck", "limbeck", "check"]),
            ["cargo-limbeck", "check"]
        );
        assert_eq!(
            without(&["cargo-limbeck", "check"]),
            ["cargo-limbeck", "check"]
        );
        assert_eq!(
            without(&["cargo-limbeck", "limbeck", "revision", "limbeck"]),
            ["cargo-limbeck", "revision", "limbeck"]
        );
        assert_eq!(without(&["cargo-limbeck"]), ["cargo-limbeck"]);
    }
}
