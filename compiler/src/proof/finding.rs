//! What a proof found, said as diagnostics.

use limbeck_model::diagnostic::{Code, Diagnostic, Span};
use limbeck_model::{Dialect, Direction};
use limbeck_schema::Change;

use super::engine::{Failure, Rows, Unusable};
use super::hint;
use super::losses::Loss;
use super::walk::script;
use crate::split::{Statement, tokens};
use crate::table::{Row, Table};

/// How many changes are listed.
const MOST_CHANGES: usize = 12;

/// Something that is wrong with a revision.
pub(super) enum Finding {
    /// A script fails whatever rows there are.
    Fails(Direction, Failure),
    /// A script fails on tables that have rows; with `Hard`, only where these are such as few programs
    /// write.
    FailsOnRows(Rows, Direction, Failure),
    /// The schema after `@down` is not the one before `@up`.
    LeftBehind(Vec<Change>),
    /// `@up` does not apply after `@down`.
    NotTwice(Failure),
    /// `@up` gives another schema after `@down` than it gave before.
    OtherwiseTwice(Vec<Change>),
    /// A view or trigger cannot be used any more.
    Unusable(Direction, Unusable),
    /// Rows are not what they were.
    Lost(Loss),
    /// A merge has another schema over one parent than over another.
    Order(usize, usize, Vec<Change>),
    /// What has to come before cannot all be applied, over this parent: this revision fails.
    Blocked(Option<usize>, usize, Failure),
}

impl Finding {
    /// A script fails, but not with these rows.
    pub(super) fn rows(works_with: Rows, direction: Direction, failure: Failure) -> Self {
        let fails_with = match works_with {
            Rows::Plain => Rows::Hard,
            _ => Rows::Plain,
        };
        Self::FailsOnRows(fails_with, direction, failure)
    }
}

/// All that was found.
pub(super) struct Findings<'f, 't> {
    table: &'f Table<'t>,
    dialect: Dialect,
    diagnostics: Vec<Diagnostic>,
}

impl<'f, 't> Findings<'f, 't> {
    pub(super) fn new(table: &'f Table<'t>, dialect: Dialect) -> Self {
        Self {
            table,
            dialect,
            diagnostics: Vec::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.diagnostics.len()
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    pub(super) fn add(&mut self, place: usize, finding: Finding) {
        let database = match self.dialect {
            Dialect::Sqlite => "SQLite",
            Dialect::Postgres => "PostgreSQL",
        };
        let row = &self.table.rows[place];
        let id = |place: usize| &self.table.rows[place].revision.id.value;
        let diagnostic = match finding {
            Finding::Fails(direction, failure) => self.fails(row, direction, &failure, database),
            Finding::FailsOnRows(rows, direction, failure) => {
                self.fails_on_rows(row, rows, direction, &failure)
            }
            Finding::LeftBehind(changes) => {
                let span = self.section(row, Direction::Down);
                let diagnostic = Diagnostic::new(
                    Code::SchemaLeftBehind,
                    span,
                    format!("`@down` does not give the old schema back on {database}"),
                )
                .label(first(&changes, ToString::to_string));
                let mended: Vec<String> = changes
                    .iter()
                    .filter_map(|change| mend(change))
                    .collect();
                let diagnostic = list(diagnostic, &changes, ToString::to_string);
                if mended.is_empty() || mended.len() < changes.len() {
                    diagnostic.help("undo in `@down` all that `@up` does; where that cannot be, write `-- @irreversible: reason` in the header in its place")
                } else {
                    diagnostic.help(format!("add to `@down`:\n{}", mended.join("\n")))
                }
            }
            Finding::NotTwice(failure) => {
                let (span, label) = self.place(row, Direction::Up, &failure);
                Diagnostic::new(
                    Code::NotTwice,
                    span,
                    format!("`@up` fails on {database} after `@down`: {}", headline(&failure)),
                )
                .label(label)
                .note("the schema is the old one, so that rows or settings are the reason")
                .help("take back in `@down` what `@up` has done")
            }
            Finding::OtherwiseTwice(changes) => {
                let diagnostic = Diagnostic::new(
                    Code::OtherwiseTwice,
                    self.section(row, Direction::Up),
                    format!(
                        "`@up` gives another schema on {database} after `@down` than it gave at first"
                    ),
                )
                .label(first(&changes, ToString::to_string));
                list(diagnostic, &changes, ToString::to_string)
                    .help("write `@up` so that it does the same each time")
            }
            Finding::Unusable(direction, unusable) => Diagnostic::new(
                Code::UnusableObject,
                self.section(row, direction),
                format!(
                    "after `@{direction}`, {} cannot be used on {database}: {}",
                    unusable.object, unusable.message
                ),
            )
            .label("creating or dropping checks nothing; using it would fail")
            .help("drop it before what it needs is changed, and create it again as it has to be"),
            Finding::Lost(loss) => Diagnostic::new(
                Code::RowsLost,
                self.section(row, Direction::Down),
                format!(
                    "after `@down`, the rows of `{}` are not what they were before `@up`: {}",
                    loss.table, loss.words
                ),
            )
            .label("the rows that stood before have to stand again")
            .help("keep in `@up` what `@down` needs, in a column or table of its own; where that cannot be, write `-- @irreversible: reason` in the header in place of `@down`"),
            Finding::Order(one, other, changes) => {
                let diagnostic = Diagnostic::new(
                    Code::OrderOfParents,
                    row.revision.id.span,
                    format!(
                        "the schema on {database} depends on which parent of `{}` was applied first",
                        id(place)
                    ),
                )
                .label(format!(
                    "with `{}` before `{}`: {}",
                    id(other),
                    id(one),
                    first(&changes, ToString::to_string)
                ));
                list(diagnostic, &changes, ToString::to_string)
                    .help("make both branches leave the same, or have one depend on the other: `-- @depends-on`")
            }
            Finding::Blocked(over, revision, failure) => {
                let blocked = &self.table.rows[revision];
                let (span, label) = self.place(blocked, Direction::Up, &failure);
                let order = over.map_or_else(
                    || format!("what `{}` needs cannot be applied", id(place)),
                    |over| format!("`{}` cannot be reached over `{}`", id(place), id(over)),
                );
                Diagnostic::new(
                    Code::OrderOfParents,
                    row.revision.id.span,
                    format!("{order} on {database}: {}", headline(&failure)),
                )
                .label("needs both")
                .related(span, label)
                .note(format!("a database may have been upgraded in this order, and `{}` then fails", id(revision)))
                .help("write both branches so that either may come first, or have one depend on the other: `-- @depends-on`")
            }
        };
        self.diagnostics.push(diagnostic);
    }

    fn fails(
        &self,
        row: &Row<'_>,
        direction: Direction,
        failure: &Failure,
        database: &str,
    ) -> Diagnostic {
        let (span, label) = self.place(row, direction, failure);
        let (code, message) = if hint::is_syntax(&failure.message) {
            let message = format!("{database} cannot read this: {}", headline(failure));
            (Code::SyntaxError, message)
        } else {
            let code = match direction {
                Direction::Up => Code::UpFails,
                Direction::Down => Code::DownFails,
            };
            let message = format!("`@{direction}` fails on {database}: {}", headline(failure));
            (code, message)
        };
        let mut diagnostic = Diagnostic::new(code, span, message).label(label);
        for line in failure.message.lines().skip(1) {
            diagnostic = diagnostic.note(line);
        }
        let sql = self
            .statement(row, direction, failure)
            .map(|statement| statement.sql);
        match hint::help(self.dialect, sql.unwrap_or_default(), &failure.message) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    fn fails_on_rows(
        &self,
        row: &Row<'_>,
        rows: Rows,
        direction: Direction,
        failure: &Failure,
    ) -> Diagnostic {
        let (span, _) = self.place(row, direction, failure);
        let (code, message, note) = if rows == Rows::Plain {
            (
                Code::FailsOnRows,
                format!(
                    "`@{direction}` fails where tables have rows: {}",
                    headline(failure)
                ),
                "it was tried on rows as any program writes them, null where a column may be null, and on empty tables it works",
            )
        } else {
            (
                Code::MayFailOnRows,
                format!(
                    "`@{direction}` may fail where tables have rows: {}",
                    headline(failure)
                ),
                "the constraints allow such rows: equal in every column that need not be unique, great or negative numbers, long or empty texts",
            )
        };
        let sql = self
            .statement(row, direction, failure)
            .map(|statement| statement.sql);
        let help = hint::help(self.dialect, sql.unwrap_or_default(), &failure.message);
        Diagnostic::new(code, span, message)
            .label("fails here")
            .note(note)
            .help(help.unwrap_or_else(|| {
                "change the rows that stand against it first, in the same section".to_owned()
            }))
    }

    fn statement<'s>(
        &'s self,
        row: &'s Row<'_>,
        direction: Direction,
        failure: &Failure,
    ) -> Option<&'s Statement<'s>> {
        let side = row.sides.iter().find(|side| side.dialect == self.dialect)?;
        script(side, direction).statements.get(failure.statement?)
    }

    /// The place of a failure, and what is said there.
    fn place(
        &self,
        row: &Row<'_>,
        direction: Direction,
        failure: &Failure,
    ) -> (Span, &'static str) {
        match self.statement(row, direction, failure) {
            Some(statement) => (part(statement, failure.offset, self.dialect), "fails here"),
            None => (
                self.section(row, direction),
                "fails at the end of the transaction",
            ),
        }
    }

    /// The line that opens a section.
    fn section(&self, row: &Row<'_>, direction: Direction) -> Span {
        let section = row.revision.section(direction, self.dialect);
        section.map_or(row.revision.id.span, |section| section.span)
    }
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

/// The first line of the database's words.
fn headline(failure: &Failure) -> &str {
    failure.message.lines().next().unwrap_or_default()
}

fn first(changes: &[Change], words: impl Fn(&Change) -> String) -> String {
    changes.first().map(words).unwrap_or_default()
}

/// Adds the changes behind the first as notes.
fn list(
    diagnostic: Diagnostic,
    changes: &[Change],
    words: impl Fn(&Change) -> String,
) -> Diagnostic {
    let mut diagnostic = diagnostic;
    for change in changes.iter().take(MOST_CHANGES).skip(1) {
        diagnostic = diagnostic.note(words(change));
    }
    match changes.len().checked_sub(MOST_CHANGES) {
        None | Some(0) => diagnostic,
        Some(more) => diagnostic.note(format!("and {more} more")),
    }
}

fn mend(_: &Change) -> Option<String> {
    None
}
