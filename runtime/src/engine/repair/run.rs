//! Finds, mends and says what was done.

use limbeck_model::Dialect;

use super::catalog::{self, Cure, Invalid, Known, Spoken};
use super::records::{self, Remedy};
use crate::driver::{Answer, DriverError, Marker, Ran, Timeouts, Unit};
use crate::engine::position::{self, cannot_read};
use crate::engine::run::{Outcome, Run};
use crate::engine::script;
use crate::error::Error;
use crate::ledger::{Contents, Detail, Tenant};
use crate::repair::{Fate, Leftover, Repair, RepairReport};

/// Whatever is mended waits for others and is in nobody's way.
const PATIENT: Timeouts = Timeouts {
    lock_ms: Some(0),
    statement_ms: None,
};

impl Run<'_> {
    /// Mends what interrupted runs have left, once no process is at a script any more.
    pub(crate) fn repair(mut self, repair: Repair) -> Result<RepairReport, Error> {
        let mut report = RepairReport {
            dialect: self.ledger.dialect,
            dry_run: repair.dry_run,
            leftovers: Vec::new(),
        };
        let contents = self.repair_ledger(repair, &mut report)?;
        let path = self.ledger.tenant.as_ref().map(Tenant::search_path);
        self.driver.enter(path);
        if self.ledger.dialect == Dialect::Postgres {
            let spoken = Spoken::of(self.chart, &self.ledger, &contents);
            while let Err(error) = self.repair_catalog(repair, &spoken, &mut report) {
                self.reconnect(error, cannot_repair)?;
                // The server may still be at what was sent.
                let token = self.token.clone();
                self.wait_until_ended(&token)?;
            }
        }
        Ok(report)
    }

    /// Looks at the whole catalogue, and can do so again after a lost connection: what is not found any more
    /// was mended.
    fn repair_catalog(
        &mut self,
        repair: Repair,
        spoken: &Spoken,
        report: &mut RepairReport,
    ) -> Result<(), DriverError> {
        self.repair_indexes(repair, spoken, report)?;
        self.repair_partitions(repair, spoken, report)
    }

    fn repair_ledger(
        &mut self,
        repair: Repair,
        report: &mut RepairReport,
    ) -> Result<Contents, Error> {
        // What was written without an answer: it was mended where it is not found any more.
        let mut in_doubt: Vec<Leftover> = Vec::new();
        loop {
            let contents = position::understood(self.read(Detail::Full)?)?;
            if position::unfinished(&contents).is_some_and(|progress| progress.alive) {
                self.wait()?;
                continue;
            }
            let faults = if contents.present {
                records::faults(&contents, self.chart, &self.histories)
            } else {
                Vec::new()
            };
            let mut leftovers = Vec::new();
            let mut written = Vec::new();
            for fault in faults {
                let (fate, remedy) = match fault.remedy {
                    Remedy::Mend(record, remedy) => {
                        written.push(*record);
                        (mended(repair), remedy)
                    }
                    Remedy::Upgrade => (Fate::ForUpgrade, "the next `upgrade` goes on with it"),
                    Remedy::Person(remedy) => (Fate::Left, remedy),
                };
                leftovers.push(leftover(fault.what, fate, remedy));
            }
            if !written.is_empty() && !repair.dry_run {
                let unit = Unit {
                    guard: position::guard(&contents, &self.histories),
                    create_ledger: false,
                    changes: vec![script::records(written)],
                };
                let attempts = self.attempts.retries();
                if let Outcome::Again = self.write(&unit, false, None)? {
                    if self.attempts.retries() > attempts {
                        in_doubt = leftovers;
                        in_doubt.retain(|leftover| leftover.fate == Fate::Mended);
                    }
                    continue;
                }
            }
            in_doubt.retain(|mended| leftovers.iter().all(|found| found.what != mended.what));
            report.leftovers.append(&mut in_doubt);
            report.leftovers.append(&mut leftovers);
            return Ok(contents);
        }
    }

    fn repair_indexes(
        &mut self,
        repair: Repair,
        spoken: &Spoken,
        report: &mut RepairReport,
    ) -> Result<(), DriverError> {
        let indexes = catalog::invalid(&self.driver.ask(&catalog::invalid_indexes())?);
        if indexes.is_empty() {
            return Ok(());
        }
        let known = self.known(spoken)?;
        for index in indexes {
            let name = &index.name;
            let cure = catalog::cure(&index, &known, repair);
            let (sql, remedy) = match cure {
                Cure::Drop => (
                    script::drop_index(name),
                    "it is dropped; where a script builds it, the next `upgrade` does",
                ),
                Cure::Rebuild => (
                    format!("REINDEX INDEX CONCURRENTLY {name}"),
                    "it is built again",
                ),
                Cure::Upgrade => (String::new(), "the next `upgrade` drops it"),
                Cure::Busy => (
                    String::new(),
                    "another session works on its table; look again when that has ended",
                ),
                Cure::Unknown => (
                    String::new(),
                    "no script of the histories speaks of it; drop it or build it again with \
                     `REINDEX INDEX CONCURRENTLY`, or pass `--all-indexes`, which drops it",
                ),
            };
            let fate = match cure {
                Cure::Upgrade => Fate::ForUpgrade,
                Cure::Busy | Cure::Unknown => Fate::Left,
                Cure::Drop | Cure::Rebuild => mended(repair),
            };
            let found = leftover(format!("the index `{name}` is not valid"), fate, remedy);
            let fate = self.mend(report, found, &sql)?;
            if fate == Fate::Failed && cure == Cure::Rebuild {
                self.drop_leftovers(&index);
            }
        }
        Ok(())
    }

    fn known(&mut self, spoken: &Spoken) -> Result<Known, DriverError> {
        let mut known = Known::default();
        if let Some(query) = spoken.created() {
            for row in self.driver.ask(&query)? {
                if let [Some(oid), has_ended] = row.as_slice() {
                    let has_ended = has_ended.as_deref() == Some("t");
                    known.created.insert(oid.clone(), has_ended);
                }
            }
        }
        if let Some(query) = spoken.reindexed() {
            known.leftovers = firsts(self.driver.ask(&query)?).collect();
        }
        if let Some(query) = spoken.dropped() {
            known.dropped = firsts(self.driver.ask(&query)?).collect();
        }
        Ok(known)
    }

    /// What a failed `REINDEX` of repair's own has left. The failure is the one to report.
    fn drop_leftovers(&mut self, index: &Invalid) {
        let query = script::leftovers_query(&format!(
            "x.indrelid = (SELECT indrelid FROM pg_index WHERE indexrelid = {})",
            index.oid
        ));
        let leftovers = self.driver.ask(&query).unwrap_or_default();
        for row in leftovers {
            if let Some(Some(name)) = row.get(1) {
                let _ = self.cure(&script::drop_index(name));
            }
        }
    }

    fn repair_partitions(
        &mut self,
        repair: Repair,
        spoken: &Spoken,
        report: &mut RepairReport,
    ) -> Result<(), DriverError> {
        for row in self.driver.ask(&spoken.half_detached())? {
            let [Some(table), Some(partition), is_busy, is_spoken_of] = row.as_slice() else {
                continue;
            };
            let is = |value: &Option<String>| value.as_deref() == Some("t");
            let (fate, remedy) = if is(is_busy) {
                (
                    Fate::Left,
                    "another session works on the table; look again when that has ended",
                )
            } else if is(is_spoken_of) {
                (mended(repair), "it is detached wholly")
            } else {
                (
                    Fate::Left,
                    "no script of the histories speaks of it; end it with `ALTER TABLE … DETACH PARTITION … FINALIZE`",
                )
            };
            let what = format!("the partition `{partition}` of `{table}` is half detached");
            let found = leftover(what, fate, remedy);
            self.mend(report, found, &script::finalize(table, partition))?;
        }
        Ok(())
    }

    /// Runs what mends a leftover that is to be, and says what became of it.
    fn mend(
        &mut self,
        report: &mut RepairReport,
        mut leftover: Leftover,
        sql: &str,
    ) -> Result<Fate, DriverError> {
        let mut lost = None;
        if leftover.fate == Fate::Mended {
            match self.cure(sql) {
                Ok(_) => {}
                Err(error) if error.lost => lost = Some(error),
                Err(error) => {
                    leftover.fate = Fate::Failed;
                    leftover.remedy = format!("`{sql}` failed: {error}");
                }
            }
        }
        let fate = leftover.fate;
        // One that is found again is told of once.
        report.leftovers.retain(|known| known.what != leftover.what);
        report.leftovers.push(leftover);
        lost.map_or(Ok(fate), Err)
    }

    /// Runs a statement that says whose it is: after a lost connection it is waited for.
    fn cure(&mut self, sql: &str) -> Result<Ran, DriverError> {
        self.driver.mark(Some(Marker::new(&self.token, "repair")));
        let result = self.driver.run(sql, PATIENT);
        self.driver.mark(None);
        result
    }
}

const fn mended(repair: Repair) -> Fate {
    if repair.dry_run {
        Fate::WouldBeMended
    } else {
        Fate::Mended
    }
}

fn leftover(what: String, fate: Fate, remedy: &str) -> Leftover {
    let remedy = remedy.to_owned();
    Leftover { what, fate, remedy }
}

fn firsts(answer: Answer) -> impl Iterator<Item = String> {
    answer
        .into_iter()
        .filter_map(|row| row.into_iter().next().flatten())
}

fn cannot_repair(error: DriverError) -> Error {
    if !error.lost {
        return cannot_read(error);
    }
    Error::database("the connection failed during the repair", error)
        .help_with("run again: what was mended is mended")
}
