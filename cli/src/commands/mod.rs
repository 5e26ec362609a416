//! The commands, one in each module, and what the two have in common that write a file.

pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod lock;
pub(crate) mod merge;
pub(crate) mod revision;
pub(crate) mod schema;
pub(crate) mod verify;

mod draft;
