//! limbeck against Alembic 1.20.1: the same success or failure, the same revisions run, in an order
//! that respects what they need, and the same heads afterwards, except where limbeck departs on
//! purpose; and the graphs of three real projects.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what reads a fixture fails the test where the fixture is broken"
)]

mod case;
mod departures;
mod real;
mod run;

use std::collections::BTreeSet;

use case::{Answer, Case};

#[test]
fn every_recorded_case_is_answered_as_by_alembic_or_as_a_departure_says() {
    let departures = departures::read();
    let mut listed: BTreeSet<&str> = departures.keys().map(String::as_str).collect();
    let mut wrong = Vec::new();
    for (case, recorded) in case::all() {
        let answer = run::run(&case);
        let agrees = agree(&case, &recorded, &answer);
        let told = answer.to_string();
        match departures.get(&case.id) {
            Some(departure) if *departure != told => {
                wrong.push(format!("{}: {told}, listed as {departure}", case.id));
            }
            Some(_) if agrees => wrong.push(format!("{}: no departure any more", case.id)),
            None if !agrees => wrong.push(format!("{}: {told}, Alembic {recorded}", case.id)),
            _ => {}
        }
        if let Answer::Ran { steps, .. } = &answer {
            assert!(in_order(&case, steps), "{}: {steps:?}", case.id);
        }
        listed.remove(case.id.as_str());
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(
        listed,
        BTreeSet::new(),
        "departures of cases that are not there"
    );
}

/// Whether two answers are the same, but for the order of the steps and the words of an error. What
/// a stamp calls its steps is Alembic's own affair.
fn agree(case: &Case, recorded: &Answer, answer: &Answer) -> bool {
    let set = |steps: &[String]| -> BTreeSet<String> { steps.iter().cloned().collect() };
    match (recorded, answer) {
        (Answer::Failed(_), Answer::Failed(_)) => true,
        (
            Answer::Ran { steps, heads },
            Answer::Ran {
                steps: ours,
                heads: our_heads,
            },
        ) => (case.operation == "stamp" || set(steps) == set(ours)) && heads == our_heads,
        (Answer::Found(found), Answer::Found(ours)) => found == ours,
        _ => false,
    }
}

/// Whether no step comes before one that it needs, or after it in a downgrade. Read from the files'
/// own declarations, not from limbeck's graph.
fn in_order(case: &Case, steps: &[String]) -> bool {
    let position = |name: &String| {
        steps.iter().position(|step| {
            let declares = |revision: &case::Revision| {
                revision.id == *step && (revision.id == *name || revision.labels.contains(name))
            };
            case.revisions.iter().any(declares)
        })
    };
    let up = case.operation == "upgrade";
    case.revisions.iter().all(|revision| {
        let Some(own) = position(&revision.id) else {
            return true;
        };
        let mut needs = revision
            .parents
            .iter()
            .chain(&revision.dependencies)
            .filter_map(position);
        needs.all(|need| if up { need < own } else { need > own })
    })
}
