//! The edits of a ledger, as SQL: common ones in the words of both databases, and those of one.

use limbeck::{Dialect, ErrorKind};

/// One edit and what an upgrade has to make of it.
pub(crate) struct Edit {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
    pub(crate) fate: Fate,
    /// Whether `stamp --purge` mends it: not where the ledger's tables themselves are not what they were.
    pub(crate) has_way_out: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It changes nothing.
    Fine,
    /// It is refused, with one of these.
    Refused(&'static [ErrorKind]),
    /// It may be refused or mended.
    Any,
}

use ErrorKind::{AheadBreaking, Database, Diverged, Edited, Interrupted, Locked};

const DIVERGED: Fate = Fate::Refused(&[Diverged]);
const EDITED: Fate = Fate::Refused(&[Edited, Diverged]);
const UNREADABLE: Fate = Fate::Refused(&[Database, Diverged]);

const fn edit(name: &'static str, fate: Fate, sql: &'static str) -> Edit {
    Edit {
        name,
        sql,
        fate,
        has_way_out: true,
    }
}

const fn broken(name: &'static str, fate: Fate, sql: &'static str) -> Edit {
    Edit {
        has_way_out: false,
        ..edit(name, fate, sql)
    }
}

/// All edits of this kind of ledger.
pub(crate) fn edits(dialect: Dialect) -> Vec<Edit> {
    match dialect {
        Dialect::Sqlite => sqlite(),
        Dialect::Postgres => postgres(),
    }
}

fn postgres() -> Vec<Edit> {
    vec![
        edit(
            "a row is missing",
            DIVERGED,
            "DELETE FROM limbeck.revision WHERE id = 'a2'",
        ),
        edit(
            "the head's row is missing",
            DIVERGED,
            "DELETE FROM limbeck.revision WHERE id = 'd2'",
        ),
        edit(
            "all rows are missing",
            DIVERGED,
            "DELETE FROM limbeck.revision",
        ),
        edit(
            "the state is missing",
            DIVERGED,
            "DELETE FROM limbeck.state",
        ),
        edit(
            "the state is garbage",
            DIVERGED,
            "UPDATE limbeck.state SET digest = 'zz'",
        ),
        edit(
            "the state is empty",
            DIVERGED,
            "UPDATE limbeck.state SET digest = ''",
        ),
        edit(
            "the state is of nothing",
            DIVERGED,
            "UPDATE limbeck.state SET digest = repeat('0', 64)",
        ),
        edit(
            "a checksum is garbage",
            EDITED,
            "UPDATE limbeck.revision SET checksum = 'é' WHERE id = 'b1'",
        ),
        edit(
            "a checksum is another one",
            EDITED,
            "UPDATE limbeck.revision SET checksum = repeat('a', 64) WHERE id = 'b1'",
        ),
        edit(
            "a lineage is garbage",
            EDITED,
            "UPDATE limbeck.revision SET lineage = '\\x' WHERE id = 'c1'",
        ),
        edit(
            "the head's lineage is another one",
            EDITED,
            "UPDATE limbeck.revision SET lineage = repeat('a', 64) WHERE id = 'd2'",
        ),
        edit(
            "parents are others",
            DIVERGED,
            "UPDATE limbeck.revision SET parents = 'c1' WHERE id = 'b2'",
        ),
        edit(
            "parents are garbage",
            DIVERGED,
            "UPDATE limbeck.revision SET parents = E'\\n; DROP TABLE x; \\t é' WHERE id = 'b2'",
        ),
        edit(
            "a revision is its own parent",
            DIVERGED,
            "UPDATE limbeck.revision SET parents = 'd2' WHERE id = 'd2'",
        ),
        edit(
            "a row is there twice",
            Fate::Any,
            "ALTER TABLE limbeck.revision DROP CONSTRAINT revision_pkey; INSERT INTO limbeck.revision SELECT * FROM limbeck.revision WHERE id = 'b1'",
        ),
        edit(
            "a head is there that nobody knows",
            DIVERGED,
            "INSERT INTO limbeck.revision SELECT history, 'zzz', 'a1', checksum, lineage, compat, applied_at, 1, 'x' FROM limbeck.revision WHERE id = 'b1'",
        ),
        edit(
            "a row of a name of a megabyte",
            DIVERGED,
            "INSERT INTO limbeck.revision SELECT history, (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 60) i), 'a1', checksum, lineage, compat, applied_at, 1, 'x' FROM limbeck.revision WHERE id = 'b1'",
        ),
        edit(
            "rows of another history",
            Fate::Fine,
            "INSERT INTO limbeck.revision SELECT 'other', id, parents, 'x', 'y', compat, applied_at, -1, 'x' FROM limbeck.revision; INSERT INTO limbeck.state (history, digest, version) VALUES ('other', 'z', 1)",
        ),
        edit(
            "a known revision is called breaking",
            Fate::Any,
            "UPDATE limbeck.revision SET compat = 'because' WHERE id = 'b1'",
        ),
        edit(
            "an unknown revision is breaking",
            Fate::Refused(&[AheadBreaking, Diverged]),
            "INSERT INTO limbeck.revision SELECT history, 'zzz', 'd2', checksum, lineage, 'because', applied_at, 1, 'x' FROM limbeck.revision WHERE id = 'd2'",
        ),
        edit(
            "a time is infinite",
            Fate::Any,
            "UPDATE limbeck.revision SET applied_at = 'infinity' WHERE id = 'b1'",
        ),
        edit(
            "a time is long ago",
            Fate::Fine,
            "UPDATE limbeck.revision SET applied_at = '4000-01-01 BC' WHERE id = 'b1'",
        ),
        edit(
            "a duration is negative",
            Fate::Fine,
            "UPDATE limbeck.revision SET duration_ms = -9223372036854775808",
        ),
        edit(
            "the journal is empty",
            Fate::Fine,
            "DELETE FROM limbeck.journal",
        ),
        edit(
            "the journal is missing",
            Fate::Any,
            "DROP TABLE limbeck.journal",
        ),
        broken(
            "the progress is missing",
            Fate::Any,
            "DROP TABLE limbeck.progress",
        ),
        broken(
            "the rows' table is missing",
            Fate::Any,
            "DROP TABLE limbeck.revision",
        ),
        broken(
            "the state's table is missing",
            Fate::Any,
            "DROP TABLE limbeck.state",
        ),
        broken(
            "a column of the state is missing",
            UNREADABLE,
            "ALTER TABLE limbeck.state DROP COLUMN unfinished",
        ),
        broken(
            "a column of the rows is missing",
            UNREADABLE,
            "ALTER TABLE limbeck.revision DROP COLUMN compat",
        ),
        edit(
            "there is one column more",
            Fate::Fine,
            "ALTER TABLE limbeck.revision ADD COLUMN more text; ALTER TABLE limbeck.state ADD COLUMN more text; ALTER TABLE limbeck.journal ADD COLUMN more text; ALTER TABLE limbeck.progress ADD COLUMN more text",
        ),
        edit(
            "a digest is null",
            UNREADABLE,
            "ALTER TABLE limbeck.state ALTER COLUMN digest DROP NOT NULL; UPDATE limbeck.state SET digest = NULL",
        ),
        edit(
            "a parent is null",
            UNREADABLE,
            "ALTER TABLE limbeck.revision ALTER COLUMN parents DROP NOT NULL; UPDATE limbeck.revision SET parents = NULL WHERE id = 'b1'",
        ),
        broken(
            "the version is of a later limbeck",
            Fate::Refused(&[AheadBreaking]),
            "UPDATE limbeck.state SET version = 2147483647",
        ),
        edit(
            "the version is negative",
            UNREADABLE,
            "UPDATE limbeck.state SET version = -1",
        ),
        edit(
            "the version is of a type that is no number",
            UNREADABLE,
            "ALTER TABLE limbeck.state ALTER COLUMN version TYPE text USING 'one'",
        ),
        edit(
            "a script is unfinished that nobody knows of",
            Fate::Any,
            "UPDATE limbeck.state SET unfinished = 'token'",
        ),
        edit(
            "a script of nobody is unfinished",
            INTERRUPTED,
            "UPDATE limbeck.state SET unfinished = 't'; INSERT INTO limbeck.progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'zzz', 'up', 1, 'started', 't', '2000-01-01')",
        ),
        edit(
            "a statement is unfinished that is none",
            INTERRUPTED,
            "UPDATE limbeck.state SET unfinished = 't'; INSERT INTO limbeck.progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'd2', 'up', 2147483647, 'started', 't', '2000-01-01')",
        ),
        edit(
            "a statement has a negative number",
            Fate::Any,
            "UPDATE limbeck.state SET unfinished = 't'; INSERT INTO limbeck.progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'd2', 'up', -5, 'started', 't', '2000-01-01')",
        ),
        edit(
            "a script runs sideways",
            Fate::Any,
            "UPDATE limbeck.state SET unfinished = 't'; INSERT INTO limbeck.progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'd2', 'sideways', 1, 'undead', 't', '2000-01-01')",
        ),
        edit(
            "a transactional revision is a script",
            Fate::Any,
            "UPDATE limbeck.state SET unfinished = 't'; INSERT INTO limbeck.progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'd3', 'up', 1, 'started', 't', '2000-01-01')",
        ),
        edit(
            "a lease is infinite",
            Fate::Refused(&[Locked, Interrupted]),
            "UPDATE limbeck.state SET unfinished = 't'; INSERT INTO limbeck.progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'd2', 'up', 1, 'started', 't', 'infinity')",
        ),
    ]
}

const INTERRUPTED: Fate = Fate::Refused(&[Interrupted, Diverged]);

fn sqlite() -> Vec<Edit> {
    vec![
        edit(
            "a row is missing",
            DIVERGED,
            "DELETE FROM limbeck_revision WHERE id = 'a2'",
        ),
        edit(
            "the head's row is missing",
            DIVERGED,
            "DELETE FROM limbeck_revision WHERE id = 'd2'",
        ),
        edit(
            "all rows are missing",
            DIVERGED,
            "DELETE FROM limbeck_revision",
        ),
        edit(
            "the state is missing",
            DIVERGED,
            "DELETE FROM limbeck_state",
        ),
        edit(
            "the state is garbage",
            DIVERGED,
            "UPDATE limbeck_state SET digest = 'zz'",
        ),
        edit(
            "the state is a blob",
            UNREADABLE,
            "UPDATE limbeck_state SET digest = x'00ff80'",
        ),
        edit(
            "the state is text that is no UTF-8",
            UNREADABLE,
            "UPDATE limbeck_state SET digest = CAST(x'ff80' AS text)",
        ),
        edit(
            "the state has a zero in it",
            DIVERGED,
            "UPDATE limbeck_state SET digest = 'a' || char(0) || 'b'",
        ),
        edit(
            "a checksum is garbage",
            EDITED,
            "UPDATE limbeck_revision SET checksum = 'éééééééééééé' WHERE id = 'b1'",
        ),
        edit(
            "a checksum is a number",
            UNREADABLE_OR_EDITED,
            "UPDATE limbeck_revision SET checksum = 17 WHERE id = 'b1'",
        ),
        edit(
            "a lineage is garbage",
            EDITED,
            "UPDATE limbeck_revision SET lineage = '' WHERE id = 'c1'",
        ),
        edit(
            "parents are others",
            DIVERGED,
            "UPDATE limbeck_revision SET parents = 'c1' WHERE id = 'b2'",
        ),
        edit(
            "an id is a blob",
            UNREADABLE,
            "UPDATE limbeck_revision SET id = x'00ff' WHERE id = 'b1'",
        ),
        edit(
            "a head is there that nobody knows",
            DIVERGED,
            "INSERT INTO limbeck_revision SELECT history, 'zzz', 'a1', checksum, lineage, compat, applied_at, 1, 'x' FROM limbeck_revision WHERE id = 'b1'",
        ),
        edit(
            "a row of a name of a megabyte",
            DIVERGED,
            "INSERT INTO limbeck_revision SELECT history, hex(zeroblob(500000)), 'a1', checksum, lineage, compat, applied_at, 1, 'x' FROM limbeck_revision WHERE id = 'b1'",
        ),
        edit(
            "rows of another history",
            Fate::Fine,
            "INSERT INTO limbeck_revision SELECT 'other', id, parents, 'x', 'y', compat, applied_at, -1, 'x' FROM limbeck_revision; INSERT INTO limbeck_state (history, digest, version) VALUES ('other', 'z', 1)",
        ),
        edit(
            "a row of another history is a blob",
            Fate::Any,
            "INSERT INTO limbeck_state (history, digest, version) VALUES (x'00', x'00', 'x')",
        ),
        edit(
            "an unknown revision is breaking",
            Fate::Refused(&[AheadBreaking, Diverged]),
            "INSERT INTO limbeck_revision SELECT history, 'zzz', 'd2', checksum, lineage, 'because', applied_at, 1, 'x' FROM limbeck_revision WHERE id = 'd2'",
        ),
        edit(
            "a time is garbage",
            Fate::Fine,
            "UPDATE limbeck_revision SET applied_at = 'yesterday, \"about\" noon' WHERE id = 'b1'",
        ),
        edit(
            "a time is a number",
            Fate::Any,
            "UPDATE limbeck_revision SET applied_at = x'01' WHERE id = 'b1'",
        ),
        edit(
            "a duration is no number",
            Fate::Fine,
            "UPDATE limbeck_revision SET duration_ms = 'long'",
        ),
        edit(
            "the journal is missing",
            Fate::Any,
            "DROP TABLE limbeck_journal",
        ),
        broken(
            "the progress is missing",
            Fate::Any,
            "DROP TABLE limbeck_progress",
        ),
        broken(
            "the rows' table is missing",
            Fate::Any,
            "DROP TABLE limbeck_revision",
        ),
        broken(
            "the state's table is missing",
            Fate::Any,
            "DROP TABLE limbeck_state",
        ),
        broken(
            "a column of the state is missing",
            UNREADABLE,
            "ALTER TABLE limbeck_state DROP COLUMN unfinished",
        ),
        broken(
            "a column of the rows is missing",
            UNREADABLE,
            "ALTER TABLE limbeck_revision DROP COLUMN compat",
        ),
        edit(
            "there is one column more",
            Fate::Fine,
            "ALTER TABLE limbeck_revision ADD COLUMN more text; ALTER TABLE limbeck_state ADD COLUMN more text; ALTER TABLE limbeck_journal ADD COLUMN more text",
        ),
        edit(
            "the version is of a later limbeck",
            Fate::Refused(&[AheadBreaking]),
            "UPDATE limbeck_state SET version = 4294967295",
        ),
        edit(
            "the version is too large",
            UNREADABLE,
            "UPDATE limbeck_state SET version = 9223372036854775807",
        ),
        edit(
            "the version is negative",
            UNREADABLE,
            "UPDATE limbeck_state SET version = -1",
        ),
        edit(
            "the version is text",
            UNREADABLE,
            "UPDATE limbeck_state SET version = 'one'",
        ),
        edit(
            "the version is half a number",
            UNREADABLE,
            "UPDATE limbeck_state SET version = 1.5",
        ),
        edit(
            "the shortcut lies",
            Fate::Fine,
            "PRAGMA user_version = 77; UPDATE limbeck_state SET user_version = 77",
        ),
        edit(
            "the shortcut is no number",
            Fate::Any,
            "UPDATE limbeck_state SET user_version = 'x'",
        ),
        edit(
            "a script of nobody is unfinished",
            INTERRUPTED,
            "UPDATE limbeck_state SET unfinished = 't'; INSERT INTO limbeck_progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'zzz', 'up', 1, 'started', 't', '2000')",
        ),
        edit(
            "a statement is unfinished that is none",
            Fate::Any,
            "UPDATE limbeck_state SET unfinished = 't'; INSERT INTO limbeck_progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'c2', 'up', 9223372036854775807, 'started', 't', '2000')",
        ),
        edit(
            "a script runs sideways",
            Fate::Any,
            "UPDATE limbeck_state SET unfinished = 't'; INSERT INTO limbeck_progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'c2', 'sideways', 'x', x'00', 't', '2000')",
        ),
        edit(
            "a lease is garbage",
            Fate::Any,
            "UPDATE limbeck_state SET unfinished = 't'; INSERT INTO limbeck_progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'c2', 'up', 1, 'started', 't', 'zzz')",
        ),
        edit(
            "a lease is far away, as after a jump of the clock",
            Fate::Refused(&[Locked, Interrupted]),
            "UPDATE limbeck_state SET unfinished = 't'; INSERT INTO limbeck_progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'c2', 'up', 1, 'started', 't', '9999-01-01T00:00:00.000Z')",
        ),
    ]
}

const UNREADABLE_OR_EDITED: Fate = Fate::Refused(&[Database, Diverged, Edited]);
