//! Where the programs of PostgreSQL are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::Error;

/// Names the directory of the server programs, before any search.
pub const BIN_VARIABLE: &str = "LIMBECK_TEST_POSTGRES_BIN";

/// Debian and its relatives keep each major version in a directory of its own here.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The directory that holds `initdb` and `postgres`: the one named by [`BIN_VARIABLE`], or what
/// `pg_config` says, or the newest that Debian's packages installed.
pub(crate) fn server_directory() -> Result<PathBuf, Error> {
    let mut searched = Vec::new();
    for candidate in candidates() {
        if candidate.join("initdb").is_file() && candidate.join("postgres").is_file() {
            return Ok(candidate);
        }
        searched.push(candidate.display().to_string());
    }
    Err(Error::missing_binaries(&searched))
}

/// A client program such as `pg_dump`, which may be missing where the server programs are.
pub(crate) fn client_program(name: &str) -> PathBuf {
    candidates()
        .into_iter()
        .map(|directory| directory.join(name))
        .find(|program| program.is_file())
        .unwrap_or_else(|| PathBuf::from(name))
}

fn candidates() -> Vec<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the documented way to choose a server version for a test run"
    )]
    let chosen = env::var_os(BIN_VARIABLE).map(PathBuf::from);
    if let Some(directory) = chosen {
        return vec![directory];
    }
    pg_config()
        .into_iter()
        .chain(newest_first(Path::new(DEBIAN)))
        .collect()
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let directory = String::from_utf8(output.stdout).ok()?;
    let directory = directory.trim();
    (output.status.success() && !directory.is_empty()).then(|| PathBuf::from(directory))
}

/// `<root>/<major>/bin` for each major version, the highest number first.
fn newest_first(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let major = entry.file_name().to_str()?.parse().ok()?;
            Some((major, entry.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    versions
        .into_iter()
        .map(|(_, directory)| directory)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_tried_by_number_and_the_newest_first() {
        let root = tempfile::tempdir().unwrap();
        for version in ["9", "15", "18", "common"] {
            fs::create_dir_all(root.path().join(version).join("bin")).unwrap();
        }
        let found: Vec<_> = newest_first(root.path())
            .iter()
            .map(|path| {
                path.strip_prefix(root.path())
                    .unwrap()
                    .display()
                    .to_string()
            })
            .collect();
        assert_eq!(found, ["18/bin", "15/bin", "9/bin"]);
    }

    #[test]
    fn a_missing_server_is_reported_with_the_command_that_installs_it() {
        let error = Error::missing_binaries(&["/usr/lib/postgresql".to_owned()]);
        assert!(error.is_missing_binaries());
        assert!(error.to_string().contains("apt-get install postgresql"));
        assert!(error.to_string().contains("/usr/lib/postgresql"));
    }
}
