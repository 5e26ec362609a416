//! Every error about a target, in words.

use std::collections::BTreeSet;

use crate::graph::notation::graph;
use crate::plan::{downgrade, stamp, upgrade};

const BRANCHED: &str = "aaaa1; bbbb2<aaaa1; c1[left]<bbbb2; d1<c1; c2[right]<bbbb2; d2<c2";
const TWO: &str = "app:a; app:b[users]<a+auth:u; auth:u; auth:b<u";

/// Checks the error of a command such as `upgrade`, given the applied heads.
fn check(command: &str, text: &str, heads: &[&str], target: &str, expected: &str) {
    let graph = graph(text);
    let place = |name: &&str| {
        (0..graph.len())
            .find(|&at| graph.name(at) == **name)
            .expect(name)
    };
    let applied: BTreeSet<usize> = graph.ancestors(heads.iter().map(place));
    let error = match command {
        "upgrade" => upgrade(&graph, &applied, target).expect_err(target),
        "downgrade" => downgrade(&graph, &applied, target).expect_err(target),
        "stamp" => stamp(&graph, &applied, &[target], false).expect_err(target),
        other => panic!("no command is called {other}"),
    };
    assert_eq!(error.to_string(), expected);
}

#[test]
fn malformed_targets() {
    check(
        "upgrade",
        BRANCHED,
        &[],
        "",
        "the target is empty, expected a revision, a label, `head`, `heads`, `base` or a relative step",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "a@b@c",
        "`a@b@c` has more than one `@`, expected `BRANCH@TARGET`",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "@d1",
        "`@d1` has nothing before `@`, expected `BRANCH@TARGET`",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "d1@",
        "`d1@` has nothing after `@`, expected `BRANCH@TARGET`",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "app:",
        "`app:` has nothing after `:`, expected `HISTORY:TARGET`",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "+0",
        "`+0` is a step of nothing, expected 1 or more",
    );
}

#[test]
fn unknown_names() {
    check(
        "upgrade",
        BRANCHED,
        &[],
        "aaaa2",
        "no revision or label is called `aaaa2` or starts with it, did you mean `aaaa1`",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "zzzz",
        "no revision or label is called `zzzz` or starts with it",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "rigth@head",
        "no revision or label is called `rigth` or starts with it, did you mean `right`",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "bbb",
        "no revision or label is called `bbb`, and the start of one needs 4 characters or more, did you mean `bbbb2`",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "rigth+1",
        "no revision or label is called `rigth` or starts with it, did you mean `right`",
    );
    check(
        "upgrade",
        TWO,
        &[],
        "outh:head",
        "no history is called `outh`, expected `app` or `auth`, did you mean `auth`",
    );
    check(
        "upgrade",
        TWO,
        &[],
        "web:head",
        "no history is called `web`, expected `app` or `auth`",
    );
    check("upgrade", "", &[], "web:head", "no history is called `web`");
}

#[test]
fn ambiguous_names() {
    check(
        "upgrade",
        "abcd1; abcd2<abcd1; abcd3[abcdlib]<abcd2",
        &[],
        "abcd",
        "`abcd` is ambiguous, expected `abcd1`, `abcd2` or `abcd3`",
    );
    check(
        "upgrade",
        TWO,
        &[],
        "b",
        "`b` is ambiguous, expected `auth:b` or `app:b`",
    );
    check(
        "upgrade",
        TWO,
        &[],
        "+1",
        "`+1` names no history, expected `app:+1` or `auth:+1`",
    );
    check(
        "upgrade",
        TWO,
        &[],
        "base+1",
        "`base+1` names no history, expected `app:base+1` or `auth:base+1`",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "left@d2",
        "`d2` is not on the branch `left`",
    );
}

#[test]
fn several_heads() {
    check(
        "upgrade",
        BRANCHED,
        &[],
        "head",
        "`head` is ambiguous, the heads are `d1` and `d2`; name one of them, or write `heads` for all of them",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "aaaa@head",
        "`aaaa@head` is ambiguous, the heads are `d1` and `d2`; name one of them, or write `aaaa@heads` for all of them",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "head-1",
        "`head-1` is ambiguous, the heads are `d1` and `d2`; name one of them",
    );
    check(
        "upgrade",
        BRANCHED,
        &[],
        "heads-1",
        "`heads-1` is ambiguous, the heads are `d1` and `d2`; name one of them",
    );
    check(
        "downgrade",
        BRANCHED,
        &["d1", "d2"],
        "heads",
        "`heads` is ambiguous, the heads are `d1` and `d2`; name one of them",
    );
    check(
        "upgrade",
        "app:a; app:b; auth:u",
        &[],
        "app:head",
        "`app:head` is ambiguous, the heads are `app:a` and `app:b`; name one of them, or write `app:heads` for all of them",
    );
}

#[test]
fn several_starts() {
    check(
        "upgrade",
        BRANCHED,
        &["c1", "c2"],
        "+1",
        "`+1` is ambiguous, `c1` and `c2` are applied; write `c1@+1` or `c2@+1`",
    );
    check(
        "downgrade",
        BRANCHED,
        &["d1", "d2"],
        "-1",
        "`-1` is ambiguous, `d1` and `d2` are applied; write `d1@-1` or `d2@-1`",
    );
    check(
        "downgrade",
        BRANCHED,
        &["d1", "d2"],
        "bbbb2@-1",
        "`bbbb2@-1` is ambiguous, `d1` and `d2` are applied; write `d1@-1` or `d2@-1`",
    );
}

#[test]
fn forks() {
    check(
        "upgrade",
        BRANCHED,
        &[],
        "+4",
        "`+4` is ambiguous after 2 steps, `bbbb2` is followed by `c1` and `c2`; write `c1@+4` or `c2@+4`",
    );
    check(
        "upgrade",
        BRANCHED,
        &["aaaa1"],
        "aaaa1+2",
        "`aaaa1+2` is ambiguous after 1 step, `bbbb2` is followed by `c1` and `c2`; write `c1@aaaa1+2` or `c2@aaaa1+2`",
    );
    check(
        "upgrade",
        "a; b; c",
        &[],
        "+1",
        "`+1` is ambiguous, there are the bases `a`, `b` and `c`; write `a@+1`, `b@+1` or `c@+1`",
    );
    check(
        "downgrade",
        "a; b; m<a,b; n<m",
        &["n"],
        "-2",
        "`-2` is ambiguous after 1 step, `m` merges `a` and `b`; name the revision to go down to",
    );
}

#[test]
fn walks_off_the_end() {
    check(
        "upgrade",
        "a; b<a; c<b",
        &["a"],
        "+9",
        "`+9` asks for 9 steps above `a`, but there are only 2",
    );
    check(
        "upgrade",
        "a; b<a",
        &["b"],
        "+1",
        "`+1` asks for 1 step above `b`, but there is none",
    );
    check(
        "upgrade",
        "a; b<a",
        &[],
        "+3",
        "`+3` asks for 3 steps above base, but there are only 2",
    );
    check(
        "upgrade",
        "a; b<a",
        &[],
        "a+99999999999999999999999",
        "`a+99999999999999999999999` asks for 18446744073709551615 steps above `a`, but there is only 1",
    );
    check(
        "upgrade",
        "a; b<a",
        &[],
        "b-2",
        "`b-2` asks for 2 steps below `b`, but there is only 1",
    );
    check(
        "downgrade",
        "a; b<a",
        &["b"],
        "-3",
        "`-3` asks for 3 steps below `b`, but there are only 2",
    );
    check(
        "downgrade",
        "a; b<a",
        &["b"],
        "base-1",
        "`base-1` asks for 1 step below base, but there is none",
    );
}

#[test]
fn steps_in_the_wrong_place() {
    check(
        "upgrade",
        BRANCHED,
        &["d1"],
        "-1",
        "`-1` steps down from what is applied, but an upgrade steps up, such as with `+1`",
    );
    check(
        "downgrade",
        BRANCHED,
        &["d1"],
        "left@+1",
        "`left@+1` steps up from what is applied, but a downgrade steps down, such as with `-1`",
    );
    check(
        "stamp",
        BRANCHED,
        &["d1"],
        "d1-1",
        "`d1-1` is a relative step, expected a revision, a label, `head`, `heads` or `base`",
    );
}

#[test]
fn nothing_to_downgrade() {
    check(
        "downgrade",
        BRANCHED,
        &["d1"],
        "right@-1",
        "`right@-1` has nowhere to start, no revision of the branch `right` is applied",
    );
    check(
        "downgrade",
        BRANCHED,
        &[],
        "-1",
        "`-1` has nowhere to start, no revision is applied",
    );
    check(
        "downgrade",
        BRANCHED,
        &["c1"],
        "d1",
        "nothing to downgrade to `d1`, `d1` is not applied",
    );
    check(
        "downgrade",
        BRANCHED,
        &["d1"],
        "d2",
        "nothing to downgrade to `d2`, `d2` is not applied",
    );
    check(
        "downgrade",
        "app:a; auth:u",
        &[],
        "heads",
        "nothing to downgrade to `heads`, `app:a` and `auth:u` are not applied",
    );
}
