//! Database URLs: which database, where, how to reach it, and how to name it without its password.
//!
//! A URL of PostgreSQL means what libpq takes it for; what it leaves out is filled from the environment and
//! from the password file, as libpq does. Nothing here connects.

mod open;
mod parse;
#[cfg(feature = "postgres")]
mod postgres;

#[cfg(feature = "postgres")]
pub(crate) use self::postgres::{
    Binding, Host, Password, Place, Settings, SslMode, TargetSession, passfile, variables,
};
#[cfg(feature = "tls")]
pub(crate) use self::postgres::{Protection, Roots, Version};
pub(crate) use open::{lookout, shown};
use parse::DatabaseUrl;
