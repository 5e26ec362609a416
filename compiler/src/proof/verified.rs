//! `@verify`: asked before its statement and behind it, as a start after a crash would ask.

use limbeck_model::Direction;
use limbeck_model::diagnostic::{Code, Diagnostic};

use super::engine::Failure;
use super::report::Findings;
use crate::table::Row;

/// What a query answered: its rows as text, null as `None`, or the database's words.
pub type Answer = Result<Vec<Vec<Option<String>>>, String>;

impl Failure {
    /// The failure that an answer to a `@verify` is, if it is one: before the statement it has to be
    /// false, and true once that has happened.
    pub fn of_verify(statement: usize, has_happened: bool, answer: Answer) -> Option<Self> {
        let moment = if has_happened { "behind" } else { "before" };
        let words = match answer {
            Err(message) => format!("the query fails {moment} the statement: {message}"),
            Ok(rows) => match rows.as_slice() {
                [row] => match row.as_slice() {
                    [Some(value)] => match (value.as_str(), has_happened) {
                        ("t" | "1", true) | ("f" | "0", false) => return None,
                        ("t" | "1", false) => "it is true before the statement has run".to_owned(),
                        ("f" | "0", true) => "it is false behind the statement".to_owned(),
                        _ => format!("its answer `{value}` {moment} the statement is no boolean"),
                    },
                    [None] => format!("its answer {moment} the statement is null"),
                    columns => format!(
                        "its answer has {} columns, and has to be one boolean",
                        columns.len()
                    ),
                },
                rows => format!(
                    "its answer has {} rows {moment} the statement, and has to be one boolean",
                    rows.len()
                ),
            },
        };
        Some(Self {
            statement: Some(statement),
            offset: None,
            message: words,
            is_of_verify: true,
        })
    }
}

impl Findings<'_, '_> {
    /// The diagnostic for a `@verify` that does not tell the truth.
    pub(super) fn wrong_verify(
        &self,
        row: &Row<'_>,
        direction: Direction,
        failure: &Failure,
    ) -> Diagnostic {
        let section = row.revision.section(direction, self.dialect);
        let verify = section
            .and_then(|section| *section.verifies(self.dialect).get(failure.statement?)?)
            .map_or_else(|| self.section(row, direction), |verify| verify.query.span);
        let (statement, _) = self.place(row, direction, failure);
        let message = format!(
            "`@verify` does not tell on {} whether its statement has happened: {}",
            self.database(),
            failure.message
        );
        Diagnostic::new(Code::WrongVerify, verify, message)
            .related(statement, "the statement that it is for")
            .help("write a query of one boolean that is false before the statement and true behind it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(has_happened: bool, rows: &[&[Option<&str>]]) -> Option<String> {
        let text = |row: &&[Option<&str>]| row.iter().map(|v| v.map(str::to_owned)).collect();
        let answer = Ok(rows.iter().map(text).collect());
        Failure::of_verify(0, has_happened, answer).map(|failure| failure.message)
    }

    #[test]
    fn only_false_before_and_true_behind_is_right() {
        assert_eq!(words(false, &[&[Some("f")]]), None);
        assert_eq!(words(true, &[&[Some("1")]]), None);
        let wrong = [
            words(false, &[&[Some("1")]]),
            words(true, &[&[Some("f")]]),
            words(true, &[&[Some("2")]]),
            words(true, &[&[None]]),
            words(false, &[]),
            words(false, &[&[Some("f"), Some("f")]]),
        ];
        insta::assert_snapshot!(wrong.map(Option::unwrap).join("\n"), @r"
        it is true before the statement has run
        it is false behind the statement
        its answer `2` behind the statement is no boolean
        its answer behind the statement is null
        its answer has 0 rows before the statement, and has to be one boolean
        its answer has 2 columns, and has to be one boolean
        ");
    }
}
