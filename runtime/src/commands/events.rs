//! Events as JSON, one a line.

use std::io::Write as _;

use serde_json::{Value, json};

use super::{json, verify};
use crate::clock::milliseconds;
use crate::event::{Event, Observer};
use crate::observe::{Activity, Heartbeat, Progress};
use crate::report::RevisionName;
use crate::session::Session;

/// Writes each event to standard error.
pub(super) struct Lines;

impl Observer for Lines {
    fn event(&mut self, event: &Event) {
        write(&line(event));
    }
}

/// Writes one object as a line.
pub(super) fn write(value: &Value) {
    // A reader that has gone away is not a failure of the migration.
    let _ = writeln!(std::io::stderr(), "{value}");
}

/// An event as one object: `event` is its name, and every time is in milliseconds.
pub(super) fn line(event: &Event) -> Value {
    match event {
        Event::RunStarted { dialect } => {
            json!({ "event": "run_started", "dialect": dialect.name() })
        }
        Event::Planned { direction, count } => {
            json!({ "event": "planned", "direction": direction.name(), "count": count })
        }
        Event::Started {
            revision,
            direction,
        } => json!({
            "event": "started",
            "revision": json::revision(revision),
            "direction": direction.name(),
        }),
        Event::Statement {
            revision,
            number,
            count,
        } => json!({
            "event": "statement",
            "revision": json::revision(revision),
            "number": number,
            "count": count,
        }),
        Event::StatementFinished {
            revision,
            number,
            count,
            duration,
            rows,
        } => json!({
            "event": "statement_finished",
            "revision": json::revision(revision),
            "number": number,
            "count": count,
            "duration_ms": milliseconds(*duration),
            "rows": rows,
        }),
        Event::Advanced { done, count } => {
            json!({ "event": "advanced", "done": done, "count": count })
        }
        Event::Finished(step) => json!({ "event": "finished", "step": json::step(step) }),
        Event::Heartbeat(heartbeat) => self::heartbeat(heartbeat),
        Event::Progress { revision, progress } => json!({
            "event": "progress",
            "revision": json::revision(revision),
            "progress": self::progress(progress),
        }),
        Event::RunFinished { .. } | Event::RunFailed { .. } => end(event),
        Event::BackedUp { path, duration } => json!({
            "event": "backed_up",
            "path": path.display().to_string(),
            "duration_ms": milliseconds(*duration),
        }),
        Event::Compared(comparison) => {
            json!({ "event": "compared", "schema": verify::schema(comparison) })
        }
        Event::Found(finding) => json!({ "event": "found", "finding": json::finding(finding) }),
        Event::Waiting { .. }
        | Event::Retrying { .. }
        | Event::Reconnected { .. }
        | Event::Blocked { .. } => hindrance(event),
    }
}

/// What is in the way of a run.
fn hindrance(event: &Event) -> Value {
    match event {
        Event::Waiting { holder } => {
            json!({ "event": "waiting", "holder": holder.as_ref().map(json::session) })
        }
        Event::Retrying {
            revision,
            direction,
            attempts,
            reason,
            blockers,
            pause,
        } => json!({
            "event": "retrying",
            "revision": json::revision(revision),
            "direction": direction.name(),
            "attempts": attempts,
            "reason": reason,
            "blockers": sessions(blockers),
            "pause_ms": milliseconds(*pause),
        }),
        Event::Reconnected { reason } => json!({ "event": "reconnected", "reason": reason }),
        Event::Blocked {
            revision,
            lock,
            blockers,
            elapsed,
        } => json!({
            "event": "blocked",
            "revision": name(revision.as_ref()),
            "lock": lock,
            "blockers": sessions(blockers),
            "elapsed_ms": milliseconds(*elapsed),
        }),
        _ => Value::Null,
    }
}

/// How a run has ended.
fn end(event: &Event) -> Value {
    match event {
        Event::RunFinished {
            revisions,
            rows,
            retries,
            waited,
            duration,
        } => json!({
            "event": "run_finished",
            "revisions": revisions,
            "rows": rows,
            "retries": retries,
            "waited_ms": milliseconds(*waited),
            "duration_ms": milliseconds(*duration),
        }),
        Event::RunFailed {
            revision,
            kind,
            code,
            message,
            location,
            duration,
        } => json!({
            "event": "run_failed",
            "revision": name(revision.as_ref()),
            "kind": json::kind(*kind),
            "code": code,
            "message": message,
            "location": location.as_ref().map(json::location),
            "duration_ms": milliseconds(*duration),
        }),
        _ => Value::Null,
    }
}

fn heartbeat(heartbeat: &Heartbeat) -> Value {
    let nothing: (&str, Option<&String>, &[Session]) = ("", None, &[]);
    let (activity, lock, others) = match &heartbeat.activity {
        Activity::Preparing => ("preparing", nothing.1, nothing.2),
        Activity::Running => ("running", nothing.1, nothing.2),
        Activity::Blocked { lock, blockers } => ("blocked", Some(lock), blockers.as_slice()),
        Activity::Waiting { holder } => ("waiting", nothing.1, holder.as_slice()),
        Activity::BackingOff => ("backing_off", nothing.1, nothing.2),
        Activity::BackingUp => ("backing_up", nothing.1, nothing.2),
    };
    json!({
        "event": "heartbeat",
        "revision": name(heartbeat.revision.as_ref()),
        "statement": heartbeat.statement.map(|(number, _)| number),
        "statements": heartbeat.statement.map(|(_, count)| count),
        "activity": activity,
        "lock": lock,
        "blockers": sessions(others),
        "progress": heartbeat.progress.as_ref().map(progress),
        "elapsed_ms": milliseconds(heartbeat.elapsed),
        "total_elapsed_ms": milliseconds(heartbeat.total_elapsed),
    })
}

fn progress(progress: &Progress) -> Value {
    json!({
        "command": progress.command,
        "relation": progress.relation,
        "phase": progress.phase,
        "unit": progress.unit.map(crate::observe::ProgressUnit::name),
        "done": progress.done,
        "total": progress.total,
        "percent": progress.percent(),
        "rate_per_s": progress.rate_per_s,
        "eta_ms": progress.eta.map(milliseconds),
    })
}

fn name(revision: Option<&RevisionName>) -> Option<Value> {
    revision.map(json::revision)
}

fn sessions(sessions: &[Session]) -> Vec<Value> {
    sessions.iter().map(json::session).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_event_is_one_line_with_its_name() {
        let heartbeat = Heartbeat {
            revision: None,
            statement: Some((1, 2)),
            activity: Activity::Waiting {
                holder: Some(Session::default()),
            },
            progress: None,
            elapsed: Duration::from_millis(1500),
            total_elapsed: Duration::from_secs(2),
        };
        let line = line(&Event::Heartbeat(heartbeat)).to_string();
        assert!(!line.contains('\n'));
        let value: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["event"], "heartbeat");
        assert_eq!(value["activity"], "waiting");
        assert_eq!(
            (value["elapsed_ms"].as_u64(), value["statements"].as_u64()),
            (Some(1500), Some(2))
        );
        assert_eq!(value["blockers"][0]["pid"], 0);
    }
}
