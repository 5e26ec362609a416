//! What targets mean.

use super::resolve;
use crate::graph::notation::graph;

/// Checks which revisions a target names.
fn check(text: &str, target: &str, expected: &str) {
    let graph = graph(text);
    let found = match resolve(&graph, target) {
        Ok(found) => found
            .into_iter()
            .map(|at| graph.name(at))
            .collect::<Vec<_>>()
            .join(" "),
        Err(error) => format!("{error:?}").split([' ', '{']).take(1).collect(),
    };
    assert_eq!(found, expected, "{target} in {text}");
}

const BRANCHED: &str = "aaaa1; bbbb2<aaaa1; c1[left]<bbbb2; d1<c1; c2[right]<bbbb2; d2<c2";

#[test]
fn ids_and_labels_are_found_exactly_or_by_a_unique_start_of_four_characters() {
    check(BRANCHED, "d1", "d1");
    check(BRANCHED, "left", "c1");
    check(BRANCHED, "aaaa", "aaaa1");
    check(BRANCHED, "aaa", "Unknown");
    check(BRANCHED, "righ", "c2");
    check("abcd1; abcd2<abcd1", "abcd", "Ambiguous");
    check("abcd; abcd2<abcd", "abcd", "abcd");
    check("abcd1[abcd2]", "abcd", "abcd1");
}

#[test]
fn a_branch_narrows_what_is_found() {
    check(BRANCHED, "left@head", "d1");
    check(BRANCHED, "left@d1", "d1");
    check(BRANCHED, "d1@left", "c1");
    check(BRANCHED, "left@bbbb", "bbbb2");
    check(BRANCHED, "left@d2", "OutsideBranch");
    check(BRANCHED, "aaaa@heads", "d1 d2");
    check(BRANCHED, "aaaa@head", "SeveralHeads");
    check("a; some1<a; b; some2<b", "a@some", "some1");
    check("a; some1<a; b", "b@some", "OutsideBranch");
}

#[test]
fn keywords_are_no_branches() {
    check(BRANCHED, "head@d1", "Unknown");
    check(BRANCHED, "base@d1", "Unknown");
}

#[test]
fn a_head_that_another_depends_on_is_implied() {
    check("a1; a2<a1; b1+a2", "head", "b1");
    check("a1; a2<a1; b1+a2", "heads", "b1");
    check("a1; a2<a1; b1+a2", "a1@head", "a2");
    check("a; c1<a; c2<a; d2<c2+c1", "a@head", "d2");
    check("a; c1<a; z+c1; c2<a; d2<c2+z", "a@head", "d2");
}

#[test]
fn a_step_is_the_last_one_whose_left_side_is_a_name() {
    let labelled = "a[feature-1]; b<a; c[feature]<b";
    check(labelled, "feature-1", "a");
    check(labelled, "feature-2", "StepNotAllowed");
    check(labelled, "feature-1-1", "StepNotAllowed");
    check(labelled, "feature-1@b", "b");
    check("a[feature-10]; b<a", "feature-1", "StepNotAllowed");
    check("a[re-10]; b<a", "re-1", "a");
    check("a; b<a", "zzzz-1", "Unknown");
    check("a; b<a", "a+1x", "Unknown");
    check("a; b<a", "a+", "Unknown");
}

#[test]
fn relative_steps_name_nothing_by_themselves() {
    for target in ["+1", "-1", "a+1", "head-1", "a@+1"] {
        check("a; b<a", target, "StepNotAllowed");
    }
}

#[test]
fn base_names_no_revision() {
    check("a; b<a", "base", "");
    check("a; b<a", "b@base", "");
    check("", "head", "");
    check("", "heads", "");
}

#[test]
fn each_history_has_its_own_heads() {
    let two = "app:a; app:b<a+auth:u; auth:u; auth:v<u";
    check(two, "head", "auth:v app:b");
    check(two, "heads", "auth:v app:b");
    check(two, "auth:head", "auth:v");
    check(two, "app:head", "app:b");
    check("app:a; app:b<a+auth:u; auth:u", "head", "auth:u app:b");
    check("app:a; app:b<a; app:c<a; auth:u", "head", "SeveralHeads");
    check("app:a; app:b<a; app:c<a; auth:u", "auth:head", "auth:u");
    check("app:x; app:y+auth:p; auth:p+app:x", "app:head", "app:y");
}

#[test]
fn a_name_is_looked_up_in_all_histories_unless_one_is_given() {
    let two = "app:aaaa1; app:same[only]<aaaa1; auth:aaaa2; auth:same<aaaa2";
    check(two, "aaaa1", "app:aaaa1");
    check(two, "only", "app:same");
    check(two, "same", "Ambiguous");
    check(two, "auth:same", "auth:same");
    check(two, "aaaa", "Ambiguous");
    check(two, "app:aaaa", "app:aaaa1");
    check(two, "auth:only", "Unknown");
    check(two, "auth:same@head", "auth:same");
    check(two, "web:same", "UnknownHistory");
}
