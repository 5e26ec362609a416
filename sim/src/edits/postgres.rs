//! Edits of a ledger in PostgreSQL.

use limbeck::ErrorKind::AheadBreaking;

use super::edit::{DIVERGED, EDITED, Edit, Fate, INTERRUPTED, LOCKED, UNREADABLE, broken, edit};

pub(super) const POSTGRES: &[Edit] = &[
    edit(
        "the state is empty",
        DIVERGED,
        "UPDATE $state SET digest = ''",
    ),
    edit(
        "the state is of nothing",
        DIVERGED,
        "UPDATE $state SET digest = repeat('0', 64)",
    ),
    edit(
        "a checksum is garbage",
        EDITED,
        "UPDATE $revision SET checksum = 'é' WHERE id = 'b1'",
    ),
    edit(
        "a checksum is another one",
        EDITED,
        "UPDATE $revision SET checksum = repeat('a', 64) WHERE id = 'b1'",
    ),
    edit(
        "a lineage is garbage",
        EDITED,
        "UPDATE $revision SET lineage = '\\x' WHERE id = 'c1'",
    ),
    edit(
        "the head's lineage is another one",
        EDITED,
        "UPDATE $revision SET lineage = repeat('a', 64) WHERE id = 'd2'",
    ),
    edit(
        "parents are garbage",
        DIVERGED,
        "UPDATE $revision SET parents = E'\\n; DROP TABLE x; \\t é' WHERE id = 'b2'",
    ),
    edit(
        "a revision is its own parent",
        DIVERGED,
        "UPDATE $revision SET parents = 'd2' WHERE id = 'd2'",
    ),
    edit(
        "a row is there twice",
        Fate::Any,
        "ALTER TABLE $revision DROP CONSTRAINT revision_pkey; INSERT INTO $revision SELECT * FROM $revision WHERE id = 'b1'",
    ),
    edit(
        "a row of a name of a megabyte",
        DIVERGED,
        "INSERT INTO $revision SELECT history, (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 60) i), 'a1', checksum, lineage, compat, applied_at, 1, 'x' FROM $revision WHERE id = 'b1'",
    ),
    edit(
        "a known revision is called breaking",
        Fate::Any,
        "UPDATE $revision SET compat = 'because' WHERE id = 'b1'",
    ),
    edit(
        "a time is infinite",
        Fate::Any,
        "UPDATE $revision SET applied_at = 'infinity' WHERE id = 'b1'",
    ),
    edit(
        "a time is long ago",
        Fate::Fine,
        "UPDATE $revision SET applied_at = '4000-01-01 BC' WHERE id = 'b1'",
    ),
    edit(
        "a duration is negative",
        Fate::Fine,
        "UPDATE $revision SET duration_ms = -9223372036854775808",
    ),
    edit("the journal is empty", Fate::Fine, "DELETE FROM $journal"),
    edit(
        "there is one column more",
        Fate::Fine,
        "ALTER TABLE $revision ADD COLUMN more text; ALTER TABLE $state ADD COLUMN more text; ALTER TABLE $journal ADD COLUMN more text; ALTER TABLE $progress ADD COLUMN more text",
    ),
    edit(
        "a digest is null",
        UNREADABLE,
        "ALTER TABLE $state ALTER COLUMN digest DROP NOT NULL; UPDATE $state SET digest = NULL",
    ),
    edit(
        "a parent is null",
        UNREADABLE,
        "ALTER TABLE $revision ALTER COLUMN parents DROP NOT NULL; UPDATE $revision SET parents = NULL WHERE id = 'b1'",
    ),
    broken(
        "the version is of a later limbeck",
        Fate::Refused(&[AheadBreaking]),
        "UPDATE $state SET version = 2147483647",
    ),
    broken(
        "the version is of a type that is no number",
        UNREADABLE,
        "ALTER TABLE $state ALTER COLUMN version TYPE text USING 'one'",
    ),
    edit(
        "a script is unfinished that nobody knows of",
        Fate::Any,
        "UPDATE $state SET unfinished = 'token'",
    ),
    edit(
        "a script of nobody is unfinished",
        INTERRUPTED,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'zzz', 'up', 1, 'started', 't', '2000-01-01')",
    ),
    edit(
        "a statement is unfinished that is none",
        INTERRUPTED,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'd2', 'up', 2147483647, 'started', 't', '2000-01-01')",
    ),
    edit(
        "a statement has a negative number",
        Fate::Any,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'd2', 'up', -5, 'started', 't', '2000-01-01')",
    ),
    edit(
        "a script runs sideways",
        Fate::Any,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'd2', 'sideways', 1, 'undead', 't', '2000-01-01')",
    ),
    edit(
        "a transactional revision is a script",
        Fate::Any,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'd3', 'up', 1, 'started', 't', '2000-01-01')",
    ),
    edit(
        "a lease is infinite",
        INTERRUPTED,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'd2', 'up', 1, 'started', 't', 'infinity')",
    ),
    broken(
        "another process is at a script",
        LOCKED,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'd2', 'down', 1, 'started', 't', clock_timestamp() + interval '50 seconds')",
    ),
];
