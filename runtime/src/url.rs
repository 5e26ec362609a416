//! Database URLs: which database, where, and how to name it without its password.

use std::borrow::Cow;
use std::time::Duration;

use percent_encoding::percent_decode_str;

use crate::driver::sealed::Open;
use crate::driver::{Address, Database, Opened};
use crate::error::{Error, ErrorKind};
use crate::watch::Lookout;

/// A database URL that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DatabaseUrl {
    /// A file, or `:memory:`.
    Sqlite { path: String },
    /// What the postgres crate reads, and what may be shown.
    Postgres { url: String, shown: String },
}

impl DatabaseUrl {
    /// Reads a URL: `sqlite:PATH`, `sqlite://PATH`, `postgres://…`, `postgresql://…`, each also with
    /// `SQLAlchemy`'s driver suffix, such as `postgresql+asyncpg://…`, which is ignored.
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err(malformed("it has no scheme"));
        };
        match scheme.split('+').next().unwrap_or_default() {
            "sqlite" => sqlite(rest),
            "postgres" | "postgresql" => postgres(rest),
            _ => Err(malformed(
                "its scheme is not `sqlite`, `postgres` or `postgresql`",
            )),
        }
    }
}

/// An error that shows nothing of the URL, since a malformed one may have its password anywhere.
fn malformed(what: &str) -> Error {
    Error::new(
        ErrorKind::Url,
        format!("cannot read the database URL: {what}"),
    )
    .help_with("write `sqlite:path/to/file.db` or `postgres://user:password@host:port/database`")
}

fn sqlite(rest: &str) -> Result<DatabaseUrl, Error> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if !query.is_empty() {
        return Err(malformed(&format!(
            "SQLite URLs take no parameters, found `?{query}`"
        )));
    }
    let path = decode(path)?;
    if path.is_empty() {
        return Err(malformed("it names no file"));
    }
    Ok(DatabaseUrl::Sqlite {
        path: path.into_owned(),
    })
}

fn decode(text: &str) -> Result<Cow<'_, str>, Error> {
    percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| malformed("its percent-encoding is not UTF-8"))
}

/// Parameters whose values are shown. Any other may be a secret, or a secret's misspelt name.
const SHOWN_PARAMETERS: [&str; 8] = [
    "application_name",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "port",
    "target_session_attrs",
    "user",
];

fn postgres(rest: &str) -> Result<DatabaseUrl, Error> {
    let Some(rest) = rest.strip_prefix("//") else {
        return Err(malformed("`//` is missing after the scheme"));
    };
    // A password may hold a `?` as it is: credentials end at an `@`, and only then comes the query.
    let credentials = rest.find('@').unwrap_or(0);
    let (location, query) = match rest[credentials..].find('?') {
        Some(at) => (&rest[..credentials + at], &rest[credentials + at + 1..]),
        None => (rest, ""),
    };
    let mut kept = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name {
            "ssl" | "sslmode" => check_ssl(name, &decode(value)?)?,
            _ if name.starts_with("ssl") => return Err(needs_tls(name)),
            _ => kept.push(parameter),
        }
    }
    let shown = kept
        .iter()
        .map(|parameter| match parameter.split_once('=') {
            Some((name, _)) if !SHOWN_PARAMETERS.contains(&name) => format!("{name}=***"),
            _ => (*parameter).to_owned(),
        });
    let shown = with_query(&redact(location), &shown.collect::<Vec<_>>());
    let url = with_query(location, &kept);
    Ok(DatabaseUrl::Postgres {
        url: format!("postgres://{url}"),
        shown: format!("postgres://{shown}"),
    })
}

fn with_query<T: AsRef<str>>(location: &str, parameters: &[T]) -> String {
    if parameters.is_empty() {
        return location.to_owned();
    }
    let parameters: Vec<_> = parameters.iter().map(AsRef::as_ref).collect();
    format!("{location}?{}", parameters.join("&"))
}

/// `user:secret@host` with the secret taken out. Only the last `@` ends the credentials, so that an
/// unescaped one in a password does not show the rest of it.
fn redact(location: &str) -> String {
    let Some((credentials, host)) = location.rsplit_once('@') else {
        return location.to_owned();
    };
    match credentials.split_once(':') {
        Some((user, _)) => format!("{user}:***@{host}"),
        None => location.to_owned(),
    }
}

/// `ssl=` and `sslmode=` are one parameter in two spellings. Without TLS, `disable`, `allow` and
/// `prefer` all mean a plain connection, as they do for libpq on a server that has no TLS.
///
/// Source: the `sslmode` table in PostgreSQL's manual, chapter "libpq: SSL Support".
fn check_ssl(name: &str, value: &str) -> Result<(), Error> {
    match value {
        "disable" | "allow" | "prefer" | "false" | "0" | "off" => Ok(()),
        "require" | "verify-ca" | "verify-full" | "true" | "1" | "on" => {
            Err(needs_tls(&format!("{name}={value}")))
        }
        _ => Err(malformed(&format!(
            "`{name}={value}` is none of `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`"
        ))),
    }
}

fn needs_tls(parameter: &str) -> Error {
    Error::new(
        ErrorKind::Url,
        format!("`{parameter}` asks for an encrypted connection, and this version of limbeck cannot make one"),
    )
    .help_with(
        "pass a `postgres::Client` that was connected with TLS, or use `sslmode=disable` where the network is trusted",
    )
}

impl Database for &str {}

impl Open for &str {
    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn open<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        match DatabaseUrl::parse(self)? {
            DatabaseUrl::Sqlite { path } => open_sqlite(&path, patience),
            DatabaseUrl::Postgres { url, shown } => open_postgres(&url, &shown),
        }
    }

    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn look<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        match DatabaseUrl::parse(self)? {
            DatabaseUrl::Sqlite { path } => look_at_sqlite(&path, patience),
            DatabaseUrl::Postgres { url, shown } => open_postgres(&url, &shown),
        }
    }

    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn address(&self) -> Option<Address> {
        Some(Address::Url((*self).to_owned()))
    }
}

impl Database for &String {}

impl Open for &String {
    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn open<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        self.as_str().open(patience)
    }

    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn look<'c>(self, patience: Duration) -> Result<Opened<'c>, Error>
    where
        Self: 'c,
    {
        self.as_str().look(patience)
    }

    #[expect(
        private_interfaces,
        reason = "the trait is sealed; nobody else can name it"
    )]
    fn address(&self) -> Option<Address> {
        Some(Address::Url((*self).clone()))
    }
}

#[cfg(feature = "sqlite")]
fn open_sqlite<'c>(path: &str, patience: Duration) -> Result<Opened<'c>, Error> {
    crate::driver::sqlite::open(path.as_ref(), patience)
}

#[cfg(feature = "sqlite")]
fn look_at_sqlite<'c>(path: &str, patience: Duration) -> Result<Opened<'c>, Error> {
    crate::driver::sqlite::look(path.as_ref(), patience)
}

#[cfg(not(feature = "sqlite"))]
fn open_sqlite<'c>(_path: &str, _patience: Duration) -> Result<Opened<'c>, Error> {
    Err(without_feature("sqlite"))
}

#[cfg(not(feature = "sqlite"))]
use open_sqlite as look_at_sqlite;

#[cfg(feature = "postgres")]
fn open_postgres<'c>(url: &str, shown: &str) -> Result<Opened<'c>, Error> {
    crate::driver::postgres::connect(url, shown)
}

#[cfg(not(feature = "postgres"))]
fn open_postgres<'c>(_url: &str, _shown: &str) -> Result<Opened<'c>, Error> {
    Err(without_feature("postgres"))
}

/// Looks, when it is asked to, at the sessions of the database at a URL.
pub(crate) fn lookout(url: &str) -> Result<Box<dyn Lookout>, Error> {
    match DatabaseUrl::parse(url)? {
        DatabaseUrl::Postgres { url, shown } => look_at_postgres(&url, &shown),
        DatabaseUrl::Sqlite { .. } => Err(malformed(
            "only PostgreSQL can be watched from another connection",
        )),
    }
}

#[cfg(feature = "postgres")]
use crate::driver::postgres::lookout as look_at_postgres;

#[cfg(not(feature = "postgres"))]
fn look_at_postgres(_url: &str, _shown: &str) -> Result<Box<dyn Lookout>, Error> {
    Err(without_feature("postgres"))
}

#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
fn without_feature(feature: &str) -> Error {
    Error::new(
        ErrorKind::Url,
        format!("this program was built without limbeck's feature `{feature}`"),
    )
    .help_with(format!(
        "add `{feature}` to the features of `limbeck` in Cargo.toml"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str) -> String {
        match DatabaseUrl::parse(url) {
            Ok(DatabaseUrl::Sqlite { path }) => format!("sqlite {path}"),
            Ok(DatabaseUrl::Postgres { url, shown }) => format!("{url} shown as {shown}"),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn sqlite_paths_are_relative_or_absolute_as_written() {
        assert_eq!(check("sqlite:a.db"), "sqlite a.db");
        assert_eq!(check("sqlite://a.db"), "sqlite a.db");
        assert_eq!(check("sqlite:///srv/a%20b.db"), "sqlite /srv/a b.db");
        assert_eq!(check("sqlite::memory:"), "sqlite :memory:");
        assert_eq!(check("sqlite+pysqlite:a.db"), "sqlite a.db");
    }

    #[test]
    fn a_driver_suffix_and_a_harmless_ssl_mode_are_dropped() {
        assert_eq!(
            check("postgresql+asyncpg://me:pw@[::1]:5433/store?ssl=prefer&options=-c%20a%3Db"),
            "postgres://me:pw@[::1]:5433/store?options=-c%20a%3Db shown as \
             postgres://me:***@[::1]:5433/store?options=***"
        );
    }

    #[test]
    fn a_password_is_never_shown() {
        for url in [
            "postgres://me:s3cret@host/db",
            "postgres://me:s3cr@et@host/db",
            "postgres://me@host/db?password=s3cret",
            "postgres://me:s3cret@host/db?sslmode=require",
            "postgres://me:s3cret@host/db?sslmode=nonsense",
            "postgres:me:s3cret@host/db",
            "me:s3cret@host",
            "mysql://me:s3cret@host/db",
            "postgres://me:s3cret?x@host/db",
            "postgres://me:s3cret?x@host/db?sslmode=require",
            "postgres://me@host/db?sslpassword=s3cret",
        ] {
            let shown = check(url);
            let shown = shown.rsplit(" shown as ").next().unwrap();
            assert!(!shown.contains("s3cr") && !shown.contains("et@"), "{shown}");
        }
    }

    #[test]
    fn what_asks_for_tls_is_refused_and_named() {
        for parameter in [
            "sslmode=require",
            "sslmode=verify-full",
            "ssl=true",
            "sslrootcert",
        ] {
            let shown = check(&format!("postgres://host/db?{parameter}"));
            assert!(
                shown.contains(parameter) && shown.contains("encrypted"),
                "{shown}"
            );
        }
    }
}
