//! Questions to a graph.

use std::collections::BTreeSet;

use super::Graph;
use super::notation::graph;

/// Checks which revisions an answer holds, by id.
fn check(graph: &Graph<'_>, found: impl IntoIterator<Item = usize>, expected: &str) {
    let found: Vec<String> = found.into_iter().map(|at| graph.name(at)).collect();
    assert_eq!(found.join(" "), expected);
}

fn at(graph: &Graph<'_>, id: &str) -> usize {
    let (history, id) = id.split_once(':').unwrap_or(("app", id));
    graph.position_of(history, id).expect(id)
}

#[test]
fn real_heads_and_bases_count_dependencies_and_the_others_do_not() {
    let graph = graph("a1; a2<a1; b1+a2; b2<b1");
    check(&graph, graph.heads(), "a2 b2");
    check(&graph, graph.real_heads(), "b2");
    check(&graph, graph.bases(), "a1 b1");
    check(&graph, graph.real_bases(), "a1");
}

#[test]
fn ancestors_and_descendants_go_through_parents_and_dependencies() {
    let graph = graph("a1; a2<a1; a3<a2; b1; b2<b1+a2; b3<b2; c");
    check(&graph, graph.ancestors([at(&graph, "b2")]), "a1 a2 b1 b2");
    check(&graph, graph.descendants([at(&graph, "a2")]), "a2 a3 b2 b3");
    check(&graph, graph.ancestors([]), "");
    check(&graph, graph.ancestors([99]), "");
}

#[test]
fn the_lineage_goes_through_parents_only() {
    let graph = graph("a; b<a; c1<b; c2<b+x; d<c1; m<c1,c2; x; y<x");
    check(&graph, graph.lineage(at(&graph, "c1")), "a b c1 d m");
    check(&graph, graph.lineage(at(&graph, "x")), "x y");
    check(&graph, graph.lineage(at(&graph, "m")), "a b c1 c2 m");
}

#[test]
fn tips_are_not_needed_by_others_of_the_set_even_through_revisions_outside_of_it() {
    let graph = graph("a; b<a; z+b; y<z; c<b+y; d<b");
    let set = |ids: &[&str]| -> BTreeSet<usize> { ids.iter().map(|id| at(&graph, id)).collect() };
    check(&graph, graph.tips(&set(&["a", "b"])), "b");
    check(&graph, graph.tips(&set(&["z", "c", "d"])), "d c");
    check(&graph, graph.tips(&BTreeSet::from([99])), "");
}

#[test]
fn a_set_that_lacks_what_its_members_need_is_told_so() {
    let graph = graph("a; b<a; c<b+x; x");
    let applied = BTreeSet::from([at(&graph, "a"), at(&graph, "c")]);
    let missing: Vec<_> = graph
        .check_closed(&applied)
        .into_iter()
        .map(|(one, needed)| (graph.name(one), graph.name(needed)))
        .collect();
    let pair = |one: &str, needed: &str| (one.to_owned(), needed.to_owned());
    assert_eq!(missing, [pair("c", "b"), pair("c", "x")]);
    assert_eq!(graph.check_closed(&graph.ancestors([at(&graph, "c")])), []);
}

#[test]
fn a_node_knows_what_it_needs_and_what_needs_it_each_once() {
    let graph = graph("c<a,b,a+b,x,x; x; a; b<a");
    let node = &graph.nodes()[at(&graph, "c")];
    check(&graph, node.needs(), "a b x");
    check(&graph, graph.nodes()[at(&graph, "a")].needed_by(), "b c");
    check(&graph, graph.nodes()[at(&graph, "x")].needed_by(), "c");
    assert_eq!(node.declared, 0);
}

#[test]
fn names_are_qualified_where_there_are_several_histories() {
    let one = graph("a; b<a");
    assert_eq!(one.name(1), "b");
    let two = graph("app:a; auth:a");
    assert_eq!(
        (two.name(0), two.name(1)),
        ("app:a".to_owned(), "auth:a".to_owned())
    );
    assert_eq!(two.histories(), ["app", "auth"]);
    assert_eq!(two.position_of("auth", "a"), Some(1));
    assert_eq!(two.position_of("web", "a"), None);
    assert_eq!(two.name(2), "");
}

#[test]
fn a_label_spreads_to_descendants_and_down_a_plain_chain_only() {
    let labels = |text: &str| {
        let graph = graph(text);
        let labels = graph.branch_labels();
        let with = (0..graph.len()).filter(|&at| labels[at].contains(&"x"));
        with.map(|at| graph.name(at)).collect::<Vec<_>>().join(" ")
    };
    // A plain chain carries it from the tip to the base.
    assert_eq!(labels("a; b<a; c[x]<b; d<c"), "a b c d");
    // It stops at a branch point below, and at one above there is no chain to come down.
    assert_eq!(labels("a; b<a; c[x]<b; d<c; other<b"), "c d");
    assert_eq!(labels("a; b[x]<a; c1<b; c2<b"), "b c1 c2");
    // What depends on a revision makes it a branch point too.
    assert_eq!(labels("a; b<a; c[x]<b; z+b"), "c");
    // A merge is not on the way down.
    assert_eq!(labels("a; b; m<a,b; c[x]<m; d<c"), "c d");
    assert_eq!(labels("a[x]; b; m<a,b; n<m"), "a m n");
}
