//! What holds for every graph, every state and every target.

use std::collections::BTreeSet;

use limbeck_model::graph::{Declared, Graph, Reference};
use limbeck_model::plan::{applied_heads, downgrade, stamp, upgrade};
use limbeck_model::target::resolve;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

/// A revision in numbers: its history, and the places of its parents and dependencies.
#[derive(Clone, Debug)]
struct Shape {
    history: usize,
    parents: Vec<usize>,
    dependencies: Vec<usize>,
    label: bool,
}

const HISTORIES: [&str; 2] = ["app", "auth"];

/// Graphs without mistakes: whatever a revision needs comes before it.
fn sound(largest: usize) -> impl Strategy<Value = Vec<Shape>> {
    let picks = (
        any::<[Index; 2]>(),
        0..4_usize,
        any::<Index>(),
        0..5_usize,
        0..4_usize,
    );
    let shapes = prop::collection::vec((picks, 0..6_usize), 1..largest);
    shapes.prop_map(|picks| {
        let mut shapes: Vec<Shape> = Vec::new();
        for ((parents, count, dependency, depends, label), history) in picks {
            let history = usize::from(history == 0);
            let same: Vec<usize> = (0..shapes.len())
                .filter(|&at| shapes[at].history == history)
                .collect();
            let parents: BTreeSet<usize> = match (same.as_slice(), count) {
                ([], _) | (_, 0) => BTreeSet::new(),
                (same, 1 | 2) => BTreeSet::from([*parents[0].get(same)]),
                (same, _) => parents.iter().map(|index| *index.get(same)).collect(),
            };
            let dependencies = match shapes.len() {
                0 => vec![],
                earlier if depends == 0 => vec![dependency.index(earlier)],
                _ => vec![],
            };
            let parents = parents.into_iter().collect();
            shapes.push(Shape {
                history,
                parents,
                dependencies,
                label: label == 0,
            });
        }
        shapes
    })
}

/// Names for the shapes. They are in no particular order.
fn names(shapes: &[Shape]) -> Vec<(String, String)> {
    let name = |at: usize| {
        (
            format!("{:03x}_{at}", at * 2_654_435_761 % 4096),
            format!("label-{at}"),
        )
    };
    (0..shapes.len()).map(name).collect()
}

fn declared<'a>(shapes: &[Shape], names: &'a [(String, String)]) -> Vec<Declared<'a>> {
    let id = |&at: &usize| names[at].0.as_str();
    let reference = |at: &usize| Reference {
        history: HISTORIES[shapes[*at].history],
        name: id(at),
    };
    let declare = |(at, shape): (usize, &Shape)| Declared {
        history: HISTORIES[shape.history],
        id: id(&at),
        parents: shape.parents.iter().map(id).collect(),
        dependencies: shape.dependencies.iter().map(reference).collect(),
        labels: if shape.label {
            vec![names[at].1.as_str()]
        } else {
            vec![]
        },
    };
    shapes.iter().enumerate().map(declare).collect()
}

/// Texts that are targets, or nearly.
fn target(names: &[(String, String)]) -> impl Strategy<Value = String> + use<> {
    let words = names
        .iter()
        .flat_map(|(id, label)| [id.clone(), label.clone(), id[..4].to_owned()]);
    let keywords = ["head", "heads", "base", ""].map(str::to_owned);
    let word = prop::sample::select(words.chain(keywords).collect::<Vec<_>>());
    let step = prop::sample::select(vec!["", "", "+1", "+2", "+3", "-1", "-2", "-9"]);
    let history = prop::sample::select(vec!["", "", "app:", "auth:", "web:"]);
    (history, prop::option::of(word.clone()), word, step).prop_map(
        |(history, branch, word, step)| {
            let branch = branch.map_or_else(String::new, |branch| format!("{branch}@"));
            format!("{history}{branch}{word}{step}")
        },
    )
}

/// A graph, some of its revisions, and a target.
fn question() -> impl Strategy<Value = (Vec<Shape>, Vec<usize>, String)> {
    sound(16).prop_flat_map(|shapes| {
        let places: Vec<usize> = (0..shapes.len()).collect();
        let some = subsequence(places, 0..=shapes.len().min(4));
        let target = target(&names(&shapes));
        (Just(shapes), some, target)
    })
}

/// Whether each revision comes after all that it needs.
fn ascends(graph: &Graph<'_>, before: &BTreeSet<usize>, plan: &[usize]) -> bool {
    let mut applied = before.clone();
    plan.iter().all(|&at| {
        let ready = graph.nodes()[at]
            .needs()
            .all(|needed| applied.contains(&needed));
        ready && applied.insert(at)
    })
}

proptest! {
    #[test]
    fn the_order_does_not_depend_on_the_order_of_the_input(
        (shapes, shuffled) in sound(24).prop_flat_map(|shapes| {
            let places: Vec<usize> = (0..shapes.len()).collect();
            (Just(shapes), Just(places).prop_shuffle())
        })
    ) {
        let names = names(&shapes);
        let declared = declared(&shapes, &names);
        let other: Vec<_> = shuffled.iter().map(|&at| declared[at].clone()).collect();
        let graph = Graph::build(&declared).expect("a sound graph");
        let again = Graph::build(&other).expect("a sound graph");
        let ids = |graph: &Graph<'_>| (0..graph.len()).map(|at| graph.name(at)).collect::<Vec<_>>();
        prop_assert_eq!(ids(&graph), ids(&again));
        prop_assert!(ascends(&graph, &BTreeSet::new(), &(0..graph.len()).collect::<Vec<_>>()));
        for (at, node) in again.nodes().iter().enumerate() {
            prop_assert_eq!(other[node.declared].id, again.nodes()[at].id);
        }
    }

    #[test]
    fn an_upgrade_is_closed_and_in_order_and_a_downgrade_takes_it_back((shapes, some, target) in question()) {
        let names = names(&shapes);
        let graph = Graph::build(&declared(&shapes, &names)).expect("a sound graph");
        let before = graph.ancestors(some);
        if let Ok(plan) = upgrade(&graph, &before, &target) {
            prop_assert!(plan.is_sorted());
            prop_assert!(ascends(&graph, &before, &plan));
            let after = before.iter().copied().chain(plan).collect();
            prop_assert_eq!(graph.check_closed(&after), []);
            let base = downgrade(&graph, &after, "base").expect("base is always there");
            prop_assert_eq!(base, after.iter().rev().copied().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_downgrade_leaves_a_closed_state_that_an_upgrade_restores((shapes, some, target) in question()) {
        let names = names(&shapes);
        let graph = Graph::build(&declared(&shapes, &names)).expect("a sound graph");
        let before = graph.ancestors(some);
        if let Ok(plan) = downgrade(&graph, &before, &target) {
            prop_assert!(plan.iter().rev().is_sorted());
            prop_assert!(plan.iter().all(|at| before.contains(at)));
            let after = &before - &plan.iter().copied().collect();
            prop_assert_eq!(graph.check_closed(&after), []);
            prop_assert!(ascends(&graph, &after, &plan.into_iter().rev().collect::<Vec<_>>()));
        }
    }

    #[test]
    fn a_stamp_leaves_a_closed_state_that_has_its_targets((shapes, some, target) in question(), purge: bool) {
        let names = names(&shapes);
        let graph = Graph::build(&declared(&shapes, &names)).expect("a sound graph");
        let before = graph.ancestors(some);
        let stamped = stamp(&graph, &before, &[&target], purge);
        prop_assert_eq!(stamped.is_ok(), resolve(&graph, &target).is_ok());
        if let Ok(stamp) = stamped {
            let kept = &before - &stamp.remove.iter().copied().collect();
            let after = &kept | &stamp.add.iter().copied().collect();
            prop_assert_eq!(graph.check_closed(&after), []);
            let goals = resolve(&graph, &target).expect("it was stamped");
            prop_assert!(goals.iter().all(|goal| after.contains(goal)));
            let all = graph.ancestors(applied_heads(&graph, &after));
            prop_assert_eq!(&all, &after);
            if purge {
                prop_assert_eq!(graph.ancestors(goals), after);
            }
        }
    }

    #[test]
    fn each_history_is_at_its_head_after_an_upgrade_to_head((shapes, some, _) in question()) {
        let names = names(&shapes);
        let graph = Graph::build(&declared(&shapes, &names)).expect("a sound graph");
        let before = graph.ancestors(some);
        let plan = upgrade(&graph, &before, "heads").expect("heads are always there");
        prop_assert_eq!(plan.len() + before.len(), graph.len());
        if let Ok(single) = upgrade(&graph, &before, "head") {
            prop_assert_eq!(single, plan);
        }
    }

    #[test]
    fn no_declaration_and_no_target_is_too_strange(
        entries in prop::collection::vec(("[ab][-ab.]?", "[ab]?", "[ab]?", "[abc]?", any::<bool>()), 0..6),
        target in "[abc:@+0-9-]{0,6}",
    ) {
        let some = |name: &'_ str| -> Vec<String> {
            Some(name.to_owned()).filter(|name| !name.is_empty()).into_iter().collect()
        };
        let lists: Vec<[Vec<String>; 3]> =
            entries.iter().map(|entry| [some(&entry.1), some(&entry.2), some(&entry.3)]).collect();
        let declared: Vec<Declared<'_>> = entries
            .iter()
            .zip(&lists)
            .map(|((id, .., second), [parents, dependencies, labels])| Declared {
                history: HISTORIES[usize::from(*second)],
                id,
                parents: parents.iter().map(String::as_str).collect(),
                dependencies: dependencies
                    .iter()
                    .map(|name| Reference { history: HISTORIES[0], name })
                    .collect(),
                labels: labels.iter().map(String::as_str).collect(),
            })
            .collect();
        match Graph::build(&declared) {
            Ok(graph) => {
                let all = (0..graph.len()).collect();
                for applied in [BTreeSet::new(), all] {
                    let _ = upgrade(&graph, &applied, &target).map_err(|error| error.to_string());
                    let _ = downgrade(&graph, &applied, &target).map_err(|error| error.to_string());
                    let _ = stamp(&graph, &applied, &[&target], false).map_err(|error| error.to_string());
                }
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(!problem.explain(&declared).is_empty());
                }
            }
        }
    }
}
