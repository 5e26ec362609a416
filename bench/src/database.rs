//! Databases: made anew, copied, gone afterwards.

use std::fs;
use std::path::{Path, PathBuf};

use limbeck_testkit::{Cluster, Options, WireProxy};
use postgres::Client;

use crate::error::{Failure, Result};
use crate::history::Dialect;
use crate::place;

/// The databases of a run.
pub(crate) struct Databases {
    cluster: Option<Cluster>,
    proxy: Option<WireProxy>,
}

/// As a server is that somebody relies on: it waits for the disk. Of locks there are enough for the whole of a
/// history in one transaction, which is what is compared with; the server's own default has 64.
const SETTINGS: [&str; 8] = [
    "fsync = on",
    "synchronous_commit = on",
    "full_page_writes = on",
    "shared_buffers = 512MB",
    "max_wal_size = 4GB",
    "max_locks_per_transaction = 4096",
    "autovacuum = off",
    "log_min_messages = panic",
];

/// A server as it comes, but for waiting for the disk.
const DEFAULTS: [&str; 3] = [
    "fsync = on",
    "synchronous_commit = on",
    "max_locks_per_transaction = 64",
];

impl Databases {
    /// Starts a server where one is needed.
    pub(crate) fn start(dialects: &[Dialect]) -> Result<Self> {
        let cluster = if dialects.contains(&Dialect::Postgres) {
            Some(cluster(&SETTINGS)?)
        } else {
            None
        };
        let proxy = cluster
            .as_ref()
            .map(|cluster| WireProxy::start(cluster.server()));
        Ok(Self { cluster, proxy })
    }

    /// A server with as many locks as it has by itself.
    pub(crate) fn with_default_locks() -> Result<Self> {
        let cluster = cluster(&DEFAULTS)?;
        Ok(Self {
            cluster: Some(cluster),
            proxy: None,
        })
    }

    /// An empty database, in place of one of this name; as programs are told of it.
    pub(crate) fn create(&self, dialect: Dialect, name: &str) -> Result<String> {
        self.remove(dialect, name)?;
        match dialect {
            Dialect::Sqlite => Ok(self.url(dialect, name)),
            Dialect::Postgres => self.make(name, "template0"),
        }
    }

    /// A copy of a database, in place of one of its name.
    pub(crate) fn copy(&self, dialect: Dialect, from: &str, name: &str) -> Result<String> {
        self.remove(dialect, name)?;
        match dialect {
            Dialect::Sqlite => {
                let (from, to) = (place::database(from), place::database(name));
                fs::copy(&from, &to).map_err(Failure::io(format!("copy {}", from.display())))?;
                Ok(self.url(dialect, name))
            }
            Dialect::Postgres => self.make(name, from),
        }
    }

    pub(crate) fn remove(&self, dialect: Dialect, name: &str) -> Result<()> {
        match dialect {
            Dialect::Sqlite => {
                let path = place::database(name);
                for end in ["", "-journal", "-wal", "-shm"] {
                    remove_file(&with_ending(&path, end))?;
                }
                fs::create_dir_all(path.parent().unwrap_or(&path))
                    .map_err(Failure::io("make the folder of databases"))
            }
            Dialect::Postgres => {
                self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            }
        }
    }

    pub(crate) fn url(&self, dialect: Dialect, name: &str) -> String {
        match (dialect, &self.cluster) {
            (Dialect::Postgres, Some(cluster)) => cluster.server().url(name),
            _ => place::database(name).display().to_string(),
        }
    }

    /// What programs do from one moment to another is done by all of them from the same state: nothing is left to
    /// write that another one has caused.
    pub(crate) fn settle(&self, dialect: Dialect) -> Result<()> {
        match dialect {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => self.execute("CHECKPOINT"),
        }
    }

    /// The proxy that counts what goes over the wire.
    pub(crate) fn proxy(&self) -> Option<&WireProxy> {
        self.proxy.as_ref()
    }

    /// How often the server has made sure that its log is on the disk.
    pub(crate) fn wal_syncs(&self) -> Result<u64> {
        let mut client = self.client()?;
        let row = client
            .query_one("SELECT wal_sync FROM pg_stat_wal", &[])
            .map_err(refused)?;
        let syncs: i64 = row.get(0);
        u64::try_from(syncs)
            .map_err(|_| Failure::new(format!("the server has counted {syncs} syncs of its log")))
    }

    /// The server's version, in words.
    pub(crate) fn version(&self) -> Result<String> {
        let mut client = self.client()?;
        let row = client
            .query_one("SHOW server_version", &[])
            .map_err(refused)?;
        Ok(format!("PostgreSQL {}", row.get::<_, String>(0)))
    }

    fn make(&self, name: &str, template: &str) -> Result<String> {
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"))?;
        Ok(self.url(Dialect::Postgres, name))
    }

    fn execute(&self, sql: &str) -> Result<()> {
        self.client()?.batch_execute(sql).map_err(refused)
    }

    fn client(&self) -> Result<Client> {
        let cluster = self.cluster.as_ref();
        let cluster = cluster.ok_or_else(|| Failure::new("no server was started"))?;
        Ok(cluster.server().connect("postgres"))
    }
}

fn cluster(settings: &[&str]) -> Result<Cluster> {
    let options = Options {
        settings: settings.iter().map(|&line| line.to_owned()).collect(),
        ..Options::default()
    };
    Cluster::start(&options).map_err(|error| Failure::new(error.to_string()))
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn refused(error: postgres::Error) -> Failure {
    Failure::new(format!("the server refuses: {error:?}"))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::io(format!("remove {}", path.display()))(error))
        }
        _ => Ok(()),
    }
}
