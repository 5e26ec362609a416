//! The text of a URL: credentials, hosts, database, parameters.
//!
//! Nothing of a URL that is malformed is ever shown, since its password may be anywhere in it.

use percent_encoding::percent_decode_str;

use super::parameters::{Treatment, find, suggest};
use super::values::{Values, unsupported};
use crate::error::{Error, ErrorKind};
use crate::url::parse::{decode, malformed};

/// Reads what stands behind `postgres://`: `[user[:password]@][host[:port],…][/database][?parameters]`.
pub(super) fn read(rest: &str) -> Result<Values, Error> {
    let mut values = Values::default();
    let rest = credentials(rest, &mut values)?;
    let (location, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (hosts, database) = location.split_once('/').unwrap_or((location, ""));
    if location.contains('@') {
        return Err(must_be_encoded());
    }
    read_hosts(hosts, &mut values)?;
    values.give("dbname", decode(database)?.into_owned());
    parameters(query, &mut values)?;
    Ok(values)
}

fn must_be_encoded() -> Error {
    malformed("a special character stands where none can").help_with(
        "percent-encode the special characters of a user name, password or database: `%40` for `@`, `%2F` for `/`, \
         `%3A` for `:`, `%3F` for `?`, `%25` for `%`",
    )
}

/// Credentials end at the first `@`, unless a `/` stands before it, as for libpq.
fn credentials<'u>(rest: &'u str, values: &mut Values) -> Result<&'u str, Error> {
    let Some((credentials, behind)) = rest.split_once('@') else {
        return Ok(rest);
    };
    if credentials.contains('/') {
        return Ok(rest);
    }
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    values.give("user", decode(user)?.into_owned());
    values.give_password(percent_decode_str(password).collect());
    Ok(behind)
}

/// `host:port,[::1]:port,%2Fdirectory`: the hosts and the ports, each with its commas.
fn read_hosts(text: &str, values: &mut Values) -> Result<(), Error> {
    let mut hosts = Vec::new();
    let mut ports = Vec::new();
    for part in text.split(',') {
        let (host, port) = split_port(part)?;
        let host = decode(host)?;
        if !host.starts_with('/') && host.contains(['/', '?', '#', ' ']) {
            return Err(must_be_encoded());
        }
        hosts.push(host.into_owned());
        ports.push(decode(port)?.into_owned());
    }
    for (name, parts) in [("host", hosts), ("port", ports)] {
        if parts.iter().any(|part| !part.is_empty()) {
            values.give(name, parts.join(","));
        }
    }
    Ok(())
}

fn split_port(text: &str) -> Result<(&str, &str), Error> {
    let brackets = || {
        malformed("an IPv6 address is not in brackets")
            .help_with("write `postgres://user@[::1]:5432/database`")
    };
    if let Some(inner) = text.strip_prefix('[') {
        let (host, rest) = inner.split_once(']').ok_or_else(brackets)?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, port)),
            None if rest.is_empty() => Ok((host, "")),
            None => Err(brackets()),
        };
    }
    let (host, port) = text.split_once(':').unwrap_or((text, ""));
    if port.contains(':') {
        return Err(brackets());
    }
    Ok((host, port))
}

fn parameters(query: &str, values: &mut Values) -> Result<(), Error> {
    // What follows a password may be the rest of it, behind an `&` that was not encoded.
    let mut may_be_secret = false;
    for text in query.split('&').filter(|text| !text.is_empty()) {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let Some(parameter) = find(name) else {
            // An `@` or a missing value hints at a password whose `/` or `?` was not encoded.
            may_be_secret |= text.contains('@') || !text.contains('=');
            return Err(unknown(name, may_be_secret));
        };
        may_be_secret |= matches!(parameter.name, "password" | "sslpassword");
        if let Treatment::Refused(instead) = parameter.treatment {
            return Err(unsupported(parameter.name, instead));
        }
        if !text.contains('=') {
            return Err(malformed(&format!("`{}` has no value", parameter.name)));
        }
        if parameter.name == "password" {
            values.give_password(percent_decode_str(value).collect());
        } else {
            values.give(parameter.name, spelling(name, decode(value)?.into_owned()));
        }
    }
    Ok(())
}

/// `ssl=true` of other drivers is `sslmode=require`, and `ssl=` also takes the modes themselves.
fn spelling(name: &str, value: String) -> String {
    match (name, value.as_str()) {
        ("ssl", "true" | "1" | "on" | "yes") => "require".to_owned(),
        ("ssl", "false" | "0" | "off" | "no") => "disable".to_owned(),
        _ => value,
    }
}

fn unknown(name: &str, may_be_secret: bool) -> Error {
    let is_name = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if may_be_secret || !is_name {
        return malformed("it has a parameter that nobody knows")
            .help_with("write parameters as `name=value`, and percent-encode the special characters of a password: `%2F` for `/`, `%3F` \
             for `?`, `%26` for `&`");
    }
    let error = Error::new(
        ErrorKind::Url,
        format!("cannot read the database URL: there is no parameter `{name}`"),
    );
    match suggest(name) {
        Some(near) => error.help_with(format!("write `{near}`")),
        None => error.help_with(
            "take it out: parameters are those of libpq, and session settings go into `options=-c%20NAME%3DVALUE`",
        ),
    }
}
