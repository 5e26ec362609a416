//! A database for one test.

use std::collections::BTreeMap;
use std::process::Command;

use postgres::Client;

use crate::{Server, binaries, dump, must};

/// A fresh, empty database, which is gone when this is dropped.
#[derive(Debug)]
pub struct Database {
    server: Server,
    name: String,
}

impl Database {
    /// Makes a database whose name no other test uses.
    ///
    /// # Panics
    /// When the server refuses.
    #[track_caller]
    pub fn create(server: &Server) -> Self {
        // Nobody is ever connected to template0, and a template in use cannot be copied.
        Self::from_template(server, "template0")
    }

    /// Makes a database with all that another one has, in which nobody has a session.
    ///
    /// # Panics
    /// When the server refuses.
    #[track_caller]
    #[must_use]
    pub fn copy(&self) -> Self {
        Self::from_template(&self.server, &self.name)
    }

    #[track_caller]
    fn from_template(server: &Server, template: &str) -> Self {
        let mut client = server.connect("postgres");
        let query = "SELECT 'test_' || replace(gen_random_uuid()::text, '-', '')";
        let name: String = must(client.query_one(query, &[]), "choose a name").get(0);
        let statement = format!("CREATE DATABASE {name} TEMPLATE {template}");
        must(client.batch_execute(&statement), "create a database");
        let server = server.clone();
        Self { server, name }
    }

    /// The server that it is on.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The database's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its URL, with the user and without TLS or a password.
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// Opens a session.
    ///
    /// # Panics
    /// When that fails.
    #[track_caller]
    pub fn connect(&self) -> Client {
        self.server.connect(&self.name)
    }

    /// What `pg_dump` says of the schema, without what differs between two runs: comments of the
    /// dump, its session settings and its random keys. Owners and privileges are left out, as they
    /// belong to a server and not to a schema. Schemas that are named in `without` are left out.
    ///
    /// # Panics
    /// When `pg_dump` is missing or fails.
    #[track_caller]
    pub fn pg_dump_schema(&self, without: &[&str]) -> String {
        dump::normalize_pg_dump(&self.pg_dump(without))
    }

    /// What [`pg_dump_schema`](Self::pg_dump_schema) says of each schema, object by object: so that
    /// many small schemas in one database can be compared at the price of one dump.
    ///
    /// # Panics
    /// When `pg_dump` is missing or fails.
    #[track_caller]
    pub fn pg_dump_by_schema(&self) -> BTreeMap<String, Vec<String>> {
        dump::entries_by_schema(&self.pg_dump(&[]))
    }

    #[track_caller]
    fn pg_dump(&self, without: &[&str]) -> String {
        let program = binaries::client_program("pg_dump");
        let excluded = without
            .iter()
            .map(|schema| format!("--exclude-schema={schema}"));
        let output = Command::new(&program)
            .args(["--schema-only", "--no-owner", "--no-privileges"])
            .args(excluded)
            .arg(self.url())
            .output();
        let output = must(output, &format!("run {}", program.display()));
        let said = String::from_utf8_lossy(&output.stderr);
        must(output.status.success().then_some(()).ok_or(said), "pg_dump");
        must(String::from_utf8(output.stdout), "the dump")
    }

    /// Every row of every table outside the schemas named in `without`, as sorted lines of text:
    /// equal for two databases exactly when their tables hold equal rows.
    ///
    /// # Panics
    /// When a table cannot be read.
    #[track_caller]
    pub fn rows_dump(&self, without: &[&str]) -> String {
        must(
            dump::postgres_rows(&mut self.connect(), without),
            "read all rows",
        )
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that is gone took the database with it, and a panic here would hide the test's
        // own.
        if let Ok(mut client) = Client::connect(&self.server.url("postgres"), postgres::NoTls) {
            let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            let _ = client.batch_execute(&statement);
        }
    }
}
