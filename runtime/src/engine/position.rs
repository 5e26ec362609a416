//! Where a database stands: its ledger, read and held against what the program carries.

use limbeck_model::checksum;
use limbeck_model::recorded::{self, Standing};

use super::before::Look;
use super::chart::Chart;
use super::discrepancy;
use super::run::Run;
use crate::driver::{Driver, DriverError};
use crate::error::{Error, ErrorKind};
use crate::ledger::{Contents, Detail, Guard, Ledger, Progress, VERSION};
use crate::preflight;

/// A ledger that was read and understood; by default that of a new database.
#[derive(Default)]
pub(crate) struct Position {
    pub(crate) contents: Contents,
    pub(crate) standing: Standing,
}

impl Position {
    /// Reads the ledger and finds the place in the chart.
    ///
    /// # Errors
    ///
    /// The database cannot be read, or it is not anywhere in the program's histories.
    pub(crate) fn read(
        driver: &mut dyn Driver,
        ledger: &Ledger,
        chart: &Chart,
        histories: &[&str],
        detail: Detail,
    ) -> Result<Self, Error> {
        if detail == Detail::Brief {
            let contents = driver.read(ledger, histories, Detail::Brief);
            let contents = contents.map_err(cannot_read)?;
            if let Some(position) = Self::plain(contents, chart, histories) {
                return Ok(position);
            }
        }
        let contents = driver.read(ledger, histories, Detail::Full);
        Self::find(contents.map_err(cannot_read)?, chart, histories)
    }

    /// Finds the place in the chart by a brief reading, where nothing has to be said of what was applied.
    /// Otherwise the ledger has to be read in full.
    fn plain(contents: Contents, chart: &Chart, histories: &[&str]) -> Option<Self> {
        let found = Self::find(contents, chart, histories).ok();
        found.filter(|position| position.standing.ahead.is_empty())
    }

    /// Finds the place in the chart.
    ///
    /// # Errors
    ///
    /// The database is not anywhere in the program's histories.
    pub(crate) fn find(
        contents: Contents,
        chart: &Chart,
        histories: &[&str],
    ) -> Result<Self, Error> {
        let contents = understood(contents)?;
        check_states(&contents, histories)?;
        let known = chart.known();
        let standing = recorded::reconcile(&known, histories, &contents.rows)
            .map_err(|found| discrepancy::describe(chart, &contents.rows, found))?;
        let gaps: Vec<_> = chart
            .graph
            .check_closed(&standing.applied)
            .into_iter()
            .map(|(revision, needed)| {
                let (revision, needed) = (chart.graph.name(revision), chart.graph.name(needed));
                format!("`{revision}` is applied, and `{needed}`, which it needs, is not")
            })
            .collect();
        if !gaps.is_empty() {
            return Err(discrepancy::hollow(&gaps));
        }
        let position = Self { contents, standing };
        match position.breaking_script(chart) {
            Some(script) => Err(discrepancy::begun(
                chart,
                &position.contents.rows,
                &script.id,
            )),
            None => Ok(position),
        }
    }

    /// What a transaction that is planned from here demands of the ledger.
    pub(crate) fn guard(&self, histories: &[&str]) -> Guard {
        guard(&self.contents, histories)
    }

    /// The statement at which a non-transactional script stands, if one is unfinished: the last one
    /// that was begun.
    pub(crate) fn unfinished(&self) -> Option<&Progress> {
        unfinished(&self.contents)
    }

    /// Ids of compatible revisions that the program does not know.
    pub(crate) fn ahead(&self) -> Vec<String> {
        self.ahead_rows().into_iter().map(|(_, id)| id).collect()
    }

    /// The same, each with its history before it.
    pub(crate) fn ahead_rows(&self) -> Vec<(String, String)> {
        self.standing
            .ahead
            .iter()
            .filter_map(|&row| self.contents.rows.get(row))
            .map(|row| (row.history.clone(), row.id.clone()))
            .collect()
    }
}

impl Run<'_> {
    /// Where the database stands.
    ///
    /// # Errors
    ///
    /// As for [`Position::read`].
    pub(super) fn position(&mut self) -> Result<Position, Error> {
        let contents = self.read(Detail::Brief)?;
        self.placed(contents)
    }

    /// The same, for whoever is going to change something. The first time comes with it what is looked at
    /// before the first change.
    pub(super) fn position_and_facts(&mut self) -> Result<Position, Error> {
        // What was told before is not fresh any more.
        self.facts = None;
        if std::mem::replace(&mut self.first_reading, Look::Done) == Look::Done {
            return self.position();
        }
        let extensions = preflight::extensions(&self.tables);
        let contents = loop {
            let answer = self
                .driver
                .read_with_facts(&self.ledger, &self.histories, &extensions);
            match answer {
                Ok((contents, facts)) => {
                    self.facts = facts;
                    break contents;
                }
                Err(error) => self.reconnect(error, cannot_read)?,
            }
        };
        self.placed(contents)
    }

    fn placed(&mut self, contents: Contents) -> Result<Position, Error> {
        match Position::plain(contents, self.chart, &self.histories) {
            Some(position) => Ok(position),
            None => Position::find(self.read(Detail::Full)?, self.chart, &self.histories),
        }
    }

    /// Reads the ledger, on another connection where this one is lost.
    pub(super) fn read(&mut self, detail: Detail) -> Result<Contents, Error> {
        loop {
            match self.driver.read(&self.ledger, &self.histories, detail) {
                Ok(contents) => return Ok(contents),
                Err(error) => self.reconnect(error, cannot_read)?,
            }
        }
    }
}

/// What was read from a ledger that this program understands.
pub(crate) fn understood(contents: Contents) -> Result<Contents, Error> {
    match contents.states.iter().map(|state| state.version).max() {
        Some(version) if version > VERSION => Err(newer(version)),
        _ => Ok(contents),
    }
}

/// The error for a ledger of a later version.
pub(crate) fn newer(version: u32) -> Error {
    Error::new(
        ErrorKind::AheadBreaking,
        format!("the ledger has version {version}, and this program understands version {VERSION} and older"),
    )
    .help_with("run the newer program that has migrated this database, or update `limbeck` in this one")
}

/// The last statement that was begun of a script that a history is marked with. Rows of others are left
/// from scripts that have ended.
pub(crate) fn unfinished(contents: &Contents) -> Option<&Progress> {
    contents.progress.iter().rev().find(|progress| {
        contents.states.iter().any(|state| {
            state.history == progress.history
                && state.unfinished.as_deref() == Some(&progress.token)
        })
    })
}

pub(crate) fn cannot_read(error: DriverError) -> Error {
    if error.busy {
        return Error::new(
            ErrorKind::Locked,
            "another process holds this database and has not let go of it within the deadline",
        )
        .help_with("wait for it and run again; give a longer deadline where migrations take long")
        .because(error);
    }
    let is_no_database = preflight::is_no_database(&error);
    let failure = Error::database("cannot read the ledger", error);
    if is_no_database {
        failure.help_with(preflight::NO_DATABASE_HELP)
    } else {
        failure
    }
}

pub(crate) fn guard(contents: &Contents, histories: &[&str]) -> Guard {
    Guard {
        histories: histories
            .iter()
            .map(|&history| history.to_owned())
            .collect(),
        states: contents
            .states
            .iter()
            .filter(|state| histories.contains(&state.history.as_str()))
            .cloned()
            .collect(),
        is_outdated: contents.is_outdated(),
    }
}

/// The two halves of the ledger say the same, unless it was edited by hand.
fn check_states(contents: &Contents, histories: &[&str]) -> Result<(), Error> {
    for &history in histories {
        let rows = contents.rows.iter().filter(|row| row.history == history);
        let from_rows = recorded::recorded_state(rows);
        let recorded = contents
            .states
            .iter()
            .find(|state| state.history == history)
            .map_or_else(
                || checksum::state(&[]).to_string(),
                |state| state.digest.clone(),
            );
        if from_rows.is_none_or(|state| state.to_string() != recorded) {
            return Err(discrepancy::contradictory(history));
        }
    }
    Ok(())
}
