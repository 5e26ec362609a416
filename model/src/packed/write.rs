//! Writing.

use crate::checksum::{self, Digest};

/// Takes values in the order of the format.
#[derive(Default)]
pub struct Writer {
    text: String,
    digests: Vec<u8>,
    numbers: Vec<u8>,
}

impl Writer {
    /// A number.
    pub fn number(&mut self, mut number: u64) {
        loop {
            let [low, ..] = (number & 0x7f).to_le_bytes();
            number >>= 7;
            if number == 0 {
                self.numbers.push(low);
                return;
            }
            self.numbers.push(low | 0x80);
        }
    }

    /// A length or a place.
    pub fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    /// Yes or no.
    pub fn flag(&mut self, flag: bool) {
        self.number(u64::from(flag));
    }

    /// A string.
    pub fn string(&mut self, text: &str) {
        self.count(text.len());
        self.text.push_str(text);
    }

    /// A digest.
    pub fn digest(&mut self, digest: &Digest) {
        self.digests.extend(digest.as_bytes());
    }

    /// The first eight bytes of a digest.
    pub fn beginning(&mut self, digest: &Digest) {
        self.digests.extend(digest.as_bytes().iter().take(8));
    }

    /// A value that may be missing.
    pub fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// Values of one kind.
    pub fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        let items = items.into_iter();
        self.count(items.len());
        for item in items {
            write(self, item);
        }
    }

    /// All that was written, still to be deflated.
    pub fn finish(self) -> Vec<u8> {
        let text = (self.text.len() as u64).to_be_bytes();
        let digests = (self.digests.len() as u64).to_be_bytes();
        [
            &text[..],
            &digests,
            self.text.as_bytes(),
            &self.digests,
            &self.numbers,
        ]
        .concat()
    }
}

/// The file, from the deflated sections and the length that they have inflated; its digest comes with it.
pub fn sealed(length: usize, deflated: &[u8]) -> (Vec<u8>, Digest) {
    let length = (length as u64).to_be_bytes();
    let digest = checksum::packed(&[&length, deflated]);
    let file = [&digest.as_bytes()[..], &length, deflated].concat();
    (file, digest)
}
