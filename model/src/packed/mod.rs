//! The revisions of a history as bytes, which the compiler writes, the program carries and the runtime reads.
//! [`Writer`] and [`Reader`] are the two ends of the format; this is its description.
//!
//! # The file
//!
//! | bytes | what |
//! |---|---|
//! | 32 | the digest of all that follows, [`checksum::packed`](crate::checksum::packed) |
//! | 8 | the length of the rest once it is inflated, big-endian |
//! | the rest | a stream of deflate, without a header (RFC 1951) |
//!
//! # Inflated
//!
//! The length of the text and that of the digests, eight bytes each, big-endian. Then three sections, one after
//! another, since deflate makes more of each alone:
//!
//! - **text**: every string, in UTF-8, without anything between them;
//! - **digests**: 32 bytes each, eight of a fingerprint;
//! - **numbers**: seven bits a byte, the lowest first, the highest bit set in all bytes but a number's last.
//!
//! Each section is read from its beginning to its end, once:
//!
//! - a *number* is the next of the numbers; a *flag* is 0 or 1;
//! - a *string* is a number, and as many bytes of the text;
//! - a *digest* is the next of the digests, and no number;
//! - an *optional* value is a flag, and the value after a 1;
//! - a *list* is how many items it has, and the items.
//!
//! # The revisions
//!
//! A list of statements: the SQL, a string; the line and the column, numbers from 1. Then a list of revisions, in
//! the order of application:
//!
//! | field | as |
//! |---|---|
//! | id, file, message, date of creation | strings |
//! | parents | a list of numbers: how many places before the revision's own |
//! | dependencies | the same |
//! | dependencies on other histories | a list of two strings, history and name |
//! | labels | a list of strings |
//! | why it cannot be taken back, why it is breaking | optional strings |
//! | what it is in SQLite, in PostgreSQL | optional sides |
//!
//! A side:
//!
//! | field | as |
//! |---|---|
//! | why it does nothing there | an optional string |
//! | checksum | a digest |
//! | checksums that count as the same | a list of digests |
//! | lineage | a digest |
//! | fingerprints | a list: the first number of the engine's version, a number, and the first eight bytes of a digest |
//! | the scripts up and down | scripts |
//!
//! A script's statements are a range of the list. Most begin where all ranges before have ended; one that serves
//! both dialects, or several scripts of a revision, stands in the list once.
//!
//! | field | as |
//! |---|---|
//! | whether it is one transaction | a flag |
//! | `@lock-timeout`, `@statement-timeout` | optional numbers, in milliseconds |
//! | its first statement | a number: how many before the end of all ranges so far |
//! | how many statements | a number |
//! | how each is recovered | a list: a number of [`recovery`], and the strings that are named there |

mod read;
pub mod recovery;
mod version;
mod write;

pub use read::{Reader, Sections, Unreadable, inflated_length};
pub use version::FORMAT;
pub use write::{Writer, sealed};
