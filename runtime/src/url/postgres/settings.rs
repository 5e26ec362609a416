//! All that a connection needs, from a URL and what surrounds the process.

use std::path::PathBuf;
use std::time::Duration;

use super::given;
use super::hosts::{self, Host};
use super::protection::{self, Protection};
use super::values::{Password, Values, wrong};
use crate::environment::Surroundings;
use crate::error::{Error, ErrorKind};

/// How to reach a database of PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) hosts: Vec<Host>,
    pub(crate) user: String,
    pub(crate) database: String,
    /// The password that was said; otherwise the password file may have one.
    pub(crate) password: Option<Password>,
    /// The password file, and whether it was named and is not just where it is looked for.
    pub(crate) passfile: Option<(PathBuf, bool)>,
    pub(crate) application_name: String,
    pub(crate) options: Option<String>,
    /// How long one address of a host may take to answer; `None` is without end.
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) keepalives: Keepalives,
    pub(crate) tcp_user_timeout: Option<Duration>,
    pub(crate) session: TargetSession,
    /// Whether the hosts are tried in another order each time.
    pub(crate) shuffles_hosts: bool,
    pub(crate) channel_binding: Binding,
    pub(crate) protection: Protection,
}

/// How a silent connection is kept open, and a dead one noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keepalives {
    pub(crate) are_on: bool,
    pub(crate) idle: Duration,
    pub(crate) interval: Duration,
    pub(crate) count: u32,
}

/// What a session has to be fit for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TargetSession {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

/// Whether the password's exchange is bound to the TLS connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    Disable,
    Prefer,
    Require,
}

/// Without a limit, a host that is switched off would hold a deployment for minutes, and one that is frozen
/// for ever.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Long statements send nothing for hours, and a firewall in between forgets them after minutes.
const KEEPALIVES: Keepalives = Keepalives {
    are_on: true,
    idle: Duration::from_mins(1),
    interval: Duration::from_secs(10),
    count: 6,
};

const SESSIONS: &[(&str, TargetSession)] = &[
    ("any", TargetSession::Any),
    ("read-write", TargetSession::ReadWrite),
    ("read-only", TargetSession::ReadOnly),
    ("primary", TargetSession::Primary),
    ("standby", TargetSession::Standby),
    ("prefer-standby", TargetSession::PreferStandby),
];

const BINDINGS: &[(&str, Binding)] = &[
    ("disable", Binding::Disable),
    ("prefer", Binding::Prefer),
    ("require", Binding::Require),
];

impl Settings {
    /// Reads what stands behind `postgres://`, and fills what it leaves out.
    ///
    /// # Errors
    ///
    /// When the URL is malformed, and when it or a variable asks for what is not supported. None shows a
    /// value that may be a secret.
    pub(crate) fn read(rest: &str, surroundings: &Surroundings) -> Result<Self, Error> {
        let mut values = given::read(rest)?;
        values.fill(surroundings)?;
        Self::of(values, surroundings)
    }

    fn of(mut values: Values, surroundings: &Surroundings) -> Result<Self, Error> {
        let text = |name| values.text(name).map(str::to_owned);
        let user = text("user")
            .or_else(|| surroundings.user.clone())
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Url,
                    "no user is named, and the system does not tell who runs this program",
                )
                .help_with("write `postgres://user@host/database`, or set PGUSER")
            })?;
        values.choice(
            "client_encoding",
            &[
                ("UTF8", ()),
                ("utf8", ()),
                ("UTF-8", ()),
                ("utf-8", ()),
                ("auto", ()),
            ],
        )?;
        values.choice("gssencmode", &[("disable", ()), ("prefer", ())])?;
        let home = surroundings.home.as_deref();
        let passfile = match text("passfile") {
            Some(file) => Some((file.into(), true)),
            None => surroundings.passfile().map(|file| (file, false)),
        };
        Ok(Self {
            hosts: hosts::read(&values)?,
            database: text("dbname").unwrap_or_else(|| user.clone()),
            user,
            passfile,
            application_name: text("application_name")
                .or_else(|| text("fallback_application_name"))
                .unwrap_or_else(|| "limbeck".to_owned()),
            options: text("options"),
            connect_timeout: values.duration(
                "connect_timeout",
                Duration::from_secs,
                Some(CONNECT_TIMEOUT),
            )?,
            keepalives: keepalives(&values)?,
            tcp_user_timeout: values.duration("tcp_user_timeout", Duration::from_millis, None)?,
            session: values
                .choice("target_session_attrs", SESSIONS)?
                .unwrap_or(TargetSession::Any),
            shuffles_hosts: values
                .choice(
                    "load_balance_hosts",
                    &[("disable", false), ("random", true)],
                )?
                .unwrap_or(false),
            channel_binding: values
                .choice("channel_binding", BINDINGS)?
                .unwrap_or(Binding::Prefer),
            protection: protection::read(&values, home)?,
            password: values.password.take(),
        })
    }

    /// The URL that people are told: with what was filled in, and without any secret.
    pub(crate) fn shown(&self) -> String {
        let hosts: Vec<_> = self.hosts.iter().map(Host::in_url).collect();
        format!(
            "postgres://{}{}@{}/{}",
            self.user,
            if self.password.is_some() { ":***" } else { "" },
            hosts.join(","),
            self.database
        )
    }
}

fn keepalives(values: &Values) -> Result<Keepalives, Error> {
    let duration = |name, otherwise| {
        let found = values.duration(name, Duration::from_secs, None)?;
        Ok::<_, Error>(found.unwrap_or(otherwise))
    };
    let count = match values.number("keepalives_count")? {
        None | Some(0) => KEEPALIVES.count,
        Some(count) => {
            u32::try_from(count).map_err(|_| wrong("`keepalives_count` is not a count"))?
        }
    };
    Ok(Keepalives {
        are_on: values.flag("keepalives")?.unwrap_or(KEEPALIVES.are_on),
        idle: duration("keepalives_idle", KEEPALIVES.idle)?,
        interval: duration("keepalives_interval", KEEPALIVES.interval)?,
        count,
    })
}
