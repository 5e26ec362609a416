//! What was proved of the state that a database is in. Pure: the chart and the applied revisions decide.

use std::collections::BTreeSet;

use limbeck_model::checksum::Digest;
use limbeck_model::plan;

use crate::engine::Chart;
use crate::table::Fingerprint;

/// The fingerprints of the state in which exactly these revisions are applied, or why there are none.
///
/// A proof is of one revision where exactly what it stands on is applied. So it says nothing of several heads,
/// nor of several histories in one database.
pub(super) fn proved(
    chart: &Chart,
    applied: &BTreeSet<usize>,
) -> Result<&'static [Fingerprint], String> {
    let mut histories: Vec<_> = chart
        .entries
        .iter()
        .map(|entry| entry.history.name)
        .collect();
    histories.dedup();
    histories.sort_unstable();
    histories.dedup();
    if histories.len() > 1 {
        return Err(
            "several histories share the database, and each was proved by itself".to_owned(),
        );
    }
    let heads = plan::applied_heads(&chart.graph, applied);
    let &[head] = heads.as_slice() else {
        let names: Vec<_> = heads
            .iter()
            .map(|&head| format!("`{}`", chart.graph.name(head)))
            .collect();
        return Err(format!(
            "several heads are applied, {}, and each was proved without the others",
            names.join(" and ")
        ));
    };
    let entry = &chart.entries[head];
    let found = entry.side.fingerprints;
    if found.is_empty() {
        return Err(format!(
            "`{}` was not proved when this program was built, as a draft is not",
            entry.revision.id
        ));
    }
    Ok(found)
}

/// The beginning of a digest, where it is as long as one.
pub(super) fn beginning(digest: &Digest) -> Option<[u8; 8]> {
    digest.as_bytes().first_chunk().copied()
}
