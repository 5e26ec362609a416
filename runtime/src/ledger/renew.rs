//! A sign of life of a process that runs a script outside a transaction.

use super::{Claim, Ledger};

impl Ledger {
    /// Prolongs a claim for as long as the statement runs that it was taken for, in a session whose query
    /// begins with this prefix. For another session than that one, so only where there are sessions.
    pub(crate) fn renew(&self, claim: &Claim<'_>, prefix: &str) -> String {
        format!(
            "UPDATE {} SET lease_until = {} WHERE {} AND state = 'started' \
             AND EXISTS (SELECT FROM pg_stat_activity \
             WHERE datname = current_database() AND state <> 'idle' AND starts_with(query, {}))",
            self.table("progress"),
            self.lease(claim),
            self.under(claim),
            self.quote(prefix),
        )
    }
}
