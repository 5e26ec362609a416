//! End-to-end tests: files, compiler, table, engine and real databases together.
//!
//! Each test body runs on every kind of database; none is written twice.

mod commands;
mod drift;
mod failures;
mod histories;
mod processes;
mod reference;
mod scripts;
mod stamping;
mod support;
mod wire;
