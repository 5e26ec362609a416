//! What SQLite's parser stumbles over, and what was probably meant.

use limbeck_model::Dialect;
use limbeck_model::suggest::nearest;

use crate::split::tokens;

/// The words that begin a statement.
const STATEMENTS: [&str; 12] = [
    "ALTER", "ANALYZE", "CREATE", "DELETE", "DROP", "INSERT", "PRAGMA", "REINDEX", "REPLACE",
    "SELECT", "UPDATE", "WITH",
];

/// Behind these words and signs a name is expected.
const BEFORE_NAMES: [&str; 14] = [
    "TABLE", "COLUMN", "INDEX", "VIEW", "TRIGGER", "EXISTS", "INTO", "UPDATE", "FROM", "TO", "ON",
    "(", ",", ".",
];

/// What to do about a statement that SQLite cannot read from this byte on.
pub(super) fn help(sql: &str, at: usize) -> Option<String> {
    let place = Place::of(sql, at)?;
    place
        .of_another_database()
        .map(str::to_owned)
        .or_else(|| place.left_out())
}

/// The token that cannot be read, in its statement.
struct Place<'s> {
    sql: &'s str,
    at: usize,
    /// The token and all behind it.
    rest: &'s str,
    /// All tokens in upper case.
    words: Vec<String>,
    /// Which of them it is.
    number: usize,
}

impl<'s> Place<'s> {
    fn of(sql: &'s str, at: usize) -> Option<Self> {
        let rest = sql.get(at..)?;
        let before = tokens(sql.get(..at)?, Dialect::Sqlite).count();
        let words = tokens(sql, Dialect::Sqlite).map(str::to_ascii_uppercase);
        Some(Self {
            sql,
            at,
            rest,
            words: words.collect(),
            number: before,
        })
    }

    fn word(&self) -> &str {
        self.words.get(self.number).map_or("", String::as_str)
    }

    /// The token so many places before.
    fn before(&self, places: usize) -> &str {
        let place = self.number.checked_sub(places);
        let word = place.and_then(|place| self.words.get(place));
        word.map_or("", String::as_str)
    }

    fn first(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }

    fn is_first_of_its_line(&self) -> bool {
        let before = self.sql.get(..self.at).unwrap_or_default();
        before
            .rsplit('\n')
            .next()
            .is_some_and(|start| start.trim().is_empty())
    }

    /// What other databases know.
    fn of_another_database(&self) -> Option<&'static str> {
        let is_about = |words: &[&str]| words.contains(&self.first());
        Some(match self.word() {
            ":" if self.rest.starts_with("::") => {
                "write `CAST(… AS …)`, or leave the cast out; `::` is PostgreSQL's"
            }
            "AUTO_INCREMENT" => "write `AUTOINCREMENT`",
            "EXISTS" if self.before(2) == "IF" && is_about(&["ALTER"]) => {
                "leave out `IF NOT EXISTS`, which SQLite does not know for columns"
            }
            "EXISTS" if self.before(1) == "IF" && is_about(&["ALTER"]) => {
                "leave out `IF EXISTS`, which SQLite does not know for columns"
            }
            "CASCADE" | "RESTRICT" if is_about(&["ALTER", "DROP"]) => {
                "leave it out, and drop first what needs what is dropped"
            }
            "OR" if is_about(&["CREATE"]) && self.number == 1 => {
                "write `DROP` for the old one first; SQLite replaces none"
            }
            "(" if self.before(2) == "DEFAULT" && self.before(1) == "NOW" => {
                "write `DEFAULT CURRENT_TIMESTAMP`"
            }
            "(" if self.before(2) == "DEFAULT" => {
                "write the call in parentheses: `DEFAULT (…)`; the function has to be SQLite's"
            }
            "USING" if is_about(&["CREATE"]) => "leave out `USING` and the method",
            "," if is_about(&["DROP"]) => "write a `DROP` of its own for each",
            "," if is_about(&["ALTER"]) => "write an `ALTER TABLE` of its own for each change",
            "DO" if self.before(1) == "CONFLICT" => {
                "write `WHERE true` before `ON CONFLICT`, which is taken for the `ON` of a join otherwise"
            }
            text if text.starts_with('\'') && self.before(2) == "ENUM" => {
                "write `text` with a `CHECK (… IN (…))`; SQLite has no enumerations"
            }
            text if text.starts_with('#') || self.rest.starts_with('#') => {
                "write `--` before a comment"
            }
            _ => return None,
        })
    }

    /// What was forgotten, or is one too many.
    fn left_out(&self) -> Option<String> {
        let word = self.word();
        let is_name = word.starts_with(|first: char| first.is_alphabetic() || first == '"');
        if self.number == 0 {
            let meant = nearest(word, STATEMENTS)?;
            return Some(format!("write `{meant}`"));
        }
        if word == ")" && self.before(1) == "," {
            return Some("remove the `,` before it".to_owned());
        }
        if STATEMENTS.contains(&word) && self.is_first_of_its_line() {
            return Some("end the statement before it with `;`".to_owned());
        }
        let is_column = self.before(1) == "ADD" && self.first() == "ALTER";
        if is_name && (is_column || BEFORE_NAMES.contains(&self.before(1))) {
            let written = self.rest.get(..word.len()).unwrap_or(word);
            return Some(format!(
                "take another name, or write it in double quotes; `{written}` is a keyword"
            ));
        }
        let is_list = self.first() == "CREATE" && self.words.iter().any(|word| word == "(");
        if is_name && is_list && self.is_first_of_its_line() {
            return Some("write `,` before it".to_owned());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, near: &str, expected: Option<&str>) {
        let at = sql.rfind(near).expect("it is there");
        assert_eq!(help(sql, at).as_deref(), expected, "{sql}");
    }

    #[test]
    fn what_other_databases_know_is_said_in_the_words_of_sqlite() {
        for (sql, near, expected) in [
            (
                "ALTER TABLE a ADD b text DEFAULT '{}'::json",
                "::",
                "write `CAST(… AS …)`, or leave the cast out; `::` is PostgreSQL's",
            ),
            (
                "ALTER TABLE a ADD COLUMN IF NOT EXISTS b text",
                "EXISTS",
                "leave out `IF NOT EXISTS`, which SQLite does not know for columns",
            ),
            (
                "CREATE TABLE a (b text DEFAULT now())",
                "()",
                "write `DEFAULT CURRENT_TIMESTAMP`",
            ),
            (
                "create table a (b ENUM('x', 'y'))",
                "'x'",
                "write `text` with a `CHECK (… IN (…))`; SQLite has no enumerations",
            ),
            ("# note\nSELECT 1", "#", "write `--` before a comment"),
        ] {
            check(sql, near, Some(expected));
        }
    }

    #[test]
    fn what_was_forgotten_is_named() {
        for (sql, near, expected) in [
            ("CRAETE TABLE a (b text)", "CRAETE", "write `CREATE`"),
            ("CREATE TABLE a (b text,)", ")", "remove the `,` before it"),
            (
                "CREATE TABLE a (\n    b text\n    c text\n)",
                "c text",
                "write `,` before it",
            ),
            (
                "CREATE TABLE a (b text)\nCREATE INDEX c ON a (b)",
                "CREATE",
                "end the statement before it with `;`",
            ),
            (
                "CREATE TABLE order (b text)",
                "order",
                "take another name, or write it in double quotes; `order` is a keyword",
            ),
        ] {
            check(sql, near, Some(expected));
        }
    }

    #[test]
    fn nothing_is_said_where_nothing_is_known() {
        check("CREATE TABLE a (b text NOT)", ")", None);
        check("ALTER TABLE a ALTER COLUMN b TYPE text", "TYPE", None);
        assert_eq!(help("SELECT 'é", 9), None);
    }
}
