//! How long `cargo build` takes: of a program from nothing but its dependencies, and after an edit.

use std::fs;
use std::time::Duration;

use crate::bench::{Bench, ms};
use crate::contender::Contender;
use crate::error::{Failure, Result};
use crate::history::{Dialect, History, files, write_changed};
use crate::lock;
use crate::subject::Subject;
use crate::tool::Tool;

const PROFILES: [(&str, &str); 2] = [("build-dev", "dev"), ("build-release", "release")];

pub(crate) fn build(bench: &mut Bench, dialect: Dialect) -> Result<()> {
    for size in bench.plan.built.clone() {
        from_nothing(bench, dialect, size)?;
    }
    let drafts = bench.plan.edited;
    if bench.plan.built.contains(&drafts) {
        of_drafts(bench, dialect, drafts)?;
    }
    if bench.plan.sizes.contains(&bench.plan.edited) {
        edits(bench, dialect)?;
    }
    Ok(())
}

fn from_nothing(bench: &mut Bench, dialect: Dialect, size: usize) -> Result<()> {
    let contenders = bench.plan.tools(dialect, size);
    let (small, history) = (bench.history(10).clone(), bench.history(size).clone());
    let first = |contender: &Contender| Subject::new(contender.subject.tool, dialect, 10);
    for contender in &contenders {
        let first = first(contender);
        first.prepare(&small)?;
        contender.subject.prepare(&history)?;
        // As they are in a program at work, of which a clone is built.
        if first.tool == Tool::Limbeck {
            lock::release(&first, &bench.databases)?;
            lock::release(&contender.subject, &bench.databases)?;
        }
    }
    for (measure, profile) in PROFILES {
        for contender in &contenders {
            if profile == "release" && contender.subject.tool == Tool::Limbeck {
                lock::claim(&contender.subject)?;
            }
        }
        // So that the dependencies are there.
        for contender in &contenders {
            first(contender).build(profile)?;
        }
        // Some take minutes for one.
        let most = if profile == "release" { 1 } else { 3 };
        let rounds = bench.plan.rounds(size).min(most);
        bench.rounds(measure, "ms", &contenders, rounds, |_, contender| {
            clean(&contender.subject, profile)?;
            Ok(ms(contender.subject.build(profile)?))
        })?;
    }
    Ok(())
}

/// limbeck's worst case: nothing is locked, so that all is checked, and on SQLite proved.
fn of_drafts(bench: &mut Bench, dialect: Dialect, size: usize) -> Result<()> {
    let mut contenders = bench.plan.tools(dialect, size);
    contenders.retain(|contender| contender.subject.tool == Tool::Limbeck);
    for contender in &contenders {
        lock::forget(&contender.subject)?;
    }
    let rounds = bench.plan.rounds(size).min(3);
    bench.rounds("build-drafts", "ms", &contenders, rounds, |_, contender| {
        clean(&contender.subject, "dev")?;
        Ok(ms(contender.subject.build("dev")?))
    })
}

/// Removes what was built of the program itself.
fn clean(subject: &Subject, profile: &str) -> Result<()> {
    let mut cargo = subject.cargo("clean", profile);
    cargo.args(["--package", "subject"]);
    crate::shell::run(&mut cargo).map(|_| ())
}

/// The newest revision gets another column, and one in the middle another comment.
fn edits(bench: &mut Bench, dialect: Dialect) -> Result<()> {
    let size = bench.plan.edited;
    let history = bench.history(size).clone();
    let contenders = bench.plan.tools(dialect, size);
    for contender in &contenders {
        let subject = &contender.subject;
        subject.prepare(&history)?;
        if subject.tool == Tool::Limbeck {
            // All but the newest are released, as they are in a program that is at work.
            lock::all_but_the_newest(subject, &bench.databases)?;
        }
        subject.build("dev")?;
    }
    let rounds = bench.plan.rounds(size);
    let mut number = 0;
    bench.rounds("edit-newest", "ms", &contenders, rounds, |_, contender| {
        number += 1;
        contender.subject.prepare(&history.edited(number))?;
        timed(&contender.subject)
    })?;
    bench.rounds("edit-comment", "ms", &contenders, rounds, |_, contender| {
        number += 1;
        let (path, text) = middle(&history, contender)?;
        let text = format!("{text}-- edited {number} times\n");
        write_changed(&contender.subject.folder().join(path), text.as_bytes())?;
        timed(&contender.subject)
    })?;
    for contender in &contenders {
        contender.subject.prepare(&history)?;
    }
    Ok(())
}

fn timed(subject: &Subject) -> Result<f64> {
    // Times of files are compared in whole milliseconds at best.
    std::thread::sleep(Duration::from_millis(20));
    Ok(ms(subject.build("dev")?))
}

fn middle(history: &History, contender: &Contender) -> Result<(String, String)> {
    let tool = contender.subject.tool;
    let all = files(tool, history, contender.subject.dialect);
    let middle = all.len() / 4 * 2;
    let found = all.into_iter().nth(middle);
    let (path, text) = found.ok_or_else(|| Failure::new("a history without files"))?;
    let full = contender.subject.folder().join(&path);
    fs::metadata(&full).map_err(Failure::io(format!("look at {}", full.display())))?;
    Ok((path, text))
}
