//! The schema of a database as data: read from its catalogs, written as canonical text, digested to
//! a fingerprint, compared with another one in words, and written as the statements that make it.
//!
//! A schema knows what was defined and nothing of the database around it: no rows, no owners and
//! privileges, no object numbers, and none of limbeck's own tables. Two databases that were built
//! in different ways but hold the same definitions have equal schemas.
//!
//! On PostgreSQL, the same definitions means: `pg_dump --schema-only --no-owner --no-privileges`
//! says the same of both. Beyond that, an index that a failed build left invalid counts, and the order of
//! columns that a table has from the one above it; and what belongs to roles and servers, as user
//! mappings and subscriptions do, does not count. On SQLite it means: the texts of `sqlite_schema`
//! are the same but for their layout, needless quotes, and the order of clauses and constraints.
//!
//! ```
//! # #[cfg(feature = "sqlite")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use limbeck_model::Dialect;
//! use limbeck_schema::{diff, sqlite};
//!
//! let database = rusqlite::Connection::open_in_memory()?;
//! database.execute_batch("CREATE TABLE messages (id INTEGER PRIMARY KEY, body TEXT)")?;
//! let before = sqlite::read(&database)?;
//! database.execute_batch("CREATE INDEX ix_body ON messages (body)")?;
//! let after = sqlite::read(&database)?;
//!
//! assert_ne!(before.fingerprint(), after.fingerprint());
//! let changes = diff(&before, &after);
//! assert_eq!(changes[0].to_string(), "index `ix_body` on `messages` is new");
//! assert_eq!(changes[0].left_behind(), "index `ix_body` on `messages` is still there");
//! assert_eq!(changes[0].mend(Dialect::Sqlite).as_deref(), Some("DROP INDEX ix_body;"));
//!
//! let text = sqlite::ddl(&after).to_string();
//! assert_eq!(
//!     text,
//!     "CREATE TABLE messages (\n    id INTEGER PRIMARY KEY,\n    body TEXT\n);\n\n\
//!      CREATE INDEX ix_body ON messages(body);\n",
//! );
//! let again = rusqlite::Connection::open_in_memory()?;
//! again.execute_batch(&text)?;
//! assert_eq!(sqlite::read(&again)?, after);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "sqlite"))]
//! # fn main() {}
//! ```

mod change;
mod error;
mod followed;
mod object;
pub mod render;
mod schema;

#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;

pub use change::{Change, diff};
pub use error::{Error, Result};
pub use followed::Followed;
pub use object::{Kind, Object};
pub use schema::Schema;
