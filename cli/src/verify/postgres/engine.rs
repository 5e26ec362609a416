//! PostgreSQL as the engine of a proof.

use std::collections::BTreeMap;

use limbeck_compiler::proof::{Difference, Engine, Failure, Fault, Row, Rows, Unusable};
use limbeck_compiler::table::Script;
use limbeck_schema::Schema;
use limbeck_schema::render::Ddl;

use super::clear::clear;
use super::databases::{Databases, Image};
use super::fill::Filler;
use super::script::Stop;
use super::session::Session;
use super::tables::{self, LEDGER};
use crate::error::Error;
use crate::verify::Server;

/// A database of a proof.
pub(crate) struct Postgres {
    databases: Databases,
    /// Empty, but for the extensions that are there before the history.
    base: String,
    /// The name of the database that is connected to.
    current: String,
    /// `None` only while the connection moves from one database to another.
    session: Option<Session>,
    /// What is defined, as long as nothing has run since it was read: rows do not change it.
    schema: Option<Schema>,
    filler: Filler,
}

/// What is defined and which rows there are at one moment.
pub(crate) struct View {
    schema: Schema,
    rows: BTreeMap<String, Vec<Row>>,
}

impl Postgres {
    /// Makes an empty database with these extensions on a server, to be removed when this is dropped.
    pub(crate) fn create(server: &Server, extensions: &[String]) -> Result<Self, Error> {
        let mut databases = Databases::open(server)?;
        let base = databases.base(server, extensions)?;
        let current = databases
            .copy(&base)
            .map_err(|fault| Error::proof(&fault))?;
        let mut session = databases
            .connect(&current)
            .map_err(|fault| Error::proof(&fault))?;
        session.reset().map_err(|fault| Error::proof(&fault))?;
        Ok(Self {
            databases,
            base,
            current,
            session: Some(session),
            schema: None,
            filler: Filler::default(),
        })
    }

    pub(super) fn session(&mut self) -> Result<&mut Session, Fault> {
        let lost = || Fault::new("the connection to the database of the proof was lost");
        self.session.as_mut().ok_or_else(lost)
    }

    fn connect(&mut self) -> Result<(), Fault> {
        let mut session = self.databases.connect(&self.current)?;
        session.reset()?;
        self.session = Some(session);
        Ok(())
    }

    fn disconnect(&mut self) -> Result<(), Fault> {
        match self.session.take() {
            Some(session) => self.databases.leave(session, &self.current),
            None => Ok(()),
        }
    }
}

impl Engine for Postgres {
    type Image = Image;
    type View = View;

    fn version(&mut self) -> Result<String, Fault> {
        Ok(format!("PostgreSQL {}", self.databases.version))
    }

    fn run(&mut self, script: &Script<'_>) -> Result<Result<(), Failure>, Fault> {
        self.schema = None;
        let place = match self.session()?.run(script)? {
            Ok(()) => return Ok(Ok(())),
            Err(Stop::Failed(failure)) => return Ok(Err(failure)),
            Err(Stop::Talk(place)) => place,
        };
        // What the connection was doing is undone with it.
        self.databases.end_sessions(&self.current)?;
        self.disconnect()?;
        self.connect()?;
        Ok(Err(Failure {
            statement: Some(place),
            offset: None,
            message:
                "the statement sends data to the client or waits for some, and nobody is there"
                    .to_owned(),
            is_of_verify: false,
        }))
    }

    fn view(&mut self) -> Result<View, Fault> {
        Ok(View {
            schema: self.schema()?,
            rows: tables::rows(self.session()?)?,
        })
    }

    fn compare(&mut self, before: &View, after: &View) -> Result<Difference, Fault> {
        let both = before
            .rows
            .iter()
            .filter_map(|(table, rows)| Some((table, rows, after.rows.get(table)?)));
        let differ = both.filter(|(_, before, after)| before != after);
        Ok(Difference {
            before: before.schema.clone(),
            after: after.schema.clone(),
            rows: differ
                .map(|(table, before, after)| (table.clone(), (before.clone(), after.clone())))
                .collect(),
        })
    }

    fn schema(&mut self) -> Result<Schema, Fault> {
        if let Some(schema) = &self.schema {
            return Ok(schema.clone());
        }
        let session = self.session()?;
        let schema = limbeck_schema::postgres::read(&mut session.client, LEDGER)
            .map_err(|error| Fault::because("cannot read the schema", error))?;
        self.schema = Some(schema.clone());
        Ok(schema)
    }

    fn ddl(&mut self) -> Result<Ddl, Fault> {
        let session = self.session()?;
        limbeck_schema::postgres::ddl(&mut session.client, LEDGER)
            .map_err(|error| Fault::because("cannot read the schema", error))
    }

    /// None: the server keeps what a view, a trigger or a rule needs from being dropped. The bodies of
    /// functions are text to it, but whether one works depends on who calls it, with which search path, and
    /// many a history changes a table in one revision and the function in the next, so that nothing about
    /// them is certain.
    fn unusable(&mut self) -> Result<Vec<Unusable>, Fault> {
        Ok(Vec::new())
    }

    fn fill(&mut self, rows: Rows) -> Result<(), Fault> {
        let lost = || Fault::new("the connection to the database of the proof was lost");
        let session = self.session.as_mut().ok_or_else(lost)?;
        session.reset()?;
        self.filler.fill(session, rows)
    }

    fn clear(&mut self) -> Result<(), Fault> {
        let session = self.session()?;
        session.reset()?;
        clear(session)
    }

    fn without_rows(&mut self) -> Result<BTreeMap<String, String>, Fault> {
        Ok(self.filler.without_rows.clone())
    }

    fn save(&mut self) -> Result<Image, Fault> {
        self.disconnect()?;
        let copy = self.databases.copy(&self.current)?;
        self.connect()?;
        Ok(self.databases.image(copy))
    }

    fn restore(&mut self, image: Option<&Image>) -> Result<(), Fault> {
        self.schema = None;
        self.disconnect()?;
        let from = image.map_or(&self.base, |image| &image.name);
        let copy = self.databases.copy(from)?;
        let old = std::mem::replace(&mut self.current, copy);
        self.databases.throw_away(old)?;
        self.connect()
    }
}
