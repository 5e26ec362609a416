//! A PostgreSQL server of our own: made, started, and gone with its process.
//!
//! Two things end a server. Dropping the [`Cluster`] does, and so does the end of the process that
//! started it, however it came about: a watchdog, a few lines of shell, waits for the end of a pipe
//! that only this process holds open.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Child;

use crate::account::Account;
use crate::directory::{self, Directory};
use crate::programs::{self, Programs, USER};
use crate::watchdog::Watchdog;
use crate::{Error, Listen, Options, Stop, binaries};

/// Speed that a throw-away server can have, and what makes two runs alike.
const SETTINGS: &str = "\
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_senders = 0
wal_level = minimal
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
";

/// A running server in a temporary directory, which ends when this is dropped.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    pub(crate) listen: Listen,
    pub(crate) programs: Programs,
    process: Child,
    // Fields are dropped in this order, and the watchdog removes the directory's files.
    watchdog: Watchdog,
    directory: Directory,
}

impl Cluster {
    /// Makes and starts a server, and waits until it answers. Where this process is root's, another
    /// user runs the server.
    ///
    /// # Errors
    /// When no server programs are found, and when one of them fails: with what it said.
    ///
    /// # Examples
    /// ```no_run
    /// let cluster = limbeck_cluster::Cluster::start(&limbeck_cluster::Options::default())?;
    /// println!("{}", cluster.url("postgres"));
    /// # Ok::<_, limbeck_cluster::Error>(())
    /// ```
    pub fn start(options: &Options) -> Result<Self, Error> {
        let folder = binaries::server_folder(options.binaries.as_deref())?;
        let directory = Directory::create()?;
        let watchdog = Watchdog::start(&directory)?;
        let account = Account::instead_of(directory.owner()?)?;
        if let Some(account) = account {
            account.own(directory.path())?;
        }
        let programs = Programs { folder, account };
        programs.initialize(&directory)?;
        configure(&directory, options)?;
        Self::serve(programs, watchdog, directory, options.listen)
    }

    /// Starts the server whose files are in the directory.
    pub(crate) fn serve(
        programs: Programs,
        watchdog: Watchdog,
        directory: Directory,
        listen: Listen,
    ) -> Result<Self, Error> {
        let (process, port) = programs.serve(listen, &directory)?;
        Ok(Self {
            port,
            listen,
            programs,
            process,
            watchdog,
            directory,
        })
    }

    /// Ends the server and starts it again on the same port, and waits until it answers.
    ///
    /// # Errors
    /// When the server cannot be told to end, and when it does not start again: with what it said.
    pub fn restart(&mut self, stop: Stop) -> Result<(), Error> {
        programs::signal(&self.process, stop.signal())?;
        self.process
            .wait()
            .map_err(Error::io("cannot wait for the server's end"))?;
        self.process = self.programs.serve_on(self.port, &self.directory)?;
        Ok(())
    }

    /// The URL of one of its databases, for its superuser. There is one from the start, `postgres`.
    pub fn url(&self, database: &str) -> String {
        let host = match self.listen {
            Listen::Socket => encoded(self.directory.path()),
            Listen::Loopback => "127.0.0.1".to_owned(),
        };
        format!("postgres://{USER}@{host}:{}/{database}", self.port)
    }

    /// The port that it listens on, or that its socket is called after.
    pub fn port(&self) -> u16 {
        self.port
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
        programs::read_log(&self.directory)
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

fn configure(directory: &Directory, options: &Options) -> Result<(), Error> {
    let addresses = match options.listen {
        Listen::Socket => "",
        Listen::Loopback => "127.0.0.1",
    };
    let mut text = format!(
        "{SETTINGS}{}listen_addresses = '{addresses}'\nmax_connections = {}\n",
        socket_setting(directory),
        options.max_connections
    );
    for line in &options.settings {
        text.push_str(line);
        text.push('\n');
    }
    append(directory, &text)
}

/// Where the server's socket is: in its own directory.
pub(crate) fn socket_setting(directory: &Directory) -> String {
    let path = directory.path().display().to_string().replace('\'', "''");
    format!("unix_socket_directories = '{path}'\n")
}

/// Adds lines to `postgresql.conf`, which win over those before them.
pub(crate) fn append(directory: &Directory, text: &str) -> Result<(), Error> {
    let failed = || Error::io("cannot write postgresql.conf");
    OpenOptions::new()
        .append(true)
        .open(directory.data().join("postgresql.conf"))
        .map_err(failed())?
        .write_all(text.as_bytes())
        .map_err(failed())
}

/// A path where a URL has its host.
fn encoded(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes().iter();
    bytes
        .map(|&byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_encoded_whole() {
        assert_eq!(encoded(Path::new("/tmp/a b-1")), "%2Ftmp%2Fa%20b-1");
    }
}
