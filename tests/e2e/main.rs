//! End-to-end tests: files, compiler, table, engine and real databases together.
//!
//! Each test body runs on every kind of database; none is written twice.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, in its helpers too, and waits where it has to"
)]

mod adversity;
mod backups;
mod commands;
mod contradictions;
mod drift;
mod failures;
mod fleets;
mod histories;
mod installing;
mod ledgers;
mod locked;
mod locks;
mod messages;
mod observing;
mod policies;
mod preflight;
mod processes;
mod reconnecting;
mod recovery;
mod reference;
mod rendering;
mod repairing;
mod replicas;
mod rollouts;
mod scripts;
mod sessions;
mod shown;
mod stamping;
mod support;
mod tenants;
mod tracing;
mod verifying;
mod watching;
mod wire;
