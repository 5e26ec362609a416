//! A new revision, from what it comes after to its file.

use limbeck_compiler::project::Project;
use limbeck_compiler::settings::Settings;
use limbeck_compiler::template::Template;
use limbeck_model::Dialect;
use limbeck_model::diagnostic::Diagnostic;
use limbeck_model::graph::Graph;
use serde_json::json;

use crate::answer::Answer;
use crate::arguments::Place;
use crate::error::Error;
use crate::outside::{self, Moment};
use crate::package::Package;
use crate::{exit, message, new_file, parents, text};

/// A package whose migrations were read.
pub(super) struct Opened {
    package: Package,
    project: Project,
    settings: Settings,
}

/// What a new revision is to say.
pub(super) struct Draft {
    pub(super) parents: Vec<String>,
    pub(super) dependencies: Vec<String>,
    pub(super) labels: Vec<String>,
    pub(super) message: String,
    /// The dialects that get sections of their own.
    pub(super) dialects: Vec<Dialect>,
    pub(super) no_transaction: bool,
}

impl Opened {
    /// Reads the migrations of the package that is meant.
    pub(super) fn read(place: &Place) -> Result<Self, Error> {
        let package = Package::find(place)?;
        let project = package.read()?;
        match project.settings.clone() {
            Some(settings) => Ok(Self {
                package,
                project,
                settings,
            }),
            None => Err(Error::history(&project.diagnostics, &project.sources)),
        }
    }

    pub(super) const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The graph to add to, which may have any number of heads.
    pub(super) fn graph(&self) -> Result<Graph<'_>, Error> {
        self.project
            .graph()
            .map_err(|diagnostics| Error::history(&diagnostics, &self.project.sources))
    }

    /// Writes a revision.
    pub(super) fn write(mut self, draft: &Draft) -> Result<Answer, Error> {
        let now = outside::now();
        let id = fresh_id(outside::random, |id| self.mentions(id))?;
        let text = draft.text(&id, &now);
        let slug = message::slug(&draft.message);
        let below = format!("{}/{}_{id}_{slug}.sql", self.settings.path, now.date);
        let heads = self.heads_with(&below, &text)?;
        let path = self.package.path(&below);
        let shown = self.package.shown(&path);
        new_file::write(&path, &text).map_err(|error| Error::file("write", shown, &error))?;
        Ok(Answer {
            text: format!("{}\n", shown.display()),
            note: (heads.len() > self.settings.heads).then(|| several_heads(&heads)),
            json: json!({
                "path": shown.to_string_lossy(),
                "id": id,
                "parents": draft.parents,
                "message": draft.message,
                "created": now.time,
                "heads": heads,
            }),
            code: exit::DONE,
        })
    }

    /// Whether an id stands in some file or file name, as what it may be.
    fn mentions(&self, id: &str) -> bool {
        let mut sources = self.project.sources.iter();
        let mut paths = self.project.watched.iter();
        sources.any(|source| source.text().contains(id) || source.path().contains(id))
            || paths.any(|path| path.to_string_lossy().contains(id))
    }

    /// The heads that the history has with a new file. The compiler reads the file before it is written,
    /// so that no argument makes a file that the build refuses.
    fn heads_with(&mut self, path: &str, text: &str) -> Result<Vec<String>, Error> {
        let file = self.project.sources.len();
        self.project.add(path, text);
        let project = &self.project;
        match (project.graph(), of_file(file, &project.parsed.diagnostics)) {
            (_, Some(diagnostic)) => Err(diagnostic.into()),
            (Ok(graph), None) => Ok(parents::ids(&graph, &graph.real_heads())),
            (Err(diagnostics), None) => Err(of_file(file, &diagnostics).map_or_else(
                || Error::history(&diagnostics, &project.sources),
                Error::from,
            )),
        }
    }
}

impl Draft {
    fn text(&self, id: &str, now: &Moment) -> String {
        Template {
            id,
            parents: &borrowed(&self.parents),
            dependencies: &borrowed(&self.dependencies),
            labels: &borrowed(&self.labels),
            message: &self.message,
            created: Some(&now.time),
            dialects: &self.dialects,
            no_transaction: self.no_transaction,
        }
        .to_string()
    }
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// The first diagnostic that points into a file.
fn of_file(file: usize, diagnostics: &[Diagnostic]) -> Option<&Diagnostic> {
    diagnostics.iter().find(|diagnostic| {
        let mut places = diagnostic.annotations.iter();
        places.any(|place| place.span.file == file)
    })
}

fn several_heads(heads: &[String]) -> String {
    format!(
        "note: the history has {} heads now: {}\n  help: join them with `cargo limbeck merge`, since the build refuses them\n",
        heads.len(),
        text::ids(heads)
    )
}

/// Twelve hexadecimal digits that are no id yet.
fn fresh_id(
    random: impl Fn() -> Result<u64, Error>,
    is_used: impl Fn(&str) -> bool,
) -> Result<String, Error> {
    loop {
        let id = format!("{:012x}", random()? & 0xffff_ffff_ffff);
        if !is_used(&id) {
            return Ok(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn an_id_that_is_used_is_not_given_again() {
        let next = Cell::new(0xffff_0000_0000_0009);
        let random = || {
            next.set(next.get() + 1);
            Ok(next.get())
        };
        let used = ["00000000000a", "00000000000b"];
        let id = fresh_id(random, |id| used.contains(&id)).unwrap();
        assert_eq!(id, "00000000000c");
    }

    #[test]
    fn without_random_numbers_there_is_no_id() {
        let none = || Err(Error::environment("none"));
        assert!(fresh_id(none, |_| false).is_err());
    }
}
