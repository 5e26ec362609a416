//! Files that are written from what the crates know, so that the two cannot disagree.

mod command;
mod example;
mod page;

pub(crate) use command::{check, write};
pub(crate) use example::example;
pub(crate) use page::PAGE;
