//! Which members there are, and what one query tells of all schemas at once.

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;

use super::members::{Kind, Member, Names, Standing, unique};
use super::settings::Fleet;
use crate::driver::{Driver, DriverError, sealed::Open as _};
use crate::engine::{cannot_read, is_missing};
use crate::error::{Error, ErrorKind};
use crate::ledger::{Ledger, Tenant};

impl Fleet {
    /// The members. Where `everything` is asked for, those that are at head are marked; where something
    /// is to be changed, the ledger that schemas share is there afterwards.
    pub(super) fn find(&self, everything: bool, changes: bool) -> Result<Vec<Member>, Error> {
        let (database, names) = match &self.members.0 {
            Kind::Databases(urls) => {
                let members = urls.iter().enumerate();
                return Ok(members
                    .map(|(number, url)| Member::database(number, url))
                    .collect());
            }
            Kind::Schemas { database, names } => (database, names),
        };
        let mut driver = database.as_str().look(self.migrator.patience())?;
        if driver.dialect() == Dialect::Sqlite {
            return Err(Error::new(
                ErrorKind::History,
                "an SQLite database has no schemas for tenants",
            )
            .help_with("give each tenant a file of its own, and pass their URLs"));
        }
        let names = match names {
            Names::List(names) => names.clone(),
            Names::Query(query) => ask_for_names(&mut *driver, query)?,
        };
        let mut members: Vec<_> = names.into_iter().map(Member::schema).collect();
        let ledger = self.migrator.shared_ledger();
        let states = if everything {
            self.migrator.complete_states(Dialect::Postgres)
        } else {
            Vec::new()
        };
        mark(&mut *driver, &ledger, &mut members, &states)?;
        if changes
            && members
                .iter()
                .any(|member| member.standing != Standing::AtHead)
        {
            self.migrator.prepare_ledger(&mut *driver)?;
        }
        Ok(members)
    }
}

fn ask_for_names(driver: &mut dyn Driver, query: &str) -> Result<Vec<String>, Error> {
    let failed = |error| Error::database("cannot ask which schemas there are", error);
    let rows = driver.ask(query).map_err(failed)?;
    let names = rows.into_iter().map(|row| row.into_iter().next().flatten());
    let names: Option<Vec<String>> = names.collect();
    names.map(unique).ok_or_else(|| {
        failed(DriverError::other(
            "the query's first column has a null, where it should name a schema",
        ))
    })
}

fn mark(
    driver: &mut dyn Driver,
    ledger: &Ledger,
    members: &mut [Member],
    states: &[(&'static str, Digest)],
) -> Result<(), Error> {
    // A name that cannot be a schema's fails when its turn comes, and is not asked for.
    let valid: Vec<usize> = (0..members.len())
        .filter(|&index| Tenant::new(&members[index].name, &[], &[]).is_ok())
        .collect();
    let names: Vec<&str> = valid
        .iter()
        .map(|&index| members[index].name.as_str())
        .collect();
    let mut asked = states;
    let rows = match driver.ask(&ledger.behind(&names, states)) {
        // Without a ledger none of them is at head.
        Err(error) if is_missing(&error) => {
            asked = &[];
            driver.ask(&ledger.behind(&names, asked))
        }
        answer => answer,
    };
    if !asked.is_empty() {
        for &index in &valid {
            members[index].standing = Standing::AtHead;
        }
    }
    for row in rows.map_err(cannot_read)? {
        let mut values = row.into_iter().flatten();
        let number = values
            .next()
            .and_then(|number| number.parse::<usize>().ok());
        let index = number.and_then(|number| valid.get(number.checked_sub(1)?));
        if let Some(&index) = index {
            let is_there = values.next().is_some_and(|there| there == "t");
            members[index].standing = if is_there {
                Standing::Unknown
            } else {
                Standing::Missing
            };
        }
    }
    Ok(())
}
