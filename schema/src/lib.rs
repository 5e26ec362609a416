//! The schema of a database as data: read from its catalogs, written as canonical text, digested to
//! a fingerprint, and compared with another one in words.
//!
//! A schema knows what was defined and nothing of the database around it: no rows, no owners and
//! privileges, no object numbers, and none of limbeck's own tables. Two databases that were built
//! in different ways but hold the same definitions have equal schemas.

mod change;
mod error;
mod object;
pub mod render;
mod schema;

#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;

pub use change::{Change, diff};
pub use error::{Error, Result};
pub use object::{Kind, Object};
pub use schema::Schema;
