//! The histories that every tool is given, from one description.

mod description;
mod layout;
mod random;
mod render;
mod write;

pub(crate) use description::{Dialect, History};
pub(crate) use layout::{files, id};
pub(crate) use write::write_changed;
