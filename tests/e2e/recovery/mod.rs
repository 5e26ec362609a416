//! What is done about a script outside a transaction that PostgreSQL or its client was cut off in.

mod overtaking;
mod statements;
mod support;
mod sweep;
