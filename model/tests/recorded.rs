//! Ledgers held against what a program carries.

use std::collections::BTreeSet;

use limbeck_model::checksum::{Digest, lineage, script};
use limbeck_model::recorded::{
    Discrepancy, Divergence, Known, Row, Standing, reconcile, recorded_state,
};

fn known(revisions: &[(&'static str, &[&'static str])]) -> Vec<Known<'static>> {
    revisions
        .iter()
        .map(|(id, parents)| Known {
            history: "app",
            id,
            parents: parents.to_vec(),
            checksum: script([[*id]]),
            accepted: &[],
            lineage: lineage_of(id),
        })
        .collect()
}

fn lineage_of(id: &str) -> Digest {
    lineage(id, &script([[id]]), &[])
}

fn row(id: &str, parents: &[&str]) -> Row {
    Row {
        history: "app".to_owned(),
        id: id.to_owned(),
        parents: parents.iter().map(|&parent| parent.to_owned()).collect(),
        checksum: script([[id]]).to_string(),
        lineage: lineage_of(id).to_string(),
        breaking: None,
        applied_at: String::new(),
        applied_by: String::new(),
    }
}

#[test]
fn rows_of_the_programs_own_revisions_are_its_place() {
    let known = known(&[("a", &[]), ("b", &["a"]), ("c", &["b"])]);
    let standing = reconcile(&known, &["app"], &[row("b", &["a"]), row("a", &[])]).unwrap();
    assert_eq!(standing.applied, BTreeSet::from([0, 1]));
    assert!(standing.ahead.is_empty());
}

#[test]
fn rows_of_other_histories_are_another_programs() {
    let mut foreign = row("x", &["nothing"]);
    foreign.history = "other".to_owned();
    foreign.checksum = "nonsense".to_owned();
    assert_eq!(
        reconcile(&known(&[("a", &[])]), &["app"], &[foreign]),
        Ok(Standing::default())
    );
}

#[test]
fn an_edited_revision_comes_before_any_other_discrepancy() {
    let mut edited = row("a", &[]);
    edited.checksum = script([["other"]]).to_string();
    let mut breaking = row("z", &["a"]);
    breaking.breaking = Some("why".to_owned());
    let known = known(&[("a", &[]), ("b", &["a"])]);
    assert_eq!(
        reconcile(&known, &["app"], &[breaking, edited]),
        Err(Discrepancy::Edited(vec![(1, 0)]))
    );
}

#[test]
fn an_accepted_checksum_is_no_edit_and_any_other_is() {
    let earlier = [script([["earlier"]]), script([["earliest"]])];
    let mut known = known(&[("a", &[]), ("b", &["a"])]);
    known[0].accepted = &earlier;
    for accepted in earlier {
        let mut before = row("a", &[]);
        before.checksum = accepted.to_string();
        let standing = reconcile(&known, &["app"], &[before, row("b", &["a"])]).unwrap();
        assert_eq!(standing.applied, BTreeSet::from([0, 1]));
    }
    // What is accepted of one revision is not of another.
    let mut other = row("b", &["a"]);
    other.checksum = earlier[0].to_string();
    assert_eq!(
        reconcile(&known, &["app"], &[row("a", &[]), other]),
        Err(Discrepancy::Edited(vec![(1, 1)]))
    );
}

#[test]
fn a_checksum_that_cannot_be_read_is_an_edit() {
    let mut damaged = row("a", &[]);
    damaged.checksum = String::new();
    let answer = reconcile(&known(&[("a", &[])]), &["app"], &[damaged]);
    assert_eq!(answer, Err(Discrepancy::Edited(vec![(0, 0)])));
}

#[test]
fn unknown_rows_above_the_head_are_ahead() {
    let known = known(&[("a", &[]), ("b", &["a"])]);
    let rows = [
        row("a", &[]),
        row("b", &["a"]),
        row("c", &["b"]),
        row("d", &["c"]),
    ];
    assert_eq!(reconcile(&known, &["app"], &rows).unwrap().ahead, [2, 3]);
}

#[test]
fn an_unknown_branch_that_is_merged_above_the_head_is_ahead() {
    let known = known(&[("a", &[]), ("b", &["a"])]);
    let rows = [
        row("a", &[]),
        row("b", &["a"]),
        row("x", &["a"]),
        row("m", &["b", "x"]),
    ];
    assert_eq!(reconcile(&known, &["app"], &rows).unwrap().ahead, [2, 3]);
}

#[test]
fn an_unknown_head_beside_the_programs_own_is_ahead_where_nothing_is_lacking() {
    let known = known(&[("a", &[]), ("b", &["a"])]);
    let rows = [row("a", &[]), row("b", &["a"]), row("x", &["a"])];
    assert_eq!(reconcile(&known, &["app"], &rows).unwrap().ahead, [2]);
}

#[test]
fn an_unknown_branch_has_diverged_where_something_is_lacking() {
    let known = known(&[("a", &[]), ("b", &["a"]), ("c", &["b"])]);
    let rows = [row("x", &["a"]), row("a", &[]), row("y", &["x"])];
    assert_eq!(
        reconcile(&known, &["app"], &rows),
        Err(Discrepancy::Diverged(vec![Divergence::Branched {
            rows: vec![0, 2],
            lacking: vec![1, 2],
        }]))
    );
}

#[test]
fn a_row_that_stands_elsewhere_now_has_diverged() {
    let known = known(&[("a", &[]), ("b", &["a"]), ("c", &["b"])]);
    let rows = [row("a", &[]), row("c", &["a"])];
    assert_eq!(
        reconcile(&known, &["app"], &rows),
        Err(Discrepancy::Diverged(vec![Divergence::Moved {
            row: 1,
            known: 2,
        }]))
    );
}

#[test]
fn a_missing_row_below_an_applied_one_has_diverged() {
    let known = known(&[("a", &[]), ("b", &["a"])]);
    assert_eq!(
        reconcile(&known, &["app"], &[row("b", &["a"])]),
        Err(Discrepancy::Diverged(vec![Divergence::Hollow {
            known: 1,
            missing: "a".to_owned(),
        }]))
    );
}

#[test]
fn a_lineage_that_was_written_by_hand_has_diverged() {
    let mut forged = row("a", &[]);
    forged.lineage = script([["forged"]]).to_string();
    let answer = reconcile(&known(&[("a", &[])]), &["app"], &[forged]);
    assert_eq!(
        answer,
        Err(Discrepancy::Diverged(vec![Divergence::Forged { row: 0 }]))
    );
}

#[test]
fn rows_in_a_circle_end() {
    let rows = [row("x", &["y"]), row("y", &["x"]), row("a", &[])];
    let answer = reconcile(&known(&[("a", &[])]), &["app"], &rows);
    // Neither is a tip, so neither stands beside the head; their states contradict the ledger's.
    assert!(answer.is_ok());
    assert_eq!(recorded_state(&rows), recorded_state(&rows[2..]));
}

#[test]
fn the_state_of_rows_is_that_of_their_heads() {
    let rows = [row("a", &[]), row("b", &["a"]), row("c", &["a"])];
    let other_order = [row("c", &["a"]), row("a", &[]), row("b", &["a"])];
    assert_eq!(recorded_state(&rows), recorded_state(&other_order));
    assert_ne!(recorded_state(&rows), recorded_state(&rows[..2]));
    let mut damaged = row("a", &[]);
    damaged.lineage = "nonsense".to_owned();
    assert_eq!(recorded_state([&damaged]), None);
}
