//! The table of checks, and the command that runs them.

use std::fmt;

use crate::error::{Failure, Result};
use crate::terminal::say;
use crate::workspace::{Tree, Workspace};

use super::{
    attributes, catalogue, drivers, layering, leftovers, length, links, lists, openings, rooms,
    whitespace,
};

/// Something that is not as it should be.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub(super) path: String,
    /// Counted from 1.
    pub(super) line: usize,
    /// What it is, and what to do instead.
    pub(super) message: String,
}

impl Finding {
    pub(super) fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

type Check = fn(&Tree) -> Vec<Finding>;

/// Every check.
const CHECKS: &[Check] = &[
    layering::check,
    drivers::check,
    rooms::check,
    length::check,
    lists::check,
    openings::check,
    attributes::check,
    leftovers::check,
    catalogue::check,
    whitespace::check,
    links::check,
];

/// Checks the workspace and shows what was found.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let tree = workspace.tree()?;
    let findings = findings(&tree);
    for finding in &findings {
        say(finding);
    }
    match findings.len() {
        0 => {
            say(format_args!("{} files are tidy", tree.files.len()));
            Ok(())
        }
        1 => Err(Failure::new("1 thing is not tidy")),
        count => Err(Failure::new(format!("{count} things are not tidy"))),
    }
}

fn findings(tree: &Tree) -> Vec<Finding> {
    let mut findings: Vec<_> = CHECKS.iter().flat_map(|check| check(tree)).collect();
    findings.sort();
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        let tree = Workspace::here().unwrap().tree().unwrap();
        let lines: Vec<_> = findings(&tree).iter().map(Finding::to_string).collect();
        assert!(lines.is_empty(), "\n{}", lines.join("\n"));
    }

    #[test]
    fn a_finding_is_shown_as_editors_read_it() {
        let finding = Finding::new("model/src/lib.rs", 3, "`fs` in model");
        assert_eq!(finding.to_string(), "model/src/lib.rs:3: `fs` in model");
    }
}
