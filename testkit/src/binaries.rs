//! Which programs of PostgreSQL a test run uses.

use std::env;
use std::path::PathBuf;

/// Names the directory of the server programs, before any search.
pub const BIN_VARIABLE: &str = "LIMBECK_TEST_POSTGRES_BIN";

/// The directory that was chosen for this test run; where none was, it is searched for.
pub fn server_binaries() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the documented way to choose a server version for a test run"
    )]
    let chosen = env::var_os(BIN_VARIABLE);
    chosen.map(PathBuf::from)
}

/// A client program such as `pg_dump` or `psql`, which may be missing where the server programs are.
pub fn client_program(name: &str) -> PathBuf {
    let folders = match server_binaries() {
        Some(directory) => vec![directory],
        None => limbeck_cluster::folders(),
    };
    folders
        .into_iter()
        .map(|directory| directory.join(name))
        .find(|program| program.is_file())
        .unwrap_or_else(|| PathBuf::from(name))
}
