//! Commands over many databases or schemas.

mod answer;
mod arguments;
mod events;
mod execute;
mod names;
mod progress;

pub use arguments::{FleetArguments, SchemaArguments};
pub(super) use execute::run;
