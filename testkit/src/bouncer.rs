//! PgBouncer before a server: a real one, since what it does to sessions is what has to be tested.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fmt};

use tempfile::TempDir;

use crate::{Error, Server, must, wait};

/// Another process can take the free port before the pooler does, so a start is tried again.
const ATTEMPTS: u32 = 5;

const READY_WITHIN: Duration = Duration::from_secs(20);

/// Debian keeps it where the path of most users does not lead.
const FOLDERS: [&str; 4] = [
    "/usr/sbin",
    "/usr/local/sbin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
];

/// `cat` ends when the pipe to it is closed, which the system does for every process that ends.
const SCRIPT: &str = r#"
"$1" "$2" </dev/null &
pooler=$!
cat
kill -KILL "$pooler"
wait "$pooler"
"#;

/// For how long a client keeps a connection of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolMode {
    /// Until it leaves.
    Session,
    /// Until its transaction ends: the next one may have another connection, with whatever settings
    /// were left there.
    Transaction,
    /// For one statement.
    Statement,
}

impl fmt::Display for PoolMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Session => "session",
            Self::Transaction => "transaction",
            Self::Statement => "statement",
        })
    }
}

/// A running PgBouncer on a port of 127.0.0.1, which ends when this is dropped, and with this process.
///
/// Every client is let in, as the user of the server's own URL. Nothing resets a connection between
/// two transactions, as PgBouncer does it unless told otherwise: what a client leaves in a session the
/// next one finds there.
#[derive(Debug)]
pub struct Bouncer {
    front: Server,
    /// A shell that ends the pooler as soon as the pipe to it is closed.
    watchdog: Child,
    directory: TempDir,
}

impl Bouncer {
    /// Starts one with at most ten connections to each database.
    ///
    /// # Panics
    /// When `pgbouncer` is not installed, and when it does not start: with what it said.
    #[track_caller]
    pub fn start(server: &Server, mode: PoolMode) -> Self {
        Self::start_with_pool(server, mode, 10)
    }

    /// The same with at most `connections` to each database. With one, all clients meet in the same
    /// session.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    #[track_caller]
    pub fn start_with_pool(server: &Server, mode: PoolMode, connections: u32) -> Self {
        let settings = format!("default_pool_size = {connections}\n");
        must(launch(server, mode, &settings), "start PgBouncer")
    }

    /// One that gives each transaction the connection that has been idle for longest.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    #[track_caller]
    pub fn start_taking_turns(server: &Server) -> Self {
        let settings = "default_pool_size = 10\nserver_round_robin = 1\n";
        must(
            launch(server, PoolMode::Transaction, settings),
            "start PgBouncer",
        )
    }

    /// Whether the program is there.
    pub fn is_installed() -> bool {
        program().is_some()
    }

    /// The pooler as a server, on which databases can be asked for.
    pub fn server(&self) -> &Server {
        &self.front
    }

    /// The URL of one of the server's databases, by way of the pooler.
    pub fn url(&self, database: &str) -> String {
        self.front.url(database)
    }

    /// What the pooler has written to its log so far.
    ///
    /// # Panics
    /// When the file cannot be read.
    #[track_caller]
    pub fn log(&self) -> String {
        must(read_log(self.directory.path()), "read the pooler's log")
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        end(&mut self.watchdog);
    }
}

fn end(watchdog: &mut Child) {
    drop(watchdog.stdin.take());
    // It may have ended by itself, and nobody is left to tell.
    let _ = watchdog.wait();
}

fn program() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever searches for a program asks for the path"
    )]
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(FOLDERS.into_iter().map(PathBuf::from))
        .map(|folder| folder.join("pgbouncer"))
        .find(|program| program.is_file())
}

fn launch(server: &Server, mode: PoolMode, own: &str) -> Result<Bouncer, Error> {
    let program = program().ok_or_else(|| {
        Error::new("`pgbouncer` is not installed\nhelp: `apt-get install pgbouncer`")
    })?;
    let directory = TempDir::with_prefix("limbeck-pgbouncer-").map_err(failed("make a folder"))?;
    let mut attempt = 1;
    loop {
        let port = free_port()?;
        let settings = settings(server, mode, own, port);
        match launch_on(&program, &settings, port, directory.path()) {
            Ok(watchdog) => {
                return Ok(Bouncer {
                    front: server.behind(port),
                    watchdog,
                    directory,
                });
            }
            Err(_) if attempt < ATTEMPTS && port_is_taken(directory.path()) => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

fn launch_on(program: &Path, settings: &str, port: u16, folder: &Path) -> Result<Child, Error> {
    let file = folder.join("pgbouncer.ini");
    fs::write(&file, settings).map_err(failed("write `pgbouncer.ini`"))?;
    let log = File::create(folder.join("log")).map_err(failed("make a log file"))?;
    let mut command = Command::new("sh");
    command
        .args(["-c", SCRIPT, "limbeck-pgbouncer"])
        .args([program, &file])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(log.try_clone().map_err(failed("share a log file"))?)
        .stderr(log);
    // Like PostgreSQL, it refuses to be run by root.
    limbeck_cluster::run_unprivileged(&mut command, &[folder, &file])?;
    let mut watchdog = command.spawn().map_err(failed("start a shell"))?;
    let outcome = wait::until(READY_WITHIN, || {
        let log = read_log(folder).unwrap_or_default();
        if log.contains("process up") && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Some(Ok(()));
        }
        // The shell waits for its pipe, so that only the log tells that the pooler has ended.
        log.contains("FATAL").then_some(Err(log))
    });
    match outcome {
        Some(Ok(())) => Ok(watchdog),
        Some(Err(log)) => {
            end(&mut watchdog);
            Err(Error::new(format!("it ended: {}", log.trim())))
        }
        None => {
            end(&mut watchdog);
            let limit = READY_WITHIN.as_secs();
            Err(Error::new(format!("no answer within {limit} s")))
        }
    }
}

fn settings(server: &Server, mode: PoolMode, own: &str, port: u16) -> String {
    let password = match server.password() {
        Some(password) => format!(" password='{}'", password.replace('\'', "''")),
        None => String::new(),
    };
    format!(
        "[databases]\n\
         * = host={host} port={target} user='{user}'{password}\n\
         [pgbouncer]\n\
         listen_addr = 127.0.0.1\n\
         listen_port = {port}\n\
         unix_socket_dir =\n\
         auth_type = any\n\
         pool_mode = {mode}\n\
         {own}\
         max_client_conn = 400\n\
         ignore_startup_parameters = extra_float_digits,options\n",
        host = server.host(),
        target = server.port(),
        user = server.user().replace('\'', "''"),
    )
}

fn free_port() -> Result<u16, Error> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed("find a free port"))?;
    Ok(listener
        .local_addr()
        .map_err(failed("find a free port"))?
        .port())
}

fn read_log(folder: &Path) -> std::io::Result<String> {
    fs::read_to_string(folder.join("log"))
}

fn port_is_taken(folder: &Path) -> bool {
    read_log(folder).is_ok_and(|log| log.contains("in use"))
}

fn failed(doing: &str) -> impl FnOnce(std::io::Error) -> Error {
    let doing = doing.to_owned();
    move |error| Error::new(format!("cannot {doing}: {error}"))
}
