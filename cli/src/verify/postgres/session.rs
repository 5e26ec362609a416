//! A connection, its answers and its errors.
//!
//! Everything goes through simple-query messages, as in the runtime, and every value comes back as text.

use std::error::Error as _;

use limbeck_compiler::proof::Fault;
use postgres::error::{DbError, ErrorPosition};
use postgres::{Client, Config, NoTls, SimpleQueryMessage};

/// A connection to one database.
pub(super) struct Session {
    pub(super) client: Client,
}

/// What one statement answered.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<Option<String>>>,
    /// How many rows it has read or written.
    pub(super) count: u64,
}

/// Why a message was not carried out.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The server says why.
    Said(Box<Said>),
    /// The answer makes no sense to this client: the statement wants to talk with it.
    Talk,
    /// The connection is lost.
    Lost(postgres::Error),
}

/// What the server says of an error.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) detail: Option<String>,
    pub(super) hint: Option<String>,
    pub(super) context: Option<String>,
    /// The place in the message that was sent, in characters from 0.
    pub(super) character: Option<usize>,
    pub(super) column: Option<String>,
    pub(super) constraint: Option<String>,
}

impl Session {
    pub(super) fn connect(config: &Config, database: &str) -> Result<Self, postgres::Error> {
        let client = config.clone().dbname(database).connect(NoTls)?;
        Ok(Self { client })
    }

    /// Sends one message, which may hold several statements.
    pub(super) fn send(&mut self, text: &str) -> Result<Vec<Answer>, Refusal> {
        let messages = match self.client.simple_query(text) {
            Ok(messages) => messages,
            Err(error) => return Err(self.refusal(error)),
        };
        let mut answers = Vec::new();
        let mut answer = Answer::default();
        for message in messages {
            match message {
                SimpleQueryMessage::RowDescription(columns) => {
                    let names = columns.iter().map(|column| column.name().to_owned());
                    answer.columns = names.collect();
                }
                SimpleQueryMessage::Row(row) => {
                    let values = (0..row.len()).map(|at| row.get(at).map(str::to_owned));
                    answer.rows.push(values.collect());
                }
                SimpleQueryMessage::CommandComplete(count) => {
                    answer.count = count;
                    answers.push(std::mem::take(&mut answer));
                }
                _ => {}
            }
        }
        Ok(answers)
    }

    /// Sends what must succeed.
    pub(super) fn demand(&mut self, text: &str, what: &str) -> Result<Vec<Answer>, Fault> {
        self.send(text).map_err(|refusal| refusal.fault(what))
    }

    /// The rows of the only statement.
    pub(super) fn rows(
        &mut self,
        text: &str,
        what: &str,
    ) -> Result<Vec<Vec<Option<String>>>, Fault> {
        let answer = self.demand(text, what)?.into_iter().next();
        Ok(answer.unwrap_or_default().rows)
    }

    /// The first value of the first row.
    pub(super) fn value(&mut self, text: &str, what: &str) -> Result<Option<String>, Fault> {
        let row = self.rows(text, what)?.into_iter().next();
        Ok(row.and_then(|row| row.into_iter().next().flatten()))
    }

    fn refusal(&mut self, error: postgres::Error) -> Refusal {
        if self.client.is_closed() {
            return Refusal::Lost(error);
        }
        match error.as_db_error() {
            // The server's last words in this session.
            Some(said) if said.severity() == "FATAL" || said.severity() == "PANIC" => {
                Refusal::Lost(error)
            }
            Some(said) => Refusal::Said(Box::new(Said::from(said))),
            None if error.source().is_some() => Refusal::Lost(error),
            None => Refusal::Talk,
        }
    }
}

impl From<&DbError> for Said {
    fn from(error: &DbError) -> Self {
        let character = match error.position() {
            Some(ErrorPosition::Original(position)) => usize::try_from(*position)
                .ok()
                .and_then(|position| position.checked_sub(1)),
            _ => None,
        };
        Self {
            code: error.code().code().to_owned(),
            message: error.message().to_owned(),
            detail: error.detail().map(str::to_owned),
            hint: error.hint().map(str::to_owned),
            context: error.where_().map(str::to_owned),
            character,
            column: error.column().map(str::to_owned),
            constraint: error.constraint().map(str::to_owned),
        }
    }
}

impl Refusal {
    pub(super) fn fault(self, what: &str) -> Fault {
        match self {
            Self::Said(said) => Fault::new(format!("{what}: {}", said.message)),
            Self::Talk => Fault::new(format!("{what}: the answer cannot be read")),
            Self::Lost(error) => Fault::because(what, words(&error)),
        }
    }
}

/// The crate's own text is a class, such as "error connecting to server"; the cause says more.
pub(super) fn words(error: &postgres::Error) -> String {
    match error.source() {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    }
}

/// A literal, whatever is in it.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name, whatever is in it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
