//! The server that tests share.

use std::env;
use std::sync::OnceLock;

use postgres::config::Host;
use postgres::{Client, Config, NoTls};

use crate::{Cluster, Error, Options, must};

/// Names a server that runs already, as `postgres://user@host:port`. Tests that find it start no
/// server of their own, so that a test run with a process for each test needs only one.
pub const URL_VARIABLE: &str = "LIMBECK_TEST_POSTGRES";

/// Where a server listens, and who may do anything on it.
#[derive(Clone, Debug)]
pub struct Server {
    /// A URL without a database.
    base: String,
    host: String,
    port: u16,
    user: String,
    password: Option<String>,
}

/// The server of this test run: the one named by [`URL_VARIABLE`], else one that this process
/// starts when it is first asked for, and that ends with this process.
///
/// # Panics
/// When there is no server and none can be started.
pub fn postgres() -> &'static Server {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    match SHARED.get_or_init(Shared::find) {
        Shared::Named(server) => server,
        Shared::Started(cluster) => cluster.server(),
    }
}

enum Shared {
    Named(Server),
    Started(Cluster),
}

impl Shared {
    fn find() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the command that runs all tests hands its server on this way"
        )]
        let named = env::var(URL_VARIABLE);
        if let Ok(url) = named {
            return Self::Named(must(Server::from_url(&url), URL_VARIABLE));
        }
        let cluster = Cluster::start(&Options::default());
        Self::Started(must(cluster, "start PostgreSQL"))
    }
}

impl Server {
    /// A server that listens on TCP, from its URL. A database in the URL is left out.
    ///
    /// # Errors
    /// When the URL is none, or names no host.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let config: Config = url
            .parse()
            .map_err(|error| Error::new(format!("not a URL of PostgreSQL: {error}")))?;
        let Some(Host::Tcp(host)) = config.get_hosts().first() else {
            return Err(Error::new("the URL names no host"));
        };
        let after_scheme = url.find("://").map_or(0, |at| at + "://".len());
        let (scheme, rest) = url.split_at(after_scheme);
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        Ok(Self {
            base: format!("{scheme}{authority}"),
            host: host.clone(),
            port: config.get_ports().first().copied().unwrap_or(5432),
            user: config.get_user().unwrap_or("postgres").to_owned(),
            password: config
                .get_password()
                .map(|password| String::from_utf8_lossy(password).into_owned()),
        })
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("{}/{database}", self.base)
    }

    /// Opens a session in one of its databases.
    ///
    /// # Panics
    /// When that fails.
    #[track_caller]
    pub fn connect(&self, database: &str) -> Client {
        must(
            Client::connect(&self.url(database), NoTls),
            "connect to the test server",
        )
    }

    /// The server's major version, such as 15.
    ///
    /// # Panics
    /// When the server does not answer.
    #[track_caller]
    pub fn major_version(&self) -> u32 {
        let query = "SELECT current_setting('server_version_num')::int / 10000";
        let answer = self.connect("postgres").query_one(query, &[]);
        must(answer, "ask for the server's version")
            .get::<_, i32>(0)
            .unsigned_abs()
    }

    /// The host name or address that it listens on.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Who may do anything on it.
    #[cfg(unix)]
    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    #[cfg(unix)]
    pub(crate) fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// The same server, reached through a port of this machine.
    pub(crate) fn behind(&self, port: u16) -> Self {
        let (scheme, authority) = self
            .base
            .split_once("://")
            .unwrap_or(("postgres", &self.base));
        let user = authority
            .rsplit_once('@')
            .map_or(String::new(), |(user, _)| format!("{user}@"));
        Self {
            base: format!("{scheme}://{user}127.0.0.1:{port}"),
            host: "127.0.0.1".to_owned(),
            port,
            user: self.user.clone(),
            password: self.password.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_with_a_database_names_the_server_alone() {
        let url = "postgres://me:secret@localhost:5433/mine?connect_timeout=3";
        let server = Server::from_url(url).unwrap();
        assert_eq!(server.url("x"), "postgres://me:secret@localhost:5433/x");
        assert_eq!((server.host(), server.port()), ("localhost", 5433));
        assert_eq!(
            server.behind(7).url("x"),
            "postgres://me:secret@127.0.0.1:7/x"
        );
    }

    #[test]
    fn a_server_without_a_host_is_refused() {
        assert!(Server::from_url("postgres:///mine").is_err());
        assert!(Server::from_url("http://localhost").is_err());
    }
}
