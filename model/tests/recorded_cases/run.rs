//! The same questions, put to limbeck.

use std::collections::BTreeSet;
use std::fmt::Debug;

use limbeck_model::graph::Graph;
use limbeck_model::plan::{self, applied_heads};
use limbeck_model::target::resolve;

use crate::case::{Answer, Case, HISTORY};

/// What limbeck answers. An error is told by its kind, its words are tested elsewhere.
pub(crate) fn run(case: &Case) -> Answer {
    match Graph::build(&case.declared()) {
        Ok(graph) => ask(case, &graph).unwrap_or_else(Answer::Failed),
        Err(problems) => {
            let kinds: BTreeSet<String> = problems.iter().map(kind).collect();
            Answer::Failed(Vec::from_iter(kinds).join(" "))
        }
    }
}

/// The name of an error's variant.
fn kind(error: &impl Debug) -> String {
    let text = format!("{error:?}");
    let name = text.split(|character: char| !character.is_alphanumeric());
    name.take(1).collect()
}

fn ask(case: &Case, graph: &Graph<'_>) -> Result<Answer, String> {
    let targets: Vec<&str> = case.targets.iter().map(String::as_str).collect();
    match case.operation.as_str() {
        "heads" => Ok(Answer::Found(Some(ids(graph, &graph.heads())))),
        "bases" => Ok(Answer::Found(Some(ids(graph, &graph.bases())))),
        "resolve" => {
            let found = targets.iter().map(|target| resolve(graph, target));
            let found = found.collect::<Result<Vec<_>, _>>().ok();
            Ok(Answer::Found(
                found.map(|found| ids(graph, &found.concat())),
            ))
        }
        _ if case.offline => offline(case, graph, &targets),
        _ => {
            let rows = case.rows.iter().filter(|_| !case.purge);
            let rows = rows.map(|row| graph.position_of(HISTORY, row).ok_or("UnknownRow"));
            let applied = graph.ancestors(rows.collect::<Result<Vec<_>, _>>()?);
            plan(case, graph, &applied, &targets)
        }
    }
}

/// Without a database, a target says where it starts: `FROM:TO`, or only `TO` from base.
fn offline<'c>(case: &Case, graph: &Graph<'_>, targets: &[&'c str]) -> Result<Answer, String> {
    if case.purge {
        return Err("NothingToPurge".to_owned());
    }
    if case.operation == "downgrade" && !targets.iter().all(|target| target.contains(':')) {
        return Err("NoStart".to_owned());
    }
    let split = |target: &&'c str| target.split_once(':').unwrap_or(("base", *target));
    let (starts, ends): (BTreeSet<&str>, Vec<&str>) = targets.iter().map(split).unzip();
    let [start] = Vec::from_iter(starts)[..] else {
        return Err("SeveralStarts".to_owned());
    };
    let start = resolve(graph, start).map_err(|error| kind(&error))?;
    plan(case, graph, &graph.ancestors(start), &ends)
}

fn plan(
    case: &Case,
    graph: &Graph<'_>,
    applied: &BTreeSet<usize>,
    targets: &[&str],
) -> Result<Answer, String> {
    assert_eq!(graph.check_closed(applied), []);
    let (steps, after): (Vec<usize>, BTreeSet<usize>) = match (case.operation.as_str(), targets) {
        ("upgrade", [target]) => {
            let steps = plan::upgrade(graph, applied, target).map_err(|error| kind(&error))?;
            let after = applied.iter().chain(&steps).copied().collect();
            (steps, after)
        }
        ("downgrade", [target]) => {
            let steps = plan::downgrade(graph, applied, target).map_err(|error| kind(&error))?;
            let after = applied - &steps.iter().copied().collect();
            (steps, after)
        }
        ("stamp", targets) => {
            let stamp = plan::stamp(graph, applied, targets, case.purge);
            let stamp = stamp.map_err(|error| kind(&error))?;
            let kept = applied - &stamp.remove.into_iter().collect();
            (Vec::new(), &kept | &stamp.add.into_iter().collect())
        }
        (other, targets) => panic!("{}: {other} to {targets:?}", case.id),
    };
    assert_eq!(graph.check_closed(&after), [], "{}", case.id);
    Ok(Answer::Ran {
        steps: steps.iter().map(|&at| graph.name(at)).collect(),
        heads: ids(graph, &applied_heads(graph, &after)),
    })
}

fn ids(graph: &Graph<'_>, places: &[usize]) -> BTreeSet<String> {
    places.iter().map(|&at| graph.name(at)).collect()
}
