//! Where the servers are.

use std::path::{Path, PathBuf};

use super::values::{Values, wrong};
use crate::error::Error;

/// One server to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) place: Place,
    pub(crate) port: u16,
}

/// How a server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Over TCP: the name that its certificate is held against, and its address where that is given.
    Tcp {
        name: String,
        address: Option<String>,
    },
    /// The directory of a Unix socket.
    Socket(PathBuf),
}

pub(super) const DEFAULT_PORT: u16 = 5432;

/// Where a server's socket is when nobody says: Debian's place, then PostgreSQL's own.
const SOCKET_DIRECTORIES: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// Pairs hosts, addresses and ports.
pub(super) fn read(values: &Values) -> Result<Vec<Host>, Error> {
    let names = list(values.text("host"));
    let addresses = list(values.text("hostaddr"));
    let count = names.len().max(addresses.len());
    if !names.is_empty() && !addresses.is_empty() && names.len() != addresses.len() {
        return Err(wrong("there are not as many `hostaddr` as `host`"));
    }
    let ports = ports(values)?;
    if count == 0 {
        return Ok(defaults(&ports));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(wrong("there are not as many `port` as `host`"));
    }
    let at =
        |list: &[String], number: usize| list.get(number).filter(|text| !text.is_empty()).cloned();
    let mut hosts = Vec::new();
    for number in 0..count {
        let port = ports.get(number).or(ports.first());
        let port = port.copied().unwrap_or(DEFAULT_PORT);
        match (at(&names, number), at(&addresses, number)) {
            (None, None) => hosts.extend(defaults(&[port])),
            (Some(name), None) if name.starts_with('/') => hosts.push(Host {
                place: Place::Socket(name.into()),
                port,
            }),
            (Some(name), address) => hosts.push(Host {
                place: Place::Tcp { name, address },
                port,
            }),
            (None, Some(address)) => hosts.push(Host {
                place: Place::Tcp {
                    name: address.clone(),
                    address: Some(address),
                },
                port,
            }),
        }
    }
    Ok(hosts)
}

fn list(text: Option<&str>) -> Vec<String> {
    text.map_or_else(Vec::new, |text| {
        text.split(',').map(str::to_owned).collect()
    })
}

fn ports(values: &Values) -> Result<Vec<u16>, Error> {
    list(values.text("port"))
        .iter()
        .map(|text| match text.as_str() {
            "" => Ok(DEFAULT_PORT),
            // The text is not shown: a password with a `/` in it leaves a piece here.
            text => match text.parse() {
                Ok(0) | Err(_) => Err(wrong("the port is not a number from 1 to 65535")
                    .help_with(
                        "write `postgres://user:password@host:5432/database`, with the special characters of the \
                         password percent-encoded",
                    )),
                Ok(port) => Ok(port),
            },
        })
        .collect()
}

fn defaults(ports: &[u16]) -> Vec<Host> {
    let port = ports.first().copied().unwrap_or(DEFAULT_PORT);
    if cfg!(unix) {
        let sockets = SOCKET_DIRECTORIES.iter().map(|directory| Host {
            place: Place::Socket(directory.into()),
            port,
        });
        return sockets.collect();
    }
    vec![Host {
        place: Place::Tcp {
            name: "localhost".to_owned(),
            address: None,
        },
        port,
    }]
}

impl Host {
    /// As it stands in a URL.
    pub(super) fn in_url(&self) -> String {
        match &self.place {
            Place::Tcp { name, .. } if name.contains(':') => format!("[{name}]:{}", self.port),
            Place::Tcp { name, .. } => format!("{name}:{}", self.port),
            Place::Socket(directory) => {
                format!(
                    "{}:{}",
                    directory.display().to_string().replace('/', "%2F"),
                    self.port
                )
            }
        }
    }

    /// In words, where each of several servers is told about.
    pub(crate) fn words(&self) -> String {
        match &self.place {
            Place::Tcp {
                name,
                address: Some(address),
            } if name != address => format!("`{}` ({address})", self.in_url()),
            Place::Tcp { .. } => format!("`{}`", self.in_url()),
            Place::Socket(directory) => {
                format!(
                    "`{}`",
                    directory.join(format!(".s.PGSQL.{}", self.port)).display()
                )
            }
        }
    }

    /// What the first field of a password file says of it.
    ///
    /// Source: PostgreSQL's manual, "libpq: The Password File": a socket in the default directory is
    /// `localhost`.
    pub(crate) fn in_passfile(&self) -> String {
        match &self.place {
            Place::Tcp { name, .. } => name.clone(),
            Place::Socket(directory) => {
                let is_default = SOCKET_DIRECTORIES
                    .iter()
                    .any(|default| Path::new(default) == directory);
                if is_default {
                    "localhost".to_owned()
                } else {
                    directory.display().to_string()
                }
            }
        }
    }
}
