//! rusqlite_migration, measured.

use std::process::ExitCode;

use bench_subject::{Call, Result, Session, run};
use include_dir::{Dir, include_dir};
use rusqlite::Connection;
use rusqlite_migration::Migrations;

static DIRECTORY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

struct RusqliteMigration(Connection);

impl Session for RusqliteMigration {
    fn open(call: &Call) -> Result<Self> {
        Ok(Self(Connection::open(&call.database)?))
    }

    fn migrate(&mut self, _call: &Call) -> Result<()> {
        Migrations::from_directory(&DIRECTORY)?.to_latest(&mut self.0)?;
        Ok(())
    }

    fn stop_short(&mut self, call: &Call) -> Result<()> {
        Migrations::from_directory(&DIRECTORY)?.to_version(&mut self.0, call.revisions - 1)?;
        Ok(())
    }

    fn engine(&mut self) -> Result<String> {
        Ok(format!("SQLite {}", rusqlite::version()))
    }
}

fn main() -> ExitCode {
    run::<RusqliteMigration>()
}
