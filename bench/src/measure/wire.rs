//! Round trips to PostgreSQL, as a proxy counts them, after the session has begun.

use crate::bench::Bench;
use crate::contender::Contender;
use crate::error::{Failure, Result};
use crate::history::Dialect;
use crate::tool::Tool;

/// How often a client waits for the server in a new install, and in a start with nothing to do.
pub(crate) fn wire(bench: &mut Bench, size: usize, is_fresh: bool) -> Result<()> {
    let dialect = Dialect::Postgres;
    for contender in bench.plan.everyone(dialect, size) {
        if contender.subject.tool != Tool::Raw {
            let name = bench.head(&contender)?;
            let trips = trips(bench, &contender, &name)?;
            bench.count("start-trips", "", &contender, trips)?;
        }
        if is_fresh {
            bench.install(&contender.subject)?;
            let name = contender.database("wire");
            bench.databases.create(dialect, &name)?;
            let trips = trips(bench, &contender, &name)?;
            bench.count("trips", "", &contender, trips)?;
            bench.forget(dialect, &[name])?;
        }
    }
    Ok(())
}

fn trips(bench: &Bench, contender: &Contender, name: &str) -> Result<f64> {
    let proxy = bench.databases.proxy();
    let proxy = proxy.ok_or_else(|| Failure::new("no server was started"))?;
    proxy.reset();
    contender.migrate(&proxy.url(name), 1)?;
    proxy.wait_until_idle();
    let trips = u32::try_from(proxy.round_trips()).unwrap_or(u32::MAX);
    proxy.reset();
    Ok(f64::from(trips))
}
