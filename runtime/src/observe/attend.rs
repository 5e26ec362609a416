//! A run from its start to its end, as its observer sees it.

use limbeck_model::Dialect;

use super::Listener;
use crate::clock::Stopwatch;
use crate::error::Error;
use crate::event::Event;
use crate::options::Options;
use crate::report::Report;
use crate::watch::{Desk, Heart, Lookout};

/// What the report says of an observer that is told nothing any more.
const PANICKED: &str = "the observer has panicked, and was told nothing any more";

/// A sign of life while another process is waited for, until it is dropped.
pub(crate) struct Vigil {
    listener: Listener,
    _heart: Heart,
}

impl Vigil {
    pub(crate) fn start(listener: &Listener, options: &Options) -> Self {
        let desk = Desk::new();
        let listener = listener.for_run(&desk);
        Self {
            _heart: Heart::start(&desk, &listener, options.heartbeat, None),
            listener,
        }
    }

    /// Who is told.
    pub(crate) const fn listener(&self) -> &Listener {
        &self.listener
    }
}

/// Has a run done and looked after.
pub(crate) fn attend(
    dialect: Dialect,
    lookout: Option<Box<dyn Lookout>>,
    listener: &Listener,
    options: &Options,
    act: impl FnOnce(Listener) -> Result<Report, Error>,
) -> Result<Report, Error> {
    let watch = Stopwatch::start();
    let desk = Desk::new();
    let listener = listener.for_run(&desk);
    listener.tell(&Event::RunStarted { dialect });
    let heart = Heart::start(&desk, &listener, options.heartbeat, lookout);
    let result = act(listener.clone());
    // Whatever the threads have to tell comes before the end.
    drop(heart);
    let duration = watch.elapsed();
    listener.tell(&match &result {
        Ok(report) => Event::RunFinished {
            revisions: report.steps.len(),
            rows: report.rows(),
            retries: report.retries,
            waited: report.waited,
            duration,
        },
        Err(error) => Event::RunFailed {
            revision: desk.revision(),
            kind: error.kind(),
            code: error.code().map(str::to_owned),
            message: error.to_string(),
            location: error.location().cloned(),
            duration,
        },
    });
    let mut notes = desk.take_notes();
    if listener.has_panicked() {
        notes.push(PANICKED.to_owned());
    }
    match result {
        Ok(mut report) => {
            report.notes.extend(notes);
            Ok(report)
        }
        Err(error) => Err(error.noting(notes)),
    }
}
