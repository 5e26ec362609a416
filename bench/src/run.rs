//! A whole run: the measurements in order, and what is kept of them.

use crate::bench::Bench;
use crate::contender::Contender;
use crate::error::Result;
use crate::history::Dialect;
use crate::plan::Plan;
use crate::{machine, measure, report, shell};

/// The names that can be asked for.
const MEASUREMENTS: [&str; 8] = [
    "fresh", "extra", "start", "pending", "wire", "syncs", "size", "build",
];

/// Above this size a database is made once for each tool, and nothing that needs a second one is measured.
const LARGE: usize = 1_000;

pub(crate) fn run(plan: Plan) -> Result<()> {
    if let Some(name) = plan
        .only
        .iter()
        .find(|name| !MEASUREMENTS.contains(&name.as_str()))
    {
        return Err(crate::error::Failure::new(format!(
            "there is no measurement `{name}`; there are {}",
            MEASUREMENTS.join(", ")
        )));
    }
    let mut bench = Bench::start(plan)?;
    let mut result = Ok(());
    for dialect in bench.plan.dialects.clone() {
        result = databases(&mut bench, dialect);
        if result.is_err() {
            break;
        }
    }
    if result.is_ok() {
        result = rest(&mut bench);
    }
    if result.is_ok() && bench.records.is_empty() {
        return Err(crate::error::Failure::new(
            "nothing is measured with these sizes, tools and databases",
        ));
    }
    // What was measured before a failure is not lost.
    let kept = keep(&bench);
    result.and(kept)
}

/// What needs databases, from the small histories to the large ones.
fn databases(bench: &mut Bench, dialect: Dialect) -> Result<()> {
    for size in bench.plan.sizes.clone() {
        shell::say(format_args!("{} with {size} revisions", dialect.title()));
        if bench.plan.wants("fresh") {
            measure::fresh(bench, dialect, size)?;
        }
        if bench.plan.wants("start") {
            measure::start(bench, dialect, size)?;
        }
        if bench.plan.wants("wire") && dialect == Dialect::Postgres {
            measure::wire(bench, size, size <= LARGE)?;
        }
        if size <= LARGE {
            if bench.plan.wants("pending") {
                measure::pending(bench, dialect, size)?;
            }
            if bench.plan.wants("syncs") {
                measure::syncs(bench, dialect, size)?;
            }
        }
        let names: Vec<_> = bench
            .plan
            .everyone(dialect, size)
            .iter()
            .map(|contender| Contender::database(contender, "head"))
            .collect();
        bench.forget(dialect, &names)?;
        keep(bench)?;
    }
    Ok(())
}

fn rest(bench: &mut Bench) -> Result<()> {
    for size in bench.plan.extra.clone() {
        if bench.plan.wants("extra") {
            measure::extra(bench, size)?;
        }
    }
    for dialect in bench.plan.dialects.clone() {
        if bench.plan.wants("size")
            && let [least, others @ ..] = &bench.plan.sizes.clone()[..]
        {
            for &size in others {
                measure::size(bench, dialect, *least, size)?;
            }
        }
        if bench.plan.wants("build") {
            shell::say(format_args!("builds for {}", dialect.title()));
            measure::build(bench, dialect)?;
        }
        keep(bench)?;
    }
    Ok(())
}

fn keep(bench: &Bench) -> Result<()> {
    if bench.records.is_empty() {
        return Ok(());
    }
    let server = bench.databases.version().ok();
    let engines: Vec<_> = machine::with_sqlite()
        .filter_map(|tool| {
            let contender = Contender::tool(tool, Dialect::Sqlite, *bench.plan.sizes.first()?);
            let engine = contender.engine().ok()?;
            Some((
                tool.name().to_owned(),
                engine.trim_start_matches("SQLite ").to_owned(),
            ))
        })
        .collect();
    let machine = machine::describe(server.as_deref(), &engines);
    report::keep(bench.plan.name, &machine, &bench.records)
}
