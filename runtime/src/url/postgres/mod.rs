//! A URL of PostgreSQL, as libpq reads it, and what surrounds the process.

mod given;
mod hosts;
mod parameters;
pub(crate) mod passfile;
mod protection;
mod secret;
mod settings;
#[cfg(test)]
mod tests;
mod values;

pub(crate) use hosts::{Host, Place};
pub(crate) use parameters::variables;
pub(crate) use protection::SslMode;
#[cfg(any(feature = "tls", test))]
pub(crate) use protection::{Protection, Roots, Version};
pub(crate) use settings::{Binding, Settings, TargetSession};
pub(crate) use values::Password;
