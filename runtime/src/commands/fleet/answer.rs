//! What commands say of a fleet, to people and to programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::{json, text};
use crate::clock::milliseconds;
use crate::fleet::{FleetReport, Outcome};
use crate::report::Report;
use crate::status::Status;

/// A member's name on one line, whatever is in it.
pub(super) fn shown(name: &str) -> String {
    let mut shown = String::new();
    for character in name.chars() {
        if character.is_control() {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// One line on all members.
pub(super) fn summary<T>(report: &FleetReport<T>) -> String {
    let parts = [
        (report.at_head(), "at head"),
        (report.done(), "done"),
        (report.failed(), "failed"),
        (report.not_started(), "not started"),
    ];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let members = match report.members.len() {
        1 => "1 member".to_owned(),
        count => format!("{count} members"),
    };
    let parts = if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(", "))
    };
    format!("{members}{parts}  {}\n", text::duration(report.duration))
}

/// A line for each member that is not at head, and one on all.
pub(super) fn standings(report: &FleetReport<Status>) -> String {
    let mut lines = String::new();
    let mut at_head = report.at_head();
    let mut behind = 0;
    for member in &report.members {
        let Outcome::Done(status) = &member.outcome else {
            continue;
        };
        if status.is_at_head() && status.ahead.is_empty() {
            at_head += 1;
            continue;
        }
        behind += usize::from(!status.is_at_head());
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{}", shown(&member.name));
        for line in text::current(status).lines() {
            let _ = writeln!(lines, "  {line}");
        }
    }
    let _ = writeln!(
        lines,
        "{} members: {at_head} at head, {behind} behind, {} failed  {}",
        report.members.len(),
        report.failed(),
        text::duration(report.duration)
    );
    lines
}

pub(super) fn are_at_head(report: &FleetReport<Status>) -> bool {
    report.members.iter().all(|member| match &member.outcome {
        Outcome::AtHead => true,
        Outcome::Done(status) => status.is_at_head(),
        _ => false,
    })
}

pub(super) fn reports(report: &FleetReport<Report>) -> Value {
    members(report, |report| ("report", json::report(report)))
}

pub(super) fn statuses(report: &FleetReport<Status>) -> Value {
    members(report, |status| ("status", json::status(status)))
}

fn members<T>(report: &FleetReport<T>, details: impl Fn(&T) -> (&'static str, Value)) -> Value {
    let members = report.members.iter().map(|member| {
        let mut value = json!({ "name": member.name });
        value["outcome"] = json!(match &member.outcome {
            Outcome::AtHead => "at_head",
            Outcome::Done(result) => {
                let (name, details) = details(result);
                value[name] = details;
                "done"
            }
            Outcome::Failed(error) => {
                let mut told = json::error(error);
                value["error"] = told["error"].take();
                value["report"] = told["report"].take();
                "failed"
            }
            Outcome::NotStarted => "not_started",
        });
        value
    });
    json!({
        "members": members.collect::<Vec<_>>(),
        "at_head": report.at_head(),
        "done": report.done(),
        "failed": report.failed(),
        "not_started": report.not_started(),
        "duration_ms": milliseconds(report.duration),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_on_its_line() {
        assert_eq!(shown("a\nb \"ü\"\u{1b}[1m"), "a\\u{a}b \"ü\"\\u{1b}[1m");
    }
}
