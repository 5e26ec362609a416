//! The 31 bits that limbeck keeps in SQLite's `user_version`, where the application leaves it free.
//!
//! They stand for the recorded states, the ledger's version and SQLite's own `schema_version`. Equal bits mean that nothing
//! has changed since limbeck wrote them, whoever else may have run a script; unequal bits mean nothing.

use limbeck_model::checksum::{self, Digest};

use crate::ledger::{StateRow, VERSION};

/// The bits for these states under this version of SQLite's schema; never 0, which is a free field.
pub(super) fn bits(states: &[(&str, Digest)], schema_version: i32) -> i32 {
    let mut fields = vec![schema_version.to_string(), VERSION.to_string()];
    let mut sorted = states.to_vec();
    sorted.sort_unstable();
    for (history, digest) in sorted {
        fields.push(history.to_owned());
        fields.push(digest.to_string());
    }
    let digest = checksum::script([fields.iter().map(String::as_str)]);
    let [a, b, c, d, ..] = *digest.as_bytes();
    (i32::from_be_bytes([a, b, c, d]) & i32::MAX).max(1)
}

/// The bits to write after a change that has led to this answer of
/// [`Ledger::standings`](crate::ledger::Ledger::standings); 0 where a script is unfinished, so that the
/// next start sees it.
pub(super) fn bits_for(rows: &[StateRow], histories: &[String], schema_version: i32) -> i32 {
    let own: Vec<_> = rows
        .iter()
        .filter(|row| histories.contains(&row.history))
        .collect();
    let states: Option<Vec<(&str, Digest)>> = own
        .iter()
        .map(|row| {
            let digest = Digest::from_hex(&row.digest).filter(|_| row.unfinished.is_none())?;
            Some((row.history.as_str(), digest))
        })
        .collect();
    states.map_or(0, |states| bits(&states, schema_version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_difference_in_states_or_schema_changes_the_bits() {
        let (one, other) = (checksum::state(&[]), checksum::script([["x"]]));
        let reference = bits(&[("a", one), ("b", other)], 7);
        assert_eq!(bits(&[("b", other), ("a", one)], 7), reference);
        assert_ne!(bits(&[("a", one), ("b", other)], 8), reference);
        assert_ne!(bits(&[("a", other), ("b", one)], 7), reference);
        assert_ne!(bits(&[("a", one)], 7), reference);
        assert!(reference > 0);
    }

    #[test]
    fn an_unfinished_script_leaves_no_bits() {
        let row = |unfinished: Option<&str>| StateRow {
            history: "a".to_owned(),
            digest: checksum::state(&[]).to_string(),
            version: 1,
            unfinished: unfinished.map(str::to_owned),
        };
        let histories = ["a".to_owned()];
        assert_ne!(bits_for(&[row(None)], &histories, 1), 0);
        assert_eq!(bits_for(&[row(Some("token"))], &histories, 1), 0);
    }
}
