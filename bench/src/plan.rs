//! What is measured, with how many revisions and how often.

use crate::contender::{Contender, ONE_TRANSACTION, STATEMENTS};
use crate::error::{Failure, Result};
use crate::history::Dialect;
use crate::tool::Tool;

/// One run of the benchmarks.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The name of its results.
    pub(crate) name: &'static str,
    pub(crate) dialects: Vec<Dialect>,
    pub(crate) sizes: Vec<usize>,
    /// Sizes at which limbeck is compared with the SQL alone, on PostgreSQL.
    pub(crate) extra: Vec<usize>,
    /// The size of the history of which one revision is edited.
    pub(crate) edited: usize,
    /// The sizes that are built from nothing.
    pub(crate) built: Vec<usize>,
    tools: Vec<Tool>,
    /// What is measured, by name; empty for everything.
    pub(crate) only: Vec<String>,
    is_quick: bool,
}

/// Everything.
pub(crate) fn all() -> Plan {
    Plan {
        name: "all",
        dialects: Dialect::ALL.to_vec(),
        sizes: vec![10, 100, 1_000, 10_000],
        extra: vec![5_000],
        edited: 1_000,
        built: vec![1_000, 10_000],
        tools: Tool::MIGRATING.to_vec(),
        only: Vec::new(),
        is_quick: false,
    }
}

/// Whether everything works, and roughly how it stands.
pub(crate) fn quick() -> Plan {
    Plan {
        name: "quick",
        sizes: vec![10, 100],
        extra: Vec::new(),
        edited: 100,
        built: vec![100],
        is_quick: true,
        ..all()
    }
}

impl Plan {
    /// Makes it smaller, as the arguments say: `--sizes 10,100`, `--tools limbeck,sqlx`, `--databases sqlite`, and
    /// names of measurements.
    pub(crate) fn narrow(mut self, arguments: &[String]) -> Result<Self> {
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let Some(option) = argument.strip_prefix("--") else {
                self.only.push(argument.clone());
                continue;
            };
            let list = arguments.next().map_or("", String::as_str);
            let names: Vec<&str> = list.split(',').collect();
            match option {
                "sizes" => {
                    let sizes: Vec<usize> = names.iter().filter_map(|n| n.parse().ok()).collect();
                    for own in [&mut self.sizes, &mut self.extra, &mut self.built] {
                        own.retain(|size| sizes.contains(size));
                    }
                }
                "tools" => self.tools.retain(|tool| names.contains(&tool.name())),
                "databases" => self.dialects.retain(|own| names.contains(&own.name())),
                _ => return Err(Failure::new(format!("there is no option `{argument}`"))),
            }
        }
        Ok(self)
    }

    /// The tools that migrate this kind of database.
    pub(crate) fn tools(&self, dialect: Dialect, size: usize) -> Vec<Contender> {
        Tool::migrating(dialect)
            .filter(|tool| self.tools.contains(tool))
            .map(|tool| Contender::tool(tool, dialect, size))
            .collect()
    }

    /// The SQL alone in both ways, and every tool.
    pub(crate) fn everyone(&self, dialect: Dialect, size: usize) -> Vec<Contender> {
        [ONE_TRANSACTION, STATEMENTS]
            .map(|name| Contender::sql(name, dialect, size, "up.sql"))
            .into_iter()
            .chain(self.tools(dialect, size))
            .collect()
    }

    pub(crate) fn wants(&self, measure: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == measure)
    }

    /// How many rounds count; before them one is for warming up, where there are several.
    pub(crate) const fn rounds(&self, size: usize) -> usize {
        match size {
            _ if self.is_quick => 2,
            0..=10 => 9,
            11..=100 => 7,
            101..=5_000 => 5,
            _ => 1,
        }
    }

    /// How often a start is repeated within a round.
    pub(crate) const fn starts(&self) -> usize {
        if self.is_quick { 5 } else { 20 }
    }

    /// The rounds of what starts nothing anew.
    pub(crate) const fn start_rounds(&self) -> usize {
        if self.is_quick { 2 } else { 7 }
    }
}
