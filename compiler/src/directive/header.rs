//! The header of a revision file: what describes the whole revision.

use std::collections::BTreeMap;

use limbeck_model::diagnostic::{Code, Diagnostic, Span};

use super::name::{Kind, name};
use super::parents::parents;
use super::revision::{Dependency, Skip, Spanned};
use super::scan::Line;
use super::table::Name;
use super::text::Text;
use super::{later, value};

/// What the header says, as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) id: Option<Spanned<String>>,
    pub(super) parents: Vec<Spanned<String>>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) labels: Vec<Spanned<String>>,
    pub(super) message: Option<Spanned<String>>,
    pub(super) created: Option<Spanned<String>>,
    pub(super) skips: Vec<Skip>,
    pub(super) irreversible: Option<Spanned<String>>,
    pub(super) breaking: Option<Spanned<String>>,
    /// A line that says what the revision comes after, or which dialects it skips, could not be read.
    pub(super) links_are_incomplete: bool,
    pub(super) skips_are_incomplete: bool,
    seen: BTreeMap<Name, Span>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Header {
    /// Where a directive stands, whether or not its value could be read.
    pub(super) fn seen(&self, name: Name) -> Option<Span> {
        self.seen.get(&name).copied()
    }

    /// Takes a header directive into account.
    pub(super) fn take(&mut self, line: &Line<'_>) {
        if let Some(first) = self.seen(line.name)
            && !matches!(line.name, Name::DependsOn | Name::Label | Name::Skip)
        {
            self.diagnostics.push(repeated(line, first));
            return;
        }
        self.seen.entry(line.name).or_insert(line.span);
        if let Err(diagnostic) = self.read(line) {
            self.diagnostics.push(diagnostic);
            match line.name {
                Name::Revises | Name::DependsOn | Name::Label => self.links_are_incomplete = true,
                Name::Skip => self.skips_are_incomplete = true,
                _ => {}
            }
        }
    }

    fn read(&mut self, line: &Line<'_>) -> Result<(), Diagnostic> {
        match line.name {
            Name::Revision => self.id = Some(name(value::required(line)?, Kind::Id)?),
            Name::Revises => self.parents = parents(value::required(line)?)?,
            Name::DependsOn => return self.read_dependency(value::required(line)?),
            Name::Label => return self.read_label(value::required(line)?),
            Name::Message => self.message = Some(value::required(line)?.to_spanned()),
            Name::Created => self.created = Some(value::time(value::required(line)?)?),
            Name::Skip => return self.read_skip(line),
            Name::Irreversible => {
                self.irreversible = Some(value::reason(line, line.rest.part(0, 0))?);
            }
            Name::Compat => self.breaking = Some(read_compat(line)?),
            _ => return Err(later::refuse(line)),
        }
        Ok(())
    }

    fn read_dependency(&mut self, text: Text<'_>) -> Result<(), Diagnostic> {
        let (history, reference) = match text.split_once(':') {
            Some((history, reference)) => {
                (Some(name(history.trim(), Kind::History)?), reference.trim())
            }
            None => (None, text),
        };
        let dependency = Dependency {
            history,
            name: one(reference, Name::DependsOn, Kind::Reference)?,
            span: text.span(),
        };
        let same = |known: &&Dependency| {
            known.name.value == dependency.name.value
                && known.history.as_ref().map(|history| &history.value)
                    == dependency.history.as_ref().map(|history| &history.value)
        };
        if let Some(known) = self.dependencies.iter().find(same) {
            let what = format!("the dependency `{}`", text.content);
            return Err(given_twice(&what, text.span(), known.span));
        }
        self.dependencies.push(dependency);
        Ok(())
    }

    fn read_label(&mut self, text: Text<'_>) -> Result<(), Diagnostic> {
        let label = one(text, Name::Label, Kind::Label)?;
        if let Some(known) = self.labels.iter().find(|known| known.value == label.value) {
            let what = format!("the label `{}`", text.content);
            return Err(given_twice(&what, text.span(), known.span));
        }
        self.labels.push(label);
        Ok(())
    }

    fn read_skip(&mut self, line: &Line<'_>) -> Result<(), Diagnostic> {
        let end = line.rest.content.find([':', ' ', '\t']);
        let subject = line.rest.part(0, end.unwrap_or(line.rest.content.len()));
        if subject.is_empty() {
            let diagnostic =
                Diagnostic::new(Code::MissingValue, line.span, "`@skip` without a dialect");
            return Err(diagnostic
                .label("expected `sqlite` or `postgres` behind it")
                .help(format!("write it like `{}`", Name::Skip.usage())));
        }
        let dialect = value::dialect(subject)?;
        if let Some(known) = self
            .skips
            .iter()
            .find(|known| known.dialect.value == dialect.value)
        {
            let what = format!("the skip of {}", dialect.value);
            return Err(given_twice(&what, line.span, known.span));
        }
        self.skips.push(Skip {
            dialect,
            reason: value::reason(line, subject)?,
            span: line.span,
        });
        Ok(())
    }
}

fn read_compat(line: &Line<'_>) -> Result<Spanned<String>, Diagnostic> {
    let end = line.rest.content.find([':', ' ', '\t']);
    let subject = line.rest.part(0, end.unwrap_or(line.rest.content.len()));
    if subject.content == "breaking" {
        return value::reason(line, subject);
    }
    let place = if subject.is_empty() {
        line.span
    } else {
        subject.span()
    };
    let diagnostic = Diagnostic::new(Code::BadArgument, place, "`@compat` without `breaking`");
    Err(diagnostic
        .label("expected `breaking`, a colon and a reason")
        .note("a revision that older programs can live with needs no `@compat`")
        .help(format!("write it like `{}`", Name::Compat.usage())))
}

/// The only name that stands behind a directive.
fn one(text: Text<'_>, directive: Name, kind: Kind) -> Result<Spanned<String>, Diagnostic> {
    let Some((first, others)) = text.split_once(',') else {
        return name(text, kind);
    };
    let directive = directive.text();
    let edit: Vec<_> = std::iter::once(first)
        .chain(others.split(','))
        .map(|part| format!("`-- @{directive} {}`", part.trim().content))
        .collect();
    let diagnostic = Diagnostic::new(
        Code::BadArgument,
        text.span(),
        format!("`@{directive}` with a list"),
    );
    Err(diagnostic
        .label("expected one name")
        .help(format!("write a line for each: {}", edit.join(", "))))
}

/// The diagnostic for a directive that stands there already.
pub(super) fn repeated(line: &Line<'_>, first: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::RepeatedDirective,
        line.span,
        format!("`@{}` is given twice", line.name.text()),
    )
    .label("given again")
    .related(first, "first given here");
    match line.name {
        Name::Revises => diagnostic.help(
            "remove one of the two lines, or name all parents on one: `-- @revises ID, ID` is a merge",
        ),
        _ => diagnostic.help("remove one of the two lines"),
    }
}

fn given_twice(what: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::new(
        Code::RepeatedDirective,
        again,
        format!("{what} is given twice"),
    )
    .label("given again")
    .related(first, "first given here")
    .help("remove one of the two lines")
}
