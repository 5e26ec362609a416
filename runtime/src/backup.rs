//! A copy of an SQLite database, made before the first change: the only module that touches files.
//!
//! The copy grows under a name of its own, is checked, and gets its final name in one step, when it is whole
//! and on the disk. So whoever finds a file of that name has a backup, whatever was killed meanwhile.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use limbeck_model::Dialect;

use crate::driver::{Driver, SourceFile};
use crate::error::{Error, ErrorKind};

/// Copies the database to a new file, or into a folder under a name with the time; `None` where the database
/// is empty.
///
/// # Errors
///
/// When this is no SQLite database in a file, the name is taken, or the copy fails.
pub(crate) fn make(driver: &mut dyn Driver, wanted: &Path) -> Result<Option<PathBuf>, Error> {
    let Some(source) = driver
        .source_file()
        .map_err(|error| failed(wanted, error))?
    else {
        return Err(
            refused("a database in memory has no file that a backup could be made of")
                .help_with("leave the backup out"),
        );
    };
    if source.is_empty {
        return Ok(None);
    }
    let is_folder = wanted.is_dir();
    let mut number = 1;
    loop {
        let target = if is_folder {
            wanted.join(name_with_time(&source, number))
        } else {
            wanted.to_owned()
        };
        let is_taken = fs::symlink_metadata(&target).is_ok();
        if !is_taken && copy(driver, &source, &target)? {
            return Ok(Some(target));
        }
        if !is_folder {
            return Err(refused(format!(
                "the backup `{}` exists, and is not overwritten",
                target.display()
            ))
            .help_with(
                "name another file, or a folder, in which each backup gets a name of its own",
            ));
        }
        number += 1;
    }
}

/// Refuses at once, also where there is nothing to do, what can never have a backup.
pub(crate) fn check(wanted: Option<&PathBuf>, dialect: Dialect) -> Result<(), Error> {
    if wanted.is_none() {
        return Ok(());
    }
    match dialect {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => Err(refused(
            "a backup is asked for, and limbeck makes backups of SQLite databases alone",
        )
        .help_with("make one with `pg_dump` or with the tools of who runs the server, and leave the backup out here")),
    }
}

/// `false` where the name was taken meanwhile.
fn copy(driver: &mut dyn Driver, source: &SourceFile, target: &Path) -> Result<bool, Error> {
    let growing = Growing::begin(target, &source.path).map_err(|error| failed(target, error))?;
    driver.copy_to(&growing.path).map_err(|error| {
        if error.busy {
            Error::new(
                ErrorKind::Locked,
                "another process holds this database, and no backup can be made of it",
            )
            .help_with("wait for it and run again; give a longer deadline")
            .because(error)
        } else {
            failed(target, error)
        }
    })?;
    growing
        .publish(target)
        .map_err(|error| failed(target, error))
}

/// A file that is not a backup yet. It is gone when this is dropped.
struct Growing {
    path: PathBuf,
}

impl Growing {
    /// Nobody who may not read the database may read its copy, from the first byte on.
    fn begin(target: &Path, source: &Path) -> io::Result<Self> {
        let mut name = OsString::from(".");
        name.push(target.file_name().unwrap_or_default());
        name.push(format!(".{:016x}.partial", fastrand::u64(..)));
        let growing = Self {
            path: target.with_file_name(name),
        };
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&growing.path)?;
        file.set_permissions(fs::metadata(source)?.permissions())?;
        Ok(growing)
    }

    /// Gives it its name, unless that is taken: then `false`.
    fn publish(self, target: &Path) -> io::Result<bool> {
        File::open(&self.path)?.sync_all()?;
        match fs::hard_link(&self.path, target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            // Not every file system knows links.
            Err(_) if fs::symlink_metadata(target).is_ok() => return Ok(false),
            Err(_) => fs::rename(&self.path, target)?,
        }
        sync_folder(target);
        Ok(true)
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        for ending in ["", "-journal", "-wal", "-shm"] {
            let mut name = self.path.clone().into_os_string();
            name.push(ending);
            // Mostly there is none, and a rest is recognised by its name.
            let _ = fs::remove_file(name);
        }
    }
}

/// Makes the name last, too, where the system lets a folder be opened.
fn sync_folder(target: &Path) {
    let folder = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        // Some file systems refuse; the content is on the disk anyway.
        let _ = folder.sync_all();
    }
}

/// `store-20260131T120000Z.db`, and with a number behind the time where that is not enough.
fn name_with_time(source: &SourceFile, number: u32) -> OsString {
    let mut name = source.path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{}", source.time));
    if number > 1 {
        name.push(format!("-{number}"));
    }
    if let Some(extension) = source.path.extension() {
        name.push(".");
        name.push(extension);
    }
    name
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Preflight, message)
}

fn failed(target: &Path, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    refused(format!("cannot make the backup `{}`", target.display()))
        .help_with("nothing was changed; mend the cause, or name another place")
        .because(cause)
}
