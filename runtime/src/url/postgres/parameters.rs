//! Every parameter of a connection: its name in a URL, its environment variable, and what becomes of it.
//!
//! Source: PostgreSQL's manual, chapter "libpq: Database Connection Control Functions", sections "Parameter Key
//! Words" and "Environment Variables".

use limbeck_model::suggest::nearest;

/// One parameter.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) variable: Option<&'static str>,
    pub(super) treatment: Treatment,
}

/// What becomes of a parameter.
pub(super) enum Treatment {
    /// Has a part in [`Settings`](super::Settings).
    Taken,
    /// Means something to another driver, and leaves limbeck's connection the same.
    Ignored,
    /// Would change what a connection means, and is not supported: what to do instead.
    Refused(&'static str),
}

use Treatment::{Ignored, Refused, Taken};

const fn row(
    name: &'static str,
    variable: Option<&'static str>,
    treatment: Treatment,
) -> Parameter {
    Parameter {
        name,
        variable,
        treatment,
    }
}

const NO_SERVICES: &str = "write what the service file says into the URL or into PG* variables";
const NO_REVOCATION: &str =
    "lists of revoked certificates are not looked at: take the authority out of `sslrootcert`";

pub(super) const PARAMETERS: &[Parameter] = &[
    row("host", Some("PGHOST"), Taken),
    row("hostaddr", Some("PGHOSTADDR"), Taken),
    row("port", Some("PGPORT"), Taken),
    row("dbname", Some("PGDATABASE"), Taken),
    row("user", Some("PGUSER"), Taken),
    row("password", Some("PGPASSWORD"), Taken),
    row("passfile", Some("PGPASSFILE"), Taken),
    row("connect_timeout", Some("PGCONNECT_TIMEOUT"), Taken),
    row("application_name", Some("PGAPPNAME"), Taken),
    row("fallback_application_name", None, Taken),
    row("options", Some("PGOPTIONS"), Taken),
    row("client_encoding", Some("PGCLIENTENCODING"), Taken),
    row("keepalives", None, Taken),
    row("keepalives_idle", None, Taken),
    row("keepalives_interval", None, Taken),
    row("keepalives_count", None, Taken),
    row("tcp_user_timeout", None, Taken),
    row("sslmode", Some("PGSSLMODE"), Taken),
    row("sslnegotiation", Some("PGSSLNEGOTIATION"), Taken),
    row("sslrootcert", Some("PGSSLROOTCERT"), Taken),
    row("sslcert", Some("PGSSLCERT"), Taken),
    row("sslkey", Some("PGSSLKEY"), Taken),
    row("sslsni", Some("PGSSLSNI"), Taken),
    row("sslcertmode", Some("PGSSLCERTMODE"), Taken),
    row(
        "ssl_min_protocol_version",
        Some("PGSSLMINPROTOCOLVERSION"),
        Taken,
    ),
    row(
        "ssl_max_protocol_version",
        Some("PGSSLMAXPROTOCOLVERSION"),
        Taken,
    ),
    row("channel_binding", Some("PGCHANNELBINDING"), Taken),
    row("target_session_attrs", Some("PGTARGETSESSIONATTRS"), Taken),
    row("load_balance_hosts", Some("PGLOADBALANCEHOSTS"), Taken),
    row("gssencmode", Some("PGGSSENCMODE"), Taken),
    // Compression is never used, and Kerberos is never asked for.
    row("sslcompression", None, Ignored),
    row("gssdelegation", None, Ignored),
    row("gsslib", None, Ignored),
    row("krbsrvname", None, Ignored),
    // Of asyncpg, psycopg and SQLAlchemy: nothing is prepared here.
    row("async_fallback", None, Ignored),
    row("prepare_threshold", None, Ignored),
    row("prepared_statement_cache_size", None, Ignored),
    row("prepared_statement_name_func", None, Ignored),
    row("statement_cache_size", None, Ignored),
    row("service", Some("PGSERVICE"), Refused(NO_SERVICES)),
    row("servicefile", None, Refused(NO_SERVICES)),
    row("sslcrl", Some("PGSSLCRL"), Refused(NO_REVOCATION)),
    row("sslcrldir", Some("PGSSLCRLDIR"), Refused(NO_REVOCATION)),
    row(
        "sslpassword",
        None,
        Refused("encrypted keys are not read: decrypt the key with `openssl pkey`"),
    ),
    row(
        "require_auth",
        Some("PGREQUIREAUTH"),
        Refused("use `channel_binding=require`, which only SCRAM over TLS passes"),
    ),
    row(
        "requirepeer",
        Some("PGREQUIREPEER"),
        Refused("put the socket into a directory in which only the server's user can write"),
    ),
    row(
        "requiressl",
        Some("PGREQUIRESSL"),
        Refused("say `sslmode=require`"),
    ),
    row(
        "replication",
        None,
        Refused("migrations need an ordinary session"),
    ),
];

/// Other spellings.
const ALIASES: &[(&str, &str)] = &[
    ("ssl", "sslmode"),
    ("database", "dbname"),
    ("keepalives_retries", "keepalives_count"),
];

/// Every variable that is looked at.
pub(crate) fn variables() -> impl Iterator<Item = &'static str> {
    PARAMETERS.iter().filter_map(|parameter| parameter.variable)
}

/// The parameter that a URL calls `name`.
pub(super) fn find(name: &str) -> Option<&'static Parameter> {
    let name = ALIASES
        .iter()
        .find(|(alias, _)| *alias == name)
        .map_or(name, |(_, name)| name);
    PARAMETERS.iter().find(|parameter| parameter.name == name)
}

/// What may have been meant.
pub(super) fn suggest(name: &str) -> Option<&'static str> {
    let taken = PARAMETERS
        .iter()
        .filter(|parameter| matches!(parameter.treatment, Taken));
    nearest(name, taken.map(|parameter| parameter.name))
}
