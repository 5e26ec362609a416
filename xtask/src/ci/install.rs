//! Installs PostgreSQL where its server programs are missing, and PgBouncer where it is.

use std::path::Path;
use std::process::Command;

use crate::error::{Failure, Result};
use crate::job::Job;

/// Debian's package makes and starts a cluster of its own when it is installed. Nobody would use it,
/// since the tests start theirs, so it is told not to, for this one installation.
const POSTGRES: &str = "\
set -eu
export DEBIAN_FRONTEND=noninteractive
settings=/etc/postgresql-common/createcluster.d
mkdir -p $settings
trap 'rm -f $settings/limbeck.conf' EXIT
echo 'create_main_cluster = false' > $settings/limbeck.conf
apt-get update
apt-get install -y --no-install-recommends postgresql
";

/// Debian's package starts a pooler as a service when it is installed, which a policy forbids for this one
/// installation; one that the machine has already is left alone.
const PGBOUNCER: &str = "\
set -eu
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    printf '#!/bin/sh\\nexit 101\\n' > $policy
    chmod 755 $policy
fi
apt-get update
apt-get install -y --no-install-recommends pgbouncer
";

const PGBOUNCER_BY_HAND: &str = "install it (`apt-get install pgbouncer`)";

const BY_HAND: &str = "install it (`apt-get install postgresql`), or name the directory of its \
                       programs in LIMBECK_TEST_POSTGRES_BIN";

pub(super) fn postgres(folder: &Path) -> Result<()> {
    install(folder, "PostgreSQL", POSTGRES, BY_HAND)
}

pub(super) fn pgbouncer(folder: &Path) -> Result<()> {
    install(folder, "PgBouncer", PGBOUNCER, PGBOUNCER_BY_HAND)
}

/// Installs it as root, with `sudo` where that asks for no password.
fn install(folder: &Path, name: &str, script: &str, by_hand: &str) -> Result<()> {
    if !Job::new("apt-get", &["--version"]).succeeds(folder) {
        let message = format!("{name} is missing, and so is apt-get; {by_hand}");
        return Err(Failure::new(message));
    }
    if is_root()? {
        return Job::new("sh", &["-c", script]).run(folder);
    }
    if Job::new("sudo", &["-n", "true"]).succeeds(folder) {
        return Job::new("sudo", &["-n", "sh", "-c", script]).run(folder);
    }
    Err(Failure::new(format!(
        "{name} is missing, and only root can install it, which `sudo` does not allow here; {by_hand}"
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
    fn the_scripts_are_such_that_a_shell_can_read_them() {
        for script in [POSTGRES, PGBOUNCER] {
            let checked = Job::new("sh", &["-n", "-c", script]);
            assert!(checked.succeeds(Path::new("/")), "{script}");
        }
    }

    #[test]
    fn the_way_to_do_it_by_hand_names_the_variable_that_tests_read() {
        assert!(BY_HAND.contains(limbeck_testkit::BIN_VARIABLE));
    }
}
