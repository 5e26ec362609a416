//! LB03: SQL.

use super::Text;

pub(super) const TRANSACTION_CONTROL: Text = Text {
    title: "a statement that opens or ends a transaction",
    why: "A section and its record in the ledger are one transaction, which limbeck opens and ends. A \
          `COMMIT` in between would leave the rest outside it: a failure would then be recorded as \
          applied, or a half be left behind.",
    help: "Remove the statement. Where statements have to run outside a transaction, mark the section \
           `no-transaction`; to take back a part, use `SAVEPOINT` and `ROLLBACK TO`.",
};
