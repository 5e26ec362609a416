//! Problems in words, for those who have no source text to point at.

use super::{Declared, Entry, Link, NameFault, Problem};
use crate::text::{code, list};

impl Problem {
    /// The problem in one sentence, given the same revisions that the graph was to be built from.
    ///
    /// ```
    /// use limbeck_model::graph::{Declared, Graph};
    ///
    /// let declared = [Declared {
    ///     history: "app",
    ///     id: "b",
    ///     parents: vec!["a"],
    ///     dependencies: vec![],
    ///     labels: vec![],
    /// }];
    /// let problems = Graph::build(&declared).unwrap_err();
    /// assert_eq!(
    ///     problems[0].explain(&declared),
    ///     "`b` revises `a`, which does not exist"
    /// );
    /// ```
    pub fn explain(&self, declared: &[Declared<'_>]) -> String {
        let words = Words::new(declared);
        match self {
            Self::DuplicateId { revisions } => {
                let id = revisions
                    .first()
                    .map_or_else(String::new, |&at| words.id(at));
                format!("{} revisions have the id {id}", revisions.len())
            }
            Self::BadId { revision, fault } => {
                format!(
                    "{} is no revision id: {}",
                    words.id(*revision),
                    fault.of("id")
                )
            }
            Self::BadLabel {
                revision,
                label,
                fault,
            } => format!(
                "{} of {} is no label: {}",
                words.label(*revision, *label),
                words.id(*revision),
                fault.of("label")
            ),
            Self::LabelIsId {
                revision,
                label,
                other,
            } => format!(
                "the label {} of {} is also the id of {}",
                words.label(*revision, *label),
                words.id(*revision),
                if revision == other {
                    "the same revision"
                } else {
                    "another revision"
                }
            ),
            Self::DuplicateLabel { places } => words.duplicate_label(places),
            Self::UnknownParent {
                revision,
                parent,
                nearest,
            } => {
                let meant = nearest.map(|at| words.id(at));
                let parent = words.entry(*revision, Entry::Parent(*parent));
                words.unknown(*revision, &format!("revises {parent}"), meant)
            }
            Self::UnknownDependency {
                revision,
                dependency,
                nearest,
            } => {
                let meant = nearest.as_deref().map(code);
                let dependency = words.entry(*revision, Entry::Dependency(*dependency));
                words.unknown(*revision, &format!("depends on {dependency}"), meant)
            }
            Self::RevisesItself { revision, .. } => {
                format!("{} revises itself", words.id(*revision))
            }
            Self::DependsOnItself { revision, .. } => {
                format!("{} depends on itself", words.id(*revision))
            }
            Self::Cycle { path } => words.cycle(path),
        }
    }
}

impl NameFault {
    /// The fault in words, of an `id` or of a `label`.
    fn of(self, kind: &str) -> String {
        match self {
            Self::Empty => "it is empty".to_owned(),
            Self::TooLong => "it has more than 32 characters".to_owned(),
            Self::Character(found) if kind == "label" => {
                format!("`{found}` is none of `a-z`, `0-9`, `_` and `-`")
            }
            Self::Character(found) => format!("`{found}` is none of `a-z`, `0-9` and `_`"),
            Self::LeadingHyphen => "it starts with `-`".to_owned(),
            Self::Reserved => "the word has a meaning of its own as a target".to_owned(),
        }
    }
}

/// The names of what problems point at. A position that is not there reads as an empty name.
struct Words<'d, 'a> {
    declared: &'d [Declared<'a>],
    one_history: bool,
}

impl<'d, 'a> Words<'d, 'a> {
    fn new(declared: &'d [Declared<'a>]) -> Self {
        let mut pairs = declared.iter().zip(declared.iter().skip(1));
        Self {
            declared,
            one_history: pairs.all(|(one, next)| one.history == next.history),
        }
    }

    fn id(&self, revision: usize) -> String {
        match self.declared.get(revision) {
            Some(declared) if self.one_history => code(declared.id),
            Some(declared) => format!("`{}:{}`", declared.history, declared.id),
            None => code(""),
        }
    }

    fn label(&self, revision: usize, label: usize) -> String {
        let labels = self.declared.get(revision).map(|declared| &declared.labels);
        code(
            labels
                .and_then(|labels| labels.get(label))
                .copied()
                .unwrap_or_default(),
        )
    }

    fn entry(&self, revision: usize, entry: Entry) -> String {
        let Some(declared) = self.declared.get(revision) else {
            return code("");
        };
        match entry {
            Entry::Parent(at) => code(declared.parents.get(at).copied().unwrap_or_default()),
            Entry::Dependency(at) => match declared.dependencies.get(at) {
                Some(reference) if reference.history != declared.history => {
                    format!("`{}:{}`", reference.history, reference.name)
                }
                Some(reference) => code(reference.name),
                None => code(""),
            },
        }
    }

    fn unknown(&self, revision: usize, needs: &str, meant: Option<String>) -> String {
        let hint = meant.map_or_else(String::new, |meant| format!(", did you mean {meant}"));
        format!("{} {needs}, which does not exist{hint}", self.id(revision))
    }

    fn duplicate_label(&self, places: &[(usize, usize)]) -> String {
        let label = places
            .first()
            .map_or_else(String::new, |&(at, label)| self.label(at, label));
        let mut owners: Vec<String> = places.iter().map(|&(at, _)| self.id(at)).collect();
        owners.dedup();
        match owners.as_slice() {
            [owner] => format!("{owner} has the label {label} more than once"),
            owners => format!("the label {label} is given to {}", list(owners, "and")),
        }
    }

    fn cycle(&self, path: &[Link]) -> String {
        let mut names: Vec<String> = path.iter().map(|link| self.id(link.revision)).collect();
        names.extend(names.first().cloned());
        format!("the revisions need each other: {}", names.join(" -> "))
    }
}
