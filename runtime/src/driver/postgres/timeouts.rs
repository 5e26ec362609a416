//! The timeouts of a statement outside a transaction, which only its session can have.
//!
//! A statement such as `CREATE INDEX CONCURRENTLY` must be alone in its message, so that what is set for it is
//! sent before. A pooler in transaction mode may give each message another session: the statement would run
//! without its timeouts, and another client would have them. So they are set, looked at and put back in
//! one session, which is named in every message, or the statement is not run.

use std::fmt::Write as _;
use std::ops::DerefMut;

use postgres::{Client, SimpleQueryMessage};

use super::Postgres;
use super::rows::row;
use crate::driver::{DriverError, Timeouts};

/// How often a session is looked for that a pooler has given to somebody else.
const ATTEMPTS: usize = 50;

/// What was set in a session, and what it was set to before.
struct Applied {
    /// The id of the session's process.
    session: String,
    settings: Vec<Setting>,
}

struct Setting {
    name: &'static str,
    before: String,
    value: String,
}

/// Whether a session was found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    AtOnce,
    Later,
    Never,
}

/// What a session is set to.
struct Seen {
    session: String,
    lock: String,
    statement: String,
}

impl<C: DerefMut<Target = Client>> Postgres<C> {
    /// Sends a statement by itself under these timeouts. Tells what has stayed set, too.
    pub(super) fn send_under(
        &mut self,
        timeouts: Timeouts,
        sql: &str,
    ) -> Result<(Vec<SimpleQueryMessage>, Option<String>), DriverError> {
        let applied = self.apply(timeouts)?;
        let result = self.send_writing(sql);
        let Some(applied) = applied else {
            return result.map(|answers| (answers, None));
        };
        let restored = self.restore(&applied).map(|found| match found {
            Found::AtOnce => None,
            Found::Later => Some(format!(
                "a pooler gave the session to another client meanwhile, so that {} may not have been in force; {HINT}",
                applied.names()
            )),
            Found::Never => Some(applied.left()),
        });
        match result {
            Ok(answers) => restored.map(|note| (answers, note)),
            Err(mut error) => {
                // The statement's own error is the one to report.
                if let Ok(Some(note)) = restored {
                    error.hint.get_or_insert(note);
                }
                Err(error)
            }
        }
    }

    /// Sets the session's timeouts for the statement that comes next; `None` where they are so already.
    fn apply(&mut self, timeouts: Timeouts) -> Result<Option<Applied>, DriverError> {
        if timeouts == Timeouts::default() {
            return Ok(None);
        }
        let seen = self.look_at_timeouts()?;
        let wanted = [
            ("lock_timeout", seen.lock, timeouts.lock_ms),
            ("statement_timeout", seen.statement, timeouts.statement_ms),
        ];
        let settings: Vec<_> = wanted
            .into_iter()
            .filter_map(|(name, before, value_ms)| {
                let value = value_ms?.to_string();
                // What is so by itself is left alone.
                (before != value).then_some(Setting {
                    name,
                    before,
                    value,
                })
            })
            .collect();
        if settings.is_empty() {
            return Ok(None);
        }
        let applied = Applied {
            session: seen.session,
            settings,
        };
        let answered = self.configure(&applied, |setting| &setting.value)?;
        let mut holds = answered == applied.session;
        if holds {
            let seen = self.look_at_timeouts()?;
            holds = seen.session == applied.session;
        }
        if holds {
            return Ok(Some(applied));
        }
        let is_limit = |setting: &Setting| setting.value != "0";
        let limits = applied.settings.iter().any(is_limit);
        let names = applied.names();
        let is_left = self.restore(&applied)? == Found::Never;
        // Without a limit that is not wanted the statement gives up earlier, and says so.
        if !limits && !is_left {
            return Ok(None);
        }
        let mut error = DriverError::other(format!(
            "{names} cannot be set for a statement outside a transaction: a pooler gives each message another session"
        ));
        error.detail = is_left.then(|| applied.left());
        error.hint = Some(HINT.to_owned());
        Err(error)
    }

    /// Puts back what was set, once the session is found that it was set in.
    fn restore(&mut self, applied: &Applied) -> Result<Found, DriverError> {
        for attempt in 0..ATTEMPTS {
            let answered = self.configure(applied, |setting| &setting.before)?;
            if answered == applied.session {
                return Ok(if attempt == 0 {
                    Found::AtOnce
                } else {
                    Found::Later
                });
            }
        }
        Ok(Found::Never)
    }

    fn look_at_timeouts(&mut self) -> Result<Seen, DriverError> {
        let messages = self.send(
            "SELECT pg_backend_pid(), max(setting) FILTER (WHERE name = 'lock_timeout'), \
             max(setting) FILTER (WHERE name = 'statement_timeout') FROM pg_settings",
        )?;
        let row = messages.iter().find_map(row);
        let value = |column| row.and_then(|row| row.get(column)).map(str::to_owned);
        let seen = value(0).zip(value(1)).zip(value(2));
        let ((session, lock), statement) =
            seen.ok_or_else(|| DriverError::other("the server has no answer"))?;
        Ok(Seen {
            session,
            lock,
            statement,
        })
    }

    /// Sets one session and no other; tells which has answered.
    fn configure(
        &mut self,
        applied: &Applied,
        value: impl Fn(&Setting) -> &str,
    ) -> Result<String, DriverError> {
        let mut text = "SELECT pg_backend_pid()".to_owned();
        for setting in &applied.settings {
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                ", CASE pg_backend_pid() WHEN {} THEN set_config('{}', '{}', false) END",
                applied.session,
                setting.name,
                value(setting),
            );
        }
        let messages = self.send(&text)?;
        let answered = messages.iter().find_map(row).and_then(|row| row.get(0));
        Ok(answered.unwrap_or_default().to_owned())
    }
}

impl Applied {
    /// What is said where nothing could be put back.
    fn left(&self) -> String {
        format!(
            "a pooler has given the session of process {} to another client, in which {} stayed set; {HINT}",
            self.session,
            self.names(),
        )
    }

    fn names(&self) -> String {
        let names: Vec<_> = self
            .settings
            .iter()
            .map(|setting| format!("`{}`", setting.name))
            .collect();
        names.join(" and ")
    }
}

const HINT: &str = "give migrations a URL without the pooler, or one of it in session mode";
