//! Plans of small graphs. That they agree with Alembic's is tested on its recorded cases.

use std::collections::BTreeSet;

use super::{applied_heads, downgrade, stamp, upgrade};
use crate::graph::Graph;
use crate::graph::notation::graph;
use crate::target::TargetError;

/// What is applied when these are the applied heads.
fn applied(graph: &Graph<'_>, heads: &[&str]) -> BTreeSet<usize> {
    let place = |name: &&str| {
        (0..graph.len())
            .find(|&at| graph.name(at) == **name)
            .expect(name)
    };
    graph.ancestors(heads.iter().map(place))
}

/// The names of a plan's revisions, or the kind of its error.
fn told(graph: &Graph<'_>, plan: Result<Vec<usize>, TargetError>) -> String {
    match plan {
        Ok(plan) => names(graph, &plan),
        Err(error) => format!("{error:?}").split([' ', '{']).take(1).collect(),
    }
}

fn names(graph: &Graph<'_>, places: &[usize]) -> String {
    let names: Vec<String> = places.iter().map(|&at| graph.name(at)).collect();
    names.join(" ")
}

fn check_upgrade(text: &str, heads: &[&str], target: &str, expected: &str) {
    let graph = graph(text);
    let plan = upgrade(&graph, &applied(&graph, heads), target);
    assert_eq!(
        told(&graph, plan),
        expected,
        "upgrade {target} from {heads:?} in {text}"
    );
}

fn check_downgrade(text: &str, heads: &[&str], target: &str, expected: &str) {
    let graph = graph(text);
    let plan = downgrade(&graph, &applied(&graph, heads), target);
    assert_eq!(
        told(&graph, plan),
        expected,
        "downgrade {target} from {heads:?} in {text}"
    );
}

/// Checks the applied heads after a stamp.
fn check_stamp(text: &str, heads: &[&str], targets: &[&str], purge: bool, expected: &str) {
    let graph = graph(text);
    let before = applied(&graph, heads);
    let stamp = stamp(&graph, &before, targets, purge).expect("a stamp");
    let kept = &before - &stamp.remove.iter().copied().collect();
    let after = &kept | &stamp.add.iter().copied().collect();
    assert_eq!(graph.check_closed(&after), []);
    let found = names(&graph, &applied_heads(&graph, &after));
    assert_eq!(
        found, expected,
        "stamp {targets:?} from {heads:?} in {text}"
    );
}

const BRANCHED: &str = "a; b<a; c1[left]<b; d1<c1; c2[right]<b; d2<c2";
const TWO: &str = "app:a; app:b<a+auth:u; app:c<b; auth:t; auth:u<t; auth:v<u";

#[test]
fn an_upgrade_runs_what_its_target_needs_and_nothing_else() {
    check_upgrade(BRANCHED, &[], "d1", "a b c1 d1");
    check_upgrade(BRANCHED, &["c1"], "d2", "c2 d2");
    check_upgrade(BRANCHED, &["d1", "d2"], "b", "");
    check_upgrade(BRANCHED, &["d1"], "base", "");
    check_upgrade(BRANCHED, &["c1"], "heads", "d1 c2 d2");
    check_upgrade(BRANCHED, &["d1"], "right@+1", "c2");
    check_upgrade(BRANCHED, &["a"], "left@+2", "b c1");
}

#[test]
fn an_upgrade_to_head_takes_each_history_to_its_own() {
    check_upgrade(TWO, &[], "head", "app:a auth:t auth:u auth:v app:b app:c");
    check_upgrade(TWO, &["app:c"], "head", "auth:v");
    check_upgrade(TWO, &[], "app:head", "app:a auth:t auth:u app:b app:c");
    check_upgrade(TWO, &[], "auth:head", "auth:t auth:u auth:v");
    check_upgrade(TWO, &[], "auth:+1", "auth:t");
    check_upgrade(TWO, &["app:a"], "app:+1", "auth:t auth:u app:b");
    check_upgrade(TWO, &["app:b"], "auth:+1", "auth:v");
    check_upgrade(TWO, &["app:b"], "+1", "SeveralHistories");
    check_upgrade("", &[], "+1", "OffTheEnd");
}

#[test]
fn a_downgrade_takes_back_all_that_needs_what_it_takes_back() {
    check_downgrade(BRANCHED, &["d1", "d2"], "b", "d2 c2 d1 c1");
    check_downgrade(BRANCHED, &["d1", "d2"], "left@b", "d1 c1");
    check_downgrade(BRANCHED, &["d1", "d2"], "left@base", "d2 c2 d1 c1 b a");
    check_downgrade("a1; a2<a1; b1; b2<b1+a2; b3<b2", &["b3"], "a1", "b3 b2 a2");
    check_downgrade("a1; a2<a1; b1; b2<b1+a2; b3<b2", &["b3"], "b1", "b3 b2");
}

#[test]
fn a_downgrade_that_has_nothing_to_do_needs_its_target_to_be_applied() {
    check_downgrade(BRANCHED, &["d1"], "d1", "");
    check_downgrade("a1; a2<a1; b+a2", &["b"], "a2", "");
    check_downgrade(BRANCHED, &["c1"], "d1", "NotApplied");
    check_downgrade(BRANCHED, &[], "base", "");
}

#[test]
fn steps_down_take_back_their_own_branch_only() {
    check_downgrade(BRANCHED, &["d1", "c2"], "left@-1", "d1");
    check_downgrade(BRANCHED, &["d1", "c2"], "left@-2", "d1 c1");
    check_downgrade(BRANCHED, &["d1", "d2"], "b@-1", "SeveralStarts");
    check_downgrade(BRANCHED, &["d1"], "right@-1", "NothingApplied");
    check_downgrade("a; f1<a; f2<a", &["f2"], "a@-1", "f2");
}

#[test]
fn steps_down_from_several_heads_need_to_meet() {
    check_downgrade(BRANCHED, &["d1", "d2"], "-2", "SeveralStarts");
    check_downgrade(BRANCHED, &["d1", "d2"], "-3", "d2 c2 d1 c1 b");
    check_downgrade(BRANCHED, &["d1", "c2"], "-3", "SeveralStarts");
    check_downgrade("a; b", &["a", "b"], "-1", "SeveralStarts");
}

#[test]
fn a_branch_that_others_depend_on_is_stepped_down_from_its_last_applied_revision() {
    check_downgrade("x1[x]; x2<x1; y1; y2<y1+x1", &["y2"], "x@-1", "y2 x1");
    check_downgrade("x1[x]; x2<x1; y1; y2<y1+x1", &["y2"], "-1", "y2");
}

#[test]
fn a_downgrade_of_one_history_takes_what_needs_it_from_the_others() {
    check_downgrade(
        TWO,
        &["app:c", "auth:v"],
        "auth:base",
        "app:c app:b auth:v auth:u auth:t",
    );
    check_downgrade(TWO, &["app:c", "auth:v"], "app:base", "app:c app:b app:a");
    check_downgrade(TWO, &["app:c", "auth:v"], "auth:u", "auth:v");
    check_downgrade(TWO, &["app:c", "auth:v"], "auth:-1", "auth:v");
    check_downgrade(
        TWO,
        &["app:c", "auth:v"],
        "auth:-2",
        "app:c app:b auth:v auth:u",
    );
    check_downgrade(
        TWO,
        &["app:c", "auth:v"],
        "base",
        "app:c app:b auth:v auth:u auth:t app:a",
    );
    check_downgrade(TWO, &["app:c", "auth:v"], "head", "");
    check_downgrade(TWO, &["app:c", "auth:v"], "heads", "");
    check_downgrade(TWO, &["app:c"], "head", "NotApplied");
    check_downgrade(TWO, &["app:c", "auth:v"], "-1", "SeveralHistories");
}

#[test]
fn a_stamp_replaces_the_heads_on_its_line() {
    check_stamp(BRANCHED, &["d1", "c2"], &["b"], false, "b");
    check_stamp(BRANCHED, &["d1", "c2"], &["right@head"], false, "d1 d2");
    check_stamp(BRANCHED, &["d1", "c2"], &["left@base"], false, "c2");
    check_stamp(BRANCHED, &["d1", "c2"], &["base"], false, "");
    check_stamp(BRANCHED, &[], &["heads"], false, "d1 d2");
    check_stamp("a; b1<a; b2<a; m<b1,b2", &["m"], &["b1"], false, "b1");
    check_stamp(
        "a; b1<a; b2<a; m<b1,b2",
        &["m"],
        &["b1", "b2"],
        false,
        "b1 b2",
    );
    check_stamp(
        "a; b1<a; b2<a; m<b1,b2",
        &["m"],
        &["a", "b1", "b1"],
        false,
        "b1",
    );
}

#[test]
fn a_purging_stamp_forgets_all_other_heads() {
    check_stamp(BRANCHED, &["d1", "c2"], &["d1"], true, "d1");
    check_stamp(TWO, &["app:c", "auth:v"], &["auth:u"], true, "auth:u");
}

#[test]
fn a_stamp_of_one_history_leaves_the_others_alone_where_it_can() {
    check_stamp(TWO, &["app:c", "auth:v"], &["auth:u"], false, "app:c");
    check_stamp(
        TWO,
        &["app:c", "auth:v"],
        &["auth:t"],
        false,
        "app:a auth:t",
    );
    check_stamp(TWO, &["app:c", "auth:v"], &["auth:base"], false, "app:a");
    check_stamp(
        TWO,
        &["app:a", "auth:v"],
        &["app:head"],
        false,
        "auth:v app:c",
    );
    check_stamp(TWO, &[], &["head"], false, "auth:v app:c");
}

#[test]
fn a_stamp_tells_what_to_add_and_what_to_forget() {
    let graph = graph(BRANCHED);
    let plan = stamp(&graph, &applied(&graph, &["d1"]), &["d2", "c1"], false).expect("a stamp");
    assert_eq!(names(&graph, &plan.add), "c2 d2");
    assert_eq!(names(&graph, &plan.remove), "d1");
    let same = stamp(&graph, &applied(&graph, &["d1"]), &["d1"], false);
    assert_eq!(same, Ok(super::Stamp::default()));
    assert_eq!(
        stamp(&graph, &BTreeSet::new(), &[], true),
        Err(TargetError::Empty)
    );
}

#[test]
fn plans_of_ten_thousand_revisions_are_made() {
    let ids: Vec<String> = (0..10_000).map(|number| format!("r{number:05}")).collect();
    // A hundred branches of one base, each merged into the next one's tip.
    let declared: Vec<_> = (0..ids.len())
        .map(|at| crate::graph::Declared {
            history: "app",
            id: &ids[at],
            parents: match (at, at % 100) {
                (0, _) => vec![],
                (_, 0) => vec![ids[0].as_str()],
                (100.., 99) => vec![&ids[at - 1], &ids[at - 100]],
                _ => vec![&ids[at - 1]],
            },
            dependencies: vec![],
            labels: vec![],
        })
        .collect();
    let graph = Graph::build(&declared).expect("a wide graph");
    let all = upgrade(&graph, &BTreeSet::new(), "head").expect("one head");
    assert_eq!(all.len(), 10_000);
    let all = all.into_iter().collect();
    assert_eq!(
        downgrade(&graph, &all, "base").map(|plan| plan.len()),
        Ok(10_000)
    );
    assert_eq!(
        downgrade(&graph, &all, "r09950").map(|plan| plan.len()),
        Ok(49)
    );
}
