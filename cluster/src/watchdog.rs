//! Ends the server, however its process ends.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use crate::Error;
use crate::directory::Directory;

/// `cat` ends when the pipe to it is closed, which the system does for every process that ends.
const SCRIPT: &str = r#"
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

/// Ends the server and removes its directory as soon as the pipe to it is closed.
#[derive(Debug)]
pub(crate) struct Watchdog(Child);

impl Watchdog {
    pub(crate) fn start(directory: &Directory) -> Result<Self, Error> {
        Command::new("sh")
            .args(["-c", SCRIPT, "limbeck-watchdog"])
            .arg(directory.path())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(directory.share()?)
            .stderr(Stdio::null())
            // An interrupt from the terminal must not reach it: it still has work to do then.
            .process_group(0)
            .spawn()
            .map(Self)
            .map_err(Error::io("cannot start the watchdog, a shell"))
    }

    /// Waits until the server has ended and its files are gone.
    pub(crate) fn end_server(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.end_server();
    }
}
