//! The machine that results are of, and the moment.

use std::fs;

use serde_json::{Value, json};

use crate::history::Dialect;
use crate::subject::locked_version;
use crate::tool::Tool;
use crate::{place, shell};

/// What the results say of the machine and the versions; null what this run did not use.
pub(crate) fn describe(server: Option<&str>, engines: &[(String, String)]) -> Value {
    let unknown = || "unknown".to_owned();
    let line = |program: &str, arguments: &[&str]| {
        shell::first_line(program, arguments).unwrap_or_else(unknown)
    };
    let work = place::home().display().to_string();
    let file_system =
        shell::lines("df", &["--output=fstype", &work]).and_then(|lines| lines.into_iter().nth(1));
    let versions: Vec<_> = Tool::MIGRATING
        .iter()
        .map(|tool| {
            let version = locked_version(*tool, tool.package()).unwrap_or_else(unknown);
            format!("{} {version}", tool.package())
        })
        .collect();
    json!({
        "processor": processor().unwrap_or_else(unknown),
        "cores": line("nproc", &[]),
        "memory": memory().unwrap_or_else(unknown),
        "kernel": line("uname", &["-sr"]),
        "file system": file_system.unwrap_or_else(unknown),
        "rustc": line("rustc", &["--version"]),
        "PostgreSQL": server,
        "tools": versions.join(", "),
        "SQLite": (!engines.is_empty()).then(|| {
            let engines = engines.iter().map(|(tool, engine)| format!("{tool}: {engine}"));
            engines.collect::<Vec<_>>().join(", ")
        }),
    })
}

/// The date, in UTC.
pub(crate) fn now() -> String {
    shell::first_line("date", &["-u", "+%Y-%m-%d %H:%M"]).unwrap_or_default()
}

/// The commit of what is measured, marked where files differ from it.
pub(crate) fn commit() -> String {
    let folder = place::home().display().to_string();
    let git = |arguments: &[&str]| {
        let arguments: Vec<_> = ["-C", &folder]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        shell::first_line("git", &arguments)
    };
    let commit = git(&["rev-parse", "--short=10", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    // The results themselves are no part of what is measured.
    let status = ["status", "--porcelain", "--", ":/", ":!/bench/results"];
    match git(&status) {
        Some(_) => format!("{commit} with changes"),
        None => commit,
    }
}

/// How many processes wanted a core in the last minute.
pub(crate) fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split_whitespace().next();
    first.and_then(|load| load.parse().ok()).unwrap_or(f64::NAN)
}

/// The tools that SQLite's version is asked of.
pub(crate) fn with_sqlite() -> impl Iterator<Item = Tool> {
    [Tool::Raw]
        .into_iter()
        .chain(Tool::migrating(Dialect::Sqlite))
}

fn processor() -> Option<String> {
    field("/proc/cpuinfo", "model name")
}

fn memory() -> Option<String> {
    let text = field("/proc/meminfo", "MemTotal")?;
    let kilobytes: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(format!("{} GB", kilobytes / 1_000_000))
}

fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
