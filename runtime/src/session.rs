//! Another session of the database, as errors and events name it.

use std::fmt;

/// Another session of a PostgreSQL server, which holds what a run waits for.
///
/// What a role may not see of others' sessions is empty: PostgreSQL shows it to superusers and to members
/// of `pg_read_all_stats`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Session {
    /// The id of its process on the server; 0 for a prepared transaction, which has none.
    pub pid: i32,
    /// Its `application_name`.
    pub application: String,
    /// Its role.
    pub user: String,
    /// What it does, in PostgreSQL's words: `active`, `idle in transaction`, …
    pub state: String,
    /// When its transaction began, in UTC, RFC 3339.
    pub since: Option<String>,
    /// The beginning of the statement that it runs or has run last, on one line. It may hold whatever the
    /// other program has written into it.
    pub query: String,
}

/// How many characters of a statement are kept.
const QUERY_LENGTH: usize = 120;

impl Session {
    #[cfg(feature = "postgres")]
    pub(crate) fn new(pid: i32, query: &str) -> Self {
        let line = query.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut kept: String = line.chars().take(QUERY_LENGTH).collect();
        if kept.len() < line.len() {
            kept.push('…');
        }
        Self {
            pid,
            query: kept,
            ..Self::default()
        }
    }
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pid == 0 {
            return f.write_str("a prepared transaction");
        }
        write!(f, "process {}", self.pid)?;
        if !self.application.is_empty() {
            write!(f, " of `{}`", self.application)?;
        }
        if !self.user.is_empty() {
            write!(f, " as `{}`", self.user)?;
        }
        if !self.state.is_empty() {
            write!(f, ", {}", self.state)?;
        }
        if let Some(since) = &self.since {
            write!(f, ", in a transaction since {since}")?;
        }
        if !self.query.is_empty() {
            write!(f, ": `{}`", self.query)?;
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_named_by_what_is_known_of_it() {
        let mut session = Session::new(7, "UPDATE a\n  SET b = 1");
        assert_eq!(session.to_string(), "process 7: `UPDATE a SET b = 1`");
        session.application = "psql".to_owned();
        session.user = "app".to_owned();
        session.state = "idle in transaction".to_owned();
        session.since = Some("2026-01-31T12:00:00.000Z".to_owned());
        assert_eq!(
            session.to_string(),
            "process 7 of `psql` as `app`, idle in transaction, \
             in a transaction since 2026-01-31T12:00:00.000Z: `UPDATE a SET b = 1`"
        );
        assert_eq!(Session::default().to_string(), "a prepared transaction");
    }

    #[test]
    fn a_long_statement_is_cut() {
        let session = Session::new(1, &"é ".repeat(200));
        assert_eq!(session.query.chars().count(), QUERY_LENGTH + 1);
    }
}
