//! The driver's Nth call fails, for every N, until a run completes without the fault being reached.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use limbeck::__private::sim::{Fault, Faults, Faulty, Moment};
use limbeck::{Dialect, Error, ErrorKind};

use crate::oracle;
use crate::scenario::{Ending, Scenario};
use crate::settings::Settings;
use crate::tally::{Tally, until_reached};

/// What strikes, when, and whether it goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stroke {
    pub(crate) number: usize,
    pub(crate) moment: Moment,
    pub(crate) fault: Fault,
    pub(crate) is_permanent: bool,
}

impl fmt::Display for Stroke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            number,
            moment,
            fault,
            is_permanent,
        } = self;
        let lasting = if *is_permanent { " for good" } else { "" };
        write!(f, "call {number}, {moment:?}, {fault:?}{lasting}")
    }
}

/// Counts calls, and fails those that it is to fail.
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    stroke: Option<Stroke>,
    pub(crate) calls: Arc<AtomicUsize>,
    /// The first call that was failed.
    pub(crate) struck: Arc<OnceLock<&'static str>>,
}

impl Counter {
    pub(crate) fn new(stroke: Option<Stroke>) -> Self {
        Self {
            stroke,
            calls: Arc::default(),
            struck: Arc::default(),
        }
    }
}

impl Faults for Counter {
    fn strike(&mut self, call: &'static str, moment: Moment) -> Option<Fault> {
        if moment == Moment::Before {
            self.calls.fetch_add(1, Ordering::SeqCst);
        }
        let number = self.calls.load(Ordering::SeqCst);
        let stroke = self.stroke?;
        let is_due = stroke.moment == moment
            && (number == stroke.number || stroke.is_permanent && number > stroke.number);
        is_due.then(|| {
            self.struck.get_or_init(|| call);
            stroke.fault
        })
    }
}

/// The faults of a sweep. What PostgreSQL and SQLite call a full disk, a lock that was not had in time, a
/// deadlock, a server that is going down.
fn kinds(scenario: &Scenario) -> Vec<(Moment, Fault, bool)> {
    let refusals: &[&'static str] = match scenario.start.dialect() {
        Dialect::Postgres => &["53100", "55P03", "40P01", "57P01"],
        Dialect::Sqlite => &["13", "10", "8"],
    };
    let mut kinds = vec![
        (Moment::Before, Fault::Lost, false),
        (Moment::After, Fault::Lost, false),
        (Moment::Before, Fault::Lost, true),
        (Moment::After, Fault::Lost, true),
        (Moment::Before, Fault::Busy, false),
        (Moment::Before, Fault::Busy, true),
    ];
    for code in refusals {
        kinds.push((Moment::Before, Fault::Refused(code), false));
    }
    kinds
}

/// Fails every call of a scenario in every way.
pub(crate) fn sweep(tally: &Tally, settings: &Settings, scenario: &Scenario, quick: usize) {
    let part = format!("sweep {scenario}");
    let calls = calls(scenario);
    let mut strokes = Vec::new();
    for number in 1..=calls {
        for (moment, fault, is_permanent) in kinds(scenario) {
            strokes.push(Stroke {
                number,
                moment,
                fault,
                is_permanent,
            });
        }
    }
    let strokes = settings.sample(strokes, quick, usize::MAX);
    tally.try_all(&part, &strokes, settings.workers, |stroke| {
        try_stroke(scenario, *stroke)
    });
}

/// How many calls there are when none fails.
pub(crate) fn calls(scenario: &Scenario) -> usize {
    let place = scenario.start.copy();
    let counter = Counter::new(None);
    let calls = Arc::clone(&counter.calls);
    let outcome = scenario
        .operation
        .act(&mut scenario.migrator(), Faulty(&place.url(), counter));
    if let Err(error) = outcome {
        panic!("without a fault: {error:#}");
    }
    calls.load(Ordering::SeqCst)
}

fn try_stroke(scenario: &Scenario, stroke: Stroke) -> Vec<String> {
    until_reached(|| {
        let place = scenario.start.copy();
        let counter = Counter::new(Some(stroke));
        let struck = Arc::clone(&counter.struck);
        let outcome = scenario
            .operation
            .act(&mut scenario.migrator(), Faulty(&place.url(), counter));
        let answer = answer_is_right(scenario, stroke, struck.get()?, &outcome);
        let after = oracle::examine(scenario, &place);
        Some(answer.into_iter().chain(after).collect())
    })
}

/// A run that meets a fault succeeds all the same, or says what has stopped it.
fn answer_is_right(
    scenario: &Scenario,
    stroke: Stroke,
    call: &str,
    outcome: &Result<Ending, Error>,
) -> Option<String> {
    let is_survived = is_survived(scenario.start.dialect(), stroke, call);
    let error = match outcome {
        Ok(Ending::Complete(_)) if stroke.is_permanent && stroke.moment == Moment::Before => {
            return Some("it claims to have succeeded on a database that it never reached".into());
        }
        Ok(Ending::Incomplete) if is_survived => {
            return Some(format!("it leaves something after a lost `{call}`"));
        }
        Ok(_) => return None,
        Err(error) if is_survived => {
            return Some(format!("it did not survive a lost `{call}`: {error:#}"));
        }
        Err(error) => error,
    };
    // SQLite's driver waits for itself when it reads, so that its `busy` says that the deadline is over.
    let is_allowed = match stroke.fault {
        Fault::Busy => matches!(error.kind(), ErrorKind::Locked | ErrorKind::Database),
        Fault::Lost | Fault::Refused(_) => {
            matches!(error.kind(), ErrorKind::Database | ErrorKind::Failed)
        }
    };
    (!is_allowed).then(|| format!("the wrong error: {:?}: {error:#}", error.kind()))
}

/// Whether nobody may see more of it than that the run took longer: a connection that was lost once, but for
/// the first one and its first question. SQLite's is none that could be opened again.
fn is_survived(dialect: Dialect, stroke: Stroke, call: &str) -> bool {
    dialect == Dialect::Postgres
        && stroke.fault == Fault::Lost
        && !stroke.is_permanent
        && !matches!(call, "open" | "first_look")
}
