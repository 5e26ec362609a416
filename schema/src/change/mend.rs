//! The statement that undoes a difference, where it is short and certain.

use limbeck_model::Dialect;

use super::clause::clauses;
use super::difference::Change;
use crate::{Kind, Object};

impl Change {
    /// The statement that makes the second schema the first one again in this respect, such as
    /// `DROP INDEX ix_a;`: what a downgrade lacks, if the first schema is that before the upgrade.
    ///
    /// There is none where it would take several statements, a rebuild of the table, or a decision.
    pub fn mend(&self, dialect: Dialect) -> Option<String> {
        match (self, dialect) {
            (Self::New(object), Dialect::Sqlite) => drop_on_sqlite(object),
            (Self::New(object), Dialect::Postgres) => drop_on_postgres(object),
            (Self::Gone(object), _) => create(object, dialect),
            (Self::Changed { before, after }, Dialect::Postgres) => restore(before, after),
            _ => None,
        }
    }
}

fn drop_on_sqlite(object: &Object) -> Option<String> {
    let name = &object.name;
    match object.kind {
        Kind::Table => Some(format!("DROP TABLE {name};")),
        Kind::Index => Some(format!("DROP INDEX {name};")),
        Kind::View => Some(format!("DROP VIEW {name};")),
        Kind::Trigger => Some(format!("DROP TRIGGER {name};")),
        // A key can only go with its table.
        Kind::Column
            if !["PRIMARY KEY", "UNIQUE"]
                .iter()
                .any(|key| object.definition.contains(key)) =>
        {
            let table = object.parent.as_ref()?;
            Some(format!("ALTER TABLE {table} DROP COLUMN {name};"))
        }
        _ => None,
    }
}

fn drop_on_postgres(object: &Object) -> Option<String> {
    let (name, definition) = (&object.name, &object.definition);
    // What a table has from the one above it goes with that.
    if definition.ends_with("inherited") || definition.contains(" attached to ") {
        return None;
    }
    let parent = object.parent.as_deref();
    let within = |statement: &str, word: &str| {
        parent.map(|parent| format!("{statement} {parent} DROP {word} {name};"))
    };
    let on = |word: &str| parent.map(|parent| format!("DROP {word} {name} ON {parent};"));
    let plain = |word: &str| Some(format!("DROP {word} {name};"));
    match object.kind {
        Kind::Extension => plain("EXTENSION"),
        Kind::Schema => plain("SCHEMA"),
        Kind::Collation => plain("COLLATION"),
        Kind::Type if definition == "multirange" => None,
        Kind::Enum | Kind::Type => plain("TYPE"),
        Kind::Domain => plain("DOMAIN"),
        // That of a column goes with the column or with its default.
        Kind::Sequence if parent.is_none() => plain("SEQUENCE"),
        Kind::Table if definition.lines().any(|line| line.starts_with("server ")) => {
            plain("FOREIGN TABLE")
        }
        Kind::Table => plain("TABLE"),
        Kind::Column => within("ALTER TABLE", "COLUMN"),
        Kind::Attribute => within("ALTER TYPE", "ATTRIBUTE"),
        Kind::Constraint => within("ALTER TABLE", "CONSTRAINT"),
        Kind::DomainConstraint => within("ALTER DOMAIN", "CONSTRAINT"),
        Kind::Index => Some(format!("DROP INDEX {}{name};", schema_of(parent?))),
        Kind::Statistics => plain("STATISTICS"),
        Kind::View => plain("VIEW"),
        Kind::MaterializedView => plain("MATERIALIZED VIEW"),
        Kind::Rule => on("RULE"),
        // The copy that a partition has goes with the original.
        Kind::Trigger if !definition.starts_with("CREATE ") => None,
        Kind::Trigger => on("TRIGGER"),
        Kind::Policy => on("POLICY"),
        Kind::Function => plain("FUNCTION"),
        Kind::Procedure => plain("PROCEDURE"),
        Kind::Aggregate => Some(format!("DROP AGGREGATE {};", name.replace("()", "(*)"))),
        Kind::Cast => Some(format!("DROP CAST ({name});")),
        Kind::EventTrigger => plain("EVENT TRIGGER"),
        Kind::Comment => comment(name),
        _ => None,
    }
}

/// The schema of a name with its dot, if the name has one.
fn schema_of(name: &str) -> &str {
    let mut quoted = false;
    let dot = name.find(|character: char| {
        quoted ^= character == '"';
        character == '.' && !quoted
    });
    dot.and_then(|dot| name.get(..=dot)).unwrap_or_default()
}

/// Kinds of objects as the server names them, and as `COMMENT ON` does.
const COMMENTED: [(&str, &str); 13] = [
    ("table column ", "COLUMN"),
    ("table constraint ", "CONSTRAINT"),
    ("view column ", "COLUMN"),
    ("materialized view column ", "COLUMN"),
    ("table ", "TABLE"),
    ("view ", "VIEW"),
    ("materialized view ", "MATERIALIZED VIEW"),
    ("index ", "INDEX"),
    ("sequence ", "SEQUENCE"),
    ("type ", "TYPE"),
    ("schema ", "SCHEMA"),
    ("function ", "FUNCTION"),
    ("trigger ", "TRIGGER"),
];

fn comment(name: &str) -> Option<String> {
    COMMENTED.iter().find_map(|(kind, word)| {
        let object = name.strip_prefix(kind)?;
        Some(format!("COMMENT ON {word} {object} IS NULL;"))
    })
}

fn create(object: &Object, dialect: Dialect) -> Option<String> {
    let (name, definition) = (&object.name, &object.definition);
    let is_one_line = !definition.contains('\n');
    match (object.kind, dialect) {
        (Kind::Index | Kind::View | Kind::Trigger, Dialect::Sqlite) => {
            Some(format!("{definition};"))
        }
        // Anything else that is said of an index stands behind a small letter.
        (Kind::Index, Dialect::Postgres)
            if !INDEX_EXTRAS.iter().any(|extra| definition.contains(extra)) =>
        {
            Some(format!("{definition};"))
        }
        (Kind::Trigger, Dialect::Postgres) if is_one_line && definition.starts_with("CREATE ") => {
            Some(format!("{definition};"))
        }
        (Kind::Constraint, Dialect::Postgres)
            if !definition.ends_with("inherited")
                && !definition.contains(" with ")
                && !INDEX_EXTRAS.iter().any(|extra| definition.contains(extra)) =>
        {
            let table = object.parent.as_ref()?;
            Some(format!(
                "ALTER TABLE {table} ADD CONSTRAINT {name} {definition};"
            ))
        }
        (Kind::Schema, Dialect::Postgres) => Some(format!("CREATE SCHEMA {name};")),
        (Kind::Enum, Dialect::Postgres) => {
            Some(format!("CREATE TYPE {name} AS ENUM ({definition});"))
        }
        _ => None,
    }
}

const INDEX_EXTRAS: [&str; 6] = [
    " attached to ",
    " tablespace ",
    " statistics ",
    " clustered",
    " replica identity",
    " invalid",
];

/// What can be set back: the default and the NOT NULL of a column, whether a trigger fires, whether a
/// constraint is known to hold.
fn restore(before: &Object, after: &Object) -> Option<String> {
    let (name, table) = (&after.name, after.parent.as_ref()?);
    match after.kind {
        Kind::Column => restore_column(before, after, table),
        Kind::Trigger | Kind::Rule => {
            let ((old, state), (new, _)) = (fires(before), fires(after));
            let action = match state {
                "" => "ENABLE",
                "disabled" => "DISABLE",
                "on replicas" => "ENABLE REPLICA",
                "always" => "ENABLE ALWAYS",
                _ => return None,
            };
            let word = if after.kind == Kind::Rule {
                "RULE"
            } else {
                "TRIGGER"
            };
            (old == new).then(|| format!("ALTER TABLE {table} {action} {word} {name};"))
        }
        Kind::Constraint => {
            let validated = after.definition.strip_suffix(" NOT VALID")?;
            (validated == before.definition)
                .then(|| format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name};"))
        }
        _ => None,
    }
}

/// The definition of a trigger or rule, and when it fires, if not always on the origin. Of anything else
/// the definition alone.
pub(super) fn fires(object: &Object) -> (&str, &str) {
    if !matches!(object.kind, Kind::Trigger | Kind::Rule) {
        return (&object.definition, "");
    }
    match object.definition.rsplit_once('\n') {
        Some((definition, state @ ("disabled" | "on replicas" | "always"))) => (definition, state),
        _ => (&object.definition, ""),
    }
}

fn restore_column(before: &Object, after: &Object, table: &str) -> Option<String> {
    let (old, new) = (clauses(before), clauses(after));
    let differing = |all: &[&str], others: &[&str]| -> Vec<String> {
        let own = all.iter().filter(|clause| !others.contains(clause));
        own.map(ToString::to_string).collect()
    };
    let (missing, extra) = (differing(&old, &new), differing(&new, &old));
    let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
    let extra: Vec<&str> = extra.iter().map(String::as_str).collect();
    let action = match (missing.as_slice(), extra.as_slice()) {
        (["not null"], []) => "SET NOT NULL".to_owned(),
        ([], ["not null"]) => "DROP NOT NULL".to_owned(),
        ([], [default]) if default.starts_with("default ") => "DROP DEFAULT".to_owned(),
        ([default], extra) if extra.iter().all(|clause| clause.starts_with("default ")) => {
            format!("SET DEFAULT {}", default.strip_prefix("default ")?)
        }
        _ => return None,
    };
    Some(format!(
        "ALTER TABLE {table} ALTER COLUMN {} {action};",
        after.name
    ))
}
