//! Where the programs of PostgreSQL are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

#[cfg(unix)]
use crate::Error;

/// Where installations of several versions stand side by side: the folder, and what comes before the
/// version in the names of those below it. The programs are in `bin`.
const VERSIONED: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
    ("/Applications/Postgres.app/Contents/Versions", ""),
];

/// The folders where programs of PostgreSQL may be, the likeliest first: what `pg_config` says, the newest
/// of the versions that stand side by side, and those of `PATH`.
pub fn folders() -> Vec<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "whoever searches for a program asks for the path"
    )]
    let path = env::var_os("PATH").unwrap_or_default();
    let versioned = VERSIONED
        .iter()
        .flat_map(|(folder, prefix)| newest_first(Path::new(folder), prefix));
    pg_config()
        .into_iter()
        .chain(versioned)
        .chain(env::split_paths(&path))
        .collect()
}

/// Whether a folder has the programs that make and run a server.
pub fn has_server(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("postgres").is_file()
}

/// The folder that was chosen, or the first that has a server.
#[cfg(unix)]
pub(crate) fn server_folder(chosen: Option<&Path>) -> Result<PathBuf, Error> {
    if let Some(chosen) = chosen {
        return if has_server(chosen) {
            Ok(chosen.to_owned())
        } else {
            Err(Error::not_a_server(chosen))
        };
    }
    let mut searched = Vec::new();
    for folder in folders() {
        if has_server(&folder) {
            return Ok(folder);
        }
        let shown = folder.display().to_string();
        if !searched.contains(&shown) {
            searched.push(shown);
        }
    }
    Err(Error::missing_binaries(&searched))
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let directory = String::from_utf8(output.stdout).ok()?;
    let directory = directory.trim();
    (output.status.success() && !directory.is_empty()).then(|| PathBuf::from(directory))
}

/// `<folder>/<prefix><version>/bin` for each version, the highest number first.
fn newest_first(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn versions_are_tried_by_number_and_the_newest_first() {
        let root = tempfile::tempdir().unwrap();
        for version in ["9", "15", "18", "common", "postgresql@16", "postgresql"] {
            fs::create_dir_all(root.path().join(version).join("bin")).unwrap();
        }
        let found = |prefix: &str| -> Vec<_> {
            let folders = newest_first(root.path(), prefix);
            let folders = folders.iter().map(|path| path.strip_prefix(root.path()));
            folders
                .map(|path| path.unwrap().display().to_string())
                .collect()
        };
        assert_eq!(found(""), ["18/bin", "15/bin", "9/bin"]);
        assert_eq!(found("postgresql@"), ["postgresql@16/bin"]);
    }

    #[test]
    fn a_folder_without_a_server_is_refused_by_its_name() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("initdb"), "").unwrap();
        let error = server_folder(Some(root.path())).unwrap_err();
        assert!(
            error
                .to_string()
                .contains(&root.path().display().to_string())
        );
        fs::write(root.path().join("postgres"), "").unwrap();
        assert_eq!(server_folder(Some(root.path())).unwrap(), root.path());
    }

    #[test]
    fn a_missing_server_is_reported_with_what_helps() {
        let error = Error::missing_binaries(&["/usr/lib/postgresql".to_owned()]);
        assert!(error.is_missing_binaries());
        assert!(error.to_string().contains("/usr/lib/postgresql"));
        assert!(error.help().unwrap().contains("install `postgresql`"));
    }
}
