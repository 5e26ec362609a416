//! Edits that both kinds of ledger can have.

use limbeck::ErrorKind::{AheadBreaking, Diverged};

use super::edit::{DIVERGED, Edit, Fate, UNREADABLE, broken, edit};

pub(super) const COMMON: &[Edit] = &[
    edit(
        "a row is missing",
        DIVERGED,
        "DELETE FROM $revision WHERE id = 'a2'",
    ),
    edit(
        "the head's row is missing",
        DIVERGED,
        "DELETE FROM $revision WHERE id = 'd2'",
    ),
    edit("all rows are missing", DIVERGED, "DELETE FROM $revision"),
    edit("the state is missing", DIVERGED, "DELETE FROM $state"),
    edit(
        "the state is garbage",
        DIVERGED,
        "UPDATE $state SET digest = 'zz'",
    ),
    edit(
        "parents are others",
        DIVERGED,
        "UPDATE $revision SET parents = 'c1' WHERE id = 'b2'",
    ),
    edit(
        "a head is there that nobody knows",
        DIVERGED,
        "INSERT INTO $revision SELECT history, 'zzz', 'a1', checksum, lineage, compat, applied_at, 1, 'x' FROM $revision WHERE id = 'b1'",
    ),
    edit(
        "rows of another history",
        Fate::Fine,
        "INSERT INTO $revision SELECT 'other', id, parents, 'x', 'y', compat, applied_at, -1, 'x' FROM $revision; INSERT INTO $state (history, digest, version) VALUES ('other', 'z', 1)",
    ),
    edit(
        "an unknown revision is breaking",
        Fate::Refused(&[AheadBreaking, Diverged]),
        "INSERT INTO $revision SELECT history, 'zzz', 'd2', checksum, lineage, 'because', applied_at, 1, 'x' FROM $revision WHERE id = 'd2'",
    ),
    broken("the journal is missing", UNREADABLE, "DROP TABLE $journal"),
    broken(
        "the progress is missing",
        UNREADABLE,
        "DROP TABLE $progress",
    ),
    broken(
        "the rows' table is missing",
        UNREADABLE,
        "DROP TABLE $revision",
    ),
    broken(
        "the state's table is missing",
        Fate::Any,
        "DROP TABLE $state",
    ),
    broken(
        "a column of the state is missing",
        UNREADABLE,
        "ALTER TABLE $state DROP COLUMN unfinished",
    ),
    broken(
        "a column of the rows is missing",
        UNREADABLE,
        "ALTER TABLE $revision DROP COLUMN compat",
    ),
    edit(
        "the version is negative",
        UNREADABLE,
        "UPDATE $state SET version = -1",
    ),
];
