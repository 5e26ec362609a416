//! The server's programs, and who runs them.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

use crate::account::Account;
use crate::directory::Directory;
use crate::{Error, Listen, port, wait};

/// The first user of every cluster, a superuser without a password.
pub(crate) const USER: &str = "postgres";

/// The name of the socket ends with it; in a directory of its own any number is free.
const SOCKET_PORT: u16 = 5432;

/// Another process can take the free port before the server does, so a start is tried again.
const ATTEMPTS: u32 = 5;

const READY_WITHIN: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(crate) struct Programs {
    pub(crate) folder: PathBuf,
    pub(crate) account: Option<Account>,
}

impl Programs {
    /// A program that knows nothing of this process's environment and shares the directory's lock.
    fn command(&self, name: &str, directory: &Directory) -> Result<Command, Error> {
        let mut command = Command::new(self.folder.join(name));
        command
            .env_clear()
            .env("HOME", directory.path())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C")
            .arg("-D")
            .arg(directory.data())
            .current_dir(directory.path())
            .stdin(directory.share()?)
            .process_group(0);
        if let Some(account) = self.account {
            account.run(&mut command);
        }
        Ok(command)
    }

    fn cannot_run(&self, name: &str) -> impl FnOnce(std::io::Error) -> Error {
        Error::io(format!("cannot run `{}`", self.folder.join(name).display()))
    }

    pub(crate) fn initialize(&self, directory: &Directory) -> Result<(), Error> {
        let output = self
            .command("initdb", directory)?
            .args(["--username", USER, "--auth", "trust"])
            .args(["--encoding", "UTF8", "--no-locale", "--no-sync"])
            .output()
            .map_err(self.cannot_run("initdb"))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let error = Error::new(format!("`initdb` failed: {}", said.trim()));
        if self.account.is_none() {
            return Err(error);
        }
        // Root itself may enter every folder; the user that stands in for it may not.
        Err(error.with_help(
            "run as another user than root, or set `TMPDIR` to a folder that every user can enter",
        ))
    }

    /// Copies the files of a running server, so that they are those of a standby of it.
    pub(crate) fn copy(&self, url: &str, directory: &Directory) -> Result<(), Error> {
        let output = self
            .command("pg_basebackup", directory)?
            .args(["--dbname", url, "--write-recovery-conf"])
            .args([
                "--wal-method",
                "stream",
                "--checkpoint",
                "fast",
                "--no-sync",
            ])
            .output()
            .map_err(self.cannot_run("pg_basebackup"))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Error::new(format!(
            "`pg_basebackup` failed: {}",
            said.trim()
        )))
    }

    /// Starts the server, and waits until it answers.
    pub(crate) fn serve(
        &self,
        listen: Listen,
        directory: &Directory,
    ) -> Result<(Child, u16), Error> {
        let mut attempt = 1;
        loop {
            let port = match listen {
                Listen::Socket => SOCKET_PORT,
                Listen::Loopback => port::free()?,
            };
            match self.serve_on(port, directory) {
                Ok(process) => return Ok((process, port)),
                Err(_) if attempt < ATTEMPTS && port_is_taken(directory)? => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn serve_on(&self, port: u16, directory: &Directory) -> Result<Child, Error> {
        let log = File::create(directory.log())
            .map_err(Error::io("cannot make the server's log file"))?;
        let second = log
            .try_clone()
            .map_err(Error::io("cannot share the server's log file"))?;
        let mut process = self
            .command("postgres", directory)?
            .arg("-p")
            .arg(port.to_string())
            .stdout(log)
            .stderr(second)
            .spawn()
            .map_err(self.cannot_run("postgres"))?;
        let outcome = wait::until(READY_WITHIN, || match process.try_wait() {
            Ok(None) => is_ready(process.id(), directory).then_some(Ok(())),
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

/// Sends a signal by the name that `kill` knows it by.
pub(crate) fn signal(process: &Child, name: &str) -> Result<(), Error> {
    let status = Command::new("kill")
        .args(["-s", name, &process.id().to_string()])
        .status()
        .map_err(Error::io("cannot run `kill`"))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::new(format!("`kill` ended with {status}")))
    }
}

/// Whether the server takes connections, which it writes into its own file, as `pg_ctl` reads it.
///
/// Source: `src/include/utils/pidfile.h` of PostgreSQL: the process is on line 1, the state on line 8.
fn is_ready(process: u32, directory: &Directory) -> bool {
    let Ok(text) = fs::read_to_string(directory.data().join("postmaster.pid")) else {
        return false;
    };
    let mut lines = text.lines();
    let is_own = lines.next() == Some(process.to_string().as_str());
    is_own && lines.nth(6).is_some_and(|state| state.trim() == "ready")
}

pub(crate) fn read_log(directory: &Directory) -> Result<String, Error> {
    fs::read_to_string(directory.log()).map_err(Error::io("cannot read the server's log"))
}

fn port_is_taken(directory: &Directory) -> Result<bool, Error> {
    Ok(read_log(directory)?.contains("Address already in use"))
}
