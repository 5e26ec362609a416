//! What the engine asks of a database. A driver knows one database and decides nothing.

mod leftovers;
mod marker;
pub(crate) mod message;
mod open;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "sqlite")]
mod shortcut;
#[cfg(feature = "__sim")]
pub(crate) mod sim;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
mod unit;

pub(crate) use leftovers::leaves_nothing;
pub(crate) use marker::Marker;
pub(crate) use open::Answer;
pub use open::Database;
pub(crate) use open::{Address, Driver, FirstLook, Opened, SourceFile, sealed};
pub(crate) use unit::{
    Change, DriverError, Effect, Place, Ran, Reconnected, Refusal, Timeouts, Unit,
};
