//! What counts in a PostgreSQL schema, and what does not, with `pg_dump` as the judge.

mod check;
mod many;
mod mend;
mod objects;
mod oracle;
mod reading;
mod render;
mod tables;
