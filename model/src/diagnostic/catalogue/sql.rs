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

pub(super) const SYNTAX_ERROR: Text = Text {
    title: "SQL that its database cannot read",
    why: "The statement is not in the grammar of the dialect it is for, so that the revision could never \
          be applied or taken back there.",
    help: "Correct the statement; where only one database knows it, give each dialect a section of its \
           own.",
};
