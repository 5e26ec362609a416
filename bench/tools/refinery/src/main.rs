//! refinery, measured: a transaction for each migration, as it does unless told otherwise.

use std::process::ExitCode;

use bench_subject::{Call, Result, Session, run};
use refinery::Target;

mod embedded {
    refinery::embed_migrations!("migrations");
}

#[cfg(feature = "sqlite")]
type Connection = rusqlite::Connection;
#[cfg(not(feature = "sqlite"))]
type Connection = postgres::Client;

struct Refinery(Connection);

impl Session for Refinery {
    #[cfg(feature = "sqlite")]
    fn open(call: &Call) -> Result<Self> {
        Ok(Self(Connection::open(&call.database)?))
    }

    #[cfg(not(feature = "sqlite"))]
    fn open(call: &Call) -> Result<Self> {
        Ok(Self(Connection::connect(&call.database, postgres::NoTls)?))
    }

    fn migrate(&mut self, _call: &Call) -> Result<()> {
        embedded::migrations::runner().run(&mut self.0)?;
        Ok(())
    }

    fn stop_short(&mut self, call: &Call) -> Result<()> {
        let last = i32::try_from(call.revisions - 1)?;
        let runner = embedded::migrations::runner().set_target(Target::Version(last));
        runner.run(&mut self.0)?;
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
    run::<Refinery>()
}
