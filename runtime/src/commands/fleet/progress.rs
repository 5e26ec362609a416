//! What a run over a fleet shows while it goes on: a line for each member.

use std::collections::BTreeMap;
use std::io::Write as _;

use super::super::text;
use super::answer::shown;
use crate::event::Event;
use crate::fleet::{FleetEvent, FleetObserver};

#[derive(Default)]
pub(super) struct Progress {
    count: usize,
    finished: usize,
    /// How many revisions ran on those that are at it.
    steps: BTreeMap<String, usize>,
}

impl FleetObserver for Progress {
    fn event(&mut self, event: &FleetEvent<'_>) {
        match event {
            FleetEvent::Planned { count, .. } => self.count = *count,
            FleetEvent::Happened {
                member,
                event: Event::Finished(_),
            } => *self.steps.entry((*member).to_owned()).or_default() += 1,
            FleetEvent::Happened {
                member,
                event: Event::Heartbeat(heartbeat),
            } => {
                let line = format!("{}  {}", shown(member), text::heartbeat(heartbeat));
                let _ = writeln!(std::io::stderr(), "{line}");
            }
            FleetEvent::Finished { member, error } => {
                self.finished += 1;
                let steps = self.steps.remove(*member).unwrap_or_default();
                let fate = match (error, steps) {
                    (Some(error), _) => format!("failed: {error}"),
                    (None, 0) => return,
                    (None, steps) => text::revisions(steps),
                };
                self.line(&format!("{}  {fate}", shown(member)));
            }
            FleetEvent::Happened { .. } | FleetEvent::Started { .. } => {}
        }
    }
}

impl Progress {
    fn line(&self, line: &str) {
        let width = self.count.to_string().len();
        // A reader that has gone away is not a failure of the migration.
        let _ = writeln!(
            std::io::stdout(),
            "{:>width$}/{} {line}",
            self.finished,
            self.count
        );
    }
}
