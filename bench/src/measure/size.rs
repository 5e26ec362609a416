//! How much larger a program gets by the revisions that it carries, for each byte of their SQL.

use std::fs;

use crate::bench::Bench;
use crate::contender::Contender;
use crate::error::{Failure, Result};
use crate::history::{Dialect, History};
use crate::tool::Tool;

/// Against a program with the least number of revisions that was built.
pub(crate) fn size(bench: &mut Bench, dialect: Dialect, least: usize, size: usize) -> Result<()> {
    for large in bench.plan.tools(dialect, size) {
        let tool = large.subject.tool;
        let small = Contender::tool(tool, dialect, least);
        bench.install(&small.subject)?;
        bench.install(&large.subject)?;
        let grown = length(&large)? - length(&small)?;
        let sql = sql_length(bench.history(size), tool, dialect)
            - sql_length(bench.history(least), tool, dialect);
        bench.count("binary", "", &large, grown / sql)?;
    }
    Ok(())
}

fn length(contender: &Contender) -> Result<f64> {
    let path = contender.subject.program();
    let length = fs::metadata(&path)
        .map_err(Failure::io(format!("look at {}", path.display())))?
        .len();
    Ok(f64::from(u32::try_from(length).unwrap_or(u32::MAX)))
}

/// The SQL that the tool compiles in.
fn sql_length(history: &History, tool: Tool, dialect: Dialect) -> f64 {
    let bytes: usize = history
        .revisions
        .iter()
        .flat_map(|revision| {
            let down = if tool.embeds_downs() {
                revision.down()
            } else {
                Vec::new()
            };
            revision.up(dialect).into_iter().chain(down)
        })
        .map(|statement| statement.len())
        .sum();
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX))
}
