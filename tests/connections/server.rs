//! A server with certificates of a test's own, on which each user is let in another way.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use limbeck::{Error, History, Migrator};
use limbeck_testkit::{Cluster, Database, Options};
use limbeck_trial::{compile, revision};

use crate::authority::{Authority, Pair};

/// Who is let in, and how. The server's own user always is.
const RULES: &str = "\
local   all postgres            trust
host    all postgres 127.0.0.1/32 trust
hostnossl all encrypted all     reject
host    all encrypted all       trust
hostssl all plain all           reject
host    all plain all           trust
hostssl all certified all       trust clientcert=verify-ca
hostnossl all certified all     reject
host    all secret all          scram-sha-256
host    all cleartext all       password
host    all digested all        md5
local   all secret              scram-sha-256
host    all nobody all          reject
host    all all all             trust
local   all all                 trust
";

const USERS: [&str; 7] = [
    "anybody",
    "encrypted",
    "plain",
    "certified",
    "secret",
    "cleartext",
    "digested",
];

/// The password of `secret`, `cleartext` and `digested`.
pub(crate) const PASSWORD: &str = "s3cret pass:word";

/// A server that encrypts, with the authority that has signed its certificate.
pub(crate) struct Secure {
    pub(crate) cluster: Cluster,
    pub(crate) authority: Authority,
    folder: tempfile::TempDir,
}

impl Secure {
    /// The server of this test run: its certificate is for `localhost` and signed by its authority.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Secure> = OnceLock::new();
        SHARED.get_or_init(|| {
            let authority = Authority::new("the tests' authority");
            let pair = authority.sign("localhost", &["localhost"]);
            Self::start(authority, &pair)
        })
    }

    pub(crate) fn start(authority: Authority, pair: &Pair) -> Self {
        let cluster = Cluster::start(&Options::default()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let secure = Self {
            cluster,
            authority,
            folder,
        };
        let mut client = secure.cluster.server().connect("postgres");
        for user in USERS {
            client
                .batch_execute(&format!("CREATE ROLE {user} SUPERUSER LOGIN"))
                .unwrap();
        }
        client
            .batch_execute(&format!(
                "SET password_encryption = 'scram-sha-256'; ALTER ROLE secret PASSWORD '{PASSWORD}'; ALTER ROLE cleartext PASSWORD '{PASSWORD}'; \
                 SET password_encryption = 'md5'; ALTER ROLE digested PASSWORD '{PASSWORD}'"
            ))
            .unwrap();
        for (file, text) in [
            ("server.crt", pair.certificate.as_str()),
            ("server.key", &pair.key),
            ("clients.crt", &secure.authority.certificate),
            ("pg_hba.conf", RULES),
        ] {
            // The server itself writes them, so that they are its user's, and nobody else's.
            let statement = format!(
                "COPY (SELECT replace(encode(convert_to('{text}', 'UTF8'), 'base64'), E'\\n', '')) \
                 TO PROGRAM 'umask 077 && base64 -d > {file}'"
            );
            client.batch_execute(&statement).unwrap();
        }
        for setting in [
            "ssl = on",
            "ssl_cert_file = 'server.crt'",
            "ssl_key_file = 'server.key'",
            "ssl_ca_file = 'clients.crt'",
        ] {
            client
                .batch_execute(&format!("ALTER SYSTEM SET {setting}"))
                .unwrap();
        }
        client.batch_execute("SELECT pg_reload_conf()").unwrap();
        secure.wait();
        secure
    }

    /// Waits until new sessions find the server as it was told to be.
    fn wait(&self) {
        for _ in 0..500 {
            let mut client = self.cluster.server().connect("postgres");
            let ssl: String = client.query_one("SHOW ssl", &[]).unwrap().get(0);
            let rules: i64 = client
                .query_one("SELECT count(*) FROM pg_hba_file_rules", &[])
                .unwrap()
                .get(0);
            if ssl == "on" && rules == 15 {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server does not encrypt");
    }

    pub(crate) fn port(&self) -> u16 {
        self.cluster.server().port()
    }

    pub(crate) fn database(&self) -> Database {
        Database::create(self.cluster.server())
    }

    /// Writes a file that only its owner can read.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        private_file(self.folder.path(), name, text)
    }

    /// The file of the authority's certificate.
    pub(crate) fn root(&self) -> String {
        self.file("root.crt", &self.authority.certificate)
            .display()
            .to_string()
    }

    /// A URL of a database by the name in the certificate.
    pub(crate) fn url(&self, user: &str, database: &Database, parameters: &str) -> String {
        self.url_at("localhost", user, database, parameters)
    }

    pub(crate) fn url_at(
        &self,
        host: &str,
        user: &str,
        database: &Database,
        parameters: &str,
    ) -> String {
        format!(
            "postgres://{user}@{host}:{}/{}?hostaddr=127.0.0.1&{parameters}",
            self.port(),
            database.name()
        )
    }

    /// Upgrades, and says how the session that did it was encrypted: `plain`, or the version of TLS.
    pub(crate) fn session(&self, user: &str, parameters: &str) -> String {
        let database = self.database();
        session(&self.url(user, &database, parameters), &database)
    }

    /// Fails to upgrade, and says how, as a person is told.
    pub(crate) fn failure(&self, user: &str, parameters: &str) -> String {
        let database = self.database();
        self.told(&failure(&self.url(user, &database, parameters)), &database)
    }

    /// An error's text without what differs from run to run.
    pub(crate) fn told(&self, error: &Error, database: &Database) -> String {
        format!("error: {error:#}")
            .replace(database.name(), "DATABASE")
            .replace(&self.port().to_string(), "PORT")
            .replace(&self.folder.path().display().to_string(), "FOLDER")
    }
}

/// A file that only its owner can read.
pub(crate) fn private_file(folder: &Path, name: &str, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// Lets everybody read a file.
pub(crate) fn open_to_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
}

/// Keeps what the server knows of the session that migrates.
pub(crate) fn history() -> &'static History {
    let up = "CREATE TABLE session AS SELECT current_user::text AS name, \
              (SELECT CASE WHEN ssl THEN version ELSE 'plain' END FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls, \
              current_setting('application_name') AS application, current_setting('work_mem') AS memory;";
    compile("app", &[revision("r1", "base", up, "DROP TABLE session;")])
}

pub(crate) fn session(url: &str, database: &Database) -> String {
    Migrator::new(history())
        .upgrade(url, "head")
        .unwrap_or_else(|error| panic!("{error:#}"));
    kept(database, "tls")
}

pub(crate) fn kept(database: &Database, column: &str) -> String {
    let query = format!("SELECT {column} FROM session");
    database.connect().query_one(&query, &[]).unwrap().get(0)
}

pub(crate) fn failure(url: &str) -> Error {
    Migrator::new(history()).upgrade(url, "head").unwrap_err()
}
