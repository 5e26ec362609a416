//! The results, as JSON and for people.

mod bars;
mod keep;
mod markdown;
mod table;

pub(crate) use keep::{keep, show};
