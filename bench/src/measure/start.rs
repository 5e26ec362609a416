//! A program starts, and nothing is to be done. Each time on a new connection, as programs start.

use std::time::Duration;

use crate::bench::{Bench, ms};
use crate::contender::{Contender, LEAST, SELECT_ONE};
use crate::error::{Failure, Result};
use crate::history::Dialect;
use crate::tool::Tool;

pub(crate) fn start(bench: &mut Bench, dialect: Dialect, size: usize) -> Result<()> {
    let tools = bench.plan.tools(dialect, size);
    let mut contenders = questions(dialect, size);
    contenders.extend(tools);
    let limbeck = Contender::tool(Tool::Limbeck, dialect, size);
    for contender in &contenders {
        bench.install(&contender.subject)?;
        if contender.subject.tool != Tool::Raw {
            bench.head(contender)?;
        }
    }
    let (times, rounds) = (bench.plan.starts(), bench.plan.start_rounds());
    let mut connected: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    let mut turn = 0;
    bench.rounds("start", "ms", &contenders, rounds, |bench, contender| {
        let owner = match contender.subject.tool {
            Tool::Raw => &limbeck,
            _ => contender,
        };
        let url = bench.databases.url(dialect, &owner.database("head"));
        let answer = contender.migrate(&url, times)?;
        let whole = answer.opened.iter().zip(&answer.migrated);
        connected[turn % contenders.len()].push(ms(middle(whole.map(|(a, b)| *a + *b))?));
        turn += 1;
        Ok(ms(middle(answer.migrated.iter().copied())?))
    })?;
    // The same samples with the connection, after the round that does not count.
    let mut turn = 0;
    bench.rounds("connect", "ms", &contenders, rounds, |_, _| {
        let taken = connected[turn % contenders.len()].get(turn / contenders.len());
        turn += 1;
        taken.copied().ok_or_else(|| Failure::new("not taken"))
    })
}

fn questions(dialect: Dialect, size: usize) -> Vec<Contender> {
    match dialect {
        Dialect::Sqlite => vec![Contender::question(
            LEAST,
            dialect,
            size,
            "PRAGMA user_version",
        )],
        Dialect::Postgres => vec![
            Contender::question(SELECT_ONE, dialect, size, "SELECT 1"),
            Contender::question(LEAST, dialect, size, "SELECT digest FROM limbeck.state"),
        ],
    }
}

fn middle(durations: impl Iterator<Item = Duration>) -> Result<Duration> {
    let mut sorted: Vec<_> = durations.collect();
    sorted.sort_unstable();
    let middle = sorted.get(sorted.len() / 2).copied();
    middle.ok_or_else(|| Failure::new("the program has measured nothing"))
}
