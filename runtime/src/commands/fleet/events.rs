//! Events of a fleet as JSON, one a line.

use serde_json::{Value, json};

use super::super::{events, json};
use crate::fleet::{FleetEvent, FleetObserver};

/// Writes each event to standard error; those of members with their names.
pub(super) struct Lines;

impl FleetObserver for Lines {
    fn event(&mut self, event: &FleetEvent<'_>) {
        events::write(&line(event));
    }
}

fn line(event: &FleetEvent<'_>) -> Value {
    match event {
        FleetEvent::Planned { at_head, count } => {
            json!({ "event": "fleet_planned", "at_head": at_head, "count": count })
        }
        FleetEvent::Started { member } => json!({ "event": "member_started", "member": member }),
        FleetEvent::Happened { member, event } => {
            let mut value = events::line(event);
            value["member"] = json!(member);
            value
        }
        FleetEvent::Finished { member, error } => {
            let error = error.map(|error| json::error(error)["error"].take());
            json!({ "event": "member_finished", "member": member, "error": error })
        }
    }
}
