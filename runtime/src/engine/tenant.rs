//! Before the first change of a tenant: the ledger that all tenants share, and the tenant's own schema.
//!
//! Tenants are migrated at the same time, each under its own lock. So what they share is made under the
//! lock that is no tenant's, and by nobody else.

use super::fail::cannot_write;
use super::position::{cannot_read, newer};
use super::run::Run;
use crate::driver::{DriverError, Refusal, Unit};
use crate::error::{Error, ErrorKind};
use crate::ledger::{Contents, Detail, Guard, Ledger, Tenant, VERSION};
use crate::options::Options;

/// PostgreSQL's SQLSTATE for a table, and for a schema, that is not there.
const MISSING: [&str; 2] = ["42P01", "3F000"];

/// What is to be made before the first change.
pub(super) struct Preparation {
    /// Whether the ledger that tenants share has to be looked for.
    ledger: bool,
    /// Whether the tenant's schema has to be looked for.
    schema: bool,
    is_done: bool,
}

impl Preparation {
    pub(super) const fn new(options: &Options) -> Self {
        Self {
            ledger: !options.ledger_is_ready,
            schema: options.create_schema,
            is_done: false,
        }
    }
}

/// Whether there was something to make.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prepared {
    Already,
    Now,
}

impl Run<'_> {
    /// Makes what a tenant's transactions take for granted. Whoever calls it reads the ledger anew where it
    /// was made just now.
    pub(super) fn prepare(&mut self, contents: &Contents) -> Result<Prepared, Error> {
        if self.ledger.tenant.is_none() || self.preparation.is_done {
            return Ok(Prepared::Already);
        }
        self.preparation.is_done = true;
        if self.preparation.ledger {
            self.prepare_ledger()?;
        }
        if self.preparation.schema {
            self.prepare_schema(contents)?;
        }
        let path = self.ledger.tenant.as_ref().map(Tenant::search_path);
        self.driver.enter(path);
        Ok(if contents.present {
            Prepared::Already
        } else {
            Prepared::Now
        })
    }

    /// Makes the ledger's tables, or brings them up to date, under the lock that is no tenant's.
    pub(crate) fn prepare_ledger(&mut self) -> Result<(), Error> {
        let shared = self.ledger.without_tenant();
        let own = std::mem::replace(&mut self.ledger, shared);
        let result = self.make_ledger();
        self.ledger = own;
        result
    }

    fn make_ledger(&mut self) -> Result<(), Error> {
        loop {
            let (is_there, is_outdated) = match self.driver.ask(&self.ledger.versions()) {
                Ok(answer) => {
                    let version = |value: Option<&Option<String>>| -> Option<u32> {
                        value.and_then(|value| value.as_ref()?.parse().ok())
                    };
                    let row = answer.first();
                    let newest = version(row.and_then(|row| row.last()));
                    if let Some(version) = newest.filter(|&version| version > VERSION) {
                        return Err(newer(version));
                    }
                    let oldest = version(row.and_then(|row| row.first()));
                    (true, oldest.is_none_or(|version| version < VERSION))
                }
                Err(error)
                    if error
                        .code
                        .as_deref()
                        .is_some_and(|code| MISSING.contains(&code)) =>
                {
                    (false, false)
                }
                Err(error) => {
                    self.reconnect(error, cannot_read)?;
                    continue;
                }
            };
            let ledger = self.ledger.clone();
            if is_there {
                if is_outdated {
                    self.alone(&ledger, false, true)?;
                }
                return Ok(());
            }
            self.alone(&ledger, true, false)?;
        }
    }

    fn prepare_schema(&mut self, contents: &Contents) -> Result<(), Error> {
        let Some(mut tenant) = self.ledger.tenant.clone() else {
            return Ok(());
        };
        let question = self.ledger.has_tenant(&tenant);
        let found = loop {
            match self.driver.ask(&question) {
                Ok(found) => break found,
                Err(error) => self.reconnect(error, cannot_read)?,
            }
        };
        if !found.is_empty() {
            return Ok(());
        }
        if !contents.rows.is_empty() {
            let contents = self.read(Detail::Full)?;
            return Err(lost(&tenant.schema, &contents));
        }
        tenant.is_new = true;
        let ledger = Ledger {
            tenant: Some(tenant),
            ..self.ledger.clone()
        };
        self.alone(&ledger, false, false)
    }

    /// A transaction that makes something and changes nothing else.
    fn alone(
        &mut self,
        ledger: &Ledger,
        create_ledger: bool,
        is_outdated: bool,
    ) -> Result<(), Error> {
        let unit = Unit {
            guard: Guard {
                is_outdated,
                ..Guard::default()
            },
            create_ledger,
            changes: Vec::new(),
        };
        loop {
            match self.driver.transact(ledger, &unit, &mut |_, _| ()) {
                Ok(()) => return Ok(()),
                Err(Refusal::Busy) => self.wait()?,
                Err(Refusal::Moved) => {}
                Err(Refusal::Failed { error, .. } | Refusal::Other(error)) => {
                    self.reconnect(error, cannot_write)?;
                }
            }
        }
    }
}

/// Whether the ledger's tables, or its schema, are not there.
pub(crate) fn is_missing(error: &DriverError) -> bool {
    error
        .code
        .as_deref()
        .is_some_and(|code| MISSING.contains(&code))
}

/// The ledger tells of a tenant whose schema is gone.
fn lost(schema: &str, contents: &Contents) -> Error {
    let ids: Vec<_> = contents
        .rows
        .iter()
        .map(|row| format!("`{}`", row.id))
        .collect();
    Error::new(
        ErrorKind::Diverged,
        format!(
            "the schema `{}` does not exist, and the ledger says that it has {}",
            schema.escape_debug(),
            ids.join(", ")
        ),
    )
    .help_with("restore the schema; where the tenant is to begin anew, create it empty and run `stamp --purge base` for it")
}
