//! The values of all parameters, each with where it came from.

use std::collections::BTreeMap;
use std::time::Duration;

use super::parameters::{PARAMETERS, Treatment};
use super::secret::Secret;
use crate::environment::Surroundings;
use crate::error::{Error, ErrorKind};

/// What was said of a connection, by parameter.
#[derive(Default)]
pub(super) struct Values {
    values: BTreeMap<&'static str, Value>,
    /// Kept apart: it may be any bytes, and is never in a message.
    pub(super) password: Option<Password>,
}

/// A value and where it stands.
struct Value {
    text: String,
    /// As whoever wrote it knows it: a parameter's name or a variable's.
    called: &'static str,
}

/// A password and where it came from, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Password {
    pub(crate) secret: Secret,
    pub(crate) origin: String,
}

impl Values {
    /// Takes a parameter of the URL; the last of several counts, and an empty one is as one that is not
    /// there.
    pub(super) fn give(&mut self, name: &'static str, text: String) {
        if text.is_empty() {
            return;
        }
        self.values.insert(name, Value { text, called: name });
    }

    pub(super) fn give_password(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.password = Some(Password {
                secret: Secret::new(bytes),
                origin: "the URL".to_owned(),
            });
        }
    }

    /// Fills what the URL has left out.
    ///
    /// # Errors
    ///
    /// When a variable is set that would change the connection's meaning and is not supported, or is not
    /// UTF-8.
    pub(super) fn fill(&mut self, surroundings: &Surroundings) -> Result<(), Error> {
        for parameter in PARAMETERS {
            let Some(variable) = parameter.variable else {
                continue;
            };
            let Some(value) = surroundings.variable(variable) else {
                continue;
            };
            if variable == "PGPASSWORD" {
                self.password.get_or_insert_with(|| Password {
                    secret: Secret::new(value.as_encoded_bytes()),
                    origin: "PGPASSWORD".to_owned(),
                });
                continue;
            }
            if let Treatment::Refused(instead) = parameter.treatment {
                return Err(unsupported(variable, instead));
            }
            // A host in the URL is another server than that of the variables.
            let is_other_server =
                parameter.name == "hostaddr" && self.values.get("host").is_some_and(is_of_url);
            if self.values.contains_key(parameter.name) || is_other_server {
                continue;
            }
            let text = value
                .to_str()
                .ok_or_else(|| wrong(&format!("{variable} is not UTF-8")))?
                .to_owned();
            let called = variable;
            self.values.insert(parameter.name, Value { text, called });
        }
        Ok(())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.text.as_str())
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &self,
        name: &str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, Error> {
        let Some(Value { text, called }) = self.values.get(name) else {
            return Ok(None);
        };
        let found = choices.iter().find(|(word, _)| word == text);
        found.map(|(_, choice)| Some(*choice)).ok_or_else(|| {
            let words: Vec<_> = choices
                .iter()
                .map(|(word, _)| format!("`{word}`"))
                .collect();
            wrong(&format!(
                "`{called}={text}` is none of {}",
                words.join(", ")
            ))
            .help_with(where_to_correct(called))
        })
    }

    /// A whole number. Its text is not shown: it may be a piece of a password that was taken for a port.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, Error> {
        let Some(Value { text, called }) = self.values.get(name) else {
            return Ok(None);
        };
        text.trim().parse().map(Some).map_err(|_| {
            wrong(&format!("`{called}` is not a whole number")).help_with(where_to_correct(called))
        })
    }

    /// A duration; none where it is said to be zero or less.
    pub(super) fn duration(
        &self,
        name: &str,
        unit: fn(u64) -> Duration,
        otherwise: Option<Duration>,
    ) -> Result<Option<Duration>, Error> {
        let Some(number) = self.number(name)? else {
            return Ok(otherwise);
        };
        let number = u64::try_from(number).ok().filter(|number| *number > 0);
        Ok(number.map(unit))
    }

    /// Whether a number is not 0.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Error> {
        Ok(self.number(name)?.map(|number| number != 0))
    }
}

fn is_of_url(value: &Value) -> bool {
    !is_variable(value.called)
}

fn is_variable(called: &str) -> bool {
    called.starts_with("PG")
}

fn where_to_correct(called: &str) -> String {
    if is_variable(called) {
        format!("correct {called} in the environment, or say it in the URL")
    } else {
        format!("correct `{called}` in the URL")
    }
}

pub(super) fn unsupported(called: &str, instead: &str) -> Error {
    Error::new(
        ErrorKind::Url,
        format!("limbeck does not support `{called}`"),
    )
    .help_with(instead)
}

/// A value that says nothing.
pub(super) fn wrong(what: &str) -> Error {
    Error::new(
        ErrorKind::Url,
        format!("cannot tell how to connect: {what}"),
    )
    .help_with("correct the URL, or the PG* variables that fill it")
}
