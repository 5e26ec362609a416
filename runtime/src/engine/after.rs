//! What is done once after the last change.

use super::run::Run;
use crate::drift::{Comparing, Comparison, Drift, Replays};
use crate::error::{Error, ErrorKind};
use crate::event::Event;

impl Run<'_> {
    /// Compares the schema with the one that the revisions make, where that is asked for and something was
    /// changed.
    pub(super) fn after(&mut self) -> Result<(), Error> {
        if self.options.drift == Drift::Off || self.report.steps.is_empty() {
            return Ok(());
        }
        let comparison = match self.compare() {
            Ok(comparison) => comparison,
            Err(error) if self.options.drift == Drift::Fail => return Err(error),
            // What was to be done is done, and was only to be looked at.
            Err(error) => {
                self.report
                    .notes
                    .push(format!("the schema was not compared: {error:#}"));
                return Ok(());
            }
        };
        self.report.notes.extend(sentences(&comparison));
        let is_failure = self.options.drift == Drift::Fail && comparison.is_drift();
        self.tell(&Event::Compared(comparison.clone()));
        let failure = is_failure.then(|| drifted(&comparison));
        self.report.comparison = Some(comparison);
        failure.map_or(Ok(()), Err)
    }

    fn compare(&mut self) -> Result<Comparison, Error> {
        let position = self.position()?;
        let comparing = Comparing {
            chart: self.chart,
            histories: &self.tables,
            ledger: &self.ledger,
            options: self.options,
            replays: Replays::WhereUnlike,
        };
        comparing.compare(self.driver, &position)
    }
}

/// What a person should know of a comparison, one sentence each.
fn sentences(comparison: &Comparison) -> Vec<String> {
    match comparison {
        Comparison::Equal(_) => Vec::new(),
        Comparison::Different(differences) => differences
            .iter()
            .map(|difference| match &difference.mend {
                Some(mend) => format!("drift: {difference}; `{mend}` mends it"),
                None => format!("drift: {difference}"),
            })
            .collect(),
        Comparison::Unlike(reason) => vec![format!(
            "drift: {UNLIKE}; in what could not be found out: {reason}"
        )],
        Comparison::Unknown(reason) => vec![format!("the schema was not compared: {reason}")],
    }
}

const UNLIKE: &str = "the schema does not have the fingerprint that was proved";

/// The error that a run ends with. What it has changed stands.
fn drifted(comparison: &Comparison) -> Error {
    let error = |message: String| Error::new(ErrorKind::Drift, message);
    match comparison {
        Comparison::Different(differences) => {
            let messages: Vec<_> = differences.iter().map(ToString::to_string).collect();
            let mends: Vec<_> = differences
                .iter()
                .filter_map(|difference| difference.mend.as_deref())
                .collect();
            let failure = error(format!(
                "the schema is not the one that the revisions make: {}",
                messages.join("; ")
            ));
            match mends.as_slice() {
                [] => failure.help_with("write what is meant as a revision, and take back what is not"),
                _ => failure.help_with(format!(
                    "write what is meant as a revision, and take back what is not, such as with `{}`",
                    mends.join(" ")
                )),
            }
        }
        Comparison::Unlike(reason) | Comparison::Unknown(reason) => {
            let failure = error(format!(
                "{UNLIKE}, and in what could not be found out: {reason}"
            ));
            match &reason.help {
                Some(help) => failure.help_with(help.as_str()),
                None => failure,
            }
        }
        Comparison::Equal(_) => error(UNLIKE.to_owned()),
    }
}
