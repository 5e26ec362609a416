//! Which differences between two schemas count in a proof.

use limbeck_schema::{Change, Schema, diff};

/// How two schemas differ. The order of a table's columns does not count: a column that was dropped can
/// only come back behind the others.
pub(super) fn changes(before: &Schema, after: &Schema) -> Vec<Change> {
    let mut changes = diff(before, after);
    changes.retain(|change| !matches!(change, Change::Reordered { .. }));
    changes
}
