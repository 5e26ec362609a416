//! What a new revision comes after. It asks the model, and knows no files.

use std::collections::BTreeSet;

use limbeck_model::graph::Graph;
use limbeck_model::target::resolve;

use crate::error::Error;
use crate::text;

/// The only head; nothing where there is no revision yet.
pub(crate) fn only_head(graph: &Graph<'_>) -> Result<Vec<usize>, Error> {
    let heads = graph.real_heads();
    if heads.len() > 1 {
        return Err(Error::usage(format!(
            "the history has {} heads: {}",
            heads.len(),
            text::ids(&ids(graph, &heads))
        ))
        .help("join them with `cargo limbeck merge`, or name the one to go on from with `--parent ID`"));
    }
    Ok(heads)
}

/// All heads, of which there are several.
pub(crate) fn several_heads(graph: &Graph<'_>) -> Result<Vec<usize>, Error> {
    let heads = graph.real_heads();
    match heads.as_slice() {
        [] => Err(Error::usage("nothing to merge, there is no revision yet")),
        [head] => Err(Error::usage(format!(
            "nothing to merge, `{}` is the only head",
            graph.name(*head)
        ))),
        _ => Ok(heads),
    }
}

/// What the user has named, none of which comes after another; nothing for `base`.
pub(crate) fn named(graph: &Graph<'_>, names: &[String]) -> Result<Vec<usize>, Error> {
    let mut revisions = Vec::new();
    for name in names {
        let found = resolve(graph, name)?;
        if found.is_empty() && names.len() > 1 {
            return Err(Error::usage(format!(
                "`{name}` is below all revisions, and other parents are named"
            ))
            .help("leave it out, or name nothing else"));
        }
        for revision in found {
            if revisions.contains(&revision) {
                return Err(
                    Error::usage(format!("`{}` is named twice", graph.name(revision)))
                        .help("name it once"),
                );
            }
            revisions.push(revision);
        }
    }
    independent(graph, &revisions)?;
    Ok(revisions)
}

/// What the user has named to be merged.
pub(crate) fn to_merge(graph: &Graph<'_>, names: &[String]) -> Result<Vec<usize>, Error> {
    let revisions = named(graph, names)?;
    if revisions.len() < 2 {
        let only = names.first().map_or("", String::as_str);
        return Err(
            Error::usage(format!("nothing to merge, only `{only}` is named"))
                .help("name two revisions or more, or none for all heads"),
        );
    }
    Ok(revisions)
}

/// Refuses a revision that another one stands on already.
fn independent(graph: &Graph<'_>, revisions: &[usize]) -> Result<(), Error> {
    for &later in revisions {
        let below = graph.ancestors([later]);
        let earlier = revisions
            .iter()
            .find(|&&earlier| earlier != later && below.contains(&earlier));
        if let Some(&earlier) = earlier {
            let (earlier, later) = (graph.name(earlier), graph.name(later));
            return Err(
                Error::usage(format!("`{later}` stands on `{earlier}` already"))
                    .help(format!("leave `{earlier}` out")),
            );
        }
    }
    Ok(())
}

/// The dependencies as the header has them: those on the own history as full ids, those on others as
/// they were written.
pub(crate) fn dependencies(
    graph: &Graph<'_>,
    history: &str,
    names: &[String],
) -> Result<Vec<String>, Error> {
    let mut seen = BTreeSet::new();
    let mut dependencies = Vec::new();
    for name in names {
        let dependency = match name.split_once(':') {
            Some((other, reference)) if other != history => {
                // The rest of the notation is checked where the file is read.
                if other.is_empty() || reference.is_empty() {
                    return Err(Error::usage(format!("`{name}` names no revision"))
                        .help("write `HISTORY:ID`"));
                }
                name.clone()
            }
            Some((_, own)) => dependency(graph, own)?,
            None => dependency(graph, name)?,
        };
        if !seen.insert(dependency.clone()) {
            return Err(
                Error::usage(format!("the dependency `{dependency}` is given twice"))
                    .help("give it once"),
            );
        }
        dependencies.push(dependency);
    }
    Ok(dependencies)
}

fn dependency(graph: &Graph<'_>, name: &str) -> Result<String, Error> {
    match resolve(graph, name)?.as_slice() {
        [one] => Ok(graph.name(*one)),
        [] => Err(Error::usage(format!("`{name}` is below all revisions"))
            .help("name the revision that must be applied first")),
        several => Err(Error::usage(format!(
            "`{name}` is several revisions: {}",
            text::ids(&ids(graph, several))
        ))
        .help("give a `--depends-on` for each that is needed")),
    }
}

/// The labels, each given once. What is wrong with one of them the compiler says.
pub(crate) fn labels(names: &[String]) -> Result<Vec<String>, Error> {
    if names.iter().any(String::is_empty) {
        return Err(Error::usage("the label is empty").help("give it a name, or leave it out"));
    }
    let mut seen = BTreeSet::new();
    match names.iter().find(|&name| !seen.insert(name)) {
        Some(twice) => {
            Err(Error::usage(format!("the label `{twice}` is given twice")).help("give it once"))
        }
        None => Ok(names.to_vec()),
    }
}

/// The ids of revisions of the graph.
pub(crate) fn ids(graph: &Graph<'_>, revisions: &[usize]) -> Vec<String> {
    revisions.iter().map(|&at| graph.name(at)).collect()
}

#[cfg(test)]
mod tests {
    use limbeck_model::graph::{Declared, Reference};

    use super::*;

    /// `a` ← `bbbb1` (label `left`) and `a` ← `cccc2`, and `dddd3` above `cccc2`.
    fn graph() -> Graph<'static> {
        let revision = |id, parents, labels| Declared {
            history: "app",
            id,
            parents,
            dependencies: Vec::new(),
            labels,
        };
        Graph::build(&[
            revision("aaaa0", vec![], vec![]),
            revision("bbbb1", vec!["aaaa0"], vec!["left"]),
            revision("cccc2", vec!["aaaa0"], vec![]),
            revision("dddd3", vec!["cccc2"], vec![]),
        ])
        .unwrap()
    }

    fn named_ids(names: &[&str]) -> Result<Vec<String>, String> {
        let graph = graph();
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        named(&graph, &names)
            .map(|found| ids(&graph, &found))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn parents_are_found_by_id_start_label_and_target_in_the_order_given() {
        assert_eq!(named_ids(&["dddd", "left"]).unwrap(), ["dddd3", "bbbb1"]);
        assert_eq!(named_ids(&["heads"]).unwrap(), ["bbbb1", "dddd3"]);
        assert_eq!(named_ids(&["left@head"]).unwrap(), ["bbbb1"]);
        assert!(named_ids(&["base"]).unwrap().is_empty());
    }

    #[test]
    fn parents_that_make_no_sense_together_are_refused() {
        let refused = |names: &[&str]| named_ids(names).unwrap_err();
        assert!(refused(&["dddd3", "aaaa0"]).contains("`dddd3` stands on `aaaa0` already"));
        assert!(refused(&["left", "bbbb1"]).contains("`bbbb1` is named twice"));
        assert!(refused(&["base", "bbbb1"]).contains("`base` is below all revisions"));
        assert!(refused(&["bbbb2"]).contains("did you mean `bbbb1`"));
        assert!(refused(&["head"]).contains("ambiguous"));
        assert!(refused(&["-1"]).contains("is a relative step"));
    }

    #[test]
    fn a_head_that_another_depends_on_is_no_head_to_go_on_from() {
        let on = |name| Reference {
            history: "app",
            name,
        };
        let revision = |id, dependencies| Declared {
            history: "app",
            id,
            parents: Vec::new(),
            dependencies,
            labels: Vec::new(),
        };
        let graph = Graph::build(&[revision("a", vec![]), revision("b", vec![on("a")])]).unwrap();
        assert_eq!(ids(&graph, &only_head(&graph).unwrap()), ["b"]);
        assert!(several_heads(&graph).is_err());
    }

    #[test]
    fn dependencies_become_full_ids_in_the_own_history_and_stay_in_another_one() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let found = |given: &[&str]| dependencies(&graph(), "app", &names(given));
        assert_eq!(
            found(&["left", "app:cccc", "auth:f0"]).unwrap(),
            ["bbbb1", "cccc2", "auth:f0"]
        );
        for refused in [
            vec!["left", "bbbb1"],
            vec!["base"],
            vec!["heads"],
            vec!["eeee"],
        ] {
            assert!(found(&refused).is_err(), "{refused:?}");
        }
    }
}
