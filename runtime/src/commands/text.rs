//! What commands say to people: readable without colour.

use std::path::Path;
use std::time::Duration;

use crate::observe::Heartbeat;
use crate::preflight::Finding;
use crate::repair::{Fate, RepairReport};
use crate::report::{Report, RevisionName, Step};
use crate::status::Status;

/// A line for one revision that was run: its number, name and time.
pub(super) fn step(number: usize, count: usize, step: &Step) -> String {
    let width = count.to_string().len();
    let verb = match (step.direction, step.executed) {
        (limbeck_model::Direction::Up, true) => "applied",
        (limbeck_model::Direction::Down, true) => "removed",
        (limbeck_model::Direction::Up, false) => "stamped",
        (limbeck_model::Direction::Down, false) => "unstamped",
    };
    let name = name(&step.revision);
    let mut text = if step.executed {
        let time = duration(step.duration);
        format!("{number:>width$}/{count} {verb} {name}  {time}")
    } else {
        format!("{verb} {name}")
    };
    for part in efforts(step.rows, step.retries, step.waited) {
        text.extend([", ", &part]);
    }
    for note in &step.notes {
        text.extend(["\n  note: ", note]);
    }
    text
}

/// What else a step, or a run, has cost; nothing of what was none.
fn efforts(rows: u64, retries: u32, waited: Duration) -> impl Iterator<Item = String> {
    let plural = |count: u64, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {many}")),
    };
    let waited = (!waited.is_zero()).then(|| format!("waited {}", duration(waited)));
    [
        plural(rows, "row", "rows"),
        plural(retries.into(), "retry", "retries"),
        waited,
    ]
    .into_iter()
    .flatten()
}

/// A sign of life, for a log.
pub(super) fn heartbeat(heartbeat: &Heartbeat) -> String {
    format!("still at it: {heartbeat}")
}

/// The copy that was made of a database.
pub(super) fn backup(path: &Path, time: Duration) -> String {
    format!("backed up to {}  {}", path.display(), duration(time))
}

/// What a look at the database has found.
pub(super) fn finding(finding: &Finding) -> String {
    let help = finding
        .help
        .as_ref()
        .map(|help| format!("\n  help: {help}"));
    format!(
        "{}: {finding}{}",
        finding.severity.name(),
        help.unwrap_or_default()
    )
}

pub(super) fn name(revision: &RevisionName) -> String {
    format!("{}  {}", revision.id, revision.message)
}

/// A time with the unit that suits it.
pub(super) fn duration(duration: Duration) -> String {
    let milliseconds = duration.as_secs_f64() * 1000.0;
    match milliseconds {
        ..10.0 => format!("{milliseconds:.1} ms"),
        ..1000.0 => format!("{milliseconds:.0} ms"),
        ..60_000.0 => format!("{:.1} s", milliseconds / 1000.0),
        _ => format!(
            "{} min {} s",
            duration.as_secs() / 60,
            duration.as_secs() % 60
        ),
    }
}

pub(super) fn report(report: &Report) -> String {
    let mut text = String::new();
    if !report.ahead.is_empty() {
        line(
            &mut text,
            &format!(
                "the database has newer revisions that this program does not know: {}",
                report.ahead.join(", ")
            ),
        );
    }
    let Some(last) = report.steps.last() else {
        line(
            &mut text,
            &format!("up to date  {}", duration(report.duration)),
        );
        notes(&mut text, report);
        return text;
    };
    let up = report
        .steps
        .iter()
        .filter(|step| step.direction == limbeck_model::Direction::Up)
        .count();
    let down = report.steps.len() - up;
    let verbs = if last.executed {
        ("applied", "removed")
    } else {
        ("stamped", "unstamped")
    };
    let mut parts = Vec::new();
    if up > 0 {
        parts.push(format!("{} {}", verbs.0, revisions(up)));
    }
    if down > 0 {
        parts.push(format!("{} {}", verbs.1, revisions(down)));
    }
    let mut sum = format!("{} in {}", parts.join(", "), duration(report.duration));
    for part in efforts(report.rows(), report.retries, report.waited) {
        sum.extend([", ", &part]);
    }
    line(&mut text, &sum);
    notes(&mut text, report);
    text
}

fn notes(text: &mut String, report: &Report) {
    for note in &report.notes {
        line(text, &format!("note: {note}"));
    }
}

/// What was found, a line each, and what became of it.
pub(super) fn repair(report: &RepairReport) -> String {
    let mut text = String::new();
    if report.leftovers.is_empty() {
        line(&mut text, "all is in order");
    }
    for leftover in &report.leftovers {
        let fate = match leftover.fate {
            Fate::Mended => "mended",
            Fate::WouldBeMended => "would mend",
            Fate::ForUpgrade => "for upgrade",
            Fate::Left => "left",
            Fate::Failed => "failed",
        };
        line(
            &mut text,
            &format!("{fate}: {}\n  {}", leftover.what, leftover.remedy),
        );
    }
    text
}

pub(super) fn revisions(count: usize) -> String {
    if count == 1 {
        "1 revision".to_owned()
    } else {
        format!("{count} revisions")
    }
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

pub(super) fn current(status: &Status) -> String {
    let mut text = String::new();
    if status.current.is_empty() {
        line(&mut text, "nothing is applied");
    }
    for revision in &status.current {
        line(&mut text, &name(revision));
    }
    standing(&mut text, status);
    text
}

pub(super) fn check(status: &Status) -> String {
    let mut text = String::new();
    if status.is_at_head() {
        line(&mut text, "at head");
    }
    for revision in &status.pending {
        line(&mut text, &format!("pending {}", name(revision)));
    }
    standing(&mut text, status);
    text
}

fn standing(text: &mut String, status: &Status) {
    if !status.pending.is_empty() {
        line(
            text,
            &format!("{} pending", revisions(status.pending.len())),
        );
    }
    if !status.ahead.is_empty() {
        line(
            text,
            &format!(
                "ahead of this program by {}: {}",
                revisions(status.ahead.len()),
                status.ahead.join(", ")
            ),
        );
    }
    if let Some(script) = &status.unfinished {
        let fate = match (&script.error, script.is_running) {
            (_, true) => "is running".to_owned(),
            (Some(error), false) => format!("failed: {error}"),
            (None, false) => "was begun and not finished".to_owned(),
        };
        line(
            text,
            &format!(
                "unfinished {}{}: statement {} {fate}",
                script.id,
                if script.is_known {
                    ""
                } else {
                    ", which this program does not know"
                },
                script.statement
            ),
        );
    }
}
