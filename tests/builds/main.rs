//! Real `cargo` runs on small packages that use limbeck as its users do: what rebuilds, what does not,
//! and how a report reaches the person at the terminal.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod locking;
mod package;
mod rebuilding;
mod reporting;
