//! The scheme of a URL, and what SQLite needs to know.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::error::{Error, ErrorKind};

/// A database URL whose scheme was understood.
#[derive(PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) enum DatabaseUrl<'u> {
    /// A file, or `:memory:`.
    Sqlite { path: Cow<'u, str> },
    /// What stands behind `postgres://`, as it was written: it may hold a password.
    Postgres { rest: &'u str },
}

impl<'u> DatabaseUrl<'u> {
    /// Reads a URL: `sqlite:PATH`, `sqlite://PATH`, `postgres://…`, `postgresql://…`, each also with
    /// `SQLAlchemy`'s driver suffix, such as `postgresql+asyncpg://…`, which is ignored.
    pub(crate) fn parse(url: &'u str) -> Result<Self, Error> {
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err(malformed("it has no scheme"));
        };
        match scheme.split('+').next().unwrap_or_default() {
            "sqlite" => sqlite(rest),
            "postgres" | "postgresql" => match rest.strip_prefix("//") {
                Some(rest) => Ok(Self::Postgres { rest }),
                None => Err(malformed("`//` is missing after the scheme")),
            },
            _ => Err(malformed(
                "its scheme is not `sqlite`, `postgres` or `postgresql`",
            )),
        }
    }
}

/// An error that shows nothing of the URL, since a malformed one may have its password anywhere.
pub(super) fn malformed(what: &str) -> Error {
    Error::new(
        ErrorKind::Url,
        format!("cannot read the database URL: {what}"),
    )
    .help_with("write `sqlite:path/to/file.db` or `postgres://user:password@host:port/database`")
}

fn sqlite(rest: &str) -> Result<DatabaseUrl<'_>, Error> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if !query.is_empty() {
        return Err(malformed("SQLite URLs take no parameters"));
    }
    let path = decode(path)?;
    if path.is_empty() {
        return Err(malformed("it names no file"));
    }
    Ok(DatabaseUrl::Sqlite { path })
}

pub(super) fn decode(text: &str) -> Result<Cow<'_, str>, Error> {
    percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| malformed("its percent-encoding is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(url: &str) -> String {
        match DatabaseUrl::parse(url) {
            Ok(DatabaseUrl::Sqlite { path }) => path.into_owned(),
            Ok(DatabaseUrl::Postgres { .. }) => panic!("not SQLite: {url}"),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn sqlite_paths_are_relative_or_absolute_as_written() {
        assert_eq!(path("sqlite:a.db"), "a.db");
        assert_eq!(path("sqlite://a.db"), "a.db");
        assert_eq!(path("sqlite:///srv/a%20b.db"), "/srv/a b.db");
        assert_eq!(path("sqlite::memory:"), ":memory:");
        assert_eq!(path("sqlite+pysqlite:a.db"), "a.db");
    }

    #[test]
    fn every_spelling_of_the_scheme_is_the_same_database() {
        for scheme in [
            "postgres",
            "postgresql",
            "postgresql+asyncpg",
            "postgresql+psycopg",
            "postgresql+psycopg2",
            "postgresql+pg8000",
        ] {
            assert_eq!(
                DatabaseUrl::parse(&format!("{scheme}://me@host/db")).unwrap(),
                DatabaseUrl::Postgres { rest: "me@host/db" }
            );
        }
        for url in [
            "postgres:me:s3cret@host/db",
            "me:s3cret@host",
            "mysql://me:s3cret@host/db",
        ] {
            let error = DatabaseUrl::parse(url).unwrap_err();
            assert!(!format!("{error:#}").contains("s3cret"), "{error:#}");
        }
    }
}
