//! The graphs of three real projects: Langflow (30 merges), Letta (one chain) and Neutron (two
//! branches, with dependencies between them).

use std::collections::BTreeSet;

use limbeck_model::graph::Graph;
use limbeck_model::plan::{applied_heads, downgrade, upgrade};

use crate::case::{self, Revision};

const PROJECTS: [(&str, &str); 3] = [
    (
        "langflow",
        include_str!("../fixtures/graph-cases/real/langflow.json"),
    ),
    (
        "letta",
        include_str!("../fixtures/graph-cases/real/letta.json"),
    ),
    (
        "neutron",
        include_str!("../fixtures/graph-cases/real/neutron.json"),
    ),
];

/// A project's revisions. Three ids of Neutron have a capital letter, which limbeck has no room for;
/// they are read in lower case, as an import writes them.
fn read(text: &str) -> (serde_json::Value, Vec<Revision>) {
    let project: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let mut revisions = case::revisions(&project["revisions"]);
    for revision in &mut revisions {
        revision.id.make_ascii_lowercase();
        for name in revision
            .parents
            .iter_mut()
            .chain(&mut revision.dependencies)
        {
            name.make_ascii_lowercase();
        }
    }
    (project, revisions)
}

#[test]
fn real_projects_are_upgraded_from_base_and_taken_back() {
    for (name, text) in PROJECTS {
        let (project, revisions) = read(text);
        let declared = case::declared(&revisions);
        let graph =
            Graph::build(&declared).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        let count = |key: &str| usize::try_from(project["stats"][key].as_u64()?).ok();
        assert_eq!(Some(graph.len()), count("revisions"), "{name}");
        assert_eq!(Some(graph.heads().len()), count("heads"), "{name}");
        assert_eq!(
            Some(graph.real_heads().len()),
            count("real_heads"),
            "{name}"
        );
        assert_eq!(Some(graph.bases().len()), count("bases"), "{name}");

        let all: Vec<usize> = (0..graph.len()).collect();
        let none = BTreeSet::new();
        assert_eq!(upgrade(&graph, &none, "heads").as_ref(), Ok(&all), "{name}");
        let head = upgrade(&graph, &none, "head");
        assert_eq!(
            head.is_ok(),
            graph.real_heads().len() == 1,
            "{name}: {head:?}"
        );
        let applied = all.iter().copied().collect();
        assert_eq!(
            applied_heads(&graph, &applied),
            graph.real_heads(),
            "{name}"
        );
        let back = all.into_iter().rev().collect();
        assert_eq!(
            downgrade(&graph, &applied, "base").as_ref(),
            Ok(&back),
            "{name}"
        );
    }
}

#[test]
fn the_branches_of_neutron_are_upgraded_one_by_one() {
    let (_, revisions) = read(PROJECTS[2].1);
    let declared = case::declared(&revisions);
    let graph = Graph::build(&declared).expect("a sound graph");
    let expand = upgrade(&graph, &BTreeSet::new(), "expand@head").expect("one head");
    let applied: BTreeSet<usize> = expand.into_iter().collect();
    assert_eq!(graph.check_closed(&applied), []);
    let contract = upgrade(&graph, &applied, "contract@head").expect("one head");
    let applied = &applied | &contract.into_iter().collect();
    assert_eq!(applied_heads(&graph, &applied), graph.real_heads());
}
