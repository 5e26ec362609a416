//! One attempt to connect: to one host, encrypted in one way, and never for longer than is allowed.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use postgres::config::SslMode;
use postgres::tls::{MakeTlsConnect, TlsConnect};
use postgres::{Client, Config, NoTls, SimpleQueryMessage, Socket};

use super::failure::{Failure, Fault};
use super::tls::Tls;
use crate::clock::{self, Stopwatch};
use crate::driver::DriverError;
use crate::url::TargetSession;

/// How an attempt is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    Never,
    /// Where the server has it.
    IfOffered,
    Always,
}

/// What is to be tried.
pub(super) struct Attempt {
    pub(super) config: Config,
    pub(super) encryption: Encryption,
    pub(super) tls: Option<Tls>,
    pub(super) session: TargetSession,
    /// How long the server may take, once it has accepted the connection.
    pub(super) patience: Option<Duration>,
}

/// What the connecting thread tells.
enum Told {
    /// A server has accepted a connection: one of the host's addresses.
    Opened,
    /// The server has agreed to encrypt.
    Encrypting,
    Ended(Box<Result<Client, Fault>>),
}

impl Attempt {
    /// Connects on a thread of its own, since nothing else ends the driver's waiting for a server that has
    /// accepted the connection and is silent. That thread goes when the server answers or hangs up.
    pub(super) fn make(self) -> Result<Client, Failure> {
        let patience = self.patience;
        let (sender, told) = mpsc::channel();
        if patience.is_none() {
            // Nobody gives up, and there is no need for another thread.
            let ended = self.try_to_connect(&sender);
            let _ = sender.send(Told::Ended(Box::new(ended)));
            return wait(&told, patience);
        }
        let started = clock::start_thread(move || {
            let ended = self.try_to_connect(&sender);
            // Nobody listens any more when it took too long.
            let _ = sender.send(Told::Ended(Box::new(ended)));
        });
        match started {
            Ok(()) => wait(&told, patience),
            Err(error) => Err(Failure {
                fault: Fault::Unreachable(DriverError::other(format!(
                    "cannot start a thread: {error}"
                ))),
                was_encrypted: false,
            }),
        }
    }

    /// Connects. The driver panics where the operating system refuses it what it waits with, as for want of
    /// file descriptors.
    fn try_to_connect(self, sender: &Sender<Told>) -> Result<Client, Fault> {
        panic::catch_unwind(AssertUnwindSafe(|| self.connect(sender))).unwrap_or_else(|panic| {
            let words = panic.downcast_ref::<String>().map_or("", String::as_str);
            let reason = format!("the driver has given up: {words}");
            Err(Fault::Unreachable(DriverError::other(reason)))
        })
    }

    fn connect(mut self, sender: &Sender<Told>) -> Result<Client, Fault> {
        self.config.ssl_mode(match self.encryption {
            Encryption::Never => SslMode::Disable,
            Encryption::IfOffered => SslMode::Prefer,
            Encryption::Always => SslMode::Require,
        });
        let client = match self.tls {
            Some(tls) if self.encryption != Encryption::Never => self
                .config
                .connect(Watched(tls.connector(), sender.clone())),
            _ => self.config.connect(Watched(NoTls, sender.clone())),
        };
        suits(client.map_err(Fault::of)?, self.session)
    }
}

fn wait(told: &Receiver<Told>, patience: Option<Duration>) -> Result<Client, Failure> {
    let mut was_encrypted = false;
    // Before a connection is open, the driver's own time limit counts, for each address.
    let mut watch: Option<Stopwatch> = None;
    loop {
        let next = match (&watch, patience) {
            (Some(watch), Some(patience)) => {
                told.recv_timeout(patience.saturating_sub(watch.elapsed()))
            }
            _ => told.recv().map_err(RecvTimeoutError::from),
        };
        let fault = match next {
            Ok(Told::Opened) => {
                was_encrypted = false;
                watch = Some(Stopwatch::start());
                continue;
            }
            Ok(Told::Encrypting) => {
                was_encrypted = true;
                continue;
            }
            Ok(Told::Ended(ended)) => match *ended {
                Ok(client) => return Ok(client),
                Err(fault) => fault,
            },
            Err(RecvTimeoutError::Timeout) => Fault::Unreachable(DriverError::other(format!(
                "the server accepts connections and has not answered within {} s",
                patience.unwrap_or_default().as_secs()
            ))),
            Err(RecvTimeoutError::Disconnected) => {
                Fault::Unreachable(DriverError::other("the driver has given up"))
            }
        };
        return Err(Failure {
            fault,
            was_encrypted,
        });
    }
}

/// Whether the session is one of a primary or of a standby, where that matters; the driver itself looks
/// whether it can write.
fn suits(mut client: Client, session: TargetSession) -> Result<Client, Fault> {
    let wanted = match session {
        TargetSession::Primary => "f",
        TargetSession::Standby => "t",
        TargetSession::Any
        | TargetSession::ReadWrite
        | TargetSession::ReadOnly
        | TargetSession::PreferStandby => {
            return Ok(client);
        }
    };
    let answer = client
        .simple_query("SELECT pg_catalog.pg_is_in_recovery()")
        .map_err(Fault::of)?;
    let found = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    if found == Some(wanted) {
        return Ok(client);
    }
    let found = if wanted == "f" { "standby" } else { "primary" };
    Err(Fault::Unreachable(DriverError::other(format!(
        "the server is a {found}"
    ))))
}

/// A connector that tells how far it has come.
struct Watched<T>(T, Sender<Told>);

impl<T: MakeTlsConnect<Socket>> MakeTlsConnect<Socket> for Watched<T> {
    type Stream = T::Stream;
    type TlsConnect = Watched<T::TlsConnect>;
    type Error = T::Error;

    fn make_tls_connect(&mut self, host: &str) -> Result<Self::TlsConnect, Self::Error> {
        let _ = self.1.send(Told::Opened);
        Ok(Watched(self.0.make_tls_connect(host)?, self.1.clone()))
    }
}

impl<T: TlsConnect<Socket>> TlsConnect<Socket> for Watched<T> {
    type Stream = T::Stream;
    type Error = T::Error;
    type Future = T::Future;

    fn connect(self, stream: Socket) -> Self::Future {
        let _ = self.1.send(Told::Encrypting);
        self.0.connect(stream)
    }
}
