//! A URL where none is expected: it would be shown in an error, and may have a password in it.

use std::ffi::OsString;
use std::process::ExitCode;

use super::execute::say;
use super::{exit, json};

/// Says that a URL is in the wrong place, without showing it; `None` where there is none.
#[expect(
    clippy::print_stderr,
    reason = "a command tells people what went wrong"
)]
pub(super) fn refuse(arguments: &[OsString]) -> Option<ExitCode> {
    if !is_there(arguments) {
        return None;
    }
    let message = "a database's URL stands where none is expected; write `--database URL`";
    if arguments.iter().any(|argument| argument == "--json") {
        say(&format!("{:#}\n", json::usage(message)));
    } else {
        eprintln!("error: {message}");
    }
    Some(ExitCode::from(exit::USAGE))
}

/// The options whose values may be, or hold, a URL.
const OPTIONS: [&str; 4] = ["--database", "--canary", "--schemas-from", "--scratch"];

/// Whether a URL is given for something else. The first argument is the program's name.
fn is_there(arguments: &[OsString]) -> bool {
    let mut before: Option<&OsString> = None;
    arguments.iter().skip(1).any(|argument| {
        let is_value = before
            .replace(argument)
            .is_some_and(|before| OPTIONS.iter().any(|option| before == option));
        let text = argument.to_string_lossy();
        let option = text.split_once('=').map_or("", |(option, _)| option);
        !is_value && !OPTIONS.contains(&option) && text.contains("://")
    })
}
