//! Revision files as data: the header, the sections and every directive in them, with spans.

mod revision;

pub use revision::{Dependency, Direction, Revision, Section, Skip, Spanned};
