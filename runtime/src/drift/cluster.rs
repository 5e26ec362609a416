//! Statements that reach beyond their database: run again, they would change the server that others use.
//!
//! Told by their words alone. A word too many only means that another server has to be named.

/// Words that follow each other, and mean what all databases of a server share, or something outside.
const PAIRS: [(&[&str], &[&str]); 4] = [
    (
        &["create", "alter", "drop"],
        &[
            "role",
            "user",
            "group",
            "database",
            "tablespace",
            "system",
            "subscription",
            "server",
        ],
    ),
    (&["reassign", "drop"], &["owned"]),
    (&["on"], &["database", "tablespace", "parameter", "role"]),
    (&["to", "from"], &["program"]),
];

/// Functions that do the same.
const FUNCTIONS: [&str; 10] = [
    "dblink",
    "lo_export",
    "lo_import",
    "pg_cancel_backend",
    "pg_promote",
    "pg_reload_conf",
    "pg_rotate_logfile",
    "pg_terminate_backend",
    "pg_switch_wal",
    "replication_slot",
];

/// What of a statement reaches beyond its database, if anything does.
pub(super) fn beyond(sql: &str) -> Option<String> {
    let lower = sql.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    for pair in words.windows(2) {
        let [first, second] = *pair else { continue };
        let is_pair = PAIRS
            .iter()
            .any(|(firsts, seconds)| firsts.contains(&first) && seconds.contains(&second));
        if is_pair && !lower.contains("user mapping") {
            return Some(format!(
                "{} {}",
                first.to_uppercase(),
                second.to_uppercase()
            ));
        }
    }
    if let Some(function) = FUNCTIONS.iter().find(|function| lower.contains(**function)) {
        return Some((*function).to_owned());
    }
    match words.first() {
        // Of a role, not on an object.
        Some(verb @ (&"grant" | &"revoke")) if !words.contains(&"on") => Some(verb.to_uppercase()),
        // A literal in it is the name of a file, or an option that is as rare.
        Some(&"copy") if lower.contains('\'') => Some("COPY".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_shares_is_told_from_what_the_database_has() {
        for (sql, found) in [
            ("CREATE ROLE app", "CREATE ROLE"),
            ("ALTER  DATABASE store SET x = 1", "ALTER DATABASE"),
            (
                "DO $$ BEGIN EXECUTE 'drop user ' || name; END $$",
                "DROP USER",
            ),
            ("GRANT readers TO app", "GRANT"),
            ("GRANT CONNECT ON DATABASE store TO app", "ON DATABASE"),
            ("COPY a TO PROGRAM 'cat'", "TO PROGRAM"),
            ("COPY a FROM '/srv/a.csv'", "COPY"),
            ("SELECT pg_reload_conf()", "pg_reload_conf"),
            ("REASSIGN OWNED BY a TO b", "REASSIGN OWNED"),
        ] {
            assert_eq!(beyond(sql).as_deref(), Some(found), "{sql}");
        }
        for sql in [
            "CREATE TABLE role (id integer)",
            "GRANT SELECT ON a TO app",
            "ALTER TABLE a ADD COLUMN user_id integer",
            "CREATE INDEX a_group ON a (\"group\")",
            "UPDATE a SET note = 'from the user'",
            "CREATE USER MAPPING FOR app SERVER s",
        ] {
            assert_eq!(beyond(sql), None, "{sql}");
        }
    }
}
