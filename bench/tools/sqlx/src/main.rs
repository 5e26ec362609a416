//! sqlx, measured.

use std::process::ExitCode;

use bench_subject::{Call, Result, Session, run};
use sqlx::migrate::Migrator;
use sqlx::{ConnectOptions, Connection as _};
use tokio::runtime::{Builder, Runtime};

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

#[cfg(feature = "sqlite")]
type Connection = sqlx::SqliteConnection;
#[cfg(not(feature = "sqlite"))]
type Connection = sqlx::PgConnection;

struct Sqlx {
    runtime: Runtime,
    connection: Option<Connection>,
}

impl Session for Sqlx {
    #[cfg(feature = "sqlite")]
    fn open(call: &Call) -> Result<Self> {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(&call.database)
            .create_if_missing(true);
        Self::connect(&options)
    }

    #[cfg(not(feature = "sqlite"))]
    fn open(call: &Call) -> Result<Self> {
        let options: sqlx::postgres::PgConnectOptions = call.database.parse()?;
        Self::connect(&options)
    }

    fn migrate(&mut self, _call: &Call) -> Result<()> {
        self.run(None)
    }

    fn stop_short(&mut self, call: &Call) -> Result<()> {
        self.run(Some(i64::try_from(call.revisions - 1)?))
    }

    #[cfg(feature = "sqlite")]
    fn engine(&mut self) -> Result<String> {
        let Self { runtime, connection } = self;
        let connection = connection.as_mut().ok_or("the connection is closed")?;
        let query = sqlx::query_scalar("SELECT sqlite_version()");
        let version: String = runtime.block_on(query.fetch_one(connection))?;
        Ok(format!("SQLite {version}"))
    }

    #[cfg(not(feature = "sqlite"))]
    fn engine(&mut self) -> Result<String> {
        Ok("sqlx-postgres".to_owned())
    }
}

impl Sqlx {
    fn connect<O: ConnectOptions<Connection = Connection>>(options: &O) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let connection = runtime.block_on(options.connect())?;
        Ok(Self {
            runtime,
            connection: Some(connection),
        })
    }

    fn run(&mut self, target: Option<i64>) -> Result<()> {
        let Self { runtime, connection } = self;
        let connection = connection.as_mut().ok_or("the connection is closed")?;
        runtime.block_on(MIGRATOR.run_direct(target, connection, false))?;
        Ok(())
    }
}

impl Drop for Sqlx {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            // What it was opened for is done.
            let _ = self.runtime.block_on(connection.close());
        }
    }
}

fn main() -> ExitCode {
    run::<Sqlx>()
}
