//! Graphs in a line of text, for tests.

use super::{Declared, Graph, Reference};

/// Reads `a; b[label]<a; c<a,b+label` as: `a`; `b` on top of `a`, with a label; and a merge of `a` and
/// `b` that depends on `label`. A revision may be qualified by its history, as in `auth:a`, and so may
/// what another depends on. Without that, the history is `app`, or the revision's own.
pub(crate) fn declared(text: &str) -> Vec<Declared<'_>> {
    let entries = text.split(';').map(str::trim);
    entries
        .filter(|entry| !entry.is_empty())
        .map(revision)
        .collect()
}

/// The graph of a text, which has to be sound.
pub(crate) fn graph(text: &str) -> Graph<'_> {
    Graph::build(&declared(text)).unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

fn revision(entry: &str) -> Declared<'_> {
    let (entry, dependencies) = entry.split_once('+').unwrap_or((entry, ""));
    let (entry, parents) = entry.split_once('<').unwrap_or((entry, ""));
    let (name, labels) = entry.split_once('[').unwrap_or((entry, ""));
    let (history, id) = name.split_once(':').unwrap_or(("app", name));
    let reference = |name| match str::split_once(name, ':') {
        Some((history, name)) => Reference { history, name },
        None => Reference { history, name },
    };
    Declared {
        history,
        id,
        parents: names(parents).collect(),
        dependencies: names(dependencies).map(reference).collect(),
        labels: names(labels.trim_end_matches(']')).collect(),
    }
}

fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').filter(|name| !name.is_empty())
}
