//! A program starts, and its newest revision is to be applied.

use crate::bench::{Bench, ms};
use crate::contender::{Contender, ONE_TRANSACTION};
use crate::error::{Failure, Result};
use crate::history::Dialect;
use crate::tool::Tool;

pub(crate) fn pending(bench: &mut Bench, dialect: Dialect, size: usize) -> Result<()> {
    let mut contenders = vec![Contender::sql(ONE_TRANSACTION, dialect, size, "last.sql")];
    contenders.extend(bench.plan.tools(dialect, size));
    for contender in &contenders {
        bench.install(&contender.subject)?;
        let url = bench
            .databases
            .create(dialect, &contender.database("short"))?;
        match contender.subject.tool {
            // With all tables but the newest.
            Tool::Raw => {
                Contender::sql(ONE_TRANSACTION, dialect, size, "short.sql").migrate(&url, 1)?
            }
            _ => contender.stop_short(&url)?,
        };
    }
    let rounds = bench.plan.rounds(size).max(3);
    bench.rounds("pending", "ms", &contenders, rounds, |bench, contender| {
        let short = contender.database("short");
        let url = bench
            .databases
            .copy(dialect, &short, &contender.database("pending"))?;
        bench.databases.settle(dialect)?;
        let answer = contender.migrate(&url, 1)?;
        let taken = answer.migrated.first().copied().map(ms);
        taken.ok_or_else(|| Failure::new("the program has measured nothing"))
    })?;
    let names: Vec<_> = contenders
        .iter()
        .flat_map(|contender| [contender.database("short"), contender.database("pending")])
        .collect();
    bench.forget(dialect, &names)
}
