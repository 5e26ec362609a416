//! What is wrong with the ledger, and the records that mend it: from what was read alone.

use std::collections::BTreeSet;

use limbeck_model::recorded::{self, Standing};
use limbeck_model::{Direction, checksum};

use crate::engine::chart::Chart;
use crate::engine::position;
use crate::ledger::{Contents, Progress, Record};

/// Something wrong in the ledger.
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) remedy: Remedy,
}

pub(super) enum Remedy {
    /// This record mends it.
    Mend(Box<Record<'static>>, &'static str),
    /// The next upgrade does.
    Upgrade,
    /// A person has to.
    Person(&'static str),
}

/// All that is wrong in the ledger.
pub(super) fn faults(contents: &Contents, chart: &Chart, histories: &[&'static str]) -> Vec<Fault> {
    let mut faults = states(contents, chart, histories);
    let unfinished = position::unfinished(contents);
    faults.extend(scripts(contents, chart, unfinished));
    faults.extend(claims(contents, histories));
    faults
}

/// Rows of `state` that contradict those of `revision`.
fn states(contents: &Contents, chart: &Chart, histories: &[&'static str]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for &history in histories {
        let rows = contents.rows.iter().filter(|row| row.history == history);
        let from_rows = recorded::recorded_state(rows);
        let row = contents.states.iter().find(|row| row.history == history);
        let recorded = row.map_or_else(
            || checksum::state(&[]).to_string(),
            |row| row.digest.clone(),
        );
        if from_rows.is_some_and(|state| state.to_string() == recorded) {
            continue;
        }
        let what =
            format!("the recorded state of `{history}` is not that of its recorded revisions");
        let is_of_program = standing(contents, chart, histories).is_some();
        let remedy = match from_rows {
            // A state that the program knows may be the truth, and the rows the part that was changed.
            Some(state)
                if is_of_program && (row.is_none() || !is_known(chart, history, &recorded)) =>
            {
                Remedy::Mend(
                    Box::new(Record::Corrected { history, state }),
                    "the state is that of the recorded revisions",
                )
            }
            _ => Remedy::Person(
                "nothing tells which of both is right; where the schema is one that this program knows, `stamp --purge` records that",
            ),
        };
        faults.push(Fault { what, remedy });
    }
    faults
}

/// Where the database stands by its rows of `revision` alone.
fn standing(contents: &Contents, chart: &Chart, histories: &[&str]) -> Option<Standing> {
    let standing = recorded::reconcile(&chart.known(), histories, &contents.rows).ok()?;
    chart
        .graph
        .check_closed(&standing.applied)
        .is_empty()
        .then_some(standing)
}

/// Whether a history has this state on its way from nothing to its heads.
fn is_known(chart: &Chart, history: &str, digest: &str) -> bool {
    let mut tips = chart.tips(&BTreeSet::new());
    if tips.state(history).to_string() == digest {
        return true;
    }
    chart.entries.iter().enumerate().any(|(index, entry)| {
        tips.apply(index);
        entry.history.name == history && tips.state_of(index).to_string() == digest
    })
}

/// What stands in `progress`: one fault for each script.
fn scripts(contents: &Contents, chart: &Chart, unfinished: Option<&Progress>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for progress in &contents.progress {
        let key = (&progress.history, &progress.id, &progress.direction);
        if !seen.insert(key) {
            continue;
        }
        let (id, direction) = (&progress.id, &progress.direction);
        let known = chart.find(&progress.history, id).zip(
            [Direction::Up, Direction::Down]
                .into_iter()
                .find(|known| known.name() == direction),
        );
        let is_unfinished =
            unfinished.is_some_and(|last| (&last.history, &last.id, &last.direction) == key);
        let fault = match known {
            None => Fault {
                what: format!(
                    "the script `{direction}` of `{id}`, which this program does not have, was left unfinished"
                ),
                remedy: Remedy::Person("run the program that has begun it"),
            },
            Some((entry, known)) => {
                let is_applied = contents
                    .rows
                    .iter()
                    .any(|row| row.history == progress.history && row.id == *id);
                if is_applied == (known == Direction::Up) {
                    let (history, id) = (entry.history.name, entry.revision.id);
                    Fault {
                        what: format!(
                            "the script `{direction}` of `{id}` counts as unfinished, and the revision says that it has ended"
                        ),
                        remedy: if is_unfinished {
                            Remedy::Mend(Box::new(Record::Released { history, id }), ENDED)
                        } else {
                            let direction = known;
                            Remedy::Mend(
                                Box::new(Record::Swept {
                                    history,
                                    id,
                                    direction,
                                }),
                                ENDED,
                            )
                        },
                    }
                } else if let Some(last) = unfinished.filter(|_| is_unfinished) {
                    Fault {
                        what: format!(
                            "the script `{direction}` of `{id}` was left at its statement {}",
                            last.step
                        ),
                        remedy: Remedy::Upgrade,
                    }
                } else {
                    Fault {
                        what: format!(
                            "statements of the script `{direction}` of `{id}` have run, and its history is not marked as having it unfinished"
                        ),
                        remedy: Remedy::Person(
                            "look what they have left, bring the schema to a state that this program knows, and record that with `stamp --purge`",
                        ),
                    }
                }
            }
        };
        faults.push(fault);
    }
    faults
}

const ENDED: &str = "what was noted of its statements is removed";

/// Histories that are marked as having an unfinished script of which there is nothing.
fn claims(contents: &Contents, histories: &[&'static str]) -> Vec<Fault> {
    histories
        .iter()
        .filter(|&&history| {
            let is_marked = contents
                .states
                .iter()
                .any(|row| row.history == history && row.unfinished.is_some());
            is_marked && !contents.progress.iter().any(|row| row.history == history)
        })
        .map(|&history| Fault {
            what: format!(
                "`{history}` is marked as having an unfinished script, and there is none"
            ),
            remedy: Remedy::Mend(
                Box::new(Record::Unclaimed { history }),
                "the mark is removed",
            ),
        })
        .collect()
}
