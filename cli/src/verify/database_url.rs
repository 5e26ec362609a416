//! The URL of a server: what is connected to, and what may be shown of it.

use crate::error::Error;

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

/// A URL that was understood, as far as it is not for the driver to understand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DatabaseUrl {
    /// Without the parameters that are dealt with here.
    pub(super) url: String,
    /// The same without passwords.
    pub(super) shown: String,
}

impl DatabaseUrl {
    /// Reads `postgres://…` or `postgresql://…`, each also with a driver suffix of `SQLAlchemy`'s, such as
    /// `postgresql+asyncpg://…`, which is ignored. What would need TLS is refused.
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err(malformed("it has no scheme"));
        };
        match scheme.split('+').next().unwrap_or_default() {
            "postgres" | "postgresql" => {}
            "sqlite" => {
                return Err(Error::usage("`--url` names a server of PostgreSQL")
                    .help("leave it out: SQLite is proved by every build"));
            }
            _ => return Err(malformed("its scheme is not `postgres` or `postgresql`")),
        }
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
                "ssl" | "sslmode" => check_ssl(name, value)?,
                _ if name.starts_with("ssl") => return Err(needs_tls(name)),
                _ => kept.push(parameter.to_owned()),
            }
        }
        let shown: Vec<String> = kept
            .iter()
            .map(|parameter| match parameter.split_once('=') {
                Some((name, _)) if !SHOWN_PARAMETERS.contains(&name) => format!("{name}=***"),
                _ => parameter.clone(),
            })
            .collect();
        Ok(Self {
            url: format!("postgres://{}", with_query(location, &kept)),
            shown: format!("postgres://{}", with_query(&redact(location), &shown)),
        })
    }
}

/// An error that shows nothing of the URL, since a malformed one may have its password anywhere.
fn malformed(what: &str) -> Error {
    Error::usage(format!("cannot read the URL: {what}"))
        .help("write `postgres://user:password@host:port/database`")
}

fn with_query(location: &str, parameters: &[String]) -> String {
    if parameters.is_empty() {
        return location.to_owned();
    }
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
            "`{name}` is none of `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`"
        ))),
    }
}

fn needs_tls(parameter: &str) -> Error {
    Error::usage(format!(
        "`{parameter}` asks for an encrypted connection, and this version of limbeck cannot make one"
    ))
    .help("leave `--url` out, or use `sslmode=disable` where the network is trusted")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str) -> String {
        match DatabaseUrl::parse(url) {
            Ok(DatabaseUrl { url, shown }) => format!("{url} shown as {shown}"),
            Err(error) => error.to_string(),
        }
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
            "postgres://me:s3cret@host/db?sslmode=s3cret",
            "postgres:me:s3cret@host/db",
            "me:s3cret@host",
            "mysql://me:s3cret@host/db",
            "sqlite://me:s3cret@host/db",
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
