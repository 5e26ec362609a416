//! What the compiler packs and the runtime unpacks, and bytes that nobody has packed.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod garbage;
mod package;
mod round_trip;
