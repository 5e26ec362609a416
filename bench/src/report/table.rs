//! One measurement as a table: a row for each contender, a column for each size.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::history::Dialect;
use crate::record::Record;

/// What a table says of a measurement.
pub(super) struct Heading {
    pub(super) measure: &'static str,
    pub(super) title: &'static str,
    /// How it was taken, in a sentence.
    pub(super) how: &'static str,
    /// What the others are compared with.
    pub(super) against: &'static str,
}

pub(super) fn table(heading: &Heading, dialect: Dialect, records: &[Record]) -> Option<String> {
    let own: Vec<_> = records
        .iter()
        .filter(|record| record.measure == heading.measure && record.dialect == dialect)
        .collect();
    let sizes: BTreeSet<usize> = own.iter().map(|record| record.size).collect();
    if sizes.is_empty() {
        return None;
    }
    let mut text = String::from("| |");
    for size in &sizes {
        let load = own
            .iter()
            .find(|record| record.size == *size)
            .map_or(f64::NAN, |record| record.load);
        let _ = write!(text, " {size} revisions (load {load:.1}) |");
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(sizes.len()));
    text.push('\n');
    for name in names(&own) {
        let _ = write!(text, "| {name} |");
        for size in &sizes {
            let find = |name: &str| {
                own.iter()
                    .find(|record| record.size == *size && record.contender == name)
            };
            let against = find(heading.against).copied();
            let cell = find(name).map_or_else(String::new, |record| cell(record, against));
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    }
    Some(text)
}

/// What is no tool first, then limbeck, then the others.
fn names<'r>(records: &[&'r Record]) -> Vec<&'r str> {
    let rank = |name: &str| match name {
        "limbeck" => 1,
        name if name.contains(' ') => 0,
        _ => 2,
    };
    let mut names: Vec<&str> = records
        .iter()
        .map(|record| record.contender.as_str())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    names.sort_by_key(|name| (rank(name), *name));
    names
}

fn cell(record: &Record, against: Option<&Record>) -> String {
    if let Some(failure) = &record.failure {
        let last = failure.lines().next_back().unwrap_or_default();
        return format!("fails: {}", last.trim().replace('|', "/"));
    }
    let Some(median) = record.median() else {
        return String::new();
    };
    let mut text = number(median, &record.unit);
    if record.samples.len() > 1 {
        let (least, most) = (record.least(), record.most());
        let _ = write!(text, " ({}–{})", plain(least), plain(most));
    }
    if let Some(against) = against
        && against.contender != record.contender
        && let Some(ratio) = record.ratio_to(against)
    {
        let _ = write!(text, ", {ratio:.2} ×");
    }
    text
}

pub(super) fn number(value: f64, unit: &str) -> String {
    let plain = plain(value);
    if unit.is_empty() {
        plain
    } else {
        format!("{plain} {unit}")
    }
}

/// Three figures are more than these measurements are worth.
fn plain(value: f64) -> String {
    match value {
        _ if value.fract() == 0.0 || value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ if value >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}
