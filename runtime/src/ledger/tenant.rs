//! A schema of its own for each tenant of one PostgreSQL database, all of them recorded in one ledger.
//!
//! A tenant's rows carry its schema behind the history's name, after a space, which no history's name has.
//! So one query over one table tells of all tenants where they stand, and the tables of the ledger are made
//! once.

use limbeck_model::Dialect;

use super::{Contents, Ledger, VERSION};
use crate::error::{Error, ErrorKind};

/// What PostgreSQL is made to say where the tenant's schema is not there, or not for this role.
pub(crate) const NO_SCHEMA: &str = "limbeck: the schema of the tenant is not there";

/// The longest name that PostgreSQL does not cut short, in bytes.
const LONGEST_NAME: usize = 63;

/// A tenant's schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tenant {
    pub(crate) schema: String,
    /// What unqualified names mean that its own schema does not have.
    pub(crate) shared: Vec<String>,
    /// The program's histories, as this tenant's rows carry them.
    keys: Vec<String>,
    /// Whether the schema is made with the next transaction.
    pub(crate) is_new: bool,
}

impl Tenant {
    /// # Errors
    ///
    /// The name cannot be that of a schema, or not in a search path.
    pub(crate) fn new(schema: &str, shared: &[String], histories: &[&str]) -> Result<Self, Error> {
        for name in shared.iter().map(String::as_str).chain([schema]) {
            if let Some(problem) = problem(name) {
                return Err(Error::new(
                    ErrorKind::Database,
                    format!(
                        "the schema `{}` cannot be a tenant's: {problem}",
                        name.escape_debug()
                    ),
                )
                .help_with("give the tenant's schema another name"));
            }
        }
        Ok(Self {
            schema: schema.to_owned(),
            shared: shared.to_vec(),
            keys: histories
                .iter()
                .map(|history| key(history, schema))
                .collect(),
            is_new: false,
        })
    }

    /// The names of the program's histories as this tenant's rows carry them.
    pub(crate) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The statement that makes its schema.
    pub(crate) fn create(&self) -> String {
        format!("CREATE SCHEMA IF NOT EXISTS {}", identifier(&self.schema))
    }

    /// What unqualified names mean in the tenant's statements, as a list of identifiers.
    pub(crate) fn search_path(&self) -> String {
        let schemas = std::iter::once(&self.schema).chain(&self.shared);
        let quoted: Vec<_> = schemas.map(|schema| identifier(schema)).collect();
        quoted.join(", ")
    }
}

/// What is wrong with a name.
fn problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.len() > LONGEST_NAME {
        return Some("it is longer than 63 bytes, which PostgreSQL cuts off");
    }
    if name.contains('\0') {
        return Some("it has a zero character");
    }
    if name == "$user" {
        return Some("in a search path it means whoever is logged in");
    }
    if name.starts_with("pg_") || name == "information_schema" {
        return Some("it is one of PostgreSQL's own");
    }
    None
}

/// A name as an identifier, whatever is in it.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A history's name as a tenant's rows carry it.
pub(crate) fn key(history: &str, schema: &str) -> String {
    format!("{history} {schema}")
}

impl Ledger {
    /// A history's name as rows carry it.
    pub(crate) fn key(&self, history: &str) -> String {
        match &self.tenant {
            Some(tenant) => key(history, &tenant.schema),
            None => history.to_owned(),
        }
    }

    /// Histories as rows carry them, as a list; never an empty one, which SQL has not.
    pub(crate) fn histories<T: AsRef<str>>(&self, histories: &[T]) -> String {
        if histories.is_empty() {
            return "NULL".to_owned();
        }
        let keys: Vec<_> = histories
            .iter()
            .map(|history| self.key(history.as_ref()))
            .collect();
        self.list(&keys)
    }

    pub(super) fn history(&self, history: &str) -> String {
        self.quote(&self.key(history))
    }

    /// Which rows of a table are this ledger's, where it is not for all of them; as the end of a query.
    pub(super) fn own(&self) -> String {
        match &self.tenant {
            Some(tenant) => format!(" WHERE history IN ({})", self.list(tenant.keys())),
            // Thousands of tenants are nothing to a program without; a later version of the tables is.
            None if self.dialect == Dialect::Postgres => {
                format!(" WHERE strpos(history, ' ') = 0 OR version > {VERSION}")
            }
            None => String::new(),
        }
    }

    /// What was read, with the histories' own names in it.
    pub(crate) fn localise(&self, mut contents: Contents) -> Contents {
        let Some(tenant) = &self.tenant else {
            return contents;
        };
        contents.is_of_tenant = true;
        let suffix = format!(" {}", tenant.schema);
        let strip = |history: &mut String| {
            let own = history.strip_suffix(&suffix).map(str::len);
            own.map(|length| history.truncate(length)).is_some()
        };
        contents.states.retain_mut(|row| strip(&mut row.history));
        contents.rows.retain_mut(|row| strip(&mut row.history));
        contents.progress.retain_mut(|row| strip(&mut row.history));
        contents
    }

    /// The same ledger, for itself.
    pub(crate) fn without_tenant(&self) -> Self {
        Self {
            tenant: None,
            ..self.clone()
        }
    }

    /// What makes a transaction's unqualified names those of the tenant, and fails where there is no
    /// schema for them: PostgreSQL takes any name into a search path.
    pub(crate) fn enter(&self) -> Vec<String> {
        let Some(tenant) = &self.tenant else {
            return Vec::new();
        };
        vec![
            format!("SET LOCAL search_path = {}", tenant.search_path()),
            format!(
                "SELECT CASE WHEN current_schema() = {} THEN '1' ELSE '{NO_SCHEMA}' END::integer",
                self.quote(&tenant.schema)
            ),
        ]
    }

    /// The query that has a row where the tenant's schema is there.
    pub(crate) fn has_tenant(&self, tenant: &Tenant) -> String {
        format!(
            "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = {}",
            self.quote(&tenant.schema)
        )
    }

    /// The query that tells the versions that rows of any history or tenant have: the lowest and the
    /// highest.
    pub(crate) fn versions(&self) -> String {
        format!(
            "SELECT min(version), max(version) FROM {}",
            self.table("state")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(schema: &str) -> Ledger {
        Ledger {
            dialect: Dialect::Postgres,
            schema: "limbeck".to_owned(),
            has_schema: false,
            tenant: Some(Tenant::new(schema, &["ext".to_owned()], &["app"]).unwrap()),
        }
    }

    #[test]
    fn a_hostile_name_stays_a_name() {
        let ledger = ledger("a\"; DROP SCHEMA b; --'\\");
        assert_eq!(
            ledger.enter()[0],
            "SET LOCAL search_path = \"a\"\"; DROP SCHEMA b; --'\\\", \"ext\""
        );
        assert!(
            ledger.enter()[1].contains("current_schema() =  E'a\"; DROP SCHEMA b; --''\\\\' THEN")
        );
    }

    #[test]
    fn names_that_mean_something_else_are_refused() {
        for name in [
            "",
            "$user",
            "pg_temp",
            "information_schema",
            "a\0b",
            &"x".repeat(64),
        ] {
            let error = Tenant::new(name, &[], &["app"]).unwrap_err();
            assert!(
                error.to_string().contains("cannot be a tenant's"),
                "{error}"
            );
        }
        assert!(Tenant::new(&"x".repeat(63), &[], &["app"]).is_ok());
    }

    #[test]
    fn rows_of_other_tenants_are_nobodys() {
        use crate::ledger::StateRow;
        let row = |history: &str| StateRow {
            history: history.to_owned(),
            digest: String::new(),
            version: 1,
            unfinished: None,
        };
        let contents = Contents {
            states: vec![row("app a"), row("app"), row("app b"), row("other a")],
            ..Contents::default()
        };
        let states = ledger("a").localise(contents).states;
        let names: Vec<_> = states.iter().map(|row| row.history.as_str()).collect();
        assert_eq!(names, ["app", "other"]);
    }
}
