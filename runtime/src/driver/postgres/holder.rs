//! Who holds the lock.

use std::ops::DerefMut;

use postgres::Client;

use super::Postgres;
use super::rows::row;
use crate::ledger::Ledger;

impl<C: DerefMut<Target = Client>> Postgres<C> {
    pub(super) fn lock_holder(&mut self, ledger: &Ledger) -> Option<String> {
        let name = ledger.quote(&format!("limbeck {}", ledger.schema));
        let sql = format!(
            "SELECT l.pid, a.application_name, a.query_start FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid) \
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
             AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended({name}, 0)"
        );
        // Who it is only makes the error better: a failure to find out must not replace it.
        let messages = self.send(&sql).ok()?;
        let holder = messages.iter().find_map(row)?;
        let mut words = format!("process {}", holder.get(0)?);
        if let Some(name) = holder.get(1).filter(|name| !name.is_empty()) {
            words.extend([" of `", name, "`"]);
        }
        if let Some(since) = holder.get(2) {
            words.extend([", whose statement runs since ", since]);
        }
        Some(words)
    }
}
