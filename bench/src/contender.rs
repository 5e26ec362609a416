//! Who takes part in a measurement.

use std::process::Command;

use crate::error::Result;
use crate::history::Dialect;
use crate::place;
use crate::subject::{Answer, Subject, answer};
use crate::tool::Tool;

pub(crate) const ONE_TRANSACTION: &str = "SQL, one transaction";
pub(crate) const STATEMENTS: &str = "SQL, statement by statement";
pub(crate) const LEAST: &str = "bare question";
pub(crate) const SELECT_ONE: &str = "`SELECT 1`";

/// A program with what it is told to do.
#[derive(Clone, Debug)]
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) subject: Subject,
    variant: Option<String>,
}

impl Contender {
    pub(crate) const fn tool(tool: Tool, dialect: Dialect, size: usize) -> Self {
        Self {
            name: tool.name(),
            subject: Subject::new(tool, dialect, size),
            variant: None,
        }
    }

    /// The SQL alone: of a file of the history, in one transaction or not.
    pub(crate) fn sql(name: &'static str, dialect: Dialect, size: usize, file: &str) -> Self {
        let path = place::subject(Tool::Raw, dialect, size).join(file);
        let kind = if name == STATEMENTS {
            "statements"
        } else {
            "transaction"
        };
        Self {
            name,
            subject: Subject::new(Tool::Raw, dialect, size),
            variant: Some(format!("{kind}:{}", path.display())),
        }
    }

    /// A question to the database.
    pub(crate) fn question(name: &'static str, dialect: Dialect, size: usize, sql: &str) -> Self {
        Self {
            name,
            subject: Subject::new(Tool::Raw, dialect, size),
            variant: Some(format!("ask:{sql}")),
        }
    }

    /// The name of its database.
    pub(crate) fn database(&self, purpose: &str) -> String {
        let own: String = self
            .name
            .chars()
            .map(|character| {
                if character.is_ascii_alphanumeric() {
                    character
                } else {
                    '_'
                }
            })
            .collect();
        format!("{purpose}_{}_{}", own.to_lowercase(), self.subject.size)
    }

    pub(crate) fn migrate(&self, database: &str, times: usize) -> Result<Answer> {
        answer(&mut self.command(database, "migrate", times))
    }

    pub(crate) fn stop_short(&self, database: &str) -> Result<Answer> {
        answer(&mut self.command(database, "stop-short", 1))
    }

    /// The version of what speaks to the database.
    pub(crate) fn engine(&self) -> Result<String> {
        let mut command = self.subject.call(":memory:", "engine", 1);
        command.arg("ask:");
        Ok(answer(&mut command)?.engine)
    }

    fn command(&self, database: &str, action: &str, times: usize) -> Command {
        let mut command = self.subject.call(database, action, times);
        command.args(&self.variant);
        command
    }

    /// One migration under another program, such as one that traces it.
    pub(crate) fn migrate_under(
        &self,
        program: &str,
        options: &[&str],
        database: &str,
    ) -> Result<Answer> {
        let mut command = self.subject.call_under(program, options, database);
        command.args(&self.variant);
        answer(&mut command)
    }
}
