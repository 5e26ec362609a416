//! The order of revisions.

use super::notation::{declared, graph};
use super::{Declared, Graph};

/// The ids of a graph, in order.
fn order(text: &str) -> String {
    let graph = graph(text);
    let ids: Vec<String> = (0..graph.len()).map(|at| graph.name(at)).collect();
    ids.join(" ")
}

#[test]
fn a_branch_is_finished_before_its_sibling_begins() {
    assert_eq!(order("a; c1<b; d1<c1; b<a; c2<b; d2<c2"), "a b c1 d1 c2 d2");
    assert_eq!(order("b2<a2; a2; b1<a1; a1"), "a1 b1 a2 b2");
    assert_eq!(order("m1; m2<m1; m3<m2,f2; f1<m1; f2<f1"), "m1 f1 f2 m2 m3");
}

#[test]
fn a_merge_follows_its_last_parent() {
    assert_eq!(order("a; b1<a; b2<a; c<b2,b1; d<c"), "a b1 b2 c d");
    assert_eq!(order("a; b; c; d<a,b; e<d; f<c"), "a b d e c f");
}

#[test]
fn children_come_before_what_only_depends_on_their_parent() {
    assert_eq!(order("a1; a2<a1; a3<a2; b1+a1; b2<b1"), "a1 a2 a3 b1 b2");
    assert_eq!(order("x1; x2<x1; b1; b2<b1+x1; b3<b2"), "b1 x1 x2 b2 b3");
}

#[test]
fn equals_are_ordered_by_id_and_then_by_history() {
    assert_eq!(order("c; a; b"), "a b c");
    assert_eq!(
        order("web:a; auth:b; app:a; auth:a"),
        "app:a auth:a web:a auth:b"
    );
}

#[test]
fn a_chain_longer_than_the_stack_is_deep_is_ordered() {
    let ids: Vec<String> = (0..100_000)
        .map(|number| format!("{:06x}", number * 7 % 100_000))
        .collect();
    let revision = |at: usize| Declared {
        history: "app",
        id: &ids[at],
        parents: at
            .checked_sub(1)
            .map(|parent| ids[parent].as_str())
            .into_iter()
            .collect(),
        dependencies: vec![],
        labels: if at == 50_000 { vec!["middle"] } else { vec![] },
    };
    let chain: Vec<Declared<'_>> = (0..ids.len()).rev().map(revision).collect();
    let graph = Graph::build(&chain).expect("a chain");
    let ordered = graph.nodes().iter().map(|node| node.id).eq(ids.iter());
    assert!(ordered);
    assert_eq!(graph.ancestors([99_999]).len(), 100_000);
    assert_eq!(graph.descendants([0]).len(), 100_000);
    assert_eq!(graph.lineage(50_000).len(), 100_000);
    assert_eq!(graph.branch_labels()[0], ["middle"]);
}

#[test]
fn a_cycle_longer_than_the_stack_is_deep_is_reported() {
    let ids: Vec<String> = (0..100_000).map(|number| format!("{number:06}")).collect();
    let revision = |at: usize| Declared {
        history: "app",
        id: &ids[at],
        parents: vec![&ids[(at + 1) % ids.len()]],
        dependencies: vec![],
        labels: vec![],
    };
    let ring: Vec<Declared<'_>> = (0..ids.len()).map(revision).collect();
    assert_eq!(Graph::build(&ring).expect_err("a cycle").len(), 1);
}

#[test]
fn an_empty_history_is_an_empty_graph() {
    let graph = Graph::build(&declared("")).expect("nothing to be wrong");
    assert!(graph.is_empty());
    assert_eq!(graph.heads(), []);
    assert_eq!(graph.histories(), <[&str; 0]>::default());
}
