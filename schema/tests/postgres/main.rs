//! What counts in a PostgreSQL schema, and what does not, with `pg_dump` as the judge.

mod check;
mod objects;
mod reading;
mod tables;
