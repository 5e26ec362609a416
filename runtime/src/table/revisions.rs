//! The revisions of a history as they are in the program: bytes, until somebody asks for them.

use std::sync::OnceLock;

use limbeck_model::checksum::Digest;
use limbeck_model::packed::Unreadable;

use super::Revision;
use super::unpack::unpack;

/// Bytes, and what they have been unpacked to.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Revisions {
    packed: Option<&'static [u8]>,
    unpacked: OnceLock<Result<&'static [Revision], Unreadable>>,
}

impl Revisions {
    /// No revisions.
    pub(super) const fn none() -> Self {
        Self {
            packed: None,
            unpacked: OnceLock::new(),
        }
    }

    /// The revisions in a file whose digest the table knows.
    ///
    /// # Panics
    ///
    /// At compile time, when the file does not begin with that digest, so that it belongs to another table.
    pub const fn of(file: &'static [u8], digest: &Digest) -> Self {
        let packed = behind(file, digest.as_bytes());
        assert!(
            packed.is_some(),
            "`history.bin` and `history.rs` were not written by one build: run `cargo clean` and build again"
        );
        Self {
            packed,
            unpacked: OnceLock::new(),
        }
    }

    /// Unpacks them, once in a process.
    pub(super) fn get(&self, length: usize) -> Result<&'static [Revision], Unreadable> {
        *self.unpacked.get_or_init(|| {
            let revisions = self.packed.map_or(Ok(&[][..]), unpack)?;
            if revisions.len() == length {
                Ok(revisions)
            } else {
                Err(Unreadable::because(
                    "the number of revisions is not the one that the table says",
                ))
            }
        })
    }
}

/// What a file has behind the digest, if it begins with that.
const fn behind<'f>(file: &'f [u8], digest: &[u8; 32]) -> Option<&'f [u8]> {
    let Some((own, rest)) = file.split_first_chunk::<32>() else {
        return None;
    };
    let mut place = 0;
    while place < own.len() {
        if own[place] != digest[place] {
            return None;
        }
        place += 1;
    }
    Some(rest)
}
