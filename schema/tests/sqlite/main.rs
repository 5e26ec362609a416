//! What counts in an SQLite schema, and what does not, with the text of `sqlite_schema` as the
//! judge; and schemas made again from what was read.

#[path = "../support/changes.rs"]
mod changes;
mod many;
mod render;
mod what_counts;
