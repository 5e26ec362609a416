//! The measurements, one a file.

mod build;
mod fresh;
mod pending;
mod size;
mod start;
mod syncs;
mod wire;

pub(crate) use build::build;
pub(crate) use fresh::{extra, fresh};
pub(crate) use pending::pending;
pub(crate) use size::size;
pub(crate) use start::start;
pub(crate) use syncs::syncs;
pub(crate) use wire::wire;
