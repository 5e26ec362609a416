//! What is told of a run while its thread waits for the database.

mod connections;
mod heartbeat;
mod sessions;
mod support;
