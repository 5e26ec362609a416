//! A standby: a second server that streams from the first, and on which can only be read.

use crate::account::Account;
use crate::cluster::{append, socket_setting};
use crate::directory::Directory;
use crate::programs::Programs;
use crate::watchdog::Watchdog;
use crate::{Cluster, Error};

impl Cluster {
    /// Makes and starts a hot standby of this server, and waits until it answers. It needs the settings
    /// `wal_level = replica` and `max_wal_senders = 4` here, and streams for as long as this server runs.
    ///
    /// # Errors
    /// When one of the programs fails: with what it said.
    pub fn standby(&self) -> Result<Self, Error> {
        let directory = Directory::create()?;
        let watchdog = Watchdog::start(&directory)?;
        let account = Account::instead_of(directory.owner()?)?;
        if let Some(account) = account {
            account.own(directory.path())?;
        }
        let programs = Programs {
            folder: self.programs.folder.clone(),
            account,
        };
        programs.copy(&self.url("postgres"), &directory)?;
        append(&directory, &socket_setting(&directory))?;
        Self::serve(programs, watchdog, directory, self.listen)
    }
}
