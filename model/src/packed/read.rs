//! Reading. Whatever the bytes are, nothing here panics, and no more is allocated than they can stand for.

use std::error::Error;
use std::fmt;

use crate::checksum::Digest;

/// Why bytes are no revisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable(&'static str);

impl Unreadable {
    /// For what only the reader of a whole revision can tell.
    pub const fn because(reason: &'static str) -> Self {
        Self(reason)
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Unreadable {}

const TOO_SHORT: Unreadable = Unreadable("the data end too early");
const TOO_LONG: Unreadable = Unreadable("the data go on after their end");
const TOO_LARGE: Unreadable = Unreadable("a number is larger than any that is written");

/// The most that a byte of deflate can stand for.
///
/// Source: the technical details of zlib, "Maximum Compression Factor".
const MOST_INFLATED: u64 = 1032;

/// For how many items of a list there is room before the first was read.
const MOST_AT_ONCE: usize = 16;

/// What a file without its digest is: the length of its sections once they are inflated, and the deflated
/// sections.
///
/// # Errors
///
/// When it is too short, and when deflate cannot have made it of so much.
pub fn inflated_length(file: &[u8]) -> Result<(usize, &[u8]), Unreadable> {
    let (length, deflated) = leading(file)?;
    if length > (deflated.len() as u64).saturating_mul(MOST_INFLATED) {
        return Err(TOO_SHORT);
    }
    let length = usize::try_from(length).map_err(|_| TOO_LARGE)?;
    Ok((length, deflated))
}

/// The length that some bytes begin with, and the others.
fn leading(bytes: &[u8]) -> Result<(u64, &[u8]), Unreadable> {
    let (length, rest) = bytes.split_first_chunk().ok_or(TOO_SHORT)?;
    Ok((u64::from_be_bytes(*length), rest))
}

/// The inflated data, cut into their sections.
#[derive(Clone, Copy, Debug)]
pub struct Sections<'a> {
    /// The strings.
    pub text: &'a str,
    /// The digests.
    pub digests: &'a [u8],
    /// The numbers.
    pub numbers: &'a [u8],
}

impl<'a> Sections<'a> {
    /// Cuts.
    ///
    /// # Errors
    ///
    /// When there is less than the lengths say, or the text is no UTF-8.
    pub fn of(inflated: &'a [u8]) -> Result<Self, Unreadable> {
        let (text, rest) = leading(inflated)?;
        let (digests, rest) = leading(rest)?;
        let (text, rest) = cut(rest, text)?;
        let (digests, numbers) = cut(rest, digests)?;
        let text = str::from_utf8(text).map_err(|_| Unreadable("the text is not UTF-8"))?;
        Ok(Self {
            text,
            digests,
            numbers,
        })
    }
}

fn cut(bytes: &[u8], length: u64) -> Result<(&[u8], &[u8]), Unreadable> {
    let length = usize::try_from(length).map_err(|_| TOO_LARGE)?;
    bytes.split_at_checked(length).ok_or(TOO_SHORT)
}

/// Gives the values back in the order in which they were written. The strings borrow from the text, which may
/// live longer than the rest.
#[derive(Debug)]
pub struct Reader<'t, 'b> {
    text: &'t str,
    digests: &'b [u8],
    numbers: &'b [u8],
}

impl<'t, 'b> Reader<'t, 'b> {
    /// From the beginning.
    pub const fn new(text: &'t str, digests: &'b [u8], numbers: &'b [u8]) -> Self {
        Self {
            text,
            digests,
            numbers,
        }
    }

    /// A number.
    ///
    /// # Errors
    ///
    /// When there is none, or it has more than 64 bits.
    pub fn number(&mut self) -> Result<u64, Unreadable> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let (&byte, rest) = self.numbers.split_first().ok_or(TOO_SHORT)?;
            self.numbers = rest;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(TOO_LARGE);
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(TOO_LARGE)
    }

    /// A number of a narrower type.
    ///
    /// # Errors
    ///
    /// When there is none, or it does not fit.
    pub fn narrow<T: TryFrom<u64>>(&mut self) -> Result<T, Unreadable> {
        T::try_from(self.number()?).map_err(|_| TOO_LARGE)
    }

    /// Yes or no.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub fn flag(&mut self) -> Result<bool, Unreadable> {
        match self.number()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Unreadable("a flag is neither 0 nor 1")),
        }
    }

    /// A string.
    ///
    /// # Errors
    ///
    /// When the text ends before, or within a character.
    pub fn string(&mut self) -> Result<&'t str, Unreadable> {
        let length = self.narrow()?;
        let (string, rest) = self.text.split_at_checked(length).ok_or(TOO_SHORT)?;
        self.text = rest;
        Ok(string)
    }

    /// A digest.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn digest(&mut self) -> Result<Digest, Unreadable> {
        self.bytes().map(Digest::from_bytes)
    }

    /// The first eight bytes of a digest.
    ///
    /// # Errors
    ///
    /// When there are none.
    pub fn beginning(&mut self) -> Result<[u8; 8], Unreadable> {
        self.bytes()
    }

    fn bytes<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], Unreadable> {
        let (bytes, rest) = self.digests.split_first_chunk().ok_or(TOO_SHORT)?;
        self.digests = rest;
        Ok(*bytes)
    }

    /// A value that may be missing.
    ///
    /// # Errors
    ///
    /// Those of the value, and of the flag before it.
    pub fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<Option<T>, Unreadable> {
        self.flag()?.then(|| read(self)).transpose()
    }

    /// Values of one kind.
    ///
    /// # Errors
    ///
    /// Those of a value: an item takes a number or a digest at least, so that there cannot be as many as anybody
    /// likes to announce.
    pub fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<Vec<T>, Unreadable> {
        let count: usize = self.narrow()?;
        let mut items = Vec::with_capacity(count.min(MOST_AT_ONCE));
        for _ in 0..count {
            items.push(read(self)?);
        }
        Ok(items)
    }

    /// Sees that nothing is left.
    ///
    /// # Errors
    ///
    /// When something is.
    pub fn finish(self) -> Result<(), Unreadable> {
        if self.text.is_empty() && self.digests.is_empty() && self.numbers.is_empty() {
            Ok(())
        } else {
            Err(TOO_LONG)
        }
    }
}
