//! `cargo limbeck verify`: the history proved on PostgreSQL, on a server that is given or one that is gone
//! afterwards.

mod database_url;
mod postgres;
mod servers;

pub(crate) use postgres::Postgres;
pub(crate) use servers::{Server, Wanted};
