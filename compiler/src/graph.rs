//! The graph stage: hands what the files declare to the model, and puts its findings on the text that
//! the user wrote.

use limbeck_model::checksum;
use limbeck_model::diagnostic::{Code, Diagnostic, Span};
use limbeck_model::graph::{Declared, Entry, Graph, Link, Problem, Reference};

use crate::directive::{Parsed, Revision};
use crate::settings::Settings;
use crate::source::Sources;
use crate::template::{Template, merge_message};

/// Builds the graph of what was parsed, and counts its heads.
///
/// # Errors
///
/// Every problem, as diagnostics, except those that follow from another one that was reported.
pub fn build<'a>(
    parsed: &'a Parsed,
    settings: &'a Settings,
    sources: &Sources,
) -> Result<Graph<'a>, Vec<Diagnostic>> {
    let graph = connect(parsed, settings, sources)?;
    let heads = graph.real_heads();
    // What a broken file says of its parents is not known, so its parents may be no heads.
    if links_are_complete(parsed) && heads.len() > settings.heads {
        let stage = Stage::new(parsed, settings, sources);
        return Err(vec![stage.several_heads(&graph, &heads)]);
    }
    Ok(graph)
}

/// Builds the graph of what was parsed, however many heads it has.
///
/// # Errors
///
/// As for [`build`].
pub fn connect<'a>(
    parsed: &'a Parsed,
    settings: &'a Settings,
    sources: &Sources,
) -> Result<Graph<'a>, Vec<Diagnostic>> {
    let declared: Vec<_> = parsed
        .revisions
        .iter()
        .map(|revision| declare(revision, settings))
        .collect();
    Graph::build(&declared).map_err(|problems| {
        let stage = Stage::new(parsed, settings, sources);
        problems
            .iter()
            .filter(|problem| !stage.is_consequence(problem))
            .filter_map(|problem| stage.describe(problem))
            .collect()
    })
}

/// Whether all that ties the revisions to each other was read.
pub(crate) fn links_are_complete(parsed: &Parsed) -> bool {
    parsed.unidentified.is_empty()
        && parsed
            .revisions
            .iter()
            .all(|revision| revision.links_are_complete)
}

/// What the model needs of a revision. Dependencies on other histories are checked where the histories
/// meet, at run time.
fn declare<'a>(revision: &'a Revision, settings: &'a Settings) -> Declared<'a> {
    Declared {
        history: &settings.name,
        id: &revision.id.value,
        parents: revision
            .parents
            .iter()
            .map(|parent| parent.value.as_str())
            .collect(),
        dependencies: own_dependencies(revision, settings)
            .map(|(_, name)| Reference {
                history: &settings.name,
                name,
            })
            .collect(),
        labels: revision
            .labels
            .iter()
            .map(|label| label.value.as_str())
            .collect(),
    }
}

/// The dependencies within the history: their position among all and their name.
pub(crate) fn own_dependencies<'a>(
    revision: &'a Revision,
    settings: &'a Settings,
) -> impl Iterator<Item = (usize, &'a str)> {
    revision
        .dependencies
        .iter()
        .enumerate()
        .filter(|(_, dependency)| {
            dependency
                .history
                .as_ref()
                .is_none_or(|history| history.value == settings.name)
        })
        .map(|(position, dependency)| (position, dependency.name.value.as_str()))
}

struct Stage<'a> {
    revisions: &'a [Revision],
    /// Files whose id is not known.
    unidentified: &'a [usize],
    settings: &'a Settings,
    sources: &'a Sources,
}

impl<'a> Stage<'a> {
    fn new(parsed: &'a Parsed, settings: &'a Settings, sources: &'a Sources) -> Self {
        Self {
            revisions: &parsed.revisions,
            unidentified: &parsed.unidentified,
            settings,
            sources,
        }
    }
}

impl Stage<'_> {
    /// Whether what is unknown may well be in a file that another diagnostic has rejected.
    fn is_consequence(&self, problem: &Problem) -> bool {
        let (revision, entry) = match *problem {
            Problem::UnknownParent {
                revision, parent, ..
            } => (revision, Entry::Parent(parent)),
            Problem::UnknownDependency {
                revision,
                dependency,
                ..
            } => (revision, Entry::Dependency(dependency)),
            _ => return false,
        };
        let name = self.sources.text(self.entry(revision, entry));
        self.unidentified
            .iter()
            .any(|&file| self.sources.path(file).contains(name))
    }

    fn id(&self, revision: usize) -> &str {
        &self.revisions[revision].id.value
    }

    fn id_span(&self, revision: usize) -> Span {
        self.revisions[revision].id.span
    }

    /// The text by which a revision names another one.
    fn entry(&self, revision: usize, entry: Entry) -> Span {
        let revision = &self.revisions[revision];
        match entry {
            Entry::Parent(position) => revision.parents[position].span,
            Entry::Dependency(position) => own_dependencies(revision, self.settings)
                .nth(position)
                .map_or(revision.id.span, |(at, _)| {
                    revision.dependencies[at].name.span
                }),
        }
    }

    fn describe(&self, problem: &Problem) -> Option<Diagnostic> {
        Some(match problem {
            Problem::DuplicateId { revisions } => self.duplicate_id(revisions),
            Problem::LabelIsId {
                revision,
                label,
                other,
            } => self
                .label(
                    *revision,
                    *label,
                    &format!(
                        "is also the id of {}",
                        self.sources.path(self.revisions[*other].file)
                    ),
                )
                .related(self.id_span(*other), "the id"),
            Problem::DuplicateLabel { places } => self.duplicate_label(places),
            Problem::UnknownParent {
                revision,
                parent,
                nearest,
            } => {
                let span = self.entry(*revision, Entry::Parent(*parent));
                let nearest = nearest.map(|nearest| self.id(nearest));
                self.unknown(Code::UnknownParent, span, "revises", *revision, nearest)
            }
            Problem::UnknownDependency {
                revision,
                dependency,
                nearest,
            } => {
                let span = self.entry(*revision, Entry::Dependency(*dependency));
                self.unknown(
                    Code::UnknownDependency,
                    span,
                    "depends on",
                    *revision,
                    nearest.as_deref(),
                )
            }
            Problem::RevisesItself { revision, parent } => {
                self.itself(*revision, Entry::Parent(*parent), "revises")
            }
            Problem::DependsOnItself {
                revision,
                dependency,
            } => self.itself(*revision, Entry::Dependency(*dependency), "depends on"),
            Problem::Cycle { path } => self.cycle(path),
            // The directive stage has said what is wrong with an id or a label by itself.
            _ => return None,
        })
    }

    fn duplicate_id(&self, revisions: &[usize]) -> Diagnostic {
        let (&first, others) = (
            revisions.first().unwrap_or(&0),
            revisions.get(1..).unwrap_or_default(),
        );
        let id = self.id(first);
        let newest = others.last().copied().unwrap_or(first);
        let mut diagnostic = Diagnostic::new(
            Code::DuplicateId,
            self.id_span(newest),
            format!("{} revisions have the id `{id}`", revisions.len()),
        );
        for &revision in revisions.iter().filter(|&&revision| revision != newest) {
            diagnostic = diagnostic.related(self.id_span(revision), "also here");
        }
        diagnostic.help(format!(
            "give the newer file another id, such as `{}`, in its `@revision` line and in its file name",
            fresh_id(&[id, self.sources.path(self.revisions[newest].file)])
        ))
    }

    fn label(&self, revision: usize, label: usize, fault: &str) -> Diagnostic {
        let label = &self.revisions[revision].labels[label];
        Diagnostic::new(
            Code::LabelTaken,
            label.span,
            format!("the label `{}` {fault}", label.value),
        )
        .help("choose another label")
    }

    fn duplicate_label(&self, places: &[(usize, usize)]) -> Diagnostic {
        let (&(first, label), others) = match places.split_last() {
            Some((last, others)) => (last, others),
            None => (&(0, 0), places),
        };
        let diagnostic = self.label(
            first,
            label,
            &format!("is given to {} revisions", places.len()),
        );
        others
            .iter()
            .fold(diagnostic, |diagnostic, &(revision, label)| {
                diagnostic.related(self.revisions[revision].labels[label].span, "also here")
            })
    }

    fn unknown(
        &self,
        code: Code,
        span: Span,
        verb: &str,
        revision: usize,
        nearest: Option<&str>,
    ) -> Diagnostic {
        let name = self.sources.text(span);
        let diagnostic = Diagnostic::new(
            code,
            span,
            format!(
                "`{}` {verb} `{name}`, which does not exist",
                self.id(revision)
            ),
        );
        match nearest {
            Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
            None => diagnostic.help(format!(
                "write the id of a revision in `{}`, or restore the file that has the id `{name}`",
                self.settings.path
            )),
        }
    }

    fn itself(&self, revision: usize, entry: Entry, verb: &str) -> Diagnostic {
        Diagnostic::new(
            Code::NeedsItself,
            self.entry(revision, entry),
            format!("`{}` {verb} itself", self.id(revision)),
        )
        .help("write the revision that it comes after, or `base` for the first one")
    }

    fn cycle(&self, path: &[Link]) -> Diagnostic {
        let mut ids: Vec<_> = path
            .iter()
            .map(|link| format!("`{}`", self.id(link.revision)))
            .collect();
        ids.extend(ids.first().cloned());
        let first = path.first().copied().unwrap_or(Link {
            revision: 0,
            entry: Entry::Parent(0),
        });
        let diagnostic = Diagnostic::new(
            Code::Cycle,
            self.entry(first.revision, first.entry),
            format!("revisions need each other in a circle: {}", ids.join(" → ")),
        );
        path.iter()
            .skip(1)
            .fold(diagnostic, |diagnostic, link| {
                diagnostic.related(self.entry(link.revision, link.entry), "and this")
            })
            .help("change one of these lines so that one of the revisions comes first")
    }

    /// Names all heads and prints the merge revision that would mend it.
    fn several_heads(&self, graph: &Graph<'_>, heads: &[usize]) -> Diagnostic {
        let revisions: Vec<usize> = heads
            .iter()
            .map(|&head| graph.nodes()[head].declared)
            .collect();
        let ids: Vec<&str> = revisions
            .iter()
            .map(|&revision| self.id(revision))
            .collect();
        let quoted: Vec<_> = ids.iter().map(|id| format!("`{id}`")).collect();
        let first = revisions.last().copied().unwrap_or(0);
        let mut diagnostic = Diagnostic::new(
            Code::SeveralHeads,
            self.id_span(first),
            format!(
                "the history has {} heads where {} {} allowed: {}",
                heads.len(),
                self.settings.heads,
                if self.settings.heads == 1 {
                    "is"
                } else {
                    "are"
                },
                quoted.join(", "),
            ),
        )
        .label("a head");
        for &revision in revisions.iter().filter(|&&revision| revision != first) {
            diagnostic = diagnostic.related(self.id_span(revision), "another head");
        }
        let id = fresh_id(&ids);
        let file = Template {
            id: &id,
            parents: &ids,
            message: &merge_message(&ids),
            ..Template::default()
        };
        diagnostic
            .note("two branches that were written at the same time have to be joined, so that there is one state to reach")
            .help(format!(
                "run `cargo limbeck merge`, or write `{}/{id}_merge.sql`:\n{}",
                self.settings.path,
                file.to_string().trim_end(),
            ))
    }
}

/// An id that nobody else has, the same in every build.
fn fresh_id(seed: &[&str]) -> String {
    let digest = checksum::script([seed.iter().copied()]).to_string();
    digest.get(..12).unwrap_or_default().to_owned()
}
