//! `bench`: runs the benchmarks, which are a workspace of their own.

use crate::error::Result;
use crate::job::Job;
use crate::workspace::Workspace;

/// Runs everything, or the quick part of it.
pub(crate) fn run(workspace: &Workspace, plan: &str) -> Result<()> {
    let folder = workspace.path("bench");
    for command in ["setup", plan] {
        Job::cargo(&["run", "--release", "--", command]).run(&folder)?;
    }
    Ok(())
}
