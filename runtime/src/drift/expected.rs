//! What was proved of the state that a database is in. Pure: the chart and the applied revisions decide.

use std::collections::BTreeSet;

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;
use limbeck_model::plan;

use crate::engine::Chart;

/// The beginning of a fingerprint, as the table holds it.
pub(crate) type Fingerprint = [u8; 8];

/// A fingerprint that was proved, and on which version of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Proved {
    pub(super) major: u16,
    pub(super) schema: Fingerprint,
}

/// How long a fingerprint in the table is, with what stands before it.
const LENGTH: usize = 12;

/// The fingerprints of the state in which exactly these revisions are applied, or why there are none.
///
/// A proof is of one revision where exactly what it stands on is applied. So it says nothing of several heads,
/// nor of several histories in one database.
pub(super) fn proved(chart: &Chart, applied: &BTreeSet<usize>) -> Result<Vec<Proved>, String> {
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
    let (fingerprints, place) = entry.fingerprints();
    let found: Vec<_> = decode(fingerprints, place, chart.dialect).collect();
    if found.is_empty() {
        return Err(format!(
            "`{}` was not proved when this program was built, as a draft is not",
            entry.revision.id
        ));
    }
    Ok(found)
}

fn decode(bytes: &[u8], place: u8, dialect: Dialect) -> impl Iterator<Item = Proved> {
    let letter = dialect.name().bytes().next();
    bytes.chunks_exact(LENGTH).filter_map(move |record| {
        let (&[own, own_letter, high, low], schema) = record.split_first_chunk()?;
        if own != place || Some(own_letter) != letter {
            return None;
        }
        Some(Proved {
            major: u16::from_be_bytes([high, low]),
            schema: *schema.first_chunk()?,
        })
    })
}

/// The beginning of a digest, where it is as long as one.
pub(super) fn beginning(digest: &Digest) -> Option<Fingerprint> {
    digest.as_bytes().first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprints_of_one_place_and_dialect_are_found_among_others() {
        let record = |place: u8, letter: u8, major: u8, first: u8| {
            [place, letter, 0, major, first, 0, 0, 0, 0, 0, 0, 0]
        };
        let bytes = [
            record(0, b's', 3, 1),
            record(0, b'p', 15, 2),
            record(0, b'p', 16, 3),
            record(1, b'p', 16, 4),
        ]
        .concat();
        let found: Vec<_> = decode(&bytes, 0, Dialect::Postgres)
            .map(|proved| (proved.major, proved.schema[0]))
            .collect();
        assert_eq!(found, [(15, 2), (16, 3)]);
        assert_eq!(decode(&bytes, 2, Dialect::Postgres).count(), 0);
        assert_eq!(decode(&bytes[..11], 0, Dialect::Sqlite).count(), 0);
    }
}
