//! PostgreSQL as a proof needs it: the only folder of this package that names the postgres crate.

mod clear;
mod databases;
mod engine;
mod failure;
mod fill;
mod kinds;
mod script;
mod session;
mod shapes;
mod tables;

#[cfg(test)]
mod tests;

pub(crate) use engine::Postgres;
