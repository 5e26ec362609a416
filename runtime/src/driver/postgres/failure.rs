//! Why an attempt to connect has failed, and what to do about it.

use std::error::Error as _;

use postgres::error::SqlState;

use super::error::from_postgres;
use super::tls;
use crate::driver::DriverError;
use crate::url::{Host, SslMode};

/// An attempt that has failed.
pub(super) struct Failure {
    pub(super) fault: Fault,
    /// Whether the server had agreed to encrypt.
    pub(super) was_encrypted: bool,
}

/// What was wrong.
pub(super) enum Fault {
    /// Nobody has answered, or one who cannot help: another host may.
    Unreachable(DriverError),
    /// The server has refused.
    Refused(DriverError),
    /// The server wants a password and there is none.
    NoPassword(DriverError),
    /// The server does not encrypt.
    NoTls(DriverError),
    /// Encryption failed; what to do, where that is known.
    Tls(DriverError, Option<String>),
}

impl Fault {
    /// Sorts what the driver says.
    pub(super) fn of(error: postgres::Error) -> Self {
        if error.as_db_error().is_some() {
            return Self::Refused(from_postgres(error));
        }
        if let Some(found) = tls::explain(&error) {
            let error = DriverError {
                source: Some(Box::new(error)),
                ..DriverError::other(found.message)
            };
            return Self::Tls(error, found.help);
        }
        // The driver has no other way to tell these apart; tests hold it to its words.
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        match cause.as_str() {
            "password missing" => {
                Self::NoPassword(DriverError::other("the server wants a password"))
            }
            "server does not support TLS" => Self::NoTls(DriverError::other(
                "the server does not encrypt connections",
            )),
            _ if error.to_string().contains("TLS") => Self::Tls(from_postgres(error), None),
            _ => Self::Unreachable(from_postgres(error)),
        }
    }

    pub(super) fn error(&self) -> &DriverError {
        match self {
            Self::Unreachable(error)
            | Self::Refused(error)
            | Self::NoPassword(error)
            | Self::NoTls(error)
            | Self::Tls(error, _) => error,
        }
    }

    pub(super) fn error_mut(&mut self) -> &mut DriverError {
        match self {
            Self::Unreachable(error)
            | Self::Refused(error)
            | Self::NoPassword(error)
            | Self::NoTls(error)
            | Self::Tls(error, _) => error,
        }
    }

    pub(super) fn into_error(self) -> DriverError {
        match self {
            Self::Unreachable(error)
            | Self::Refused(error)
            | Self::NoPassword(error)
            | Self::NoTls(error)
            | Self::Tls(error, _) => error,
        }
    }

    fn code(&self) -> &str {
        self.error().code.as_deref().unwrap_or_default()
    }

    /// Whether another host may answer otherwise, as libpq decides it: not where one has refused.
    pub(super) fn may_be_better_elsewhere(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            _ => self.code() == SqlState::CANNOT_CONNECT_NOW.code(),
        }
    }

    /// Whether the server has refused whoever asks, as it does by `pg_hba.conf`, which tells encrypted
    /// connections from plain ones.
    pub(super) fn is_of_authorization(&self) -> bool {
        matches!(self, Self::Refused(_)) && self.code().starts_with("28")
    }

    pub(super) fn is_tls(&self) -> bool {
        matches!(self, Self::Tls(..))
    }

    /// What to do, in an imperative.
    pub(super) fn help(&self, known: &Known<'_>) -> Option<String> {
        match self {
            // How a server says so depends on the version of TLS and on who is faster: it may just hang up.
            Self::Unreachable(_) | Self::Tls(_, None) if known.has_shown_certificate => Some(
                "see whether the server accepts this client's certificate: an authority of its `ssl_ca_file` must have \
                 signed it"
                    .to_owned(),
            ),
            Self::Unreachable(_) => Some(format!(
                "see that a server runs and listens at {}, and that this machine may reach it",
                known.host.words()
            )),
            Self::Refused(error) => self.help_refused(error, known),
            Self::NoPassword(_) => Some(known.without_password()),
            Self::NoTls(_) => Some(
                "set `ssl = on` in the server's postgresql.conf, or use `sslmode=disable` where nobody else can \
                 reach the network"
                    .to_owned(),
            ),
            Self::Tls(_, None) if known.is_direct => Some(
                "take `sslnegotiation=direct` out: PostgreSQL 17 is the first that knows it".to_owned(),
            ),
            Self::Tls(_, help) => help.clone(),
        }
    }

    fn help_refused(&self, error: &DriverError, known: &Known<'_>) -> Option<String> {
        let code = self.code();
        if code == SqlState::INVALID_PASSWORD.code() {
            return Some(match known.password_origin {
                Some(origin) => {
                    format!("correct the password or the user; it was taken from {origin}")
                }
                None => known.without_password(),
            });
        }
        if code == SqlState::INVALID_CATALOG_NAME.code() {
            return Some("create the database, or correct the name in the URL".to_owned());
        }
        if code == SqlState::CANNOT_CONNECT_NOW.code() {
            return Some("run again when the server is ready".to_owned());
        }
        if !self.is_of_authorization() {
            return None;
        }
        if error.message.contains("client certificate") {
            return Some(
                "name the certificate and key of this client: `sslcert=client.crt&sslkey=client.key`"
                    .to_owned(),
            );
        }
        // Which of both it was stands in the message, which says it otherwise before version 14.
        let was_plain = ["no encryption", "SSL off"]
            .iter()
            .any(|words| error.message.contains(words));
        Some(if was_plain && known.mode == SslMode::Disable {
            "use `sslmode=verify-full` or `sslmode=require`: the server lets only encrypted connections in"
                .to_owned()
        } else {
            "let this user, database and address in by a line of the server's pg_hba.conf"
                .to_owned()
        })
    }
}

/// What is known of an attempt beside its failure.
pub(super) struct Known<'k> {
    pub(super) host: &'k Host,
    pub(super) mode: SslMode,
    pub(super) is_direct: bool,
    /// Whether the server has seen this client's certificate, or was about to.
    pub(super) has_shown_certificate: bool,
    pub(super) password_origin: Option<&'k str>,
    /// Why the password file was not used, where there is something to say.
    pub(super) passfile_note: Option<&'k str>,
}

impl Known<'_> {
    fn without_password(&self) -> String {
        let note = self.passfile_note.map(|note| format!(": {note}"));
        format!(
            "give a password in the URL, in PGPASSWORD or in a password file{}",
            note.unwrap_or_default()
        )
    }
}
