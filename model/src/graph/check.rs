//! Names and references: every revision, parent, dependency and label on its own.

use std::collections::{BTreeMap, BTreeSet};

use super::{Declared, NameFault, Problem, Reference};
use crate::suggest;

/// The longest id and the longest label.
const MAX_NAME: usize = 32;

/// Words that mean something else wherever a revision can be named.
const RESERVED: [&str; 3] = ["head", "heads", "base"];

/// For how many unknown names the nearest known one is looked for. A tree in which more are unknown
/// lacks files, and no suggestion mends that.
const SUGGESTIONS: usize = 32;

/// Where each id and label is declared, by history and name.
pub(super) struct Names<'a> {
    ids: BTreeMap<(&'a str, &'a str), Vec<usize>>,
    labels: BTreeMap<(&'a str, &'a str), Vec<(usize, usize)>>,
}

/// What a revision needs: another one, and which of its entries says so.
pub(super) struct Need {
    /// The revision that is needed.
    pub(super) revision: usize,
    /// The position among the parents or the dependencies.
    pub(super) entry: usize,
}

/// The resolved references of one revision, each revision at most once in both lists together.
pub(super) struct Needs {
    pub(super) parents: Vec<Need>,
    pub(super) dependencies: Vec<Need>,
}

impl<'a> Names<'a> {
    pub(super) fn new(declared: &[Declared<'a>]) -> Self {
        let mut ids: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut labels: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (at, revision) in declared.iter().enumerate() {
            ids.entry((revision.history, revision.id))
                .or_default()
                .push(at);
            for (position, &label) in revision.labels.iter().enumerate() {
                let places = labels.entry((revision.history, label)).or_default();
                places.push((at, position));
            }
        }
        Self { ids, labels }
    }

    fn with_id(&self, history: &str, id: &str) -> Option<usize> {
        self.ids.get(&(history, id))?.first().copied()
    }

    fn with_label(&self, history: &str, label: &str) -> Option<usize> {
        self.labels
            .get(&(history, label))?
            .first()
            .map(|&(at, _)| at)
    }

    fn nearest_id(&self, history: &str, name: &str) -> Option<usize> {
        // Whoever writes a label where an id belongs means the revision that carries it.
        self.with_label(history, name).or_else(|| {
            let ids = in_history(&self.ids, history);
            self.with_id(history, suggest::nearest(name, ids)?)
        })
    }

    fn nearest_name(&self, history: &str, name: &str) -> Option<String> {
        let names = in_history(&self.ids, history).chain(in_history(&self.labels, history));
        suggest::nearest(name, names).map(str::to_owned)
    }
}

fn in_history<'m, T>(
    names: &'m BTreeMap<(&'m str, &'m str), T>,
    history: &'m str,
) -> impl Iterator<Item = &'m str> {
    names
        .range((history, "")..)
        .take_while(move |((known, _), _)| *known == history)
        .map(|((_, name), _)| *name)
}

/// Reports every id and label that is malformed or not unique.
pub(super) fn names(declared: &[Declared<'_>], names: &Names<'_>, problems: &mut Vec<Problem>) {
    for (at, revision) in declared.iter().enumerate() {
        if let Some(fault) = fault_of(revision.id, false) {
            problems.push(Problem::BadId {
                revision: at,
                fault,
            });
        }
        for (position, &label) in revision.labels.iter().enumerate() {
            if let Some(fault) = fault_of(label, true) {
                problems.push(Problem::BadLabel {
                    revision: at,
                    label: position,
                    fault,
                });
            }
            if let Some(other) = names.with_id(revision.history, label) {
                problems.push(Problem::LabelIsId {
                    revision: at,
                    label: position,
                    other,
                });
            }
        }
    }
    for revisions in names.ids.values().filter(|places| places.len() > 1) {
        problems.push(Problem::DuplicateId {
            revisions: revisions.clone(),
        });
    }
    for places in names.labels.values().filter(|places| places.len() > 1) {
        problems.push(Problem::DuplicateLabel {
            places: places.clone(),
        });
    }
}

fn fault_of(name: &str, label: bool) -> Option<NameFault> {
    let allowed = |character: &char| {
        matches!(character, 'a'..='z' | '0'..='9' | '_') || (label && *character == '-')
    };
    if name.is_empty() {
        Some(NameFault::Empty)
    } else if let Some(character) = name.chars().find(|character| !allowed(character)) {
        Some(NameFault::Character(character))
    } else if name.len() > MAX_NAME {
        Some(NameFault::TooLong)
    } else if name.starts_with('-') {
        Some(NameFault::LeadingHyphen)
    } else {
        RESERVED.contains(&name).then_some(NameFault::Reserved)
    }
}

/// Resolves every parent and dependency, and reports those that do not exist or name the revision
/// itself. Naming a revision twice, or a parent as a dependency too, says nothing new.
pub(super) fn references(
    declared: &[Declared<'_>],
    names: &Names<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Needs> {
    let mut suggestions = Suggestions {
        names,
        left: SUGGESTIONS,
    };
    let resolve = |(at, revision)| {
        let mut known = BTreeSet::from([at]);
        Needs {
            parents: parents(at, revision, &mut known, &mut suggestions, problems),
            dependencies: dependencies(at, revision, &mut known, &mut suggestions, problems),
        }
    };
    declared.iter().enumerate().map(resolve).collect()
}

fn parents(
    at: usize,
    revision: &Declared<'_>,
    known: &mut BTreeSet<usize>,
    suggestions: &mut Suggestions<'_, '_>,
    problems: &mut Vec<Problem>,
) -> Vec<Need> {
    let mut needs = Vec::new();
    for (parent, &id) in revision.parents.iter().enumerate() {
        // Of several revisions with one id, each means itself by it.
        if id == revision.id {
            problems.push(Problem::RevisesItself {
                revision: at,
                parent,
            });
        } else if let Some(found) = suggestions.names.with_id(revision.history, id) {
            if known.insert(found) {
                needs.push(Need {
                    revision: found,
                    entry: parent,
                });
            }
        } else {
            let nearest = suggestions.id(revision.history, id);
            problems.push(Problem::UnknownParent {
                revision: at,
                parent,
                nearest: nearest.filter(|&nearest| nearest != at),
            });
        }
    }
    needs
}

fn dependencies(
    at: usize,
    revision: &Declared<'_>,
    known: &mut BTreeSet<usize>,
    suggestions: &mut Suggestions<'_, '_>,
    problems: &mut Vec<Problem>,
) -> Vec<Need> {
    let mut needs = Vec::new();
    for (dependency, &Reference { history, name }) in revision.dependencies.iter().enumerate() {
        let found = suggestions.names.with_id(history, name);
        let found = found.or_else(|| suggestions.names.with_label(history, name));
        if found == Some(at) || (history, name) == (revision.history, revision.id) {
            problems.push(Problem::DependsOnItself {
                revision: at,
                dependency,
            });
        } else if let Some(found) = found {
            if known.insert(found) {
                needs.push(Need {
                    revision: found,
                    entry: dependency,
                });
            }
        } else {
            problems.push(Problem::UnknownDependency {
                revision: at,
                dependency,
                nearest: suggestions.name(history, name),
            });
        }
    }
    needs
}

/// A number of suggestions for unknown names.
struct Suggestions<'n, 'a> {
    names: &'n Names<'a>,
    left: usize,
}

impl Suggestions<'_, '_> {
    fn id(&mut self, history: &str, name: &str) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        self.names.nearest_id(history, name)
    }

    fn name(&mut self, history: &str, name: &str) -> Option<String> {
        self.left = self.left.checked_sub(1)?;
        self.names.nearest_name(history, name)
    }
}
