//! Every problem: where it is found, and how it reads.

use super::notation::declared;
use super::{Entry, Graph, Link, NameFault, Problem};

/// Checks what is wrong with a graph, and how that reads.
fn check(text: &str, expected: &[Problem], explained: &[&str]) {
    let declared = declared(text);
    let problems = Graph::build(&declared).expect_err(text);
    assert_eq!(problems, expected, "{text}");
    let found: Vec<String> = problems
        .iter()
        .map(|problem| problem.explain(&declared))
        .collect();
    assert_eq!(found, explained, "{text}");
}

#[test]
fn revisions_with_one_id_are_all_named() {
    check(
        "a; b<a; c<a; b<c; b",
        &[Problem::DuplicateId {
            revisions: vec![1, 3, 4],
        }],
        &["3 revisions have the id `b`"],
    );
}

#[test]
fn revisions_of_two_histories_may_have_one_id_and_one_label() {
    let declared = declared("app:a[x]; auth:a[x]; app:b<a; auth:b<a");
    assert!(Graph::build(&declared).is_ok());
}

#[test]
fn malformed_ids_are_refused_with_what_is_wrong_with_them() {
    for (id, fault, explained) in [
        (
            "v1.0",
            NameFault::Character('.'),
            "`v1.0` is no revision id: `.` is none of `a-z`, `0-9` and `_`",
        ),
        (
            "A1",
            NameFault::Character('A'),
            "`A1` is no revision id: `A` is none of `a-z`, `0-9` and `_`",
        ),
        (
            "a-b",
            NameFault::Character('-'),
            "`a-b` is no revision id: `-` is none of `a-z`, `0-9` and `_`",
        ),
        (
            "ünï",
            NameFault::Character('ü'),
            "`ünï` is no revision id: `ü` is none of `a-z`, `0-9` and `_`",
        ),
        (
            "head",
            NameFault::Reserved,
            "`head` is no revision id: the word has a meaning of its own as a target",
        ),
        (
            "base",
            NameFault::Reserved,
            "`base` is no revision id: the word has a meaning of its own as a target",
        ),
        (
            "a23456789_123456789_123456789_123",
            NameFault::TooLong,
            "`a23456789_123456789_123456789_123` is no revision id: it has more than 32 characters",
        ),
    ] {
        check(id, &[Problem::BadId { revision: 0, fault }], &[explained]);
    }
    check(
        "<a; a",
        &[Problem::BadId {
            revision: 0,
            fault: NameFault::Empty,
        }],
        &["`` is no revision id: it is empty"],
    );
    assert!(Graph::build(&declared("a23456789_123456789_123456789_12; heads1; 0")).is_ok());
}

#[test]
fn malformed_labels_are_refused_with_what_is_wrong_with_them() {
    let bad = |label, fault| Problem::BadLabel {
        revision: 1,
        label,
        fault,
    };
    check(
        "a; b[fine-1,no.good,-1,heads]",
        &[
            bad(1, NameFault::Character('.')),
            bad(2, NameFault::LeadingHyphen),
            bad(3, NameFault::Reserved),
        ],
        &[
            "`no.good` of `b` is no label: `.` is none of `a-z`, `0-9`, `_` and `-`",
            "`-1` of `b` is no label: it starts with `-`",
            "`heads` of `b` is no label: the word has a meaning of its own as a target",
        ],
    );
}

#[test]
fn a_label_that_is_an_id_is_refused_even_on_the_revision_itself() {
    check(
        "a[b]; b[b2]<a; c[c]<b",
        &[
            Problem::LabelIsId {
                revision: 0,
                label: 0,
                other: 1,
            },
            Problem::LabelIsId {
                revision: 2,
                label: 0,
                other: 2,
            },
        ],
        &[
            "the label `b` of `a` is also the id of another revision",
            "the label `c` of `c` is also the id of the same revision",
        ],
    );
}

#[test]
fn a_label_that_is_given_twice_is_refused_with_all_places() {
    check(
        "a[x,y]; b[y]<a; c[z,z]<b",
        &[
            Problem::DuplicateLabel {
                places: vec![(0, 1), (1, 0)],
            },
            Problem::DuplicateLabel {
                places: vec![(2, 0), (2, 1)],
            },
        ],
        &[
            "the label `y` is given to `a` and `b`",
            "`c` has the label `z` more than once",
        ],
    );
}

#[test]
fn an_unknown_parent_is_refused_with_the_nearest_id() {
    let unknown = |revision, parent, nearest| Problem::UnknownParent {
        revision,
        parent,
        nearest,
    };
    check(
        "abcdef012345[billing]; b1<abcdef012354; b2<abcd; b3<billing; b4<b1,zzzzzzzz; abcde<abcdf",
        &[
            unknown(1, 0, Some(0)),
            unknown(2, 0, Some(5)),
            unknown(3, 0, Some(0)),
            unknown(4, 1, None),
            unknown(5, 0, None),
        ],
        &[
            "`b1` revises `abcdef012354`, which does not exist, did you mean `abcdef012345`",
            "`b2` revises `abcd`, which does not exist, did you mean `abcde`",
            "`b3` revises `billing`, which does not exist, did you mean `abcdef012345`",
            "`b4` revises `zzzzzzzz`, which does not exist",
            "`abcde` revises `abcdf`, which does not exist",
        ],
    );
}

#[test]
fn a_parent_is_looked_for_in_its_own_history_only() {
    check(
        "app:a; auth:b<a",
        &[Problem::UnknownParent {
            revision: 1,
            parent: 0,
            nearest: None,
        }],
        &["`auth:b` revises `a`, which does not exist"],
    );
}

#[test]
fn an_unknown_dependency_is_refused_with_the_nearest_name() {
    check(
        "app:a+auth:users; auth:u1[user]; app:b+aa; app:c+other:x",
        &[
            Problem::UnknownDependency {
                revision: 0,
                dependency: 0,
                nearest: Some("user".to_owned()),
            },
            Problem::UnknownDependency {
                revision: 2,
                dependency: 0,
                nearest: Some("a".to_owned()),
            },
            Problem::UnknownDependency {
                revision: 3,
                dependency: 0,
                nearest: None,
            },
        ],
        &[
            "`app:a` depends on `auth:users`, which does not exist, did you mean `user`",
            "`app:b` depends on `aa`, which does not exist, did you mean `a`",
            "`app:c` depends on `other:x`, which does not exist",
        ],
    );
}

#[test]
fn a_dependency_may_be_a_label_and_a_parent_may_not() {
    let graph = super::notation::graph("a[lib]; b; c<b+lib");
    assert_eq!(graph.nodes()[2].dependencies, [0]);
}

#[test]
fn a_revision_that_needs_itself_is_refused() {
    check(
        "a; b<a,b; c<b+c; d[lib]<c+lib",
        &[
            Problem::RevisesItself {
                revision: 1,
                parent: 1,
            },
            Problem::DependsOnItself {
                revision: 2,
                dependency: 0,
            },
            Problem::DependsOnItself {
                revision: 3,
                dependency: 0,
            },
        ],
        &[
            "`b` revises itself",
            "`c` depends on itself",
            "`d` depends on itself",
        ],
    );
}

#[test]
fn a_cycle_is_shown_with_its_path_and_the_entries_that_close_it() {
    let link = |revision, entry| Link { revision, entry };
    check(
        "z<y; x; y<x,z",
        &[Problem::Cycle {
            path: vec![link(2, Entry::Parent(1)), link(0, Entry::Parent(0))],
        }],
        &["the revisions need each other: `y` -> `z` -> `y`"],
    );
    check(
        "a+c; b<a; c[last]<b",
        &[Problem::Cycle {
            path: vec![
                link(0, Entry::Dependency(0)),
                link(2, Entry::Parent(0)),
                link(1, Entry::Parent(0)),
            ],
        }],
        &["the revisions need each other: `a` -> `c` -> `b` -> `a`"],
    );
}

#[test]
fn cycles_between_a_base_and_a_head_and_through_two_histories_are_found() {
    for text in [
        "a; b<a,d; c<b; d<c; e<d",
        "a<r,c; r; b<a; c<a; d<c; e<b",
        "app:a+auth:u; auth:u+app:a",
        "a<b; b<a; c<d; d<c",
        "a<b; b<a,c; c<b",
    ] {
        let declared = declared(text);
        let problems = Graph::build(&declared).expect_err(text);
        let found = problems
            .iter()
            .all(|problem| matches!(problem, Problem::Cycle { .. }));
        assert!(found, "{text}: {problems:?}");
    }
    let two = Graph::build(&declared("a<b; b<a,c; c<b")).expect_err("two cycles");
    assert_eq!(two.len(), 2, "{two:?}");
}

#[test]
fn problems_of_all_kinds_are_reported_at_once() {
    let declared = declared("a.b; c<d; e<f; f<e; g+h; i[i]; i; j<j");
    let problems = Graph::build(&declared).expect_err("many problems");
    assert_eq!(problems.len(), 7, "{problems:?}");
}

#[test]
fn a_great_tangle_is_reported_in_part() {
    let ids: Vec<String> = (0..200).map(|number| format!("r{number:03}")).collect();
    let revision = |id| super::Declared {
        history: "app",
        id,
        parents: ids.iter().map(String::as_str).collect(),
        dependencies: vec![],
        labels: vec![],
    };
    let declared: Vec<_> = ids.iter().map(|id| revision(id.as_str())).collect();
    let problems = Graph::build(&declared).expect_err("cycles");
    let cycles = problems
        .iter()
        .filter(|problem| matches!(problem, Problem::Cycle { .. }));
    assert_eq!(cycles.count(), 32);
}
