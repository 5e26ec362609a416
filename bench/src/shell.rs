//! Other programs, and the terminal.

use std::fmt::Display;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::error::{Failure, Result};

pub(crate) fn say(line: impl Display) {
    println!("{line}");
}

/// Runs a program that is silent unless it fails, and tells how long it took.
pub(crate) fn run(command: &mut Command) -> Result<(Output, Duration)> {
    let shown = format!("{command:?}");
    let watch = Instant::now();
    let output = command
        .output()
        .map_err(Failure::io(format!("run {shown}")))?;
    let duration = watch.elapsed();
    if output.status.success() {
        return Ok((output, duration));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let end: Vec<_> = said.trim().lines().rev().take(30).collect();
    let end: Vec<_> = end.into_iter().rev().collect();
    Err(Failure::new(format!(
        "{shown} failed ({}):\n{}",
        output.status,
        end.join("\n")
    )))
}

/// The first line of what a program says, where it is there and says something.
pub(crate) fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let line = lines(program, arguments)?.into_iter().next()?;
    (!line.is_empty()).then_some(line)
}

/// What a program says, where it is there and succeeds.
pub(crate) fn lines(program: &str, arguments: &[&str]) -> Option<Vec<String>> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().map(|line| line.trim().to_owned()).collect();
    output.status.success().then_some(lines)
}
