//! The cases in which limbeck answers otherwise, by id, with its answers.

use std::collections::BTreeMap;

const LIST: &str = include_str!("../fixtures/graph-cases/departures.txt");

/// The answers of limbeck, by the ids of the cases. The reasons are the comments of the list.
pub(crate) fn read() -> BTreeMap<String, String> {
    let lines = LIST
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut departures = BTreeMap::new();
    for line in lines {
        let (id, answer) = line.split_once(": ").expect("a case and an answer");
        let former = departures.insert(id.to_owned(), answer.to_owned());
        assert_eq!(former, None, "{id} is listed twice");
    }
    departures
}
