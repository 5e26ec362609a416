//! Edits of a ledger in SQLite, whose columns take values of any type.

use limbeck::ErrorKind::{AheadBreaking, Database, Diverged, Edited};

use super::edit::{DIVERGED, EDITED, Edit, Fate, INTERRUPTED, LOCKED, UNREADABLE, broken, edit};

pub(super) const SQLITE: &[Edit] = &[
    edit(
        "the state is a blob",
        UNREADABLE,
        "UPDATE $state SET digest = x'00ff80'",
    ),
    edit(
        "the state is text that is no UTF-8",
        UNREADABLE,
        "UPDATE $state SET digest = CAST(x'ff80' AS text)",
    ),
    edit(
        "the state has a zero in it",
        DIVERGED,
        "UPDATE $state SET digest = 'a' || char(0) || 'b'",
    ),
    edit(
        "a checksum is garbage",
        EDITED,
        "UPDATE $revision SET checksum = 'éééééééééééé' WHERE id = 'b1'",
    ),
    edit(
        "a checksum is a number",
        Fate::Refused(&[Database, Diverged, Edited]),
        "UPDATE $revision SET checksum = 17 WHERE id = 'b1'",
    ),
    edit(
        "a lineage is garbage",
        EDITED,
        "UPDATE $revision SET lineage = '' WHERE id = 'c1'",
    ),
    edit(
        "an id is a blob",
        UNREADABLE,
        "UPDATE $revision SET id = x'00ff' WHERE id = 'b1'",
    ),
    edit(
        "a row of a name of a megabyte",
        DIVERGED,
        "INSERT INTO $revision SELECT history, hex(zeroblob(500000)), 'a1', checksum, lineage, compat, applied_at, 1, 'x' FROM $revision WHERE id = 'b1'",
    ),
    broken(
        "a row of another history is a blob",
        Fate::Any,
        "INSERT INTO $state (history, digest, version) VALUES (x'00', x'00', 'x')",
    ),
    edit(
        "a time is garbage",
        Fate::Fine,
        "UPDATE $revision SET applied_at = 'yesterday, \"about\" noon' WHERE id = 'b1'",
    ),
    edit(
        "a time is a number",
        Fate::Any,
        "UPDATE $revision SET applied_at = x'01' WHERE id = 'b1'",
    ),
    edit(
        "a duration is no number",
        Fate::Fine,
        "UPDATE $revision SET duration_ms = 'long'",
    ),
    edit(
        "there is one column more",
        Fate::Fine,
        "ALTER TABLE $revision ADD COLUMN more text; ALTER TABLE $state ADD COLUMN more text; ALTER TABLE $journal ADD COLUMN more text",
    ),
    broken(
        "the version is of a later limbeck",
        Fate::Refused(&[AheadBreaking]),
        "UPDATE $state SET version = 4294967295",
    ),
    edit(
        "the version is too large",
        UNREADABLE,
        "UPDATE $state SET version = 9223372036854775807",
    ),
    edit(
        "the version is text",
        UNREADABLE,
        "UPDATE $state SET version = 'one'",
    ),
    edit(
        "the version is half a number",
        UNREADABLE,
        "UPDATE $state SET version = 1.5",
    ),
    edit(
        "the shortcut lies",
        Fate::Fine,
        "PRAGMA user_version = 77; UPDATE $state SET user_version = 77",
    ),
    edit(
        "the shortcut is no number",
        Fate::Any,
        "UPDATE $state SET user_version = 'x'",
    ),
    edit(
        "a script of nobody is unfinished",
        INTERRUPTED,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'zzz', 'up', 1, 'started', 't', '2000')",
    ),
    edit(
        "a statement is unfinished that is none",
        Fate::Any,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'c2', 'up', 9223372036854775807, 'started', 't', '2000')",
    ),
    edit(
        "a script runs sideways",
        Fate::Any,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'c2', 'sideways', 'x', x'00', 't', '2000')",
    ),
    edit(
        "a lease is garbage",
        INTERRUPTED,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'c2', 'up', 1, 'started', 't', 'zzz')",
    ),
    edit(
        "a lease is far away, as after a jump of the clock",
        INTERRUPTED,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'c2', 'up', 1, 'started', 't', '9999-01-01T00:00:00.000Z')",
    ),
    broken(
        "another process is at a script",
        LOCKED,
        "UPDATE $state SET unfinished = 't'; INSERT INTO $progress (history, id, direction, step, state, token, lease_until) VALUES ('adversarial', 'c2', 'down', 1, 'started', 't', strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+50 seconds'))",
    ),
];
