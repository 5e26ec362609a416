//! A new database is brought to the last revision: how long that takes, and how much memory.

use std::collections::BTreeMap;

use crate::bench::{Bench, ms};
use crate::contender::{Contender, ONE_TRANSACTION};
use crate::database::Databases;
use crate::error::{Failure, Result};
use crate::history::Dialect;
use crate::tool::Tool;

const KILOBYTES_IN_A_MEGABYTE: f64 = 1_024.0;

pub(crate) fn fresh(bench: &mut Bench, dialect: Dialect, size: usize) -> Result<()> {
    let everyone = bench.plan.everyone(dialect, size);
    compare(bench, &everyone)
}

/// limbeck and the SQL alone, and that once more on a server with as many locks as it has by itself.
pub(crate) fn extra(bench: &mut Bench, size: usize) -> Result<()> {
    let dialect = Dialect::Postgres;
    let sql = Contender::sql(ONE_TRANSACTION, dialect, size, "up.sql");
    let limbeck = Contender::tool(Tool::Limbeck, dialect, size);
    compare(bench, &[sql.clone(), limbeck.clone()])?;
    let default = Databases::with_default_locks()?;
    let rounds = bench.plan.rounds(size);
    let both = [sql, limbeck];
    bench.rounds("default-locks", "ms", &both, rounds, |_, contender| {
        let url = default.create(dialect, &contender.database("default"))?;
        Ok(ms(first(contender.migrate(&url, 1)?.migrated)?))
    })
}

fn compare(bench: &mut Bench, contenders: &[Contender]) -> Result<()> {
    let Some(first_one) = contenders.first() else {
        return Ok(());
    };
    let (dialect, size) = (first_one.subject.dialect, first_one.subject.size);
    for contender in contenders {
        bench.install(&contender.subject)?;
    }
    let rounds = bench.plan.rounds(size);
    let mut peaks: BTreeMap<&str, u64> = BTreeMap::new();
    bench.rounds("fresh", "ms", contenders, rounds, |bench, contender| {
        let name = contender.database("head");
        let url = bench.databases.create(dialect, &name)?;
        bench.databases.settle(dialect)?;
        let answer = contender.migrate(&url, 1)?;
        peaks.insert(contender.name, answer.peak_kb);
        bench.keep_head(name);
        Ok(ms(first(answer.migrated)?))
    })?;
    for contender in contenders {
        if let Some(&peak_kb) = peaks.get(contender.name) {
            let peak = f64::from(u32::try_from(peak_kb).unwrap_or(u32::MAX));
            bench.count("memory", "MB", contender, peak / KILOBYTES_IN_A_MEGABYTE)?;
        }
    }
    Ok(())
}

fn first(durations: Vec<std::time::Duration>) -> Result<std::time::Duration> {
    let first = durations.into_iter().next();
    first.ok_or_else(|| Failure::new("the program has measured nothing"))
}
