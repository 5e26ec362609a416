//! What programs call.

mod care;
mod charts;
mod looking;
mod repairing;
mod tenant;

use std::time::Duration;

use limbeck_model::{Dialect, Direction};

use self::charts::Charts;
use crate::backup;
use crate::clock::Stopwatch;
use crate::driver::{Database, Driver, FirstLook};
use crate::engine::{Chart, Offline, Patience, Position, Run, cannot_read, offline};
use crate::error::Error;
use crate::event::{Listener, Observer};
use crate::ledger::Ledger;
use crate::observe::attend;
use crate::options::Options;
use crate::policy::Policy;
use crate::report::Report;
use crate::table::History;
use crate::url;
use crate::watch::Watcher;

/// Runs one or more histories on databases.
///
/// ```no_run
/// # static HISTORY: &limbeck::History = &limbeck::__private::EMPTY;
/// # fn main() -> Result<(), limbeck::Error> {
/// let mut migrator = limbeck::Migrator::new(HISTORY);
/// let report = migrator.upgrade("postgres://localhost/store", "head")?;
/// println!("{} revisions applied", report.steps.len());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Every method that takes a database fails with an [`Error`] when the histories do not fit together or
/// are not written for that kind of database, when the database cannot be reached, when it is not in the
/// histories ([`Edited`](crate::ErrorKind::Edited), [`Ahead`](crate::ErrorKind::Ahead),
/// [`AheadBreaking`](crate::ErrorKind::AheadBreaking), [`Diverged`](crate::ErrorKind::Diverged)), when
/// another process holds the lock for too long, when a statement fails, and when nothing
/// tells what has become of a non-transactional script that was left unfinished.
#[derive(Clone)]
pub struct Migrator {
    histories: Vec<&'static History>,
    charts: Charts,
    options: Options,
    listener: Listener,
}

impl Migrator {
    /// Runs one history.
    pub fn new(history: &'static History) -> Self {
        Self::with([history])
    }

    /// Runs several histories together, such as the application's own and those of crates that it uses.
    /// A revision may depend on one of another history (`@depends-on auth:ID`).
    pub fn with<H>(histories: impl IntoIterator<Item = H>) -> Self
    where
        H: Into<&'static History>,
    {
        Self {
            histories: histories.into_iter().map(Into::into).collect(),
            charts: Charts::default(),
            options: Options::default(),
            listener: Listener::default(),
        }
    }

    /// The PostgreSQL schema of the ledger; `limbeck` unless set. SQLite uses the prefix `limbeck_`.
    #[must_use]
    pub fn ledger_schema(mut self, schema: impl Into<String>) -> Self {
        self.options.ledger_schema = schema.into();
        self
    }

    /// How long to wait, without any progress, for another process that is migrating the database, for
    /// other sessions that are in a revision's way, and for a server that was lost; one minute unless set.
    #[must_use]
    pub fn lock_deadline(mut self, deadline: Duration) -> Self {
        self.options.lock_deadline = deadline;
        self
    }

    /// Who changes the database when an upgrade is asked for; this process unless set.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.options.policy = policy;
        self
    }

    /// How long one attempt of a revision may wait for a lock in PostgreSQL before it is rolled back, to be
    /// tried again a while later; two seconds unless set, as long as it takes with zero.
    ///
    /// Whoever waits for an exclusive lock has everybody behind it wait too, so an attempt is short, and
    /// there are as many as fit into the [`lock_deadline`](Self::lock_deadline), but two at least. A script's
    /// own `@lock-timeout` goes before this. Scripts outside a transaction are not under it.
    ///
    /// Source: PostgreSQL's manual, chapter "Client Connection Defaults", `lock_timeout`.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.options.lock_timeout = timeout;
        self
    }

    /// Listens to what happens.
    ///
    /// ```
    /// use limbeck::{Event, Migrator};
    ///
    /// # static HISTORY: &limbeck::History = &limbeck::__private::EMPTY;
    /// let migrator = Migrator::new(HISTORY).observer(|event: &Event| match event {
    ///     Event::Heartbeat(heartbeat) => eprintln!("migrating: {heartbeat}"),
    ///     Event::Blocked { lock, blockers, .. } => eprintln!("waiting for {lock}: {blockers:?}"),
    ///     Event::Finished(step) => eprintln!("{} after {:?}", step.revision.id, step.duration),
    ///     _ => {}
    /// });
    /// ```
    #[must_use]
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.listener = Listener::new(observer);
        self
    }

    /// Makes spans and events of the crate tracing out of what happens, in place of another observer: see
    /// [`TracingObserver`](crate::TracingObserver).
    #[cfg(feature = "tracing")]
    #[must_use]
    pub fn tracing(self) -> Self {
        self.observer(crate::TracingObserver::new())
    }

    /// How often the observer is told what a run is at, while it is at it: a
    /// [`Heartbeat`](crate::Heartbeat) every ten seconds unless set, none with zero. It comes from a thread
    /// of its own, which there is not without an observer.
    #[must_use]
    pub fn heartbeat(mut self, interval: Duration) -> Self {
        self.options.heartbeat = interval;
        self
    }

    /// Which connection looks at a statement that runs for longer than a second on PostgreSQL, to tell how
    /// far it has come and who is in its way, and to keep other processes from taking a script outside a
    /// transaction for abandoned; one more of limbeck's own unless set.
    ///
    /// It is opened only then, and closed when the run ends. A run does not fail where it cannot be opened:
    /// only less is told.
    #[must_use]
    pub fn watcher(mut self, watcher: Watcher) -> Self {
        self.options.watcher = watcher;
        self
    }

    /// Applies what the target needs and the database lacks: `head`, `heads`, an id, a label, `+1`,
    /// `label@head`, …
    ///
    /// Where nothing has to be done, this is one query, without a lock or a write. Several processes may
    /// call it at the same time. Under another [`Policy`] than [`Apply`](Policy::Apply) nothing is applied.
    ///
    /// # Errors
    ///
    /// As for every method that takes a database: see [`Migrator`]; and, where nothing is to be applied,
    /// [`NotAtHead`](crate::ErrorKind::NotAtHead).
    pub fn upgrade(&mut self, database: impl Database, target: &str) -> Result<Report, Error> {
        let watch = Stopwatch::start();
        let patience = match self.options.policy {
            Policy::Apply => None,
            Policy::Wait { deadline } => Some(Patience::until(deadline)),
            Policy::Verify => Some(Patience::none()),
        };
        if let Some(patience) = patience {
            return self.look_for(database, target, patience);
        }
        let mut driver = database.open(self.options.lock_deadline)?;
        self.upgrade_through(&mut *driver, target, watch)
    }

    pub(crate) fn upgrade_through(
        &self,
        driver: &mut dyn Driver,
        target: &str,
        watch: Stopwatch,
    ) -> Result<Report, Error> {
        backup::check(self.options.backup.as_ref(), driver.dialect())?;
        let ledger = self.ledger(driver.dialect())?;
        let found = if self.means_everything(target) {
            self.first_look(driver, &ledger)?
        } else {
            FirstLook::Unknown
        };
        if found == FirstLook::Complete {
            let mut report = Report::new(driver.dialect());
            report.duration = watch.elapsed();
            return Ok(report);
        }
        let known = (found == FirstLook::NoLedger).then(Position::default);
        self.run(driver, ledger, |run| run.go(Direction::Up, target, known))
    }

    /// Takes back what stands above the target: `base`, an id, a label, `-1`, `label@base`, …
    ///
    /// # Errors
    ///
    /// As for every method that takes a database: see [`Migrator`].
    pub fn downgrade(&mut self, database: impl Database, target: &str) -> Result<Report, Error> {
        let mut driver = database.open(self.options.lock_deadline)?;
        self.downgrade_through(&mut *driver, target)
    }

    pub(crate) fn downgrade_through(
        &self,
        driver: &mut dyn Driver,
        target: &str,
    ) -> Result<Report, Error> {
        let ledger = self.ledger(driver.dialect())?;
        self.run(driver, ledger, |run| run.go(Direction::Down, target, None))
    }

    /// Goes on with a non-transactional script that was left unfinished, as [`upgrade`](Self::upgrade) does,
    /// and also where nothing tells whether the statement has happened at which it was left: that is run
    /// again. Whoever calls this has made sure that it can be.
    ///
    /// # Errors
    ///
    /// As for every method that takes a database: see [`Migrator`].
    pub fn resume(&mut self, database: impl Database, target: &str) -> Result<Report, Error> {
        let mut driver = database.open(self.options.lock_deadline)?;
        let ledger = self.ledger(driver.dialect())?;
        self.run(&mut *driver, ledger, |mut run| {
            run.resume = true;
            run.go(Direction::Up, target, None)
        })
    }

    /// Records that the database is at these targets, without running a script. They take the place of
    /// the applied heads above and below them; heads elsewhere stay, unless `purge` forgets first
    /// whatever is recorded.
    ///
    /// # Errors
    ///
    /// As for every method that takes a database: see [`Migrator`].
    pub fn stamp(
        &mut self,
        database: impl Database,
        targets: &[&str],
        purge: bool,
    ) -> Result<Report, Error> {
        let mut driver = database.open(self.options.lock_deadline)?;
        self.stamp_through(&mut *driver, targets, purge)
    }

    pub(crate) fn stamp_through(
        &self,
        driver: &mut dyn Driver,
        targets: &[&str],
        purge: bool,
    ) -> Result<Report, Error> {
        let ledger = self.ledger(driver.dialect())?;
        self.run(driver, ledger, |run| run.stamp(targets, purge))
    }

    /// The SQL that an upgrade would send, without a database. `from` is where the database stands, as
    /// targets; empty for a new one.
    ///
    /// # Errors
    ///
    /// When the histories do not fit together or are not written for that kind of database, and when a
    /// target does not name what it should.
    pub fn upgrade_sql(
        &self,
        dialect: Dialect,
        from: &[&str],
        target: &str,
    ) -> Result<String, Error> {
        self.offline(
            dialect,
            &Offline {
                direction: Direction::Up,
                from,
                target,
                lock_timeout: self.options.lock_timeout,
            },
        )
    }

    /// The SQL that a downgrade would send, without a database. `from` is where the database stands, as
    /// targets.
    ///
    /// # Errors
    ///
    /// As for [`upgrade_sql`](Self::upgrade_sql), and when a revision in the way cannot be taken back.
    pub fn downgrade_sql(
        &self,
        dialect: Dialect,
        from: &[&str],
        target: &str,
    ) -> Result<String, Error> {
        self.offline(
            dialect,
            &Offline {
                direction: Direction::Down,
                from,
                target,
                lock_timeout: self.options.lock_timeout,
            },
        )
    }

    fn offline(&self, dialect: Dialect, request: &Offline<'_>) -> Result<String, Error> {
        let chart = Chart::compose(&self.histories, dialect)?;
        let mut ledger = self.ledger(dialect)?;
        if let Some(tenant) = &mut ledger.tenant {
            tenant.is_new = self.options.create_schema;
        }
        offline(&chart, &ledger, &self.names(), request)
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) fn histories(&self) -> &[&'static History] {
        &self.histories
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.histories.iter().map(|history| history.name).collect()
    }

    /// Whether a target is the complete histories, which can be told without a graph.
    pub(crate) fn means_everything(&self, target: &str) -> bool {
        target == "heads"
            || (target == "head" && self.histories.iter().all(|history| history.heads == 1))
    }

    fn first_look(&self, driver: &mut dyn Driver, ledger: &Ledger) -> Result<FirstLook, Error> {
        let states: Option<Vec<_>> = self
            .histories
            .iter()
            .map(|history| {
                Some((
                    ledger.key(history.name),
                    history.complete_state(ledger.dialect)?,
                ))
            })
            .collect();
        match &states {
            Some(states) => {
                let states: Vec<_> = states
                    .iter()
                    .map(|(key, state)| (key.as_str(), *state))
                    .collect();
                driver.first_look(ledger, &states).map_err(cannot_read)
            }
            None => Ok(FirstLook::Unknown),
        }
    }

    pub(crate) fn run(
        &self,
        driver: &mut dyn Driver,
        ledger: Ledger,
        act: impl FnOnce(Run<'_>) -> Result<Report, Error>,
    ) -> Result<Report, Error> {
        backup::check(self.options.backup.as_ref(), ledger.dialect)?;
        let chart = self.chart(ledger.dialect)?;
        let lookout = match &self.options.watcher {
            Watcher::Own => driver.lookout(),
            Watcher::Url(url) => Some(url::lookout(url)?),
            Watcher::Off => None,
        };
        attend(
            ledger.dialect,
            lookout,
            &self.listener,
            &self.options,
            |listener| {
                driver.attend(&listener);
                act(Run::new(
                    chart,
                    &self.histories,
                    ledger,
                    driver,
                    listener,
                    &self.options,
                ))
            },
        )
    }
}
