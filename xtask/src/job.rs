//! Running another program: shown as a line that can be typed, and named so when it fails.

use std::ffi::OsString;
use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::error::{Failure, Result};
use crate::terminal::say;

/// A command line that has not run yet.
#[derive(Debug)]
pub(crate) struct Job {
    program: OsString,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
}

/// Which of a program's two outputs is read along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Output,
    Error,
}

impl Job {
    pub(crate) fn new(program: impl Into<OsString>, arguments: &[&str]) -> Self {
        Self {
            program: program.into(),
            arguments: arguments
                .iter()
                .map(|&argument| argument.to_owned())
                .collect(),
            variables: Vec::new(),
        }
    }

    /// The cargo that runs this program, so that the toolchain stays the same.
    pub(crate) fn cargo(arguments: &[&str]) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "cargo names itself in the environment of what it runs"
        )]
        let cargo = std::env::var_os("CARGO");
        Self::new(cargo.unwrap_or_else(|| "cargo".into()), arguments)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Whether the program is there and succeeds, without showing anything.
    pub(crate) fn succeeds(&self, folder: &Path) -> bool {
        let status = self
            .command(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    }

    /// Shows the command line, runs it, and fails with it.
    pub(crate) fn run(&self, folder: &Path) -> Result<()> {
        say(format_args!("$ {self}"));
        let status = self.command(folder).status();
        self.judge(status.map_err(Failure::io(format!("run `{self}`")))?)
    }

    /// As [`Job::run`], and hands every line of one of the outputs on as well.
    pub(crate) fn run_reading(
        &self,
        folder: &Path,
        stream: Stream,
        mut listen: impl FnMut(&str),
    ) -> Result<()> {
        say(format_args!("$ {self}"));
        let mut command = self.command(folder);
        match stream {
            Stream::Output => command.stdout(Stdio::piped()),
            Stream::Error => command.stderr(Stdio::piped()),
        };
        let failed = || Failure::io(format!("run `{self}`"));
        let mut child = command.spawn().map_err(failed())?;
        let read = read_lines(&mut child, stream, |line| {
            say(line);
            listen(line);
        });
        let status = child.wait().map_err(failed())?;
        read.map_err(failed())?;
        self.judge(status)
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(folder);
        command
    }

    fn judge(&self, status: ExitStatus) -> Result<()> {
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(format!("this failed ({status}):\n  {self}")))
    }
}

/// Programs may write bytes that are no text, and their lines are passed on all the same.
fn read_lines(
    child: &mut Child,
    stream: Stream,
    mut listen: impl FnMut(&str),
) -> std::io::Result<()> {
    let (output, error) = (child.stdout.take(), child.stderr.take());
    let source: Option<Box<dyn std::io::Read>> = match stream {
        Stream::Output => output.map(|pipe| Box::new(pipe) as _),
        Stream::Error => error.map(|pipe| Box::new(pipe) as _),
    };
    let Some(source) = source else { return Ok(()) };
    for line in BufReader::new(source).split(b'\n') {
        listen(&String::from_utf8_lossy(&line?));
    }
    Ok(())
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.variables {
            write!(f, "{name}={} ", quoted(value))?;
        }
        let program = Path::new(&self.program).file_name();
        write!(f, "{}", program.unwrap_or(&self.program).display())?;
        for argument in &self.arguments {
            write!(f, " {}", quoted(argument))?;
        }
        Ok(())
    }
}

/// As a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=./:,@+".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_shown_as_a_shell_would_read_it() {
        let job =
            Job::new("/usr/bin/cargo", &["doc", "--all", "it's"]).with("FLAGS", "-D warnings");
        assert_eq!(
            job.to_string(),
            r"FLAGS='-D warnings' cargo doc --all 'it'\''s'"
        );
    }

    #[test]
    fn a_failure_names_the_command() {
        let failure = Job::new("sh", &["-c", "exit 3"]).run(Path::new("/"));
        let message = failure.unwrap_err().to_string();
        assert!(
            message.contains("sh -c 'exit 3'") && message.contains('3'),
            "{message}"
        );
    }

    #[test]
    fn lines_of_either_output_are_read_as_they_come() {
        for (stream, script) in [
            (Stream::Output, "echo one; echo two"),
            (Stream::Error, "echo one >&2; echo two >&2"),
        ] {
            let mut lines = Vec::new();
            Job::new("sh", &["-c", script])
                .run_reading(Path::new("/"), stream, |line| lines.push(line.to_owned()))
                .unwrap();
            assert_eq!(lines, ["one", "two"], "{stream:?}");
        }
    }
}
