//! limbeck, measured.

use std::process::ExitCode;

use bench_subject::{Call, Result, Session, run};
use limbeck::Migrator;

static HISTORY: &limbeck::History = limbeck::migrations!();

#[cfg(feature = "sqlite")]
type Connection = rusqlite::Connection;
#[cfg(not(feature = "sqlite"))]
type Connection = postgres::Client;

struct Limbeck(Connection);

impl Session for Limbeck {
    #[cfg(feature = "sqlite")]
    fn open(call: &Call) -> Result<Self> {
        Ok(Self(Connection::open(&call.database)?))
    }

    #[cfg(not(feature = "sqlite"))]
    fn open(call: &Call) -> Result<Self> {
        Ok(Self(Connection::connect(&call.database, postgres::NoTls)?))
    }

    fn migrate(&mut self, _call: &Call) -> Result<()> {
        Migrator::new(HISTORY).upgrade(&mut self.0, "head")?;
        Ok(())
    }

    fn stop_short(&mut self, call: &Call) -> Result<()> {
        let mut migrator = Migrator::new(HISTORY);
        migrator.upgrade(&mut self.0, &format!("+{}", call.revisions - 1))?;
        Ok(())
    }

    #[cfg(feature = "sqlite")]
    fn engine(&mut self) -> Result<String> {
        Ok(format!("SQLite {}", rusqlite::version()))
    }

    #[cfg(not(feature = "sqlite"))]
    fn engine(&mut self) -> Result<String> {
        Ok("postgres".to_owned())
    }
}

fn main() -> ExitCode {
    run::<Limbeck>()
}
