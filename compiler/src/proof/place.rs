//! Where in the user's files a finding is.

use limbeck_model::diagnostic::Span;
use limbeck_model::{Dialect, Direction};

use super::engine::Failure;
use super::hint;
use super::report::Findings;
use super::walk::script;
use crate::split::{Statement, tokens};
use crate::table::Row;

impl Findings<'_, '_> {
    pub(super) fn statement<'s>(
        &self,
        row: &'s Row<'_>,
        direction: Direction,
        failure: &Failure,
    ) -> Option<&'s Statement<'s>> {
        let side = row.sides.iter().find(|side| side.dialect == self.dialect)?;
        script(side, direction).statements.get(failure.statement?)
    }

    /// The name in the statement of a script that creates something of that name.
    pub(super) fn naming(&self, row: &Row<'_>, direction: Direction, name: &str) -> Option<Span> {
        let side = row.sides.iter().find(|side| side.dialect == self.dialect)?;
        script(side, direction)
            .statements
            .iter()
            .find_map(|statement| {
                let mut tokens = tokens(statement.sql, self.dialect);
                let creates = tokens.next().is_some_and(|word| {
                    word.eq_ignore_ascii_case("create") || word.eq_ignore_ascii_case("alter")
                });
                let bare = |token: &str| token.trim_matches('"').to_lowercase();
                let wanted = name.rsplit('.').next().map(bare);
                let token = tokens.find(|token| creates && Some(bare(token)) == wanted)?;
                let offset = offset(statement, token);
                Some(part(statement, Some(offset), self.dialect))
            })
    }

    /// The name in the statement of `@up` that makes a table or view of that name.
    pub(super) fn making(&self, row: &Row<'_>, name: &str) -> Option<Span> {
        let side = row.sides.iter().find(|side| side.dialect == self.dialect)?;
        side.up.statements.iter().find_map(|statement| {
            let mut tokens = tokens(statement.sql, self.dialect);
            let is = |token: &str, word: &str| token.eq_ignore_ascii_case(word);
            let creates = tokens.next().is_some_and(|first| is(first, "create"));
            tokens.find(|token| creates && (is(token, "table") || is(token, "view")))?;
            let mut tokens = tokens
                .skip_while(|token| ["if", "not", "exists"].iter().any(|word| is(token, word)));
            let first = tokens.next()?;
            // The name may stand behind its schema.
            let token = match tokens.next() {
                Some(".") => tokens.next()?,
                _ => first,
            };
            let is_it = token.trim_matches('"').to_lowercase() == name;
            is_it.then(|| part(statement, Some(offset(statement, token)), self.dialect))
        })
    }

    /// The place of a failure, and what is said there.
    pub(super) fn place(
        &self,
        row: &Row<'_>,
        direction: Direction,
        failure: &Failure,
    ) -> (Span, &'static str) {
        match self.statement(row, direction, failure) {
            Some(statement) if hint::is_unfinished(&failure.message) => {
                let last = tokens(statement.sql, self.dialect).last();
                let offset = last.map(|token| offset(statement, token));
                (part(statement, offset, self.dialect), "ends here")
            }
            Some(statement) => (part(statement, failure.offset, self.dialect), "fails here"),
            None => (
                self.section(row, direction),
                "fails at the end of the transaction",
            ),
        }
    }

    /// The line that opens a section.
    pub(super) fn section(&self, row: &Row<'_>, direction: Direction) -> Span {
        let section = row.revision.section(direction, self.dialect);
        section.map_or(row.revision.id.span, |section| section.span)
    }
}

/// Where a token of a statement begins in it.
fn offset(statement: &Statement<'_>, token: &str) -> usize {
    token.as_ptr().addr() - statement.sql.as_ptr().addr()
}

/// The token that a database points at; where it does not, the first line of the statement.
fn part(statement: &Statement<'_>, offset: Option<usize>, dialect: Dialect) -> Span {
    let start = statement.span.start;
    let token = offset.and_then(|offset| {
        let rest = statement.sql.get(offset..)?;
        let token = tokens(rest, dialect).next()?;
        Some((offset, token.len()))
    });
    let (offset, length) = token.unwrap_or_else(|| {
        let line = statement.sql.lines().next().unwrap_or_default();
        (0, line.trim_end().len())
    });
    Span {
        file: statement.span.file,
        start: start + offset,
        end: start + offset + length,
    }
}
