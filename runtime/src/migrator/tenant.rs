//! Migrators of one tenant's schema.

use std::time::Duration;

use limbeck_model::checksum::Digest;
use limbeck_model::{Dialect, Direction};

use super::Migrator;
use crate::clock::Stopwatch;
use crate::driver::Driver;
use crate::engine::{Patience, Run};
use crate::error::{Error, ErrorKind};
use crate::event::Listener;
use crate::ledger::{Ledger, Tenant};
use crate::observe::Vigil;
use crate::policy::Policy;
use crate::report::Report;

impl Migrator {
    /// Migrates one schema of a PostgreSQL database, for databases with a schema for each tenant: its
    /// name is the search path of each revision, whose files leave it out. All tenants share one ledger,
    /// in which each has rows of its own, and each has a lock of its own, so that they can be migrated at
    /// the same time. See [`Fleet`](crate::Fleet) for all of them.
    ///
    /// A name may be any that PostgreSQL takes whole, but for its own ones (`pg_…`) and `$user`.
    #[must_use]
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.options.tenant = Some(name.into());
        self
    }

    /// Makes that schema where it is missing. Otherwise a missing one is an error.
    #[must_use]
    pub fn create_schema(mut self, create: bool) -> Self {
        self.options.create_schema = create;
        self
    }

    /// Schemas that stand behind the tenant's in the search path, such as one for extensions; none unless
    /// set. A name that the tenant's schema lacks is looked for there: `DROP TABLE` too.
    #[must_use]
    pub fn shared_schemas<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.options.shared_schemas = names.into_iter().map(Into::into).collect();
        self
    }

    /// The same for one schema of a fleet, whose ledger is there already.
    pub(crate) fn for_schema(&self, schema: &str, is_missing: bool, listener: Listener) -> Self {
        let mut own = self.for_database(listener);
        own.options.tenant = Some(schema.to_owned());
        own.options.create_schema = is_missing;
        own.options.ledger_is_ready = true;
        own
    }

    /// The same for one database of a fleet.
    pub(crate) fn for_database(&self, listener: Listener) -> Self {
        Self {
            listener,
            ..self.clone()
        }
    }

    /// The ledger that the tenants of a database share.
    pub(crate) fn shared_ledger(&self) -> Ledger {
        Ledger {
            dialect: Dialect::Postgres,
            schema: self.options.ledger_schema.clone(),
            has_schema: false,
            tenant: None,
        }
    }

    /// Makes that ledger where it is missing.
    pub(crate) fn prepare_ledger(&self, driver: &mut dyn Driver) -> Result<(), Error> {
        let chart = self.chart(driver.dialect())?;
        let mut run = Run::new(
            chart,
            &self.histories,
            self.shared_ledger(),
            driver,
            self.listener.clone(),
            &self.options,
        );
        run.prepare_ledger()
    }

    /// The states of the complete histories; none where one is not written for the dialect.
    pub(crate) fn complete_states(&self, dialect: Dialect) -> Vec<(&'static str, Digest)> {
        let states = self
            .histories
            .iter()
            .map(|history| Some((history.name, history.complete_state(dialect)?)));
        states.collect::<Option<_>>().unwrap_or_default()
    }

    /// How long to wait for a database that another process holds.
    pub(crate) fn patience(&self) -> Duration {
        self.options.lock_deadline
    }

    pub(crate) fn policy_in_force(&self) -> Policy {
        self.options.policy
    }

    /// An upgrade of a fleet's member, which may be known to be behind. Who waits does so for all of them
    /// together, from the start of the watch on.
    pub(crate) fn upgrade_member(
        &self,
        driver: &mut dyn Driver,
        target: &str,
        is_behind: bool,
        watch: Stopwatch,
    ) -> Result<Report, Error> {
        let own = Stopwatch::start();
        match self.options.policy {
            Policy::Apply if is_behind => {
                let ledger = self.ledger(driver.dialect())?;
                self.run(driver, ledger, |run| run.go(Direction::Up, target, None))
            }
            Policy::Apply => self.upgrade_through(driver, target, own),
            Policy::Wait { deadline } => {
                let mut patience = Patience::until(deadline.saturating_sub(watch.elapsed()));
                let vigil = Vigil::start(&self.listener, &self.options);
                self.look_through(driver, target, &mut patience, own, vigil.listener())
            }
            Policy::Verify => {
                self.look_through(driver, target, &mut Patience::none(), own, &self.listener)
            }
        }
    }

    pub(crate) fn ledger(&self, dialect: Dialect) -> Result<Ledger, Error> {
        let tenant = match &self.options.tenant {
            None => None,
            Some(_) if dialect == Dialect::Sqlite => {
                return Err(Error::new(
                    ErrorKind::History,
                    "an SQLite database has no schemas, and a tenant's was named",
                )
                .help_with("give each tenant a file of its own"));
            }
            Some(schema) => Some(Tenant::new(
                schema,
                &self.options.shared_schemas,
                &self.names(),
            )?),
        };
        Ok(Ledger {
            dialect,
            schema: self.options.ledger_schema.clone(),
            has_schema: false,
            tenant,
        })
    }
}
