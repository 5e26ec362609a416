//! What counts in a PostgreSQL schema, and what does not, with `pg_dump` as the judge.

#[path = "../support/changes.rs"]
mod changes;
mod check;
mod many;
mod mend;
mod objects;
mod oracle;
mod reading;
mod render;
mod tables;
