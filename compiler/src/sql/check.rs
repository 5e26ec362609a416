//! The stage: every statement through every check, until one has something to say.

use std::collections::BTreeSet;

use limbeck_model::diagnostic::{Code, Diagnostic, Span};
use limbeck_model::{Dialect, Direction};

use super::subject::Subject;
use super::{client, copy, inside, outside, transaction, verify};
use crate::directive::{Parsed, Revision, Section};
use crate::source::Sources;
use crate::split::statements;

/// What was found in the statements of a history.
#[derive(Debug, Default)]
pub struct Checked {
    /// What is wrong, once for each place, in no particular order.
    pub diagnostics: Vec<Diagnostic>,
    scripts: BTreeSet<(usize, Direction, Dialect)>,
    seen: BTreeSet<(Span, Code)>,
}

impl Checked {
    /// Whether something was reported of what a revision runs on a dialect in one direction. A stage
    /// that would run it then leaves it out.
    pub fn reported(&self, revision: &Revision, direction: Direction, dialect: Dialect) -> bool {
        self.scripts.contains(&(revision.file, direction, dialect))
    }

    fn add(&mut self, subject: &Subject<'_>, found: Vec<Diagnostic>) {
        self.add_of(subject.section, subject.dialect, found);
    }

    fn add_of(&mut self, section: &Section, dialect: Dialect, found: Vec<Diagnostic>) {
        for diagnostic in found {
            self.scripts
                .insert((section.span.file, section.direction, dialect));
            // A section that serves both dialects has each of its statements in both.
            let place = diagnostic.annotations.first().map(|first| first.span);
            if self
                .seen
                .insert((place.unwrap_or(section.span), diagnostic.code))
            {
                self.diagnostics.push(diagnostic);
            }
        }
    }
}

/// Checks every statement in every dialect that runs it. Of the scripts that were `parsed` for PostgreSQL, by file
/// and direction, the syntax is known to be right.
#[cfg_attr(
    not(feature = "postgres"),
    expect(
        unused_variables,
        reason = "only PostgreSQL's syntax is looked at here"
    )
)]
pub fn check(
    files: &Parsed,
    dialects: &[Dialect],
    sources: &Sources,
    parsed: &BTreeSet<(usize, Direction)>,
) -> Checked {
    let mut checked = Checked::default();
    let mut sound = Vec::new();
    for section in files
        .revisions
        .iter()
        .flat_map(|revision| &revision.sections)
    {
        for &dialect in dialects {
            let list = statements(section, dialect, sources);
            let mut subjects: Vec<_> = list
                .into_iter()
                .map(|statement| Subject::new(statement, section, dialect))
                .collect();
            outside::tell_others(&mut subjects);
            for (subject, verify) in subjects.iter_mut().zip(section.verifies(dialect)) {
                subject.verify = verify;
            }
            checked.add_of(section, dialect, verify::check_section(section, dialect));
            let mut commands_end = 0;
            for subject in subjects {
                if subject.statement.span.start < commands_end {
                    continue;
                }
                let found = look(&subject);
                // To a client program a semicolon does not end the line.
                commands_end = found
                    .iter()
                    .filter(|diagnostic| diagnostic.code == Code::ClientCommand)
                    .filter_map(|diagnostic| line_end(diagnostic, sources))
                    .fold(commands_end, usize::max);
                if found.is_empty() {
                    sound.push(subject);
                } else {
                    checked.add(&subject, found);
                }
            }
        }
    }
    #[cfg(feature = "postgres")]
    sound.retain(|subject| {
        let section = subject.section;
        !parsed.contains(&(section.span.file, section.direction))
    });
    #[cfg(feature = "postgres")]
    for (subject, diagnostic) in super::syntax::check(&sound) {
        checked.add(subject, vec![diagnostic]);
    }
    checked
}

/// The end of the line that a diagnostic starts on.
fn line_end(diagnostic: &Diagnostic, sources: &Sources) -> Option<usize> {
    let span = diagnostic.annotations.first()?.span;
    let source = sources.get(span.file)?;
    let line = source.position(span.start).line;
    Some(source.line_start(line + 1))
}

/// What is wrong with a statement: the first check that finds something has the word.
fn look(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let commands = client::check(subject);
    if !commands.is_empty() {
        return commands;
    }
    let checks = [
        transaction::check,
        copy::check,
        outside::check,
        inside::check,
        verify::check,
    ];
    checks
        .iter()
        .find_map(|check| check(subject))
        .into_iter()
        .collect()
}
