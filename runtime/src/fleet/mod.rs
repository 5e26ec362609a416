//! The same histories over many databases, or over many schemas of one.

mod carry_out;
mod event;
mod first_look;
mod members;
mod report;
mod settings;
mod workers;

pub use event::{FleetEvent, FleetObserver};
pub use members::Members;
pub use report::{FleetReport, MemberReport, Outcome};
pub use settings::{Canary, Fleet};
