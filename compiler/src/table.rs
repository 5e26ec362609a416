//! The static table as the compiler holds it: revisions in order, their scripts for each dialect, and
//! the digests of all of it.

use limbeck_model::checksum::{self, Digest};
use limbeck_model::graph::Graph;
use limbeck_model::{Dialect, Direction};

use crate::directive::Revision;
use crate::fingerprint::{self, Fingerprint};
use crate::lock::{Lock, LockedSide};
use crate::settings::Settings;
use crate::source::Sources;
use crate::split::{self, Statement};
use crate::sql::Recovery;

/// A checked history, ready to be written.
pub struct Table<'a> {
    /// The settings of its project.
    pub settings: &'a Settings,
    /// Its revisions, in the order of application.
    pub rows: Vec<Row<'a>>,
    /// How many heads it has, dependencies considered.
    pub heads: usize,
    /// The digest of the complete state, for each dialect that is declared.
    pub complete: Vec<(Dialect, Digest)>,
}

/// One revision of the table.
pub struct Row<'a> {
    /// What its file says.
    pub revision: &'a Revision,
    /// The path of its file, relative to the package.
    pub file: &'a str,
    /// Its parents, as places in the table.
    pub parents: Vec<usize>,
    /// Its dependencies within the history, as places in the table.
    pub dependencies: Vec<usize>,
    /// Its dependencies on other histories: history and name.
    pub foreign: Vec<(&'a str, &'a str)>,
    /// What it is in each dialect that is declared.
    pub sides: Vec<Side<'a>>,
}

/// What a revision is in one dialect.
pub struct Side<'a> {
    /// The dialect.
    pub dialect: Dialect,
    /// Why it does nothing there.
    pub skip: Option<&'a str>,
    /// The checksum of its up script.
    pub checksum: Digest,
    /// What the checksum was before an edit that was accepted, without what it is now.
    pub accepted: Vec<Digest>,
    /// Its lineage. An edit that was accepted leaves it as it was.
    pub lineage: Digest,
    /// What a proof of it proves: its scripts and those of all its ancestors. A proof of other evidence
    /// is stale.
    pub evidence: Digest,
    /// The fingerprints of the schema that it leaves, as far as it was proved.
    pub fingerprints: Vec<Fingerprint>,
    /// The script that applies it.
    pub up: Script<'a>,
    /// The script that takes it back.
    pub down: Script<'a>,
}

/// One direction of a revision in one dialect.
pub struct Script<'a> {
    /// Whether it runs in one transaction.
    pub transactional: bool,
    /// `@lock-timeout`.
    pub lock_timeout_ms: Option<u64>,
    /// `@statement-timeout`.
    pub statement_timeout_ms: Option<u64>,
    /// Its statements.
    pub statements: Vec<Statement<'a>>,
    /// How each of them is recovered where the script runs outside a transaction; otherwise empty.
    pub recoveries: Vec<Recovery>,
}

impl<'a> Table<'a> {
    /// Puts the revisions of a checked graph in order and computes their digests. The lock file says which
    /// earlier scripts count as the same as those that the files have now.
    pub fn new(
        graph: &Graph<'a>,
        revisions: &'a [Revision],
        settings: &'a Settings,
        sources: &'a Sources,
        lock: &Lock,
    ) -> Self {
        let mut rows: Vec<Row<'a>> = Vec::with_capacity(revisions.len());
        for node in graph.nodes() {
            let revision = &revisions[node.declared];
            let foreign: Vec<_> = revision
                .dependencies
                .iter()
                .filter_map(|dependency| {
                    let history = dependency.history.as_ref()?;
                    Some((history.value.as_str(), dependency.name.value.as_str()))
                })
                .filter(|(history, _)| *history != settings.name)
                .collect();
            let sides = settings
                .dialects
                .iter()
                .map(|&dialect| {
                    let needs = || node.needs().filter_map(|up| rows[up].side(dialect));
                    let foreign = foreign
                        .iter()
                        .map(|(history, name)| checksum::foreign_lineage(history, name));
                    let lineages: Vec<_> =
                        needs().map(|side| side.lineage).chain(foreign).collect();
                    let evidence: Vec<_> = needs().map(|side| side.evidence).collect();
                    let released = lock.side(&revision.id.value, dialect);
                    let below = Below { lineages, evidence };
                    Side::new(revision, dialect, &below, released, sources)
                })
                .collect();
            rows.push(Row {
                revision,
                file: sources.path(revision.file),
                parents: node.parents.clone(),
                dependencies: node.dependencies.clone(),
                foreign,
                sides,
            });
        }
        let heads = graph.real_heads();
        let complete = settings
            .dialects
            .iter()
            .map(|&dialect| {
                let lineages: Vec<_> = heads
                    .iter()
                    .map(|&head| rows[head].lineage(dialect))
                    .collect();
                (dialect, checksum::state(&lineages))
            })
            .collect();
        Self {
            settings,
            rows,
            heads: heads.len(),
            complete,
        }
    }
}

impl<'t> Row<'t> {
    /// What the revision is in a dialect that is declared.
    pub fn side(&self, dialect: Dialect) -> Option<&Side<'t>> {
        self.sides.iter().find(|side| side.dialect == dialect)
    }

    fn lineage(&self, dialect: Dialect) -> Digest {
        self.side(dialect)
            .map_or(checksum::state(&[]), |side| side.lineage)
    }
}

/// Digests of what a revision stands on.
struct Below {
    lineages: Vec<Digest>,
    evidence: Vec<Digest>,
}

impl<'a> Side<'a> {
    fn new(
        revision: &'a Revision,
        dialect: Dialect,
        below: &Below,
        released: Option<&LockedSide>,
        sources: &'a Sources,
    ) -> Self {
        let up = Script::new(revision, Direction::Up, dialect, sources);
        let down = Script::new(revision, Direction::Down, dialect, sources);
        let checksum = up.checksum(dialect);
        let lineage =
            |checksum: &Digest| checksum::lineage(&revision.id.value, checksum, &below.lineages);
        let accepted = released.map_or(&[][..], |released| &released.accepted);
        let accepted = accepted.iter().map(|accepted| accepted.checksum);
        // What was run, whatever else counts as the same.
        let evidence = checksum::evidence(
            &lineage(&checksum),
            &down.checksum(dialect),
            [up.transactional, down.transactional],
            &up.verifies().chain(down.verifies()).collect::<Vec<_>>(),
            &below.evidence,
        );
        Self {
            dialect,
            skip: revision
                .skip(dialect)
                .map(|skip| skip.reason.value.as_str()),
            fingerprints: fingerprint::proved(released, &evidence),
            evidence,
            lineage: lineage(&released.map_or(checksum, LockedSide::released)),
            accepted: accepted.filter(|accepted| *accepted != checksum).collect(),
            checksum,
            up,
            down,
        }
    }
}

impl<'a> Script<'a> {
    fn new(
        revision: &Revision,
        direction: Direction,
        dialect: Dialect,
        sources: &'a Sources,
    ) -> Self {
        let Some(section) = revision.section(direction, dialect) else {
            return Self {
                transactional: true,
                lock_timeout_ms: None,
                statement_timeout_ms: None,
                statements: Vec::new(),
                recoveries: Vec::new(),
            };
        };
        let statements = split::statements(section, dialect, sources);
        let recoveries = if section.transactional {
            Vec::new()
        } else {
            let verifies = section.verifies(dialect).into_iter();
            let own = verifies.map(|verify| verify.map(|verify| verify.query.value.as_str()));
            statements
                .iter()
                .zip(own)
                .map(|(statement, verify)| Recovery::of(statement.sql, dialect, verify))
                .collect()
        };
        Self {
            transactional: section.transactional,
            lock_timeout_ms: section.lock_timeout_ms,
            statement_timeout_ms: section.statement_timeout_ms,
            statements,
            recoveries,
        }
    }

    /// The queries of `@verify` that belong to it.
    fn verifies(&self) -> impl Iterator<Item = &str> {
        self.recoveries.iter().filter_map(Recovery::query)
    }

    fn checksum(&self, dialect: Dialect) -> Digest {
        checksum::script(
            self.statements
                .iter()
                .map(|statement| split::tokens(statement.sql, dialect)),
        )
    }
}
