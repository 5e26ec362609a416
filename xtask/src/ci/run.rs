//! Runs the steps one by one, and shows what became of them.

use std::fmt::{self, Write as _};
use std::time::{Duration, Instant};

use limbeck_testkit::Cluster;

use crate::error::{Failure, Result};
use crate::terminal::say;
use crate::workspace::Workspace;

use super::steps::STEPS;
use super::tally::Tally;

/// What the steps share.
pub(super) struct Session {
    pub(super) workspace: Workspace,
    /// The server of all tests; it ends with the session.
    pub(super) server: Option<Cluster>,
    pub(super) tally: Tally,
}

/// One part of the run.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) act: fn(&mut Session) -> Result<()>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    NotRun,
}

/// A line of the table at the end.
struct Row {
    name: &'static str,
    outcome: Outcome,
    duration: Duration,
}

/// Runs all steps.
pub(crate) fn run(workspace: Workspace) -> Result<()> {
    let mut session = Session {
        workspace,
        server: None,
        tally: Tally::default(),
    };
    let (rows, failure) = run_steps(&mut session, STEPS);
    // Its processes are gone before the last line, which may be the last that anyone waits for.
    session.server = None;
    say(summary(&rows));
    if session.tally != Tally::default() {
        say(session.tally);
    }
    failure.map_or(Ok(()), Err)
}

fn run_steps(session: &mut Session, steps: &[Step]) -> (Vec<Row>, Option<Failure>) {
    let mut failure: Option<Failure> = None;
    let mut rows = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let watch = start();
        let outcome = if failure.is_some() {
            Outcome::NotRun
        } else {
            say(format_args!(
                "\n== {}/{} {}",
                index + 1,
                steps.len(),
                step.name
            ));
            match (step.act)(session) {
                Ok(()) => Outcome::Passed,
                Err(error) => {
                    failure = Some(Failure::new(format!("{}: {error}", step.name)));
                    Outcome::Failed
                }
            }
        };
        rows.push(Row {
            name: step.name,
            outcome,
            duration: watch.elapsed(),
        });
    }
    (rows, failure)
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a step took is shown to people, nothing depends on it"
)]
fn start() -> Instant {
    Instant::now()
}

fn summary(rows: &[Row]) -> String {
    let mut table = String::new();
    // Writing to a String cannot fail.
    let _ = write_summary(&mut table, rows);
    table
}

fn write_summary(table: &mut String, rows: &[Row]) -> fmt::Result {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    for row in rows {
        write!(table, "\n{:width$}  {:7}", row.name, row.outcome)?;
        if row.outcome != Outcome::NotRun {
            write!(table, "  {:7.1} s", row.duration.as_secs_f64())?;
        }
    }
    let total: Duration = rows.iter().map(|row| row.duration).sum();
    writeln!(
        table,
        "\n{:width$}  {:7}  {:7.1} s",
        "all",
        "",
        total.as_secs_f64()
    )
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Passed => "ok",
            Self::Failed => "FAILED",
            Self::NotRun => "not run",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tally::Runner;
    use super::*;
    use crate::job::Job;

    fn session() -> Session {
        Session {
            workspace: Workspace::here().unwrap(),
            server: None,
            tally: Tally::default(),
        }
    }

    fn succeed(session: &mut Session) -> Result<()> {
        session
            .tally
            .read(Runner::Cargo, "test result: ok. 2 passed; 0 failed;");
        Job::new("true", &[]).run(session.workspace.root())
    }

    fn fail(_: &mut Session) -> Result<()> {
        Err(Failure::new("this failed"))
    }

    #[test]
    fn the_first_failure_ends_the_run_and_the_rest_is_shown_as_not_run() {
        let step = |name, act| Step { name, act };
        let steps = [
            step("one", succeed),
            step("two", fail),
            step("three", succeed),
        ];
        let mut session = session();
        let (rows, failure) = run_steps(&mut session, &steps);
        let outcomes: Vec<_> = rows.iter().map(|row| row.outcome).collect();
        assert_eq!(
            outcomes,
            [Outcome::Passed, Outcome::Failed, Outcome::NotRun]
        );
        assert_eq!(failure.unwrap().to_string(), "two: this failed");
        assert_eq!(session.tally.to_string(), "2 passed, 0 failed");
    }

    #[test]
    fn the_summary_lines_up_names_outcomes_and_times() {
        let row = |name, outcome, milliseconds| Row {
            name,
            outcome,
            duration: Duration::from_millis(milliseconds),
        };
        let table = summary(&[
            row("format", Outcome::Passed, 1_250),
            row("test", Outcome::Failed, 61_000),
            row("documents", Outcome::NotRun, 0),
        ]);
        assert_eq!(
            table.lines().collect::<Vec<_>>(),
            [
                "",
                "format     ok           1.2 s",
                "test       FAILED      61.0 s",
                "documents  not run",
                "all                    62.2 s",
            ]
        );
    }
}
