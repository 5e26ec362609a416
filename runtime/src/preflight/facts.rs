//! What a driver can tell of a database before anything is changed.

use std::time::Duration;

/// The facts about one database.
#[derive(Clone, Debug)]
pub(crate) enum Facts {
    /// Of a PostgreSQL server and a role on it.
    Server(ServerFacts),
    /// Of an SQLite database and a connection to it.
    File(FileFacts),
}

/// What a PostgreSQL server says. Names are as SQL writes them, quoted where they need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an answer of its own, and no two exclude each other"
)]
pub(crate) struct ServerFacts {
    /// As in `150018`.
    pub(crate) version_number: u32,
    /// As in `15.18`.
    pub(crate) version: String,
    pub(crate) is_standby: bool,
    pub(crate) role: String,
    pub(crate) database: String,
    /// Where objects go that name no schema; `None` where they cannot go anywhere.
    pub(crate) current_schema: Option<String>,
    /// Whether the role may create something there.
    pub(crate) may_create_objects: bool,
    pub(crate) ledger_schema_exists: bool,
    /// Whether the role may look into it; otherwise nothing is known of the tables.
    pub(crate) may_use_ledger_schema: bool,
    /// Whether the role may create the ledger's schema, or tables in the one that is there.
    pub(crate) may_create_ledger: bool,
    /// How many of the ledger's tables are there.
    pub(crate) ledger_tables: u32,
    /// What the role may not do with them, as in `INSERT on journal`.
    pub(crate) missing_rights: Vec<String>,
    pub(crate) extensions: Vec<ExtensionFacts>,
    /// How old the session is on the server, and the connection to it here; `None` for a connection that was
    /// lent.
    pub(crate) ages: Option<(Duration, Duration)>,
}

/// An extension that the settings name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExtensionFacts {
    pub(crate) name: String,
    /// Whether the database has it.
    pub(crate) is_created: bool,
    /// Whether the server has the files that it is made from.
    pub(crate) is_available: bool,
}

/// What an SQLite connection says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileFacts {
    /// As in `3050004`.
    pub(crate) version_number: i32,
    /// As in `3.50.4`.
    pub(crate) version: String,
    /// As in `wal`.
    pub(crate) journal_mode: String,
    pub(crate) is_read_only: bool,
    pub(crate) has_foreign_keys: bool,
    /// Whether the connection is the program's.
    pub(crate) is_lent: bool,
}
