//! How limbeck connects to PostgreSQL: to real servers, with real certificates.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, in its helpers too, and waits where it has to"
)]

mod asynchronous;
mod authority;
mod encryption;
mod environment;
mod hosts;
mod libpq;
mod messages;
mod secrets;
mod server;
