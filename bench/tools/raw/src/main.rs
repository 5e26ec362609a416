//! No tool at all: the SQL of a file, and the least that could be asked of a database. The variant says what.

use std::fs;
use std::process::ExitCode;

use bench_subject::{Call, Result, Session, run};

#[cfg(feature = "sqlite")]
type Connection = rusqlite::Connection;
#[cfg(not(feature = "sqlite"))]
type Connection = postgres::Client;

/// Stands between two statements of a file.
const SEPARATOR: &str = "\n-- next\n";

struct Raw {
    connection: Connection,
    work: Work,
}

enum Work {
    /// One message.
    Text(String),
    /// One after another.
    Statements(Vec<String>),
}

impl Work {
    fn read(variant: &str) -> Result<Self> {
        let (kind, rest) = variant.split_once(':').ok_or("a variant is `kind:what`")?;
        Ok(match kind {
            "ask" => Self::Text(rest.to_owned()),
            "transaction" => transaction(fs::read_to_string(rest)?),
            "statements" => Self::Statements(statements(&fs::read_to_string(rest)?)),
            other => return Err(format!("unknown variant `{other}`").into()),
        })
    }
}

fn statements(text: &str) -> Vec<String> {
    text.split(SEPARATOR).map(str::to_owned).collect()
}

/// SQLite copies all of a text that is left for each of its statements, so that one text would be slower.
#[cfg(feature = "sqlite")]
fn transaction(text: String) -> Work {
    let mut all = vec!["BEGIN".to_owned()];
    all.extend(statements(&text));
    all.push("COMMIT".to_owned());
    Work::Statements(all)
}

#[cfg(not(feature = "sqlite"))]
fn transaction(text: String) -> Work {
    Work::Text(format!("BEGIN;\n{text}\nCOMMIT;"))
}

impl Session for Raw {
    #[cfg(feature = "sqlite")]
    fn open(call: &Call) -> Result<Self> {
        Ok(Self {
            connection: Connection::open(&call.database)?,
            work: Work::read(&call.variant)?,
        })
    }

    #[cfg(not(feature = "sqlite"))]
    fn open(call: &Call) -> Result<Self> {
        Ok(Self {
            connection: Connection::connect(&call.database, postgres::NoTls)?,
            work: Work::read(&call.variant)?,
        })
    }

    fn migrate(&mut self, _call: &Call) -> Result<()> {
        match &self.work {
            Work::Text(text) => self.connection.batch_of(text),
            Work::Statements(statements) => statements
                .iter()
                .try_for_each(|statement| self.connection.batch_of(statement)),
        }
    }

    fn stop_short(&mut self, call: &Call) -> Result<()> {
        self.migrate(call)
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

trait Batch {
    fn batch_of(&mut self, sql: &str) -> Result<()>;
}

#[cfg(feature = "sqlite")]
impl Batch for Connection {
    fn batch_of(&mut self, sql: &str) -> Result<()> {
        self.execute_batch(sql)?;
        Ok(())
    }
}

#[cfg(not(feature = "sqlite"))]
impl Batch for Connection {
    fn batch_of(&mut self, sql: &str) -> Result<()> {
        self.simple_query(sql)?;
        Ok(())
    }
}

fn main() -> ExitCode {
    run::<Raw>()
}
