//! What a proof found.

use limbeck_model::{Dialect, Direction};
use limbeck_schema::Change;

use super::engine::{Failure, Rows, Unusable};
use super::hint;
use super::losses::{Loss, plain};
use super::swept::Swept;
use crate::split::tokens;
use crate::table::Script;

/// Something that is wrong with a revision.
pub(super) enum Finding {
    /// A script fails whatever rows there are. Perhaps another name was meant.
    Fails(Direction, Failure, Option<String>),
    /// A script fails on tables that have rows; with `Hard`, only where these are such as few programs
    /// write.
    FailsOnRows(Rows, Direction, Failure),
    /// The schema after `@down` is not the one before `@up`.
    LeftBehind(Vec<Change>),
    /// `@up` does not apply after `@down`.
    NotTwice(Failure),
    /// `@up` gives another schema after `@down` than it gave before.
    OtherwiseTwice(Vec<Change>),
    /// A view, trigger or table cannot be used any more. Perhaps another name was meant.
    Unusable(Direction, Unusable, Option<String>),
    /// Rows are not what they were.
    Lost(Loss),
    /// Rows are gone with a table that they refer to, while it is rebuilt.
    Swept(Swept),
    /// A merge has another schema over one parent than over another.
    Order(usize, usize, Vec<Change>),
    /// What has to come before cannot all be applied, over this parent: this revision fails.
    Blocked(Option<usize>, usize, Failure),
}

impl Finding {
    /// The script and the statement that it is about, as far as it is about one.
    pub(super) fn place(&self) -> (Direction, Option<usize>) {
        match self {
            Self::Fails(direction, failure, _) | Self::FailsOnRows(_, direction, failure) => {
                (*direction, failure.statement)
            }
            Self::Swept(swept) => (swept.direction, Some(swept.statement)),
            Self::Unusable(direction, _, _) => (*direction, None),
            Self::NotTwice(failure) => (Direction::Up, failure.statement),
            Self::LeftBehind(_) | Self::Lost(_) => (Direction::Down, None),
            Self::OtherwiseTwice(_) | Self::Order(..) | Self::Blocked(..) => (Direction::Up, None),
        }
    }

    /// A script fails, but not with these rows.
    pub(super) fn rows(
        works_with: Rows,
        direction: Direction,
        script: &Script<'_>,
        dialect: Dialect,
        failure: Failure,
    ) -> Self {
        let depends_on_values =
            hint::is_about_form(&failure.message) || leaves_nulls(script, dialect, &failure);
        let fails_with = if works_with == Rows::Plain || depends_on_values {
            Rows::Hard
        } else {
            Rows::Plain
        };
        Self::FailsOnRows(fails_with, direction, failure)
    }
}

/// Whether a script fills a column and then forbids null, which some rows still have: the author has thought
/// of it, and what the values come from may never be null.
fn leaves_nulls(script: &Script<'_>, dialect: Dialect, failure: &Failure) -> bool {
    let place = failure.statement;
    let failing = place.and_then(|place| script.statements.get(place));
    let sql = failing.map_or("", |statement| statement.sql);
    let Some((table, column)) = hint::null_in(dialect, sql, &failure.message) else {
        return false;
    };
    let before = script
        .statements
        .iter()
        .take(failure.statement.unwrap_or(0));
    before
        .map(|statement| tokens(statement.sql, dialect).map(plain).collect())
        .any(|words: Vec<String>| {
            let updates = words.iter().any(|word| word == "update");
            updates && words.contains(&table) && words.contains(&column)
        })
}
