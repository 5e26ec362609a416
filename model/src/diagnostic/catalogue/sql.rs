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
          be applied or taken back there. SQLite reads the statements for SQLite. Those for PostgreSQL are \
          checked with the grammar of PostgreSQL 17, and what is new in 18 is let pass; the bodies of \
          functions are strings to it, and whether a table or a column exists is not asked.",
    help: "Correct the statement; where only one database knows it, give each dialect a section of its \
           own. What only a newer PostgreSQL can read can be run from a string: \
           `DO $$ BEGIN EXECUTE '…'; END $$`.",
};

pub(super) const NEEDS_NO_TRANSACTION: Text = Text {
    title: "a statement that cannot run inside a transaction",
    why: "A section is one transaction unless it says otherwise, and the database refuses this statement \
          in one: PostgreSQL with the code 25001. Nothing of the revision would be applied. What depends \
          on the database, such as whether a table is partitioned, is not reported.",
    help: "Write `no-transaction` behind `-- @up` or `-- @down`. Every statement of the section then runs \
           by itself, so give this one a revision of its own where others stand beside it.",
};

pub(super) const NO_EFFECT_HERE: Text = Text {
    title: "a statement that has no effect where it stands",
    why: "Some settings last as long as the transaction, and do nothing outside of one; others do nothing \
          inside of one. The database says nothing of it, or only warns. Savepoints, locks and cursors \
          fail outside of a transaction.",
    help: "Move the statement to a section with or without a transaction, as the report says, or remove \
           it.",
};

pub(super) const CLIENT_COMMAND: Text = Text {
    title: "a command of a client program",
    why: "Lines such as `\\connect` or `.read` are read by psql or the sqlite3 shell and never reach the \
          database. limbeck sends statements without such a program, so the database would refuse them.",
    help: "Remove the line, or write what it stands for as SQL: the statements of the file that it \
           reads, the value that it sets, `INSERT INTO … VALUES …` for the rows that it loads.",
};

pub(super) const CLIENT_COPY: Text = Text {
    title: "a `COPY` from or to the client",
    why: "`COPY … FROM STDIN` takes its rows from the program that sent it, behind the statement, and \
          `COPY … TO STDOUT` gives them to it. limbeck sends statements only.",
    help: "Write the rows as `INSERT INTO … VALUES …`; `pg_dump --inserts` writes a dump so.",
};

pub(super) const NEEDS_VERIFY: Text = Text {
    title: "a statement outside a transaction of which nothing tells whether it has happened",
    why: "When a program is killed while a statement runs outside a transaction, the next start has to \
          find out whether to run it again. Most statements it records together with their effect, some \
          can be repeated, and what is left of `CREATE INDEX CONCURRENTLY` and its kind it can see for \
          itself. Of this one it can see nothing.",
    help: "Write above the statement `-- @verify` and a query, on one line, that is false before the \
           statement and true once it has taken effect. Where it can run inside a transaction, move it \
           to a section that is one.",
};

pub(super) const BAD_VERIFY: Text = Text {
    title: "a `@verify` that does not say how a statement is verified",
    why: "`@verify` stands above a statement outside a transaction of which nothing else tells whether \
          it has happened. It is one query, on one line, with one boolean as its answer: true says that \
          the statement has taken effect. A statement that is recorded together with its effect, or that \
          limbeck can verify for itself, needs none, and one that is never asked would only mislead.",
    help: "Write one `SELECT` on one line, or remove the line, as the report says.",
};
