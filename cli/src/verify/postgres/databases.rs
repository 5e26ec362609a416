//! The databases of a proof: made, copied and removed on a server that may be somebody's.
//!
//! Their names hold the session that makes them, `limbeck_proof_<process>_<start>_<number>`: no other
//! session of the server has the same, and what a killed run has left can be told from what is in use.

use std::cell::RefCell;
use std::rc::Rc;

use limbeck_compiler::proof::Fault;
use postgres::Config;

use super::session::{Refusal, Said, Session, literal, quoted, words};
use crate::error::Error;
use crate::verify::Server;

const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// The oldest version that the schema can be read of.
const OLDEST: u32 = 13;

/// Databases that are not wanted any more.
type Trash = Rc<RefCell<Vec<String>>>;

/// What makes databases and removes them.
pub(super) struct Databases {
    config: Config,
    /// A session in a database that is not the proof's, and that nothing is done to.
    keeper: Session,
    /// The start of every name.
    prefix: String,
    /// How a copy is made.
    strategy: &'static str,
    made: Vec<String>,
    number: u32,
    trash: Trash,
    pub(super) version: String,
}

/// A database that is kept, until this is dropped.
pub(crate) struct Image {
    pub(super) name: String,
    trash: Trash,
}

impl Drop for Image {
    fn drop(&mut self) {
        self.trash.borrow_mut().push(std::mem::take(&mut self.name));
    }
}

impl Databases {
    /// Connects, and removes what runs that were killed have left.
    pub(super) fn open(server: &Server) -> Result<Self, Error> {
        let name = &server.name;
        let config: Config = server.url.parse().map_err(|error: postgres::Error| {
            // The parser's own text names options and never values.
            Error::usage(format!("cannot read the URL of {name}: {}", words(&error)))
        })?;
        let mut config = config;
        if config.get_application_name().is_none() {
            config.application_name("limbeck verify");
        }
        let mut keeper = match config.connect(postgres::NoTls) {
            Ok(client) => Session { client },
            Err(error) => {
                let message = match error.as_db_error() {
                    Some(said) => said.message().to_owned(),
                    None => words(&error),
                };
                return Err(Error::environment(format!(
                    "cannot connect to {name}: {message}"
                )));
            }
        };
        let (version, prefix) = identify(&mut keeper).map_err(|fault| Error::proof(&fault))?;
        let major = version
            .split('.')
            .next()
            .and_then(|major| major.parse().ok());
        if major.is_none_or(|major: u32| major < OLDEST) {
            return Err(Error::environment(format!(
                "{name} is PostgreSQL {version}, and the oldest that can be used is {OLDEST}"
            )));
        }
        // Two checkpoints cost more than a log of the copy on a server that others use, and less on one that
        // never writes to the disk.
        let strategy = if server.is_own() && major.is_some_and(|major| major >= 15) {
            " STRATEGY file_copy"
        } else {
            ""
        };
        let mut databases = Self {
            config,
            keeper,
            prefix,
            strategy,
            made: Vec::new(),
            number: 0,
            trash: Trash::default(),
            version,
        };
        databases.sweep().map_err(|fault| Error::proof(&fault))?;
        Ok(databases)
    }

    /// An empty database with these extensions, which the others are copied from.
    pub(super) fn base(&mut self, server: &Server, extensions: &[String]) -> Result<String, Error> {
        let base = match self.make("template0") {
            Ok(base) => base,
            Err(Refusal::Said(said)) if said.code == INSUFFICIENT_PRIVILEGE => {
                return Err(forbidden(&mut self.keeper, server));
            }
            Err(refusal) => return Err(Error::proof(&refusal.fault("cannot make a database"))),
        };
        let mut session = self.connect(&base).map_err(|fault| Error::proof(&fault))?;
        for extension in extensions {
            let statement = format!(
                "CREATE EXTENSION IF NOT EXISTS {} CASCADE",
                quoted(extension)
            );
            match session.send(&statement) {
                Ok(_) => {}
                Err(Refusal::Said(said)) => {
                    return Err(without_extension(extension, &self.version, &said));
                }
                Err(refusal) => {
                    let what = format!("cannot make the extension `{extension}`");
                    return Err(Error::proof(&refusal.fault(&what)));
                }
            }
        }
        self.leave(session, &base)
            .map_err(|fault| Error::proof(&fault))?;
        Ok(base)
    }

    pub(super) fn connect(&self, name: &str) -> Result<Session, Fault> {
        Session::connect(&self.config, name).map_err(|error| {
            Fault::because("cannot connect to a database of the proof", words(&error))
        })
    }

    /// Ends a session and waits until the server has: a database in use cannot be copied, and the server
    /// would look only every tenth of a second.
    pub(super) fn leave(&mut self, session: Session, name: &str) -> Result<(), Fault> {
        // Where the connection is lost, the session ends as well.
        let _ = session.client.close();
        let query = format!(
            "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = {}",
            literal(name)
        );
        for _ in 0..1000 {
            let left = self.keeper.value(&query, "cannot ask for sessions")?;
            if left.as_deref() == Some("0") {
                break;
            }
        }
        Ok(())
    }

    /// Ends the sessions of a database from outside: one that copies does not listen to its client.
    pub(super) fn end_sessions(&mut self, name: &str) -> Result<(), Fault> {
        let query = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = {}",
            literal(name)
        );
        self.keeper
            .demand(&query, "cannot end a session")
            .map(|_| ())
    }

    /// A copy of a database that nobody is connected to.
    pub(super) fn copy(&mut self, from: &str) -> Result<String, Fault> {
        self.empty_trash()?;
        self.make(from)
            .map_err(|refusal| refusal.fault("cannot copy a database of the proof"))
    }

    pub(super) fn image(&self, name: String) -> Image {
        Image {
            name,
            trash: Rc::clone(&self.trash),
        }
    }

    /// Removes a database that nobody wants any more, with the next copy at the latest.
    pub(super) fn throw_away(&mut self, name: String) -> Result<(), Fault> {
        self.trash.borrow_mut().push(name);
        self.empty_trash()
    }

    fn empty_trash(&mut self) -> Result<(), Fault> {
        let names = std::mem::take(&mut *self.trash.borrow_mut());
        for name in names {
            self.made.retain(|made| *made != name);
            self.keeper.demand(
                &drop_database(&name),
                "cannot remove a database of the proof",
            )?;
        }
        Ok(())
    }

    fn make(&mut self, template: &str) -> Result<String, Refusal> {
        self.number += 1;
        let name = format!("{}_{}", self.prefix, self.number);
        // Noted before it is there: a message that is lost may have been carried out.
        self.made.push(name.clone());
        let statement = format!(
            "CREATE DATABASE {name} TEMPLATE {template}{}",
            self.strategy
        );
        self.keeper.send(&statement)?;
        Ok(name)
    }

    /// Removes the databases of sessions that are gone, as far as that is allowed.
    fn sweep(&mut self) -> Result<(), Fault> {
        let query = "SELECT d.datname FROM pg_catalog.pg_database d, \
            regexp_match(d.datname, '^limbeck_proof_(\\d+)_(\\d+)_\\d+$') AS part \
            WHERE part IS NOT NULL AND pg_has_role(d.datdba, 'USAGE') \
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.pid::text = part[1] \
                AND (a.backend_start IS NULL OR \
                    (extract(epoch FROM a.backend_start) * 1000000)::bigint::text = part[2]))";
        let left = self.keeper.rows(query, "cannot list the databases")?;
        for name in left.into_iter().flatten().flatten() {
            // Another run may be sweeping too; what stays is swept by the next one.
            let _ = self.keeper.send(&drop_database(&name));
        }
        Ok(())
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        for name in &self.made {
            // Nobody is left to tell; what stays is swept by the next run.
            let _ = self.keeper.send(&drop_database(name));
        }
    }
}

/// Also where a session is still connected to it.
fn drop_database(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(name))
}

/// The version, and what the names of this session's databases start with.
fn identify(keeper: &mut Session) -> Result<(String, String), Fault> {
    let what = "cannot ask the server for its version";
    keeper.demand("SET standard_conforming_strings = on", what)?;
    let query = "SELECT split_part(current_setting('server_version'), ' ', 1), \
        'limbeck_proof_' || pid || '_' || (extract(epoch FROM backend_start) * 1000000)::bigint \
        FROM pg_catalog.pg_stat_activity WHERE pid = pg_backend_pid()";
    let row = keeper.rows(query, what)?.into_iter().next();
    let mut values = row.unwrap_or_default().into_iter();
    match (values.next().flatten(), values.next().flatten()) {
        (Some(version), Some(prefix)) => Ok((version, prefix)),
        _ => Err(Fault::new("the server does not say which session this is")),
    }
}

fn forbidden(keeper: &mut Session, server: &Server) -> Error {
    let user = keeper.value("SELECT quote_ident(current_user)", "");
    let user = user.ok().flatten().unwrap_or_default();
    Error::environment(format!(
        "`{user}` may not make databases on {}, and a proof is run in a database of its own",
        server.name
    ))
    .help(format!(
        "run `ALTER ROLE {user} CREATEDB` as a superuser, or leave `--url` out"
    ))
}

fn without_extension(extension: &str, version: &str, said: &Said) -> Error {
    let error = Error::environment(format!(
        "the extension `{extension}`, which `extensions` in Cargo.toml names, cannot be made: {}",
        said.message
    ));
    let major = version.split('.').next().unwrap_or(version);
    if said.missing_extension().is_some() {
        error.help(format!(
            "install the package that brings `{extension}` for PostgreSQL {major} on the machine of the server"
        ))
    } else if said.code == INSUFFICIENT_PRIVILEGE {
        error.help("connect as a superuser, or leave `--url` out")
    } else {
        error
    }
}
