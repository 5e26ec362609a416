//! Installs what is missing. Everything else comes with cargo: SQLite and libpq are compiled in.

use std::process::Command;

use crate::error::{Failure, Result};
use crate::shell;

/// As for the project's own CI: Debian's package would start a server of its own, which nobody uses.
const SCRIPT: &str = "\
set -eu
export DEBIAN_FRONTEND=noninteractive
settings=/etc/postgresql-common/createcluster.d
mkdir -p $settings
trap 'rm -f $settings/limbeck-bench.conf' EXIT
echo 'create_main_cluster = false' > $settings/limbeck-bench.conf
apt-get update
apt-get install -y --no-install-recommends postgresql strace
";

pub(crate) fn setup() -> Result<()> {
    let has_server = limbeck_testkit::Cluster::start(&limbeck_testkit::Options::default());
    let is_missing = has_server
        .as_ref()
        .is_err_and(limbeck_testkit::Error::is_missing_binaries);
    if !is_missing && shell::first_line("strace", &["--version"]).is_some() {
        shell::say("everything is there");
        return Ok(());
    }
    let status = Command::new("sh")
        .args(["-c", SCRIPT])
        .status()
        .map_err(Failure::io("run sh"))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(
        "could not install; run this as root on Debian or Ubuntu, or install PostgreSQL's server and strace by hand",
    ))
}
