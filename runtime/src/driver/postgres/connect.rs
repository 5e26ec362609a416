//! Connections of limbeck's own.

use std::sync::Arc;

use postgres::config::{ChannelBinding, SslNegotiation, TargetSessionAttrs};
use postgres::{Client, Config};

use super::Postgres;
use super::attempt::{Attempt, Encryption};
use super::failure::{Failure, Fault, Known};
use super::inside_runtime::{self, Connection};
use super::lookout::Watchtower;
use super::passwords::Passwords;
use super::tls::Tls;
use crate::clock::Stopwatch;
use crate::driver::{DriverError, Opened};
use crate::error::{Error, ErrorKind};
use crate::url::{Binding, Host, Place, Settings, SslMode, TargetSession};
use crate::watch::Lookout;

/// How a connection of limbeck's own is opened, as often as one is needed. All files are read before the
/// first one: later ones are like it.
#[derive(Clone)]
pub(super) struct Connector {
    plan: Arc<Plan>,
    /// In the place of the database that the settings name.
    database: Option<String>,
    /// Runs since before the first connection: no session of its own is older.
    pub(super) made: Stopwatch,
}

struct Plan {
    settings: Settings,
    passwords: Passwords,
    tls: Option<Tls>,
}

impl Connector {
    fn new(settings: Settings) -> Result<Self, Error> {
        for host in &settings.hosts {
            check_address(host)?;
        }
        let plan = Plan {
            passwords: Passwords::read(&settings),
            tls: Tls::read(&settings)?,
            settings,
        };
        Ok(Self {
            plan: Arc::new(plan),
            database: None,
            made: Stopwatch::start(),
        })
    }

    /// The same server, another database.
    #[cfg(feature = "drift")]
    pub(super) fn to_database(&self, name: &str) -> Self {
        Self {
            database: Some(name.to_owned()),
            ..self.clone()
        }
    }

    /// Connects to the first host that answers and suits.
    pub(super) fn connect(&self) -> Result<Client, Error> {
        inside_runtime::refuse(Connection::Own)?;
        let settings = &self.plan.settings;
        let mut order: Vec<usize> = (0..settings.hosts.len()).collect();
        if settings.shuffles_hosts {
            fastrand::shuffle(&mut order);
        }
        let passes: &[TargetSession] = match settings.session {
            TargetSession::PreferStandby => &[TargetSession::Standby, TargetSession::Any],
            _ => &[settings.session],
        };
        let mut failures = Vec::new();
        for &session in passes {
            failures.clear();
            for &number in &order {
                match self.connect_to(number, session) {
                    Ok(client) => return Ok(client),
                    Err(failure) => {
                        let goes_on = failure.fault.may_be_better_elsewhere();
                        failures.push((number, failure));
                        if !goes_on {
                            return Err(self.failed(failures));
                        }
                    }
                }
            }
        }
        Err(self.failed(failures))
    }

    /// Tries the ways of encryption that `sslmode` allows, in its order.
    fn connect_to(&self, number: usize, session: TargetSession) -> Result<Client, Failure> {
        let mut first: Option<Failure> = None;
        for &encryption in self.ways(number) {
            let failure = match self.attempt(number, session, encryption).make() {
                Ok(client) => return Ok(client),
                Err(failure) => failure,
            };
            if let Some(first) = first {
                return Err(both(first, failure));
            }
            let may_try_otherwise = match encryption {
                Encryption::Never => failure.fault.is_of_authorization(),
                Encryption::IfOffered => {
                    failure.fault.is_tls()
                        || failure.was_encrypted && failure.fault.is_of_authorization()
                }
                Encryption::Always => false,
            };
            if !may_try_otherwise {
                return Err(failure);
            }
            first = Some(failure);
        }
        Err(first.unwrap_or_else(|| Failure {
            fault: Fault::Unreachable(DriverError::other("there is no way to connect")),
            was_encrypted: false,
        }))
    }

    fn ways(&self, number: usize) -> &'static [Encryption] {
        let is_socket = matches!(self.plan.settings.hosts[number].place, Place::Socket(_));
        if is_socket || self.plan.tls.is_none() {
            return &[Encryption::Never];
        }
        match self.plan.settings.protection.mode {
            SslMode::Disable => &[Encryption::Never],
            SslMode::Allow => &[Encryption::Never, Encryption::Always],
            SslMode::Prefer => &[Encryption::IfOffered, Encryption::Never],
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => &[Encryption::Always],
        }
    }

    fn attempt(&self, number: usize, session: TargetSession, encryption: Encryption) -> Attempt {
        let Plan {
            settings,
            passwords,
            tls,
        } = &*self.plan;
        let mut config = Config::new();
        config
            .user(&settings.user)
            .dbname(self.database.as_ref().unwrap_or(&settings.database))
            .application_name(&settings.application_name)
            .channel_binding(match settings.channel_binding {
                Binding::Disable => ChannelBinding::Disable,
                Binding::Prefer => ChannelBinding::Prefer,
                Binding::Require => ChannelBinding::Require,
            })
            .target_session_attrs(match session {
                TargetSession::ReadWrite => TargetSessionAttrs::ReadWrite,
                TargetSession::ReadOnly => TargetSessionAttrs::ReadOnly,
                _ => TargetSessionAttrs::Any,
            })
            .keepalives(settings.keepalives.are_on)
            .keepalives_idle(settings.keepalives.idle)
            .keepalives_interval(settings.keepalives.interval)
            .keepalives_retries(settings.keepalives.count);
        if settings.protection.direct && encryption == Encryption::Always {
            config.ssl_negotiation(SslNegotiation::Direct);
        }
        if let Some(password) = passwords.of(number) {
            config.password(password.secret.bytes());
        }
        if let Some(options) = &settings.options {
            config.options(options);
        }
        if let Some(timeout) = settings.connect_timeout {
            config.connect_timeout(timeout);
        }
        if let Some(timeout) = settings.tcp_user_timeout {
            config.tcp_user_timeout(timeout);
        }
        let host = &settings.hosts[number];
        config.port(host.port);
        match &host.place {
            Place::Socket(directory) => config.host(&directory.display().to_string()),
            Place::Tcp { name, address } => {
                if let Some(Ok(address)) = address.as_deref().map(str::parse) {
                    config.hostaddr(address);
                }
                config.host(name)
            }
        };
        Attempt {
            config,
            encryption,
            tls: tls.clone(),
            session,
            patience: settings.connect_timeout,
        }
    }

    /// The error for all hosts that were tried; what to do is said of the last one.
    fn failed(&self, mut failures: Vec<(usize, Failure)>) -> Error {
        let Plan {
            settings,
            passwords,
            tls,
        } = &*self.plan;
        let message = format!("cannot connect to `{}`", settings.shown());
        let Some((number, last)) = failures.pop() else {
            return Error::new(ErrorKind::Database, message);
        };
        let help = last.fault.help(&Known {
            host: &settings.hosts[number],
            mode: settings.protection.mode,
            is_direct: settings.protection.direct,
            has_shown_certificate: last.was_encrypted
                && tls.as_ref().is_some_and(Tls::has_client_certificate),
            password_origin: passwords
                .of(number)
                .map(|password| password.origin.as_str()),
            passfile_note: passwords.note(),
        });
        let mut cause = last.fault.into_error();
        if !failures.is_empty() {
            let all: Vec<_> = failures
                .iter()
                .map(|(number, failure)| (number, failure.fault.error().to_string()))
                .chain([(&number, cause.message)])
                .map(|(number, said)| format!("{}: {said}", settings.hosts[*number].words()))
                .collect();
            cause.message = all.join("; ");
        }
        let error = Error::database(message, cause);
        match help {
            Some(help) => error.help_with(help),
            None => error,
        }
    }
}

/// A host that was tried in two ways, both of which have failed. What to do is said of the encrypted one.
fn both(first: Failure, second: Failure) -> Failure {
    let said = |failure: &Failure| failure.fault.error().to_string();
    let (first_words, second_words) = (said(&first), said(&second));
    if first_words == second_words {
        return second;
    }
    let words = if first.fault.is_tls() {
        format!("{first_words}; and without TLS: {second_words}")
    } else {
        // The error adds its own code to its message.
        format!(
            "{first_words}; and otherwise: {}",
            second.fault.error().message
        )
    };
    let mut failure = if first.fault.is_tls() { first } else { second };
    failure.fault.error_mut().message = words;
    failure
}

fn check_address(host: &Host) -> Result<(), Error> {
    let Place::Tcp {
        address: Some(address),
        ..
    } = &host.place
    else {
        return Ok(());
    };
    // Only the driver's parser is asked: it is the one that has to understand it.
    let mut config = Config::new();
    match address.parse() {
        Ok(address) => {
            config.hostaddr(address);
            Ok(())
        }
        Err(_) => Err(Error::new(
            ErrorKind::Url,
            "cannot tell how to connect: `hostaddr` is not an IP address",
        )
        .help_with("write a name into `host`, which is looked up")),
    }
}

/// Looks at the sessions of a database.
pub(crate) fn lookout(settings: Settings) -> Result<Box<dyn Lookout>, Error> {
    let connector = Connector::new(settings)?;
    Ok(Box::new(Watchtower::new(connector)))
}

/// Opens a connection of limbeck's own.
pub(crate) fn connect<'c>(settings: Settings) -> Result<Opened<'c>, Error> {
    let connector = Connector::new(settings)?;
    let client = connector.connect()?;
    Ok(Box::new(Postgres::new(Box::new(client), Some(connector))))
}
