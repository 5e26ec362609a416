//! Revision files as data: the header, the sections and every directive in them, with spans.

mod allow;
mod comment;
mod conflict;
mod coverage;
mod file_name;
mod header;
mod later;
mod name;
mod parents;
mod parse;
mod region;
mod revision;
mod scan;
mod section;
mod table;
mod text;
mod unterminated;
mod value;

pub(crate) use conflict::first_markers;
pub(crate) use file_name::has_form;
pub(crate) use name::is_id;
pub use parse::{Parsed, parse};
pub use revision::{Allow, Dependency, Revision, Section, Skip, Spanned, Verify};
