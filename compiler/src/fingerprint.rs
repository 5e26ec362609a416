//! The fingerprints that proofs have left, as the table holds them: so that a program can tell whether a
//! database has the schema that its revision was proved to leave.

use limbeck_model::checksum::Digest;

use crate::lock::LockedSide;

/// A schema's fingerprint, and the version of the engine that it was taken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint {
    /// The first number of the engine's version: another one may write the same definitions differently.
    pub major: u16,
    /// The digest of the schema.
    pub schema: Digest,
}

/// The fingerprints that hold for scripts of this evidence; a draft has none.
pub(crate) fn proved(released: Option<&LockedSide>, evidence: &Digest) -> Vec<Fingerprint> {
    let proofs = released.map_or(&[][..], |released| &released.proofs);
    let mut fingerprints: Vec<_> = proofs
        .iter()
        .filter(|proof| proof.evidence == *evidence)
        .filter_map(|proof| {
            Some(Fingerprint {
                major: major(&proof.engine)?,
                schema: proof.schema,
            })
        })
        .collect();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    fingerprints
}

/// The first number of a name such as `PostgreSQL 15.18`.
fn major(engine: &str) -> Option<u16> {
    let (_, version) = engine.split_once(' ')?;
    version.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use limbeck_model::checksum;

    use super::*;
    use crate::lock::Proof;

    fn proof(engine: &str, evidence: &str, schema: &str) -> Proof {
        Proof {
            engine: engine.to_owned(),
            evidence: checksum::schema(evidence),
            schema: checksum::schema(schema),
        }
    }

    #[test]
    fn only_proofs_of_these_scripts_count_and_each_version_once() {
        let side = LockedSide {
            checksum: checksum::schema(""),
            statements: Vec::new(),
            accepted: Vec::new(),
            proofs: vec![
                proof("PostgreSQL 16.1", "now", "b"),
                proof("PostgreSQL 15.17", "now", "a"),
                proof("PostgreSQL 15.18", "now", "a"),
                proof("PostgreSQL 14.2", "before", "c"),
                proof("nonsense", "now", "d"),
            ],
        };
        let found = proved(Some(&side), &checksum::schema("now"));
        let majors: Vec<_> = found.iter().map(|fingerprint| fingerprint.major).collect();
        assert_eq!(majors, [15, 16]);
        assert_eq!(proved(None, &checksum::schema("now")), []);
    }
}
