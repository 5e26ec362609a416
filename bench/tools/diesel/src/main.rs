//! diesel_migrations, measured.

use std::process::ExitCode;

use bench_subject::{Call, Result, Session, run};
use diesel::Connection as _;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

// So that the compiled-in libraries are linked.
#[cfg(feature = "sqlite")]
use libsqlite3_sys as _;
#[cfg(feature = "postgres")]
use pq_sys as _;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

#[cfg(feature = "sqlite")]
type Connection = diesel::SqliteConnection;
#[cfg(not(feature = "sqlite"))]
type Connection = diesel::PgConnection;

struct Diesel(Connection);

impl Session for Diesel {
    fn open(call: &Call) -> Result<Self> {
        Ok(Self(Connection::establish(&call.database)?))
    }

    fn migrate(&mut self, _call: &Call) -> Result<()> {
        self.0.run_pending_migrations(MIGRATIONS).map_err(|error| error.to_string())?;
        Ok(())
    }

    fn stop_short(&mut self, call: &Call) -> Result<()> {
        self.migrate(call)?;
        self.0.revert_last_migration(MIGRATIONS).map_err(|error| error.to_string())?;
        Ok(())
    }

    #[cfg(feature = "sqlite")]
    fn engine(&mut self) -> Result<String> {
        use diesel::{RunQueryDsl as _, dsl::sql, select, sql_types::Text};
        let version: String = select(sql::<Text>("sqlite_version()")).get_result(&mut self.0)?;
        Ok(format!("SQLite {version}"))
    }

    #[cfg(not(feature = "sqlite"))]
    fn engine(&mut self) -> Result<String> {
        Ok("libpq".to_owned())
    }
}

fn main() -> ExitCode {
    run::<Diesel>()
}
