//! A PostgreSQL server of our own: made, started, and gone with its process.
//!
//! Two things end a server. Dropping the [`Cluster`] does, and so does the end of the process that
//! started it, however it came about: a watchdog, a few lines of shell, waits for the end of a pipe
//! that only this process holds open.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use postgres::NoTls;

use crate::account::Account;
use crate::directory::Directory;
use crate::{Error, Server, binaries, directory, wait};

/// The first user of every cluster, a superuser without a password.
const USER: &str = "postgres";

/// Another process can take the free port before the server does, so a start is tried again.
const ATTEMPTS: u32 = 5;

const READY_WITHIN: Duration = Duration::from_mins(1);

/// Speed that a throw-away server can have, and what makes two runs alike.
const SETTINGS: &str = "\
fsync = off
full_page_writes = off
max_wal_senders = 0
wal_level = minimal
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
listen_addresses = '127.0.0.1'
";

const WATCHDOG: &str = r#"
cat
if read -r server <"$1/data/postmaster.pid"; then
    kill -QUIT "$server"
    tries=0
    while [ -e "$1/data/postmaster.pid" ] && [ "$tries" -lt 500 ]; do
        sleep 0.02
        tries=$((tries + 1))
    done
fi
rm -rf "$1"
"#;

/// How a [`Cluster`] is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The number of sessions at the same time.
    pub max_connections: u32,
    /// Lines for `postgresql.conf`, which win over those that are always there.
    pub settings: Vec<String>,
    /// The directory of the server programs; where `None`, it is searched for.
    pub bin: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: 100,
            settings: Vec::new(),
            bin: None,
        }
    }
}

/// A running server in a temporary directory, which ends when this is dropped.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    process: Child,
    // Fields are dropped in this order, and the watchdog removes the directory's files.
    watchdog: Watchdog,
    directory: Directory,
}

impl Cluster {
    /// Makes and starts a server that listens on a free port of 127.0.0.1 and on a socket in its
    /// own directory, and waits until it answers.
    ///
    /// # Errors
    /// When no server programs are found, and when one of them fails: with what it said.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let bin = match &options.bin {
            Some(directory) => directory.clone(),
            None => binaries::server_directory()?,
        };
        let directory = Directory::create()?;
        let watchdog = Watchdog::start(&directory)?;
        let account = Account::instead_of(directory.owner()?)?;
        if let Some(account) = account {
            account.own(directory.path())?;
        }
        let programs = Programs { bin, account };
        programs.initialize(&directory)?;
        configure(&directory, options)?;
        let (process, port) = programs.serve(&directory)?;
        Ok(Self {
            server: Server::local(USER, port),
            process,
            watchdog,
            directory,
        })
    }

    /// The server, as tests see it.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The directory of the server's Unix socket.
    pub fn socket_directory(&self) -> &Path {
        self.directory.path()
    }

    /// What the server has written to its log so far.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn log(&self) -> Result<String, Error> {
        read_log(&self.directory)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.watchdog.end_server();
        // Nobody is left to tell if one of these fails, and the next start cleans up once more.
        let _ = self.process.wait();
        let _ = directory::remove(self.directory.path());
    }
}

/// The server's programs, and who runs them.
struct Programs {
    bin: PathBuf,
    account: Option<Account>,
}

impl Programs {
    /// A program that knows nothing of this process's environment and shares the directory's lock.
    fn command(&self, name: &str, directory: &Directory) -> Result<Command, Error> {
        let mut command = Command::new(self.bin.join(name));
        command
            .env_clear()
            .env("HOME", directory.path())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C")
            .arg("-D")
            .arg(data(directory))
            .current_dir(directory.path())
            .stdin(directory.share()?)
            .process_group(0);
        if let Some(account) = self.account {
            account.run(&mut command);
        }
        Ok(command)
    }

    fn initialize(&self, directory: &Directory) -> Result<(), Error> {
        let output = self
            .command("initdb", directory)?
            .args(["--username", USER, "--auth", "trust"])
            .args(["--encoding", "UTF8", "--no-locale", "--no-sync"])
            .output()
            .map_err(Error::io(format!("run initdb of {}", self.bin.display())))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Error::new(format!("initdb failed: {}", said.trim())))
    }

    /// Starts the server on some free port.
    fn serve(&self, directory: &Directory) -> Result<(Child, u16), Error> {
        let mut attempt = 1;
        loop {
            let port = free_port()?;
            match self.serve_on(port, directory) {
                Ok(process) => return Ok((process, port)),
                Err(_) if attempt < ATTEMPTS && port_is_taken(directory)? => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn serve_on(&self, port: u16, directory: &Directory) -> Result<Child, Error> {
        let create = File::create(log_file(directory));
        let log = create.map_err(Error::io("make the server's log file"))?;
        let second = log
            .try_clone()
            .map_err(Error::io("share the server's log file"))?;
        let mut process = self
            .command("postgres", directory)?
            .arg("-p")
            .arg(port.to_string())
            .stdout(log)
            .stderr(second)
            .spawn()
            .map_err(Error::io(format!("run postgres of {}", self.bin.display())))?;
        let outcome = wait::until(READY_WITHIN, || match process.try_wait() {
            Ok(None) => answers(port, directory).then_some(Ok(())),
            Ok(Some(status)) => Some(Err(format!("it ended with {status}"))),
            Err(error) => Some(Err(error.to_string())),
        });
        let reason = match outcome {
            Some(Ok(())) => return Ok(process),
            Some(Err(reason)) => reason,
            None => format!("no answer within {} s", READY_WITHIN.as_secs()),
        };
        // It may have ended by itself; what counts is that it is gone before the next attempt.
        let _ = process.kill();
        let _ = process.wait();
        let log = read_log(directory)?;
        Err(Error::new(format!(
            "the server did not start: {reason}\n{}",
            log.trim()
        )))
    }
}

/// Asks through the socket in the server's own directory, where no other server can answer.
fn answers(port: u16, directory: &Directory) -> bool {
    postgres::Config::new()
        .host_path(directory.path())
        .port(port)
        .user(USER)
        .dbname(USER)
        .connect(NoTls)
        .is_ok()
}

fn configure(directory: &Directory, options: &Options) -> Result<(), Error> {
    let failed = || Error::io("write postgresql.conf");
    let socket_directory = directory.path().display().to_string().replace('\'', "''");
    let mut text = format!(
        "{SETTINGS}unix_socket_directories = '{socket_directory}'\nmax_connections = {}\n",
        options.max_connections
    );
    for line in &options.settings {
        text.push_str(line);
        text.push('\n');
    }
    OpenOptions::new()
        .append(true)
        .open(data(directory).join("postgresql.conf"))
        .map_err(failed())?
        .write_all(text.as_bytes())
        .map_err(failed())
}

fn data(directory: &Directory) -> PathBuf {
    directory.path().join("data")
}

fn log_file(directory: &Directory) -> PathBuf {
    directory.path().join("log")
}

fn read_log(directory: &Directory) -> Result<String, Error> {
    fs::read_to_string(log_file(directory)).map_err(Error::io("read the server's log"))
}

fn port_is_taken(directory: &Directory) -> Result<bool, Error> {
    Ok(read_log(directory)?.contains("Address already in use"))
}

fn free_port() -> Result<u16, Error> {
    let failed = || Error::io("find a free port");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed())?;
    Ok(listener.local_addr().map_err(failed())?.port())
}

/// Ends the server and removes its directory as soon as the pipe to it is closed.
#[derive(Debug)]
struct Watchdog(Child);

impl Watchdog {
    fn start(directory: &Directory) -> Result<Self, Error> {
        Command::new("sh")
            .args(["-c", WATCHDOG, "limbeck-watchdog"])
            .arg(directory.path())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(directory.share()?)
            .stderr(Stdio::null())
            // An interrupt from the terminal must not reach it: it still has work to do then.
            .process_group(0)
            .spawn()
            .map(Self)
            .map_err(Error::io("start the watchdog"))
    }

    /// Waits until the server has ended and its files are gone.
    fn end_server(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.end_server();
    }
}
