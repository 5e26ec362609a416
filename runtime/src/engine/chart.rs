//! The histories of a program, composed: one graph, and for each of its nodes the table's entry.

use std::collections::{BTreeMap, BTreeSet};

use limbeck_model::checksum::{self, Digest};
use limbeck_model::graph::{Declared, Graph, Reference};
use limbeck_model::recorded::Known;
use limbeck_model::{Dialect, Direction};

use crate::driver::Timeouts;
use crate::error::{Error, ErrorKind};
use crate::report::RevisionName;
use crate::table::{History, Recovery, Revision, Script, Side, Statement};

/// The composed histories, for one dialect. Entries are in the order of the graph.
pub(crate) struct Chart {
    pub(crate) graph: Graph<'static>,
    pub(crate) dialect: Dialect,
    pub(crate) entries: Vec<Entry>,
}

/// One revision of the composed histories.
pub(crate) struct Entry {
    pub(crate) history: &'static History,
    pub(crate) revision: &'static Revision,
    pub(crate) side: &'static Side,
    /// Ids of parents and dependencies within its history.
    pub(crate) parents: Vec<&'static str>,
}

impl Entry {
    pub(crate) fn name(&self) -> RevisionName {
        RevisionName {
            history: self.history.name.to_owned(),
            id: self.revision.id.to_owned(),
            message: self.revision.message.to_owned(),
        }
    }

    pub(crate) fn script(&self, direction: Direction) -> Script {
        match direction {
            Direction::Up => self.side.up,
            Direction::Down => self.side.down,
        }
    }

    pub(crate) fn statements(&self, direction: Direction) -> &'static [Statement] {
        self.script(direction).statements
    }

    /// How a statement of a script outside a transaction is recovered; `number` counts from 1.
    pub(crate) fn recovery(&self, direction: Direction, number: u32) -> Recovery {
        let recoveries = self.script(direction).recoveries;
        // A statement that cannot be in a transaction says so when it is tried in one.
        (number as usize)
            .checked_sub(1)
            .and_then(|place| recoveries.get(place).copied())
            .unwrap_or(Recovery::Together)
    }

    pub(crate) fn timeouts(&self, direction: Direction) -> Timeouts {
        let script = self.script(direction);
        Timeouts {
            lock_ms: script.lock_timeout_ms,
            statement_ms: script.statement_timeout_ms,
        }
    }
}

impl Chart {
    /// Composes histories for a kind of database.
    ///
    /// # Errors
    ///
    /// When a history is not written for the dialect, two have one name, one depends on what none of
    /// them has, or one cannot be unpacked.
    pub(crate) fn compose(histories: &[&'static History], dialect: Dialect) -> Result<Self, Error> {
        let mut names = BTreeSet::new();
        let mut declared = Vec::new();
        let mut entries = Vec::new();
        for history in histories {
            if !names.insert(history.name) {
                return Err(Error::new(
                    ErrorKind::History,
                    format!("two histories are named `{}`", history.name),
                )
                .help_with("give one of them another `name` in its [package.metadata.limbeck]"));
            }
            let revisions = history.revisions()?;
            for revision in revisions {
                let side = revision
                    .side(dialect)
                    .ok_or_else(|| unsupported(history, dialect))?;
                declared.push(declare(history.name, revision, revisions));
                entries.push(Entry {
                    history,
                    revision,
                    side,
                    parents: covered(revision, revisions).collect(),
                });
            }
            if !history.supports(dialect) {
                return Err(unsupported(history, dialect));
            }
        }
        let graph = Graph::build(&declared).map_err(|problems| {
            let sentences: Vec<_> = problems
                .iter()
                .map(|problem| problem.explain(&declared))
                .collect();
            Error::new(
                ErrorKind::History,
                format!(
                    "the histories do not fit together: {}",
                    sentences.join("; ")
                ),
            )
            .help_with("pass every history that another one depends on to `Migrator::with`")
        })?;
        let mut slots: Vec<_> = entries.into_iter().map(Some).collect();
        let entries = (0..graph.len())
            .filter_map(|index| slots.get_mut(graph.nodes()[index].declared)?.take())
            .collect();
        Ok(Self {
            graph,
            dialect,
            entries,
        })
    }

    /// Revisions for a sentence: each with its file, and after some of them only how many more.
    pub(crate) fn list<'i>(&self, indices: impl IntoIterator<Item = &'i usize>) -> String {
        let mut names: Vec<_> = indices
            .into_iter()
            .filter_map(|&index| self.entries.get(index))
            .map(|entry| format!("`{}` ({})", entry.revision.id, entry.revision.file))
            .collect();
        if names.len() > LISTED + 1 {
            let more = names.len() - LISTED;
            names.truncate(LISTED);
            names.push(format!("{more} more"));
        }
        names.join(", ")
    }

    /// The entry of a revision.
    pub(crate) fn find(&self, history: &str, id: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.history.name == history && entry.revision.id == id)
    }

    /// What the program carries, as the ledger is held against it.
    pub(crate) fn known(&self) -> Vec<Known<'static>> {
        self.entries
            .iter()
            .map(|entry| Known {
                history: entry.history.name,
                id: entry.revision.id,
                parents: entry.parents.clone(),
                checksum: entry.side.checksum,
                accepted: entry.side.accepted,
                lineage: entry.side.lineage,
            })
            .collect()
    }

    /// The heads of what is applied, by history.
    pub(crate) fn tips(&self, applied: &BTreeSet<usize>) -> Tips<'_> {
        let mut tips = Tips {
            chart: self,
            covers: vec![0; self.entries.len()],
            heads: BTreeMap::new(),
        };
        for &index in applied {
            tips.apply(index);
        }
        tips
    }

    /// Parents and dependencies of a node within its own history, which its lineage covers.
    fn covered(&self, index: usize) -> impl Iterator<Item = usize> {
        let nodes = self.graph.nodes();
        let node = &nodes[index];
        node.needs().filter(|&up| nodes[up].history == node.history)
    }
}

/// How many revisions a sentence names.
pub(super) const LISTED: usize = 6;

fn unsupported(history: &History, dialect: Dialect) -> Error {
    Error::new(
        ErrorKind::History,
        format!(
            "the history `{}` is not written for {dialect}",
            history.name
        ),
    )
    .help_with(format!(
        "add \"{dialect}\" to `dialects` in its [package.metadata.limbeck], or use another database"
    ))
}

fn covered(
    revision: &'static Revision,
    revisions: &'static [Revision],
) -> impl Iterator<Item = &'static str> {
    let places: BTreeSet<_> = revision
        .parents
        .iter()
        .chain(revision.dependencies)
        .collect();
    places
        .into_iter()
        .filter_map(move |&place| id(place, revisions))
}

fn declare(
    history: &'static str,
    revision: &'static Revision,
    revisions: &'static [Revision],
) -> Declared<'static> {
    let ids = |places: &'static [u32]| places.iter().filter_map(move |&place| id(place, revisions));
    let own = ids(revision.dependencies).map(|name| Reference { history, name });
    let foreign = revision
        .foreign
        .iter()
        .map(|&(history, name)| Reference { history, name });
    Declared {
        history,
        id: revision.id,
        parents: ids(revision.parents).collect(),
        dependencies: own.chain(foreign).collect(),
        labels: revision.labels.to_vec(),
    }
}

/// The id of the revision at a place, as parents and dependencies are given.
fn id(place: u32, revisions: &'static [Revision]) -> Option<&'static str> {
    revisions.get(place as usize).map(|revision| revision.id)
}

/// The applied heads, kept up to date as revisions come and go.
pub(crate) struct Tips<'c> {
    chart: &'c Chart,
    /// By how many applied revisions each one is covered.
    covers: Vec<usize>,
    heads: BTreeMap<&'static str, BTreeSet<usize>>,
}

impl Tips<'_> {
    pub(crate) fn apply(&mut self, index: usize) {
        for covered in self.chart.covered(index) {
            self.covers[covered] += 1;
            self.of(covered).remove(&covered);
        }
        if self.covers[index] == 0 {
            self.of(index).insert(index);
        }
    }

    pub(crate) fn remove(&mut self, index: usize) {
        self.of(index).remove(&index);
        for covered in self.chart.covered(index) {
            self.covers[covered] -= 1;
            if self.covers[covered] == 0 {
                self.of(covered).insert(covered);
            }
        }
    }

    fn of(&mut self, index: usize) -> &mut BTreeSet<usize> {
        let history = self.chart.entries[index].history.name;
        self.heads.entry(history).or_default()
    }

    /// The digest of the state of a node's history.
    pub(crate) fn state_of(&self, index: usize) -> Digest {
        self.state(self.chart.entries[index].history.name)
    }

    /// The digest of a history's state.
    pub(crate) fn state(&self, history: &str) -> Digest {
        let lineages: Vec<_> = self
            .heads
            .get(history)
            .into_iter()
            .flatten()
            .map(|&index| self.chart.entries[index].side.lineage)
            .collect();
        checksum::state(&lineages)
    }
}
