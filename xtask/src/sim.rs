//! `sim`: builds the simulation and the reference deployment that it kills, and runs it.

use crate::error::Result;
use crate::job::Job;
use crate::workspace::Workspace;

/// Runs the simulation with these arguments: a seed, and what `limbeck-sim` takes besides.
pub(crate) fn run(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    job(workspace, arguments)?.run(workspace.root())
}

/// The same as a job that can be given more, once both programs are built.
pub(crate) fn job(workspace: &Workspace, arguments: &[&str]) -> Result<Job> {
    let packages = ["build", "-q", "-p", "limbeck-sim", "-p", "memory-store"];
    Job::cargo(&packages).run(workspace.root())?;
    Ok(Job::cargo(
        &[&["run", "-q", "-p", "limbeck-sim", "--"], arguments].concat(),
    ))
}
