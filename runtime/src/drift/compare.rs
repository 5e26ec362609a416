//! The comparison: reads the schema, asks what was proved, and where that does not settle it has the revisions run
//! again on an empty database.

use std::collections::BTreeSet;

use limbeck_model::Dialect;
use limbeck_schema::{Change, Schema, diff};

use super::comparison::{Comparison, Difference, Evidence, Reason};
use super::expected::{self, beginning};
use super::{cluster, foreign};
use crate::driver::sealed::Open as _;
use crate::driver::{Driver, DriverError};
use crate::engine::{Chart, Position, Run};
use crate::error::Error;
use crate::event::Listener;
use crate::ledger::Ledger;
use crate::options::Options;
use crate::preflight::{Facts, ServerFacts, extensions};
use crate::table::{Fingerprint, History};

/// When the revisions are run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replays {
    /// Where a fingerprint differs from what was proved; where nothing was proved, only if that costs a server
    /// nothing.
    WhereUnlike,
    /// Also where nothing was proved.
    WhereUnproved,
}

/// One comparison.
pub(crate) struct Comparing<'c> {
    pub(crate) chart: &'c Chart,
    pub(crate) histories: &'c [&'static History],
    pub(crate) ledger: &'c Ledger,
    pub(crate) options: &'c Options,
    pub(crate) replays: Replays,
}

const SCRATCH_HELP: &str = "name a server of the same version on which a database may be created, with `--scratch URL` or `Migrator::scratch`";

impl Comparing<'_> {
    /// Compares the schema of an open database with that of the revisions that are applied.
    ///
    /// # Errors
    ///
    /// When the schema cannot be read.
    pub(crate) fn compare(
        &self,
        driver: &mut dyn Driver,
        position: &Position,
    ) -> Result<Comparison, Error> {
        let applied = &position.standing.applied;
        if let Some(reason) = self.incomparable(position) {
            return Ok(Comparison::Unknown(reason));
        }
        let cannot_read = |error| Error::database("cannot read the schema", error);
        let server = match driver.facts(self.ledger, &[]).map_err(cannot_read)? {
            Facts::Server(server) => Some(server),
            Facts::File(_) => None,
        };
        if let Some(reason) = server.as_ref().and_then(elsewhere) {
            return Ok(Comparison::Unknown(reason));
        }
        let real = driver.schema(self.ledger).map_err(cannot_read)?;
        let proved = expected::proved(self.chart, applied);
        // Equal texts are equal schemas, whatever version has written them.
        if let Ok(proved) = &proved
            && self.is_proved(&real, proved, applied)
        {
            return Ok(Comparison::Equal(Evidence::Proof));
        }
        let proved = proved.and_then(|proved| of_this_version(proved, server.as_ref()));
        let is_cheap = server.is_none() || self.options.scratch.is_some();
        if let Err(reason) = &proved
            && self.replays == Replays::WhereUnlike
            && !is_cheap
        {
            return Ok(Comparison::Unknown(
                Reason::new(reason.as_str()).help(SCRATCH_HELP),
            ));
        }
        Ok(match self.replayed(driver, applied, server.as_ref()) {
            Ok(expected) => self.differences(&expected, &real, applied),
            Err(why) => match proved {
                Ok(()) => Comparison::Unlike(why),
                Err(unproved) => {
                    let message =
                        format!("{unproved}, and the revisions could not be run again: {why}");
                    Comparison::Unknown(Reason { message, ..why })
                }
            },
        })
    }

    /// Why the state is none that could be compared.
    fn incomparable(&self, position: &Position) -> Option<Reason> {
        if self.ledger.tenant.is_some() {
            return Some(Reason::new(
                "a tenant's schema is not compared: the history was proved in a database of its own",
            ));
        }
        if !position.standing.ahead.is_empty() {
            let message = "the database has revisions that this program does not know";
            return Some(Reason::new(message).help("verify it with the newer program"));
        }
        if let Some(script) = position.unfinished() {
            let message = format!("the script of `{}` is unfinished", script.id);
            return Some(Reason::new(message).help("run `resume`"));
        }
        let is_new = position.standing.applied.is_empty();
        is_new.then(|| Reason::new("no revision is applied"))
    }

    fn is_proved(&self, real: &Schema, proved: &[Fingerprint], applied: &BTreeSet<usize>) -> bool {
        let has = |schema: &Schema| {
            let fingerprint = beginning(&schema.fingerprint());
            proved
                .iter()
                .any(|proved| Some(proved.schema) == fingerprint)
        };
        has(real) || self.own(real, None, applied).is_some_and(|own| has(&own))
    }

    /// The schema without what the history does not speak of. SQLite has nothing that could be told apart.
    fn own(
        &self,
        real: &Schema,
        expected: Option<&Schema>,
        applied: &BTreeSet<usize>,
    ) -> Option<Schema> {
        if self.chart.dialect == Dialect::Sqlite {
            return None;
        }
        let wanted = extensions(self.histories);
        foreign::without_foreign(real, expected, |name| {
            let lower = name.to_lowercase();
            name == "public"
                || wanted.contains(&name)
                || self
                    .statements(applied)
                    .any(|sql| sql.to_lowercase().contains(&lower))
        })
    }

    fn statements(&self, applied: &BTreeSet<usize>) -> impl Iterator<Item = &'static str> {
        let up = limbeck_model::Direction::Up;
        applied
            .iter()
            .flat_map(move |&index| self.chart.entries[index].statements(up))
            .map(|statement| statement.sql)
    }

    /// Column orders do not count, as in a proof: a column that was dropped can only come back last.
    fn differences(
        &self,
        expected: &Schema,
        real: &Schema,
        applied: &BTreeSet<usize>,
    ) -> Comparison {
        let own = self.own(real, Some(expected), applied);
        let changes = diff(expected, own.as_ref().unwrap_or(real));
        let differences: Vec<_> = changes
            .iter()
            .filter(|change| !matches!(change, Change::Reordered { .. }))
            .map(|change| Difference {
                message: change.drifted(),
                mend: change.mend(self.chart.dialect),
            })
            .collect();
        if differences.is_empty() {
            Comparison::Equal(Evidence::Replay)
        } else {
            Comparison::Different(differences)
        }
    }

    /// The schema that the applied revisions make on an empty database.
    fn replayed(
        &self,
        driver: &mut dyn Driver,
        applied: &BTreeSet<usize>,
        server: Option<&ServerFacts>,
    ) -> Result<Schema, Reason> {
        let Some(server) = server else {
            return self.replay_beside(driver, applied);
        };
        let Some(url) = &self.options.scratch else {
            self.stays_within(applied)?;
            return self.replay_beside(driver, applied);
        };
        let unusable = |error: Error| Reason::new(format!("{error:#}"));
        let mut other = url
            .as_str()
            .open(self.options.lock_deadline)
            .map_err(unusable)?;
        match other.facts(self.ledger, &[]) {
            Ok(Facts::Server(facts))
                if facts.version_number / 10_000 == server.version_number / 10_000 =>
            {
                self.replay_beside(&mut *other, applied)
            }
            Ok(Facts::Server(facts)) => Err(Reason::new(format!(
                "the scratch server is PostgreSQL {}, and the database's is {}",
                facts.version, server.version
            ))
            .help(SCRATCH_HELP)),
            Ok(Facts::File(_)) => {
                Err(Reason::new("the scratch database is none of PostgreSQL").help(SCRATCH_HELP))
            }
            Err(error) => Err(Reason::new(format!(
                "cannot ask the scratch server: {error}"
            ))),
        }
    }

    /// Refuses what would change the server that others use.
    fn stays_within(&self, applied: &BTreeSet<usize>) -> Result<(), Reason> {
        for &index in applied {
            let entry = &self.chart.entries[index];
            for statement in entry.statements(limbeck_model::Direction::Up) {
                if let Some(words) = cluster::beyond(statement.sql) {
                    let message = format!(
                        "`{}` may reach beyond its database (`{words}` at {}:{}), and is not run again on the same server",
                        entry.revision.id, entry.revision.file, statement.line
                    );
                    return Err(Reason::new(message).help(SCRATCH_HELP));
                }
            }
        }
        Ok(())
    }

    fn replay_beside(
        &self,
        driver: &mut dyn Driver,
        applied: &BTreeSet<usize>,
    ) -> Result<Schema, Reason> {
        let plan: Vec<usize> = applied.iter().copied().collect();
        let mut outcome = None;
        driver
            .with_scratch(&extensions(self.histories), &mut |scratch| {
                outcome = Some(self.replay_on(scratch, &plan));
            })
            .map_err(|error| no_scratch(&error))?;
        outcome.unwrap_or_else(|| Err(Reason::new("the scratch database was not used")))
    }

    fn replay_on(&self, scratch: &mut dyn Driver, plan: &[usize]) -> Result<Schema, Reason> {
        let run = Run::new(
            self.chart,
            self.histories,
            self.ledger.clone(),
            scratch,
            Listener::default(),
            self.options,
        );
        run.replay(plan)
            .map_err(|error| Reason::new(format!("{error:#}")))?;
        scratch
            .schema(self.ledger)
            .map_err(|error| Reason::new(format!("cannot read the schema that they make: {error}")))
    }
}

/// Whether something was proved on this version: what differs from a proof on another one may be the same.
fn of_this_version(proved: &[Fingerprint], server: Option<&ServerFacts>) -> Result<(), String> {
    let Some(server) = server else {
        return Ok(());
    };
    let major = server.version_number / 10_000;
    if proved.iter().any(|proved| u32::from(proved.major) == major) {
        return Ok(());
    }
    let majors: Vec<_> = proved
        .iter()
        .map(|proved| proved.major.to_string())
        .collect();
    Err(format!(
        "the history was proved on PostgreSQL {}, and this server is {major}, which may write the same definitions differently",
        majors.join(" and ")
    ))
}

/// Proofs are made where names without a schema mean `public`.
fn elsewhere(server: &ServerFacts) -> Option<Reason> {
    match server.current_schema.as_deref() {
        Some("public") => None,
        Some(schema) => Some(Reason::new(format!(
            "names without a schema mean `{schema}` here, and the history was proved where they mean `public`"
        ))),
        None => Some(Reason::new("`search_path` names no schema that is there")),
    }
}

/// PostgreSQL's SQLSTATE for a missing right.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

fn no_scratch(error: &DriverError) -> Reason {
    let is_forbidden = error.code.as_deref() == Some(INSUFFICIENT_PRIVILEGE);
    let reason = Reason::new(error.to_string());
    if is_forbidden {
        reason.help(format!(
            "let the role create databases (`CREATEDB`), or {SCRATCH_HELP}"
        ))
    } else {
        reason.help(SCRATCH_HELP)
    }
}
