//! Which databases, or which schemas, a fleet has.

use std::collections::BTreeSet;
use std::fmt;

use crate::url;

/// The databases, or the schemas of one PostgreSQL database, that the same histories are run on. Which
/// there are is the caller's to say: limbeck looks for none.
#[derive(Clone)]
pub struct Members(pub(super) Kind);

#[derive(Clone)]
pub(super) enum Kind {
    Databases(Vec<String>),
    Schemas { database: String, names: Names },
}

#[derive(Clone)]
pub(super) enum Names {
    List(Vec<String>),
    /// A query whose first column they are.
    Query(String),
}

impl Members {
    /// Databases, by their URLs. What is named twice counts once.
    pub fn databases<U: Into<String>>(urls: impl IntoIterator<Item = U>) -> Self {
        Self(Kind::Databases(unique(urls)))
    }

    /// Schemas of the PostgreSQL database at this URL, one for each tenant; see
    /// [`Migrator::schema`](crate::Migrator::schema). What is named twice counts once.
    pub fn schemas<N: Into<String>>(
        database: impl Into<String>,
        names: impl IntoIterator<Item = N>,
    ) -> Self {
        Self(Kind::Schemas {
            database: database.into(),
            names: Names::List(unique(names)),
        })
    }

    /// The same, where the database itself knows its tenants: the first column of this query's rows names
    /// the schemas. It is asked at the start of each run.
    pub fn schemas_from_query(database: impl Into<String>, query: impl Into<String>) -> Self {
        Self(Kind::Schemas {
            database: database.into(),
            names: Names::Query(query.into()),
        })
    }
}

/// Shows no URL: it may have a password.
impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Databases(urls) => write!(f, "Members({} databases)", urls.len()),
            Kind::Schemas {
                names: Names::List(names),
                ..
            } => write!(f, "Members({} schemas)", names.len()),
            Kind::Schemas { .. } => f.write_str("Members(the schemas of a query)"),
        }
    }
}

/// The first of each, in their order.
pub(super) fn unique<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let texts = texts.into_iter().map(Into::into);
    texts.filter(|text| seen.insert(text.clone())).collect()
}

/// One of them.
#[derive(Clone)]
pub(super) struct Member {
    /// What people know it by: the schema, or the URL without its password.
    pub(super) name: String,
    pub(super) place: Place,
    /// What the first look has found.
    pub(super) standing: Standing,
}

/// Where a member is. A URL may hold a password, so that there is no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Place {
    Database(String),
    Schema(String),
}

/// What is known of a member before anything is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Unknown,
    AtHead,
    /// Its schema is not there.
    Missing,
}

impl Member {
    pub(super) fn database(number: usize, url: &str) -> Self {
        // What cannot be read must not be shown, as it may have a password anywhere.
        let name = url::shown(url).unwrap_or_else(|_| format!("database {}", number + 1));
        Self {
            name,
            place: Place::Database(url.to_owned()),
            standing: Standing::Unknown,
        }
    }

    pub(super) fn schema(name: String) -> Self {
        Self {
            name: name.clone(),
            place: Place::Schema(name),
            standing: Standing::Unknown,
        }
    }

    /// Whether it is the one that is called so, by its name or its URL.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name == name || matches!(&self.place, Place::Database(url) if url == name)
    }
}
