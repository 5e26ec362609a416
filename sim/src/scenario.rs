//! What is interrupted: a subject, where its database stands, and what is done with it. And what that leads
//! to when nothing interrupts it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use limbeck::{Database, Dialect, Error, Event, Migrator, Repair};

use crate::left;
use crate::place::Place;
use crate::portrait::Portrait;
use crate::subject::Subject;

/// What is done with a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Upgrade(&'static str),
    Downgrade(&'static str),
    /// Records this target, with or without forgetting first.
    Stamp(&'static str, bool),
    Resume(&'static str),
    Repair,
}

/// How an operation ended that met no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// After so many steps.
    Complete(usize),
    /// A repair has left something, and says so.
    Incomplete,
}

impl Operation {
    pub(crate) fn act(
        self,
        migrator: &mut Migrator,
        database: impl Database,
    ) -> Result<Ending, Error> {
        let report = match self {
            Self::Upgrade(target) => migrator.upgrade(database, target)?,
            Self::Downgrade(target) => migrator.downgrade(database, target)?,
            Self::Stamp(target, purge) => migrator.stamp(database, &[target], purge)?,
            Self::Resume(target) => migrator.resume(database, target)?,
            Self::Repair => {
                let report = migrator.repair(database, Repair::new())?;
                return Ok(if report.is_in_order() {
                    Ending::Complete(report.leftovers.len())
                } else {
                    Ending::Incomplete
                });
            }
        };
        Ok(Ending::Complete(report.steps.len()))
    }

    /// The arguments of a process that does it.
    pub(crate) fn arguments(self) -> Vec<&'static str> {
        match self {
            Self::Upgrade(target) => vec!["upgrade", target],
            Self::Downgrade(target) => vec!["downgrade", target],
            Self::Stamp(target, false) => vec!["stamp", target],
            Self::Stamp(target, true) => vec!["stamp", target, "--purge"],
            Self::Resume(target) => vec!["resume", target],
            Self::Repair => vec!["repair"],
        }
    }
}

/// An operation on a database of which copies are made, one for each point.
pub(crate) struct Scenario {
    pub(crate) subject: Subject,
    name: &'static str,
    pub(crate) start: Place,
    pub(crate) operation: Operation,
    pub(crate) golden: Golden,
    /// How long the operation may wait for others where there are none.
    pub(crate) patience: Duration,
    /// Whether the ledger is one that version 1 has written.
    pub(crate) is_older: bool,
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dialect = self.start.dialect();
        write!(f, "{} {dialect} {}", self.subject.name, self.name)
    }
}

impl Scenario {
    pub(crate) fn new(
        subject: Subject,
        name: &'static str,
        start: Place,
        operation: Operation,
    ) -> Self {
        let golden = Golden::of(&subject, &start, operation);
        Self {
            subject,
            name,
            start,
            operation,
            golden,
            patience: Duration::from_millis(400),
            is_older: false,
        }
    }

    /// The same, where version 1 has written the ledger.
    pub(crate) fn on_an_older_ledger(self, patience: Duration) -> Self {
        Self {
            patience,
            is_older: true,
            ..self
        }
    }

    /// A first install and an upgrade of a database with rows.
    pub(crate) fn upgrades(subject: Subject, dialect: Dialect) -> Vec<Self> {
        vec![
            Self::new(
                subject,
                "first install",
                Place::empty(dialect),
                Operation::Upgrade("head"),
            ),
            Self::new(
                subject,
                "upgrade",
                subject.midway(dialect),
                Operation::Upgrade("head"),
            ),
        ]
    }

    /// A first install in the schema of a tenant, which is made first, as is the ledger that tenants share.
    pub(crate) fn of_tenant(subject: Subject) -> Self {
        Self::new(
            subject.of_tenant(),
            "first install of a tenant",
            Place::empty(Dialect::Postgres),
            Operation::Upgrade("head"),
        )
    }

    /// What goes down and what only records.
    pub(crate) fn others(subject: Subject, dialect: Dialect) -> Vec<Self> {
        let reversible = subject.reversible(dialect);
        let midway = Operation::Stamp(subject.midway, false);
        let purge = Operation::Stamp(subject.midway, true);
        vec![
            Self::new(subject, "stamp", reversible.copy(), midway),
            Self::new(subject, "stamp --purge", reversible.copy(), purge),
            Self::new(
                subject,
                "downgrade",
                reversible,
                Operation::Downgrade(subject.midway),
            ),
        ]
    }

    /// What goes on where something was left: a script whose statement failed, and what `repair` is for. None
    /// of a subject that has no script outside a transaction.
    pub(crate) fn after_failures(subject: Subject, dialect: Dialect) -> Vec<Self> {
        let Some(failing) = subject.failing(dialect) else {
            return Vec::new();
        };
        let scenarios = vec![
            Self::new(
                subject,
                "resume",
                left::failed(&subject, failing, dialect),
                Operation::Resume(failing.target),
            ),
            Self::new(
                subject,
                "repair",
                left::broken(&subject, dialect),
                Operation::Repair,
            ),
        ];
        lead_to_the_head(&scenarios);
        scenarios
    }

    /// A migrator with little patience: nobody else is at the database.
    pub(crate) fn migrator(&self) -> Migrator {
        self.subject.migrator().lock_deadline(self.patience)
    }
}

/// What starts from something else than an upgrade leaves has to lead to the same head all the same.
pub(crate) fn lead_to_the_head(scenarios: &[Scenario]) {
    let Some(Scenario { subject, start, .. }) = scenarios.first() else {
        return;
    };
    let place = subject.midway(start.dialect());
    subject.upgrade(&place, "head");
    let head = Portrait::of(&place);
    for scenario in scenarios {
        let found = scenario.golden.head.as_ref();
        assert_eq!(found, Some(&head), "{scenario} leads elsewhere");
    }
}

/// What an operation leads to when nothing interrupts it.
pub(crate) struct Golden {
    /// The states on the way, by what is applied: schema and rows.
    pub(crate) states: BTreeMap<Vec<String>, (String, String)>,
    pub(crate) end: Portrait,
    /// After an upgrade to head on top of it; `None` where the recorded state is not the real one.
    pub(crate) head: Option<Portrait>,
}

impl Golden {
    fn of(subject: &Subject, start: &Place, operation: Operation) -> Self {
        let place = Arc::new(start.copy());
        let states = Arc::new(Mutex::new(BTreeMap::new()));
        keep(&states, Portrait::of(&place));
        let steps = Arc::new(Mutex::new(Vec::new()));
        let (looked_at, kept) = (Arc::clone(&place), Arc::clone(&states));
        let done = Arc::clone(&steps);
        let mut migrator = subject.migrator().observer(move |event: &Event| {
            if let Event::Finished(step) = event {
                keep(&kept, Portrait::of(&looked_at));
                locked(&done).push(step.revision.id.clone());
            }
        });
        match operation.act(&mut migrator, &place.url()) {
            Ok(Ending::Complete(_)) => {}
            Ok(Ending::Incomplete) => panic!("without a fault it leaves something"),
            Err(error) => panic!("without a fault: {error:#}"),
        }
        let end = Portrait::of(&place);
        keep(&states, end.clone());
        if let Operation::Upgrade(_) = operation {
            keep_each_state(subject, &start.copy(), &locked(&steps), &states);
        }
        let head = (!matches!(operation, Operation::Stamp(..))).then(|| {
            subject.upgrade(&place, "head");
            Portrait::of(&place)
        });
        let states = std::mem::take(&mut *locked(&states));
        Self { states, end, head }
    }
}

/// Takes one step after the other. Those of a first install share a message, in which all can have been done
/// before the one that fails.
fn keep_each_state(
    subject: &Subject,
    place: &Place,
    steps: &[String],
    states: &Mutex<BTreeMap<Vec<String>, (String, String)>>,
) {
    for step in steps {
        subject.upgrade(place, step);
        keep(states, Portrait::of(place));
    }
}

fn keep(
    states: &Mutex<BTreeMap<Vec<String>, (String, String)>>,
    Portrait {
        applied,
        schema,
        rows,
        ..
    }: Portrait,
) {
    locked(states).insert(applied, (schema, rows));
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
