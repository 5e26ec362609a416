//! Installs PostgreSQL where its server programs are missing.

use std::path::Path;
use std::process::Command;

use crate::error::{Failure, Result};
use crate::job::Job;

/// Debian's package makes and starts a cluster of its own when it is installed. Nobody would use it,
/// since the tests start theirs, so it is told not to, for this one installation.
const SCRIPT: &str = "\
set -eu
export DEBIAN_FRONTEND=noninteractive
settings=/etc/postgresql-common/createcluster.d
mkdir -p $settings
trap 'rm -f $settings/limbeck.conf' EXIT
echo 'create_main_cluster = false' > $settings/limbeck.conf
apt-get update
apt-get install -y --no-install-recommends postgresql
";

const BY_HAND: &str = "install it (`apt-get install postgresql`), or name the directory of its \
                       programs in LIMBECK_TEST_POSTGRES_BIN";

/// Installs it as root, with `sudo` where that asks for no password.
pub(super) fn postgres(folder: &Path) -> Result<()> {
    if !Job::new("apt-get", &["--version"]).succeeds(folder) {
        let message = format!("PostgreSQL is missing, and so is apt-get; {BY_HAND}");
        return Err(Failure::new(message));
    }
    if is_root()? {
        return Job::new("sh", &["-c", SCRIPT]).run(folder);
    }
    if Job::new("sudo", &["-n", "true"]).succeeds(folder) {
        return Job::new("sudo", &["-n", "sh", "-c", SCRIPT]).run(folder);
    }
    Err(Failure::new(format!(
        "PostgreSQL is missing, and only root can install it, which `sudo` does not allow here; {BY_HAND}"
    )))
}

fn is_root() -> Result<bool> {
    let output = Command::new("id")
        .arg("-u")
        .output()
        .map_err(Failure::io("run id"))?;
    Ok(output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_one_that_a_shell_can_read() {
        let checked = Job::new("sh", &["-n", "-c", SCRIPT]);
        assert!(checked.succeeds(Path::new("/")));
    }

    #[test]
    fn the_way_to_do_it_by_hand_names_the_variable_that_tests_read() {
        assert!(BY_HAND.contains(limbeck_testkit::BIN_VARIABLE));
    }
}
