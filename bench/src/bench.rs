//! A run: what was built and made so far, and what was measured.

use std::collections::{BTreeMap, BTreeSet};

use crate::contender::Contender;
use crate::database::Databases;
use crate::error::{Failure, Result};
use crate::history::{Dialect, History};
use crate::plan::Plan;
use crate::record::Record;
use crate::subject::Subject;
use crate::tool::Tool;
use crate::{machine, shell};

pub(crate) struct Bench {
    pub(crate) plan: Plan,
    pub(crate) databases: Databases,
    pub(crate) records: Vec<Record>,
    histories: BTreeMap<usize, History>,
    installed: BTreeSet<(Tool, Dialect, usize)>,
    /// Databases at the last revision, by name.
    heads: BTreeSet<String>,
    commit: String,
}

impl Bench {
    pub(crate) fn start(plan: Plan) -> Result<Self> {
        let databases = Databases::start(&plan.dialects)?;
        Ok(Self {
            plan,
            databases,
            records: Vec::new(),
            histories: BTreeMap::new(),
            installed: BTreeSet::new(),
            heads: BTreeSet::new(),
            commit: machine::commit(),
        })
    }

    pub(crate) fn history(&mut self, size: usize) -> &History {
        self.histories
            .entry(size)
            .or_insert_with(|| History::generate(size))
    }

    /// Builds what a contender runs, once.
    pub(crate) fn install(&mut self, subject: &Subject) -> Result<()> {
        let key = (subject.tool, subject.dialect, subject.size);
        if self.installed.contains(&key) {
            return Ok(());
        }
        shell::say(format_args!(
            "  building {} for {} with {} revisions",
            subject.tool.name(),
            subject.dialect.title(),
            subject.size
        ));
        let history = self.history(subject.size).clone();
        subject.install(&history)?;
        self.installed.insert(key);
        Ok(())
    }

    /// The database of a contender at its last revision.
    pub(crate) fn head(&mut self, contender: &Contender) -> Result<String> {
        self.install(&contender.subject)?;
        let name = contender.database("head");
        let dialect = contender.subject.dialect;
        if !self.heads.contains(&name) {
            let url = self.databases.create(dialect, &name)?;
            contender.migrate(&url, 1)?;
            self.heads.insert(name.clone());
        }
        Ok(name)
    }

    /// A database is from now on the one that [`Bench::head`] gives.
    pub(crate) fn keep_head(&mut self, name: String) {
        self.heads.insert(name);
    }

    /// Databases that are not needed any more.
    pub(crate) fn forget(&mut self, dialect: Dialect, names: &[String]) -> Result<()> {
        for name in names {
            self.databases.remove(dialect, name)?;
            self.heads.remove(name);
        }
        Ok(())
    }

    /// Takes rounds: in each, everybody once, in the same order. Before them is one that does not count, where
    /// there are several. Who fails is left out of the rounds that follow.
    pub(crate) fn rounds(
        &mut self,
        measure: &str,
        unit: &str,
        contenders: &[Contender],
        rounds: usize,
        mut sample: impl FnMut(&mut Self, &Contender) -> Result<f64>,
    ) -> Result<()> {
        let mut records: Vec<Record> = contenders
            .iter()
            .map(|contender| self.record(measure, unit, contender))
            .collect();
        let warm_up = usize::from(rounds > 1);
        for round in 0..rounds + warm_up {
            for (contender, record) in contenders.iter().zip(&mut records) {
                if record.failure.is_some() {
                    continue;
                }
                match sample(self, contender) {
                    Ok(value) if round >= warm_up => record.samples.push(value),
                    Ok(_) => {}
                    Err(failure) => {
                        shell::say(format_args!("  {} fails: {failure}", contender.name));
                        record.failure = Some(failure.to_string());
                    }
                }
            }
        }
        for record in records {
            self.keep(record)?;
        }
        Ok(())
    }

    /// Keeps one number that needs no rounds.
    pub(crate) fn count(
        &mut self,
        measure: &str,
        unit: &str,
        contender: &Contender,
        value: f64,
    ) -> Result<()> {
        let mut record = self.record(measure, unit, contender);
        record.samples.push(value);
        self.keep(record)
    }

    fn record(&self, measure: &str, unit: &str, contender: &Contender) -> Record {
        Record {
            measure: measure.to_owned(),
            dialect: contender.subject.dialect,
            size: contender.subject.size,
            contender: contender.name.to_owned(),
            unit: unit.to_owned(),
            samples: Vec::new(),
            failure: None,
            load: machine::load(),
            taken: machine::now(),
            commit: self.commit.clone(),
        }
    }

    fn keep(&mut self, record: Record) -> Result<()> {
        let shown = match (record.median(), &record.failure) {
            (_, Some(failure)) => failure.lines().next_back().unwrap_or_default().to_owned(),
            (Some(median), None) => format!("{median:.3} {}", record.unit),
            (None, None) => return Err(Failure::new("a measurement without a sample")),
        };
        shell::say(format_args!(
            "  {:<12} {:<10} {:>6}  {:<28} {shown}",
            record.measure,
            record.dialect.name(),
            record.size,
            record.contender
        ));
        self.records.retain(|other| other.key() != record.key());
        self.records.push(record);
        Ok(())
    }
}

/// Milliseconds.
pub(crate) fn ms(duration: std::time::Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
