//! The directory of one server, and how directories of killed processes are found and removed.
//!
//! Whoever uses a directory holds a lock on the file `lock` in it: the process that made it, its
//! watchdog, and the server with all its sessions, because the open file is handed on to them. The
//! operating system lets go of the lock when the last of them has ended, however it ended. So a
//! directory whose lock is free belongs to nobody, and no process number has to be trusted.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::{env, io};

use crate::Error;

const PREFIX: &str = "limbeck-postgres-";
const LOCK: &str = "lock";

/// The path of a socket has at most 103 bytes on macOS and 107 on Linux, of which its name and that of
/// its directory need some 40.
const LONGEST_ROOT: usize = 60;

/// A fresh directory below the system's temporary directory. It is not removed on drop: the
/// watchdog does that, after the server has ended.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    lock: File,
}

impl Directory {
    /// Makes a directory, after removing those that nobody uses any more.
    pub(crate) fn create() -> Result<Self, Error> {
        let mut root = env::temp_dir();
        if root.as_os_str().len() > LONGEST_ROOT {
            root = PathBuf::from("/tmp");
        }
        remove_abandoned(&root);
        Self::create_in(&root)
    }

    fn create_in(root: &Path) -> Result<Self, Error> {
        let failed = |what: &str| Error::io(format!("cannot {what} in `{}`", root.display()));
        // Whoever can reach the socket can do anything on the server.
        let made = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(root);
        let path = made.map_err(failed("make a directory"))?.keep();
        // Locked under another name first: whoever finds `lock` finds it locked.
        let unnamed = path.join("lock.new");
        let lock = File::create(&unnamed).map_err(failed("make a lock file"))?;
        lock.lock().map_err(failed("lock a file"))?;
        fs::rename(&unnamed, path.join(LOCK)).map_err(failed("name a lock file"))?;
        Ok(Self { path, lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the server keeps its files.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// What the server writes to.
    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    /// The number of the user who made the directory, which is this process's user.
    pub(crate) fn owner(&self) -> Result<u32, Error> {
        let metadata =
            fs::metadata(&self.path).map_err(Error::io("cannot look at a new directory"))?;
        Ok(metadata.uid())
    }

    /// A share in the lock, for a process that uses the directory.
    pub(crate) fn share(&self) -> Result<File, Error> {
        self.lock
            .try_clone()
            .map_err(Error::io("cannot share a lock"))
    }
}

/// Removes what killed processes left behind. A directory that cannot be removed is somebody
/// else's, and not ours to complain about.
fn remove_abandoned(root: &Path) {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    for entry in entries {
        let ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX));
        if ours && is_abandoned(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_abandoned(directory: &Path) -> bool {
    match File::open(directory.join(LOCK)) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(_) => false,
    }
}

/// Removes a directory that may be gone already.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_removed_once_nobody_holds_its_lock() {
        let root = tempfile::tempdir().unwrap();
        let directory = Directory::create_in(root.path()).unwrap();
        let path = directory.path().to_owned();
        let share = directory.share().unwrap();

        remove_abandoned(root.path());
        assert!(path.is_dir(), "its maker holds the lock");
        drop(directory);
        remove_abandoned(root.path());
        assert!(path.is_dir(), "another process has a share in the lock");
        drop(share);
        remove_abandoned(root.path());
        assert!(!path.exists());
    }

    #[test]
    fn directories_of_others_are_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let unlocked = root.path().join(format!("{PREFIX}unlocked"));
        let other = root.path().join("other");
        fs::create_dir(&unlocked).unwrap();
        fs::create_dir(&other).unwrap();
        fs::write(other.join(LOCK), "").unwrap();

        remove_abandoned(root.path());
        assert!(unlocked.is_dir(), "it is just being made");
        assert!(other.is_dir(), "it has another name");
    }
}
