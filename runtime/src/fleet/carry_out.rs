//! What can be done to a fleet: member by member what can be done to a database.

use std::sync::Mutex;
use std::sync::PoisonError;

use super::event::FleetEvent;
use super::members::{Kind, Member, Place, Standing};
use super::report::{FleetReport, MemberReport, Outcome};
use super::settings::{Canary, Fleet};
use super::workers::{Stop, each};
use crate::clock::Stopwatch;
use crate::driver::{Driver, Opened, sealed::Open as _};
use crate::error::{Error, ErrorKind};
use crate::event::{Event, Listener};
use crate::migrator::Migrator;
use crate::policy::Policy;
use crate::report::Report;
use crate::status::Status;
use crate::url;

/// What is done to one member, through a driver that stays open for the next.
type Act<'a, T> =
    &'a (dyn Fn(&Migrator, &mut dyn Driver, &Member) -> Result<Outcome<T>, Error> + Sync);

/// How a fleet is gone through.
#[derive(Clone, Copy)]
struct Manner {
    /// Whether those at head are left alone.
    everything: bool,
    /// Whether something may be changed.
    changes: bool,
}

impl Fleet {
    /// Upgrades every member, as [`Migrator::upgrade`] does, and under its policy.
    ///
    /// # Errors
    ///
    /// When no member's turn could come: the database with the schemas cannot be reached, the query for
    /// their names fails, a canary is no member. What goes wrong on a member is in the report.
    pub fn upgrade(&self, target: &str) -> Result<FleetReport<Report>, Error> {
        let manner = Manner {
            everything: self.migrator.means_everything(target),
            changes: self.migrator.policy_in_force() == Policy::Apply,
        };
        let watch = Stopwatch::start();
        self.carry_out(manner, &|migrator, driver, member| {
            let is_behind = manner.everything && matches!(member.place, Place::Schema(_));
            let report = migrator.upgrade_member(driver, target, is_behind, watch)?;
            Ok(if report.is_up_to_date() && report.ahead.is_empty() {
                Outcome::AtHead
            } else {
                Outcome::Done(report)
            })
        })
    }

    /// Takes revisions back on every member, as [`Migrator::downgrade`] does.
    ///
    /// # Errors
    ///
    /// As for [`upgrade`](Self::upgrade).
    pub fn downgrade(&self, target: &str) -> Result<FleetReport<Report>, Error> {
        self.carry_out(CHANGE, &|migrator, driver, _| {
            migrator
                .downgrade_through(driver, target)
                .map(Outcome::Done)
        })
    }

    /// Records on every member that it is at these revisions, as [`Migrator::stamp`] does.
    ///
    /// # Errors
    ///
    /// As for [`upgrade`](Self::upgrade).
    pub fn stamp(&self, targets: &[&str], purge: bool) -> Result<FleetReport<Report>, Error> {
        self.carry_out(CHANGE, &|migrator, driver, _| {
            migrator
                .stamp_through(driver, targets, purge)
                .map(Outcome::Done)
        })
    }

    /// Looks where every member stands, as [`Migrator::status`] does. Writes nothing.
    ///
    /// # Errors
    ///
    /// As for [`upgrade`](Self::upgrade).
    pub fn status(&self) -> Result<FleetReport<Status>, Error> {
        let manner = Manner {
            everything: true,
            changes: false,
        };
        self.carry_out(manner, &|migrator, driver, _| {
            migrator.status_through(driver).map(Outcome::Done)
        })
    }

    fn carry_out<T: Send>(&self, manner: Manner, act: Act<'_, T>) -> Result<FleetReport<T>, Error> {
        let watch = Stopwatch::start();
        let members = self.find(manner.everything, manner.changes)?;
        let is_left = |index: &usize| members[*index].standing != Standing::AtHead;
        let left: Vec<usize> = (0..members.len()).filter(is_left).collect();
        let (canaries, rest) = self.in_turn(&members, left, manner)?;
        self.listener.tell(&FleetEvent::Planned {
            at_head: members.len() - canaries.len() - rest.len(),
            count: canaries.len() + rest.len(),
        });
        let outcomes: Vec<_> = members
            .iter()
            .map(|member| match member.standing {
                Standing::AtHead => Outcome::AtHead,
                _ => Outcome::NotStarted,
            })
            .collect();
        let outcomes = Mutex::new(outcomes);
        let stop = Stop::new(self.stop_after.filter(|_| manner.changes));
        let turn = |turn: &[usize]| {
            each(
                turn.len(),
                self.concurrency,
                &stop,
                || None,
                |open, number| {
                    let index = turn[number];
                    let outcome = self.member(&members[index], manner, open, act);
                    if matches!(outcome, Outcome::Failed(_)) {
                        stop.count();
                    }
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner)[index] = outcome;
                },
            );
        };
        turn(&canaries);
        if stop.failures() == 0 || canaries.is_empty() {
            turn(&rest);
        }
        let outcomes = outcomes
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let reports = members
            .into_iter()
            .zip(outcomes)
            .map(|(member, outcome)| MemberReport {
                name: member.name,
                outcome,
            });
        Ok(FleetReport {
            members: reports.collect(),
            duration: watch.elapsed(),
        })
    }

    /// Those that go first, and the others.
    fn in_turn(
        &self,
        members: &[Member],
        left: Vec<usize>,
        manner: Manner,
    ) -> Result<(Vec<usize>, Vec<usize>), Error> {
        let canaries: Vec<usize> = match &self.canary {
            _ if !manner.changes => Vec::new(),
            Canary::None => Vec::new(),
            Canary::First => left.iter().copied().take(1).collect(),
            Canary::Named(names) => {
                let mut found = Vec::new();
                for name in names {
                    let place = members.iter().position(|member| member.is_called(name));
                    found.push(place.ok_or_else(|| no_member(name))?);
                }
                left.iter()
                    .copied()
                    .filter(|index| found.contains(index))
                    .collect()
            }
        };
        let rest = left
            .into_iter()
            .filter(|index| !canaries.contains(index))
            .collect();
        Ok((canaries, rest))
    }

    fn member<'f, T>(
        &'f self,
        member: &'f Member,
        manner: Manner,
        open: &mut Option<Opened<'f>>,
        act: Act<'_, T>,
    ) -> Outcome<T> {
        self.listener.tell(&FleetEvent::Started {
            member: &member.name,
        });
        let outcome = match self.act_on(member, manner, open, act) {
            Ok(outcome) => outcome,
            Err(error) => {
                // Whatever has happened to the connection, the next member has none of it.
                *open = None;
                Outcome::Failed(error)
            }
        };
        let error = match &outcome {
            Outcome::Failed(error) => Some(error),
            _ => None,
        };
        self.listener.tell(&FleetEvent::Finished {
            member: &member.name,
            error,
        });
        outcome
    }

    fn act_on<'f, T>(
        &'f self,
        member: &'f Member,
        manner: Manner,
        open: &mut Option<Opened<'f>>,
        act: Act<'_, T>,
    ) -> Result<Outcome<T>, Error> {
        let (listener, name) = (self.listener.clone(), member.name.clone());
        let listener = Listener::new(move |event: &Event| {
            listener.tell(&FleetEvent::Happened {
                member: &name,
                event,
            });
        });
        let is_missing = member.standing == Standing::Missing;
        if is_missing && !(self.create_schemas && manner.changes) {
            return Err(no_schema(&member.name));
        }
        let (url, migrator) = match (&member.place, &self.members.0) {
            (Place::Schema(schema), Kind::Schemas { database, .. }) => (
                database,
                self.migrator.for_schema(schema, is_missing, listener),
            ),
            (Place::Database(url) | Place::Schema(url), _) => {
                *open = None;
                (url, self.migrator.for_database(listener))
            }
        };
        let driver = match open {
            Some(driver) => driver,
            None => open.insert(if manner.changes {
                url.as_str().open(self.migrator.patience())?
            } else {
                url.as_str().look(self.migrator.patience())?
            }),
        };
        driver.enter(None);
        act(&migrator, &mut **driver, member)
    }
}

const CHANGE: Manner = Manner {
    everything: false,
    changes: true,
};

fn no_member(name: &str) -> Error {
    // A database may be named by its URL, which may have a password in it.
    let shown = if name.contains("://") {
        url::shown(name).unwrap_or_else(|_| "…".to_owned())
    } else {
        name.escape_debug().to_string()
    };
    Error::new(
        ErrorKind::Target,
        format!("the canary `{shown}` is none of the members"),
    )
    .help_with("name one of those that are to be migrated")
}

fn no_schema(name: &str) -> Error {
    Error::new(
        ErrorKind::Database,
        format!("the schema `{}` does not exist", name.escape_debug()),
    )
    .help_with(
        "create it, or have it made: `create_schemas` of a fleet, `--create-schemas` of a command",
    )
}
