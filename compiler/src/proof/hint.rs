//! What to do about errors that most authors meet sooner or later.

use limbeck_model::Dialect;

use super::losses::plain;
use super::slips;
use crate::split::tokens;

/// Whether a database could not even read the statement.
pub(super) fn is_syntax(message: &str) -> bool {
    message.contains("syntax error")
        || message.starts_with("unrecognized token")
        || is_unfinished(message)
}

/// Whether a statement ends before it is complete.
pub(super) fn is_unfinished(message: &str) -> bool {
    message == "incomplete input"
}

/// How a failure is usually mended, if it is a usual one. `at` is the byte of the statement that the
/// database points at.
pub(super) fn help(
    dialect: Dialect,
    statement: &str,
    at: Option<usize>,
    message: &str,
) -> Option<String> {
    if let (Dialect::Sqlite, Some(at), true) = (dialect, at, is_syntax(message))
        && let Some(help) = slips::help(statement, at)
    {
        return Some(help);
    }
    let words: Vec<String> = tokens(statement, dialect)
        .map(str::to_ascii_uppercase)
        .collect();
    if dialect == Dialect::Postgres && message.starts_with("constraint \"none\" of relation") {
        return message.split('"').nth(3).map(unnamed);
    }
    let help = match dialect {
        Dialect::Sqlite => sqlite(&words, message),
        Dialect::Postgres => postgres(&words, message),
    };
    help.map(str::to_owned)
}

/// Whether a value has not the form that a type wants. What form the texts of a column have, no constraint
/// says, and those of a proof are made up.
pub(super) fn is_about_form(message: &str) -> bool {
    message.starts_with("invalid input syntax for type") || message == "malformed JSON"
}

/// The table and the column that null stands in, where it must not, as far as a failure tells.
pub(super) fn null_in(dialect: Dialect, sql: &str, message: &str) -> Option<(String, String)> {
    let line = message.lines().next()?;
    if line == "constraint failed" {
        return forbidden_null(dialect, sql);
    }
    let names: Vec<&str> = if line.ends_with("contains null values") {
        let mut quoted = line.split('"').skip(1).step_by(2);
        let column = quoted.next()?;
        vec![quoted.next()?, column]
    } else {
        let (_, name) = line.split_once("NOT NULL constraint failed: ")?;
        name.split('.').collect()
    };
    match names.as_slice() {
        [table, column] => Some((table.to_lowercase(), column.to_lowercase())),
        _ => None,
    }
}

/// The table and the column of `ALTER TABLE … ALTER COLUMN … SET NOT NULL`, whose failure names neither.
fn forbidden_null(dialect: Dialect, sql: &str) -> Option<(String, String)> {
    let words: Vec<&str> = tokens(sql, dialect).collect();
    let end = words.len().checked_sub(3)?;
    let is_forbidden = words
        .get(end..)?
        .iter()
        .zip(["SET", "NOT", "NULL"])
        .all(|(word, expected)| word.eq_ignore_ascii_case(expected));
    let is_alter = words.first()?.eq_ignore_ascii_case("ALTER");
    let place = (plain(words.get(2)?), plain(words.get(end.checked_sub(1)?)?));
    (is_alter && is_forbidden).then_some(place)
}

/// What a tool writes that was never told the name of a constraint, and gives it as Python's nothing.
fn unnamed(table: &str) -> String {
    format!(
        "write the constraint's name: PostgreSQL calls one that is made without `{table}_<column>_fkey`, \
         `{table}_<column>_key` or `{table}_<column>_check`"
    )
}

/// The ways around what `ALTER TABLE` of SQLite cannot do.
const REBUILD: &str = "create a new table as it has to be, copy the rows into it, drop the old table and rename the new \
     one; give indexes and triggers to the new table again";

fn sqlite(words: &[String], message: &str) -> Option<&'static str> {
    let has = |word: &str| words.iter().any(|own| own == word);
    let is_alter = words.first().is_some_and(|word| word == "ALTER");
    let starts = |start: &str| message.starts_with(start);
    if is_alter && is_syntax(message) {
        return Some(if has("UNIQUE") {
            "write `CREATE UNIQUE INDEX`: SQLite cannot add a constraint to a table"
        } else {
            REBUILD
        });
    }
    if is_unfinished(message) {
        return Some("finish the statement; a parenthesis or a `CASE` may not be closed");
    }
    if starts("Cannot add a NOT NULL column") {
        return Some(
            "give the column a constant `DEFAULT` other than null, or leave out `NOT NULL`",
        );
    }
    if starts("Cannot add a column with non-constant default") {
        return Some(
            "add the column without a default and fill it with an `UPDATE`; where new rows need the default, rebuild the table",
        );
    }
    if starts("Cannot add a UNIQUE column") {
        return Some("add the column without `UNIQUE`, then `CREATE UNIQUE INDEX` on it");
    }
    if starts("Cannot add a PRIMARY KEY column") || starts("cannot add a STORED column") {
        return Some(REBUILD);
    }
    if starts("Cannot add a REFERENCES column with non-NULL default value") {
        return Some("add the column without a default and fill it with an `UPDATE`");
    }
    if starts("error in table") && message.contains("after drop column") {
        return Some(REBUILD);
    }
    if message.contains("after drop column") {
        return Some("drop what uses the column first: its index, view or trigger");
    }
    if starts("cannot drop column")
        || starts("cannot drop PRIMARY KEY")
        || starts("cannot drop UNIQUE")
    {
        return Some(REBUILD);
    }
    if message.contains("should this be a string literal") {
        return Some("correct the name of the column, or write a string in single quotes");
    }
    if starts("UNIQUE constraint failed") && has("VALUES") && !has("SELECT") {
        return Some("leave out the row that is there already, or write `INSERT OR IGNORE`");
    }
    if starts("UNIQUE constraint failed") {
        return Some("remove or change the rows that have equal values first, in the same section");
    }
    if starts("NOT NULL constraint failed") {
        return Some("fill the column with an `UPDATE` first, or copy it with `coalesce`");
    }
    if starts("error in view") || starts("error in trigger") {
        return Some(
            "drop it before the table that it uses is dropped, and create it again at the end",
        );
    }
    if starts("no such function") {
        return Some(
            "use a function that SQLite has itself; what a program adds is not there in a migration",
        );
    }
    if starts("unknown datatype") {
        return Some(
            "write `INTEGER`, `REAL`, `TEXT`, `BLOB` or `ANY`: a `STRICT` table knows no others",
        );
    }
    if message.ends_with("has more than one primary key") {
        return Some("write one `PRIMARY KEY (…)` of all its columns behind the last column");
    }
    if starts("foreign key mismatch") {
        return Some(
            "refer to the primary key or to unique columns of the other table, as many as it has",
        );
    }
    if message == "constraint failed" && is_alter {
        return Some(if has("CHECK") {
            "change the rows that the check forbids first, in the same section"
        } else {
            "fill the column with an `UPDATE` first, in the same section"
        });
    }
    let is_drop = words.first().is_some_and(|word| word == "DROP");
    if starts("FOREIGN KEY constraint failed") && is_drop {
        return Some(
            "drop the tables whose rows refer to it first; to change a table that others refer to, add or drop columns of it in place",
        );
    }
    if starts("FOREIGN KEY constraint failed") {
        return Some("remove or mend the rows that refer to nothing first, in the same section");
    }
    None
}

fn postgres(words: &[String], message: &str) -> Option<&'static str> {
    let has = |word: &str| words.iter().any(|own| own == word);
    if message.contains("contains null values") {
        return Some(if has("ADD") && has("COLUMN") {
            "give the column a `DEFAULT`, or add it without `NOT NULL`, fill it and set `NOT NULL` then"
        } else {
            "fill the column with an `UPDATE` first, in the same section"
        });
    }
    if message.contains("cannot use column reference in DEFAULT") {
        return Some("write a text in single quotes; in double quotes it is a name");
    }
    if message.contains("could not create unique index") {
        return Some("remove or change the rows that have equal values first, in the same section");
    }
    if message.contains("is violated by some row") {
        return Some("change the rows that the constraint forbids first, in the same section");
    }
    if message.contains("violates foreign key constraint") {
        return Some("remove or mend the rows that refer to nothing first, in the same section");
    }
    if message.contains("other objects depend on it") {
        return Some("drop first what depends on it, each by its name");
    }
    if message.contains("unsafe use of new value") {
        return Some(
            "use the new value in a later revision: PostgreSQL does not know it before the transaction has ended",
        );
    }
    if message.contains("cannot be cast automatically") {
        return Some("say how the values are converted: `USING column::type`");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_null_stands_is_read_from_either_database() {
        let place = Some(("items".to_owned(), "note".to_owned()));
        let null_in = |message| {
            null_in(
                Dialect::Sqlite,
                "ALTER TABLE items ALTER COLUMN \"note\" SET NOT NULL",
                message,
            )
        };
        assert_eq!(null_in("NOT NULL constraint failed: items.note"), place);
        assert_eq!(null_in("constraint failed"), place);
        let words = "column \"note\" of relation \"items\" contains null values";
        assert_eq!(null_in(words), place);
        assert_eq!(null_in("UNIQUE constraint failed: items.note"), None);
    }

    #[test]
    fn a_constraint_that_was_never_named_has_the_name_that_postgres_gave_it() {
        let message = "constraint \"none\" of relation \"runs\" does not exist";
        let help = help(
            Dialect::Postgres,
            "ALTER TABLE runs DROP CONSTRAINT None",
            None,
            message,
        );
        insta::assert_snapshot!(help.unwrap_or_default(), @"write the constraint's name: PostgreSQL calls one that is made without `runs_<column>_fkey`, `runs_<column>_key` or `runs_<column>_check`");
    }
}
