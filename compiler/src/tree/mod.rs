//! The migrations directory as it stands on disk: every file read and told what it is.
//!
//! This is the only module of the compiler that reads revision files. It knows their names, and
//! nothing of what is in them.

mod entry;
mod error;
mod walk;

pub use error::ReadError;
pub use walk::{Tree, read};
