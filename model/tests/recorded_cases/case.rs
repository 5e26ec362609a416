//! The recorded cases: what Alembic 1.20.1 was asked, and what it answered.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Read as _;

use flate2::read::GzDecoder;
use limbeck_model::graph::{Declared, Reference};
use serde_json::Value;

/// The one history that all recorded graphs are read as.
pub(crate) const HISTORY: &str = "app";

/// What was asked.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) revisions: Vec<Revision>,
    /// The rows of the version table.
    pub(crate) rows: Vec<String>,
    pub(crate) operation: String,
    /// No target for `heads` and `bases`, several for some stamps.
    pub(crate) targets: Vec<String>,
    /// Whether SQL was asked for, without a database.
    pub(crate) offline: bool,
    pub(crate) purge: bool,
}

/// A revision as its file declared it.
pub(crate) struct Revision {
    pub(crate) id: String,
    pub(crate) parents: Vec<String>,
    pub(crate) dependencies: Vec<String>,
    pub(crate) labels: Vec<String>,
}

/// What was answered.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    /// An error, in words.
    Failed(String),
    /// The revisions that were run, in order, and the heads afterwards.
    Ran {
        steps: Vec<String>,
        heads: BTreeSet<String>,
    },
    /// The revisions that were asked for; `None` if the target meant nothing.
    Found(Option<BTreeSet<String>>),
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = |ids: &BTreeSet<String>| ids.iter().cloned().collect::<Vec<_>>().join(" ");
        match self {
            Self::Failed(error) => write!(f, "fails {error}"),
            Self::Found(None) => write!(f, "finds nothing"),
            Self::Found(Some(found)) => write!(f, "finds {}", ids(found)),
            Self::Ran { steps, heads } => {
                let steps = if steps.is_empty() {
                    "nothing".to_owned()
                } else {
                    steps.join(" ")
                };
                let heads = if heads.is_empty() {
                    "base".to_owned()
                } else {
                    ids(heads)
                };
                write!(f, "runs {steps} -> {heads}")
            }
        }
    }
}

impl Case {
    /// The revisions in the form that a graph is built from.
    pub(crate) fn declared(&self) -> Vec<Declared<'_>> {
        declared(&self.revisions)
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        other => panic!("expected texts, found {other}"),
    }
}

/// The revisions of a JSON list.
pub(crate) fn revisions(list: &Value) -> Vec<Revision> {
    let list = list.as_array().expect("a list of revisions");
    list.iter()
        .map(|revision| Revision {
            id: revision["id"].as_str().expect("an id").to_owned(),
            parents: texts(&revision["down"]),
            dependencies: texts(&revision["depends_on"]),
            labels: texts(&revision["labels"]),
        })
        .collect()
}

/// The revisions in the form that a graph is built from.
pub(crate) fn declared(revisions: &[Revision]) -> Vec<Declared<'_>> {
    let reference = |name| Reference {
        history: HISTORY,
        name,
    };
    revisions
        .iter()
        .map(|revision| Declared {
            history: HISTORY,
            id: &revision.id,
            parents: revision.parents.iter().map(String::as_str).collect(),
            dependencies: revision
                .dependencies
                .iter()
                .map(|name| reference(name))
                .collect(),
            labels: revision.labels.iter().map(String::as_str).collect(),
        })
        .collect()
}

/// All cases with their answers.
pub(crate) fn all() -> Vec<(Case, Answer)> {
    let cases = lines(include_bytes!("../fixtures/graph-cases/cases.jsonl.gz"));
    let answers = lines(include_bytes!("../fixtures/graph-cases/expected.jsonl.gz"));
    assert_eq!(cases.len(), answers.len());
    cases
        .iter()
        .zip(&answers)
        .map(|(case, answer)| pair(case, answer))
        .collect()
}

fn lines(compressed: &[u8]) -> Vec<Value> {
    let mut text = String::new();
    GzDecoder::new(compressed)
        .read_to_string(&mut text)
        .expect("a compressed text");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

fn pair(case: &Value, answer: &Value) -> (Case, Answer) {
    assert_eq!(case["id"], answer["id"]);
    let case = Case {
        id: case["id"].as_str().expect("an id").to_owned(),
        revisions: revisions(&case["revisions"]),
        rows: texts(&case["heads"]),
        operation: case["op"].as_str().expect("an operation").to_owned(),
        targets: texts(&case["target"]),
        offline: case["sql"] == true,
        purge: case["purge"] == true,
    };
    let set = |key: &str| -> Option<BTreeSet<String>> {
        Some(texts(answer.get(key)?).into_iter().collect())
    };
    let answer = if answer["ok"] == false {
        Answer::Failed(answer["error"].as_str().expect("an error").to_owned())
    } else if let Some(heads) = set("final_heads") {
        Answer::Ran {
            steps: texts(&answer["steps"]),
            heads,
        }
    } else {
        Answer::Found(
            set("heads")
                .or_else(|| set("bases"))
                .or_else(|| set("revisions")),
        )
    };
    (case, answer)
}
