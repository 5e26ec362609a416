//! What can be said of the members of a fleet, and of one tenant's schema.

use clap::{ArgGroup, Args};

use crate::fleet::Canary;
use crate::migrator::Migrator;

/// Which databases or schemas a command is for, where it is for many, and how it goes through them.
#[derive(Clone, Debug, Default, Args)]
#[command(group(ArgGroup::new("members")))]
pub struct FleetArguments {
    /// Schemas of one PostgreSQL database, one for each tenant: a file with a name a line, or a JSON list; `-` for standard input
    #[arg(
        long,
        value_name = "FILE",
        group = "members",
        conflicts_with = "schema"
    )]
    pub(super) schemas: Option<String>,

    /// The same, as the first column of a query on that database
    #[arg(
        long,
        value_name = "QUERY",
        group = "members",
        conflicts_with = "schema"
    )]
    pub(super) schemas_from: Option<String>,

    /// Databases: a file with a URL a line, or a JSON list; `-` for standard input
    #[arg(
        long,
        value_name = "FILE",
        group = "members",
        conflicts_with = "database"
    )]
    pub(super) databases: Option<String>,

    /// How many members run at the same time
    #[arg(long, value_name = "COUNT", default_value = "4", requires = "members")]
    pub(super) concurrency: usize,

    /// A member that goes first: the rest follows when all of these went well; otherwise the first that is not at head
    #[arg(long, value_name = "MEMBER", requires = "members")]
    pub(super) canary: Vec<String>,

    /// Let no member go first
    #[arg(long, requires = "members", conflicts_with = "canary")]
    pub(super) no_canary: bool,

    /// After how many failures no other member's turn comes
    #[arg(long, value_name = "FAILURES", requires = "members")]
    pub(super) stop_after: Option<usize>,
}

impl FleetArguments {
    pub(in crate::commands) fn is_given(&self) -> bool {
        self.schemas.is_some() || self.schemas_from.is_some() || self.databases.is_some()
    }

    pub(super) fn canary(&self) -> Canary {
        match self.canary.as_slice() {
            _ if self.no_canary => Canary::None,
            [] => Canary::First,
            names => Canary::Named(names.to_vec()),
        }
    }
}

/// A tenant's schema.
#[derive(Clone, Debug, Default, Args)]
pub struct SchemaArguments {
    /// The schema of one tenant, in a PostgreSQL database with one for each
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) schema: Option<String>,

    /// Make tenants' schemas that are missing
    #[arg(long, global = true)]
    pub(super) create_schemas: bool,

    /// A schema behind the tenant's in the search path, such as one for extensions
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) shared_schema: Vec<String>,
}

impl SchemaArguments {
    /// A migrator of that schema.
    pub(in crate::commands) fn apply(&self, migrator: Migrator) -> Migrator {
        let migrator = migrator
            .create_schema(self.create_schemas)
            .shared_schemas(self.shared_schema.iter().cloned());
        match &self.schema {
            Some(schema) => migrator.schema(schema),
            None => migrator,
        }
    }
}
