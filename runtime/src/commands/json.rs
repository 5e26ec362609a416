//! What commands say to programs.

use std::error::Error as _;

use serde_json::{Value, json};

use super::{exit, verify};
use crate::clock::milliseconds;
use crate::error::{Error, ErrorKind, Location};
use crate::preflight::Finding;
use crate::repair::RepairReport;
use crate::report::{Report, RevisionName, Step};
use crate::session::Session;
use crate::status::Status;

pub(super) fn revision(revision: &RevisionName) -> Value {
    json!({ "history": revision.history, "id": revision.id, "message": revision.message })
}

pub(super) fn report(report: &Report) -> Value {
    let steps: Vec<_> = report.steps.iter().map(step).collect();
    json!({
        "dialect": report.dialect.name(),
        "up_to_date": report.is_up_to_date(),
        "steps": steps,
        "ahead": report.ahead,
        "duration_ms": milliseconds(report.duration),
        "rows": report.rows(),
        "retries": report.retries,
        "waited_ms": milliseconds(report.waited),
        "notes": report.notes,
        "schema": report.comparison.as_ref().map(verify::schema),
        "backup": report.backup.as_ref().map(|path| path.display().to_string()),
    })
}

pub(super) fn finding(finding: &Finding) -> Value {
    json!({
        "check": finding.check.name(),
        "severity": finding.severity.name(),
        "message": finding.message,
        "help": finding.help,
    })
}

pub(super) fn step(step: &Step) -> Value {
    json!({
        "history": step.revision.history,
        "id": step.revision.id,
        "message": step.revision.message,
        "direction": step.direction.name(),
        "executed": step.executed,
        "statements": step.statements,
        "duration_ms": milliseconds(step.duration),
        "rows": step.rows,
        "retries": step.retries,
        "waited_ms": milliseconds(step.waited),
        "notes": step.notes,
    })
}

pub(super) fn repair(report: &RepairReport) -> Value {
    let leftovers: Vec<_> = report
        .leftovers
        .iter()
        .map(|leftover| {
            json!({
                "what": leftover.what,
                "fate": leftover.fate.name(),
                "remedy": leftover.remedy,
            })
        })
        .collect();
    json!({
        "dialect": report.dialect.name(),
        "dry_run": report.dry_run,
        "in_order": report.is_in_order(),
        "leftovers": leftovers,
    })
}

pub(super) fn status(status: &Status) -> Value {
    let applied: Vec<_> = status
        .applied
        .iter()
        .map(|applied| {
            let mut value = revision(&applied.revision);
            value["applied_at"] = json!(applied.applied_at);
            value
        })
        .collect();
    let unfinished = status.unfinished.as_ref().map(|script| {
        json!({
            "history": script.history,
            "id": script.id,
            "direction": script.direction,
            "statement": script.statement,
            "error": script.error,
            "is_running": script.is_running,
            "is_known": script.is_known,
        })
    });
    json!({
        "dialect": status.dialect.name(),
        "at_head": status.is_at_head(),
        "current": status.current.iter().map(revision).collect::<Vec<_>>(),
        "applied": applied,
        "pending": status.pending.iter().map(revision).collect::<Vec<_>>(),
        "ahead": status.ahead,
        "unfinished": unfinished,
    })
}

pub(super) fn error(error: &Error) -> Value {
    json!({
        "error": {
            "kind": kind(error.kind()),
            "message": error.to_string(),
            "cause": error.source().map(ToString::to_string),
            "help": error.help(),
            "code": error.code(),
            "location": error.location().map(location),
            "blockers": error.blockers().iter().map(session).collect::<Vec<_>>(),
            "exit_code": exit::code(error.kind()),
        },
        "report": error.report().filter(|report| !report.is_up_to_date()).map(report),
    })
}

pub(super) fn location(location: &Location) -> Value {
    json!({
        "history": location.history,
        "revision": location.revision,
        "file": location.file,
        "line": location.line,
        "column": location.column,
        "sql": location.sql,
        "code": location.code,
    })
}

pub(super) fn session(session: &Session) -> Value {
    json!({
        "pid": session.pid,
        "application": session.application,
        "user": session.user,
        "state": session.state,
        "since": session.since,
        "query": session.query,
    })
}

/// Arguments that could not be understood.
pub(super) fn usage(message: &str) -> Value {
    json!({
        "error": { "kind": "usage", "message": message.trim_end(), "exit_code": exit::USAGE },
        "report": null,
    })
}

pub(super) const fn kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Edited => "edited",
        ErrorKind::Ahead => "ahead",
        ErrorKind::AheadBreaking => "ahead_breaking",
        ErrorKind::Diverged => "diverged",
        ErrorKind::Locked => "locked",
        ErrorKind::Failed => "failed",
        ErrorKind::Interrupted => "interrupted",
        ErrorKind::Irreversible => "irreversible",
        ErrorKind::Target => "target",
        ErrorKind::History => "history",
        ErrorKind::Url => "url",
        ErrorKind::Database => "database",
        ErrorKind::NotAtHead => "not_at_head",
        ErrorKind::Preflight => "preflight",
        ErrorKind::AsyncRuntime => "async_runtime",
        ErrorKind::Drift => "drift",
    }
}
