//! Checksums of scripts, lineages of revisions and digests of database states.
//!
//! All are SHA-256 over length-prefixed fields, so that no two different inputs are hashed as the
//! same bytes. The first field names the kind of digest and its version.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest. Its text form is 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Wraps a digest that was computed earlier, such as one in the static table.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The raw digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads the text form; `None` for anything that [`Display`](fmt::Display) would not write.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hex_value(pair[0])? << 4 | hex_value(pair[1])?;
        }
        Some(Self(bytes))
    }
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The checksum of a script: its statements, each given as its tokens without white space and
/// comments. A token's text counts exactly, where a statement ends counts, layout does not.
pub fn script<'a, S, T>(statements: S) -> Digest
where
    S: IntoIterator<Item = T>,
    T: IntoIterator<Item = &'a str>,
{
    let mut fields = Fields::new("limbeck script 1");
    for statement in statements {
        for token in statement {
            fields.add(token.as_bytes());
        }
        // No token is empty, so an empty field marks the end of a statement.
        fields.add(&[]);
    }
    fields.finish()
}

/// The lineage of a revision: a digest of its id, of what it does and of all that must stand before
/// it. `ancestors` are the lineages of its parents and dependencies, in any order.
pub fn lineage(id: &str, checksum: &Digest, ancestors: &[Digest]) -> Digest {
    let mut fields = Fields::new("limbeck lineage 1");
    fields.add(id.as_bytes());
    fields.add(checksum.as_bytes());
    fields.add_sorted(ancestors);
    fields.finish()
}

/// What a proof of a revision is a proof of: its lineage covers what goes up, this also what comes down
/// and whether each runs in a transaction. `verifies` are the queries that tell whether their statements
/// have happened. `ancestors` are the same digests of all that must stand before it, in any order.
pub fn evidence(
    lineage: &Digest,
    down: &Digest,
    in_transaction: [bool; 2],
    verifies: &[&str],
    ancestors: &[Digest],
) -> Digest {
    let mut fields = Fields::new("limbeck evidence 1");
    fields.add(lineage.as_bytes());
    fields.add(down.as_bytes());
    fields.add(&in_transaction.map(u8::from));
    fields.add_sorted(ancestors);
    // Without any, the digest is what it was before there were such queries.
    for query in verifies {
        fields.add(query.as_bytes());
    }
    fields.finish()
}

/// What stands in a lineage for a dependency on another history, whose content this history's build
/// cannot see.
pub fn foreign_lineage(history: &str, reference: &str) -> Digest {
    let mut fields = Fields::new("limbeck foreign 1");
    fields.add(history.as_bytes());
    fields.add(reference.as_bytes());
    fields.finish()
}

/// The digest of a database's state: `heads` are the lineages of the applied heads, in any order.
pub fn state(heads: &[Digest]) -> Digest {
    let mut fields = Fields::new("limbeck state 1");
    fields.add_sorted(heads);
    fields.finish()
}

/// The fingerprint of a database's schema, given as its canonical text.
pub fn schema(text: &str) -> Digest {
    schema_in_parts([text].into_iter())
}

/// The same for a text that is given in parts.
pub fn schema_in_parts<'t>(parts: impl Iterator<Item = &'t str> + Clone) -> Digest {
    let mut fields = Fields::new("limbeck schema 1");
    fields.add_in_parts(parts.map(str::as_bytes));
    fields.finish()
}

/// The digest of a file of packed revisions, given in parts; see [`packed`](crate::packed).
pub fn packed(parts: &[&[u8]]) -> Digest {
    let mut fields = Fields::new("limbeck packed 1");
    for part in parts {
        fields.add(part);
    }
    fields.finish()
}

/// A hash over fields, each preceded by its length.
struct Fields(Sha256);

impl Fields {
    fn new(kind: &str) -> Self {
        let mut fields = Self(Sha256::new());
        fields.add(kind.as_bytes());
        fields
    }

    fn add(&mut self, field: &[u8]) {
        self.add_in_parts([field].into_iter());
    }

    fn add_in_parts<'f>(&mut self, parts: impl Iterator<Item = &'f [u8]> + Clone) {
        let length: usize = parts.clone().map(<[u8]>::len).sum();
        self.0.update((length as u64).to_be_bytes());
        for part in parts {
            self.0.update(part);
        }
    }

    fn add_sorted(&mut self, digests: &[Digest]) {
        let mut sorted = digests.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        self.0.update((sorted.len() as u64).to_be_bytes());
        for digest in sorted {
            self.add(digest.as_bytes());
        }
    }

    fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_statement_ends_changes_the_checksum() {
        let one = script([vec!["a", "b"]]);
        let two = script([vec!["a"], vec!["b"]]);
        let joined = script([vec!["ab"]]);
        assert_ne!(one, two);
        assert_ne!(one, joined);
    }

    #[test]
    fn the_order_of_ancestors_does_not_change_a_lineage() {
        let checksum = script([vec!["a"]]);
        let (a, b) = (state(&[]), script([vec!["b"]]));
        assert_eq!(
            lineage("x", &checksum, &[a, b]),
            lineage("x", &checksum, &[b, a])
        );
        assert_ne!(lineage("x", &checksum, &[a]), lineage("x", &checksum, &[b]));
    }

    #[test]
    fn a_digest_reads_back_what_it_writes_and_nothing_else() {
        let digest = state(&[]);
        assert_eq!(Digest::from_hex(&digest.to_string()), Some(digest));
        assert_eq!(Digest::from_hex(&digest.to_string().to_uppercase()), None);
        assert_eq!(Digest::from_hex("ab"), None);
    }
}
