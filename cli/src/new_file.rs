//! Writes files, never half of one: a new revision file, never over another one, and the lock file anew.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a new file, and the folder for it where there is none.
///
/// The text goes into a hidden file first, which no build looks at, and that gets its name once it is
/// complete: who reads the folder, or finds it after a crash, sees all of the file or nothing.
///
/// # Errors
/// With the kind `AlreadyExists` if there is a file of this name.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut draft = hidden_file(folder)?;
    draft.write_all(text.as_bytes())?;
    draft.as_file().sync_all()?;
    draft
        .persist_noclobber(path)
        .map(drop)
        .map_err(|error| error.error)
}

/// Writes a file in the place of an earlier one, if there is one: who reads it sees all of the one or of the
/// other.
///
/// # Errors
/// When the folder cannot be written to.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut draft = hidden_file(path.parent().unwrap_or(Path::new(".")))?;
    draft.write_all(text.as_bytes())?;
    draft.as_file().sync_all()?;
    draft.persist(path).map(drop).map_err(|error| error.error)
}

fn hidden_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".limbeck-").suffix(".tmp");
    // A temporary file is its owner's only; this one is to be a source file like any other.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_is_written_whole_and_nothing_is_left_beside_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("db/migrations");
        write(&folder.join("a.sql"), "-- a\n").unwrap();
        assert_eq!(fs::read_to_string(folder.join("a.sql")).unwrap(), "-- a\n");
        assert_eq!(names(&folder), ["a.sql"]);
    }

    #[test]
    fn a_file_that_is_there_stays_as_it_is() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.sql");
        fs::write(&path, "old").unwrap();
        let error = write(&path, "new").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(root.path()), ["a.sql"]);
    }

    #[test]
    fn a_file_is_replaced_whole_and_made_where_there_is_none() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("limbeck.lock");
        for text in ["a longer text\n", "short\n"] {
            replace(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert_eq!(names(root.path()), ["limbeck.lock"]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_may_be_read_by_whom_any_new_file_may() {
        use std::os::unix::fs::PermissionsExt as _;

        let root = tempfile::tempdir().unwrap();
        let mode = |name: &str| {
            let metadata = fs::metadata(root.path().join(name)).unwrap();
            metadata.permissions().mode()
        };
        fs::write(root.path().join("usual"), "").unwrap();
        write(&root.path().join("ours"), "").unwrap();
        assert_eq!(mode("ours"), mode("usual"));
    }
}
