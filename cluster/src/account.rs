//! Who runs the server: PostgreSQL refuses to be run by root.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use crate::Error;

/// Accounts that a machine has for such work, the better one first.
const PREFERRED: [&str; 3] = ["postgres", "_postgres", "nobody"];

/// A user that stands in for root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    user: u32,
    group: u32,
}

impl Account {
    /// The account to run as when the caller is user number `caller`; `None` to run as the caller.
    pub(crate) fn instead_of(caller: u32) -> Result<Option<Self>, Error> {
        if caller != 0 {
            return Ok(None);
        }
        let accounts =
            fs::read_to_string("/etc/passwd").map_err(Error::io("cannot read `/etc/passwd`"))?;
        let found = PREFERRED.into_iter().find_map(|name| find(&accounts, name));
        match found {
            Some(account) => Ok(Some(account)),
            None => Err(Error::new(
                "PostgreSQL does not run as root, and there is no user `postgres` or `nobody`",
            )
            .with_help("run as another user than root")),
        }
    }

    pub(crate) fn run(self, command: &mut Command) {
        command.uid(self.user).gid(self.group);
    }

    pub(crate) fn own(self, path: &Path) -> Result<(), Error> {
        chown(path, Some(self.user), Some(self.group)).map_err(Error::io(format!(
            "cannot give `{}` to another user",
            path.display()
        )))
    }
}

/// Has a command run as the user who runs the servers of this crate, and gives that user these paths:
/// for programs that, like PostgreSQL, refuse to be run by root. Where the first path is not root's, and so
/// neither is the process that made it, nothing is changed.
///
/// # Errors
/// When a path cannot be looked at or given away, and when there is no such user.
pub fn run_unprivileged(command: &mut Command, paths: &[&Path]) -> Result<(), Error> {
    let Some(first) = paths.first() else {
        return Ok(());
    };
    let owner = fs::metadata(first)
        .map_err(Error::io("cannot look at a new folder"))?
        .uid();
    if let Some(account) = Account::instead_of(owner)? {
        for path in paths {
            account.own(path)?;
        }
        account.run(command);
    }
    Ok(())
}

/// Finds `name` in the text of a password file: `name:password:user:group:…`.
fn find(accounts: &str, name: &str) -> Option<Account> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let user = fields.nth(1)?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        Some(Account { user, group })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let accounts = "nobody2:x:7:8::/:\nnobody:x:65534:65533:nobody:/nonexistent:/bin/false\n";
        let account = Account {
            user: 65534,
            group: 65533,
        };
        assert_eq!(find(accounts, "nobody"), Some(account));
        assert_eq!(find(accounts, "nob"), None);
    }

    #[test]
    fn only_root_needs_another_account() {
        assert_eq!(Account::instead_of(1000).unwrap(), None);
    }
}
