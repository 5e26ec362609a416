//! What a proof found, said as diagnostics.

use std::collections::BTreeSet;

use limbeck_model::diagnostic::{Code, Diagnostic, Span};
use limbeck_model::{Dialect, Direction};
use limbeck_schema::Change;

use super::engine::{Failure, Rows, Unusable};
use super::finding::Finding;
use super::hint;
use super::losses::Loss;
use super::lost::subject;
use super::swept::{Rebuild, Swept, rebuilds};
use super::walk::script;
use crate::table::{Row, Table};

/// On which rows a script fails, as the note of LB0407 and LB0409 says it.
const ON_PLAIN_ROWS: &str = "on empty tables it works; it was tried on rows as any program writes them, null where a column may be null";
const ON_MADE_UP_TEXTS: &str = "it was tried on texts that are made up; whether those in production have the form, no constraint says";
const ON_NULL_THAT_STAYS: &str =
    "the column is filled first, and stays null where what it is filled from is null or not there";
const ON_HARD_ROWS: &str = "the constraints allow rows on which it fails: equal in every column that need not be unique, great or negative numbers, long or empty texts";

/// How many changes are listed.
const MOST_CHANGES: usize = 12;

/// All that was found.
pub(super) struct Findings<'f, 't> {
    pub(super) table: &'f Table<'t>,
    pub(super) dialect: Dialect,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The first bytes of the `@allow` lines that were needed, with the numbers of their files.
    pub(super) needed: BTreeSet<Span>,
}

impl<'f, 't> Findings<'f, 't> {
    pub(super) fn new(table: &'f Table<'t>, dialect: Dialect) -> Self {
        Self {
            table,
            dialect,
            diagnostics: Vec::new(),
            needed: BTreeSet::new(),
        }
    }

    /// How much was found, what is allowed too.
    pub(super) fn len(&self) -> usize {
        self.diagnostics.len() + self.needed.len()
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    pub(super) fn add(&mut self, place: usize, finding: Finding) {
        let row = &self.table.rows[place];
        let (direction, statement) = finding.place();
        let diagnostic = match finding {
            Finding::Fails(direction, failure, meant) => {
                self.fails(row, direction, &failure, meant)
            }
            Finding::FailsOnRows(rows, direction, failure) => {
                self.fails_on_rows(row, rows, direction, &failure)
            }
            Finding::LeftBehind(changes) => self.left_behind(row, &changes),
            Finding::NotTwice(failure) => self.not_twice(row, &failure),
            Finding::OtherwiseTwice(changes) => self.otherwise_twice(row, &changes),
            Finding::Unusable(direction, unusable, meant) => {
                self.unusable(row, direction, &unusable, meant)
            }
            Finding::Lost(loss) => self.lost(row, &loss),
            Finding::Swept(swept) => self.swept(row, &swept),
            Finding::Order(one, other, changes) => self.order(row, one, other, &changes),
            Finding::Blocked(over, revision, failure) => {
                self.blocked(row, over, revision, &failure)
            }
        };
        match self.allowed(row, direction, statement, diagnostic.code) {
            Some(span) => {
                self.needed.insert(span);
            }
            None => self.diagnostics.push(diagnostic),
        }
    }

    fn fails(
        &self,
        row: &Row<'_>,
        direction: Direction,
        failure: &Failure,
        meant: Option<String>,
    ) -> Diagnostic {
        if failure.is_of_verify {
            return self.wrong_verify(row, direction, failure);
        }
        let (span, label) = self.place(row, direction, failure);
        let database = self.database();
        let headline = headline(failure);
        let (code, message) = if hint::is_syntax(&failure.message) {
            let message = format!("{database} cannot read this: {headline}");
            (Code::SyntaxError, message)
        } else {
            let code = match direction {
                Direction::Up => Code::UpFails,
                Direction::Down => Code::DownFails,
            };
            let message = format!("`@{direction}` fails on {database}: {headline}");
            (code, message)
        };
        let mut diagnostic = Diagnostic::new(code, span, message).label(label);
        for line in failure.message.lines().skip(1) {
            diagnostic = diagnostic.note(line);
        }
        if let Some((made, help)) = self.origin(row, direction, failure) {
            return diagnostic.related(made, "it is made here").help(help);
        }
        let meant = meant.map(|name| format!("write `{name}`"));
        match meant.or_else(|| self.help(row, direction, failure)) {
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
        if failure.is_of_verify {
            return self.wrong_verify(row, direction, failure);
        }
        let (span, label) = self.place(row, direction, failure);
        let headline = headline(failure);
        let statement = self.statement(row, direction, failure);
        let sql = statement.map_or("", |statement| statement.sql);
        let is_filled = hint::null_in(self.dialect, sql, &failure.message).is_some();
        let (code, verb) = match rows {
            Rows::Plain => (Code::FailsOnRows, "fails"),
            _ => (Code::MayFailOnRows, "may fail"),
        };
        let message = format!("`@{direction}` {verb} where tables have rows: {headline}");
        let note = match rows {
            Rows::Plain => ON_PLAIN_ROWS,
            _ if hint::is_about_form(&failure.message) => ON_MADE_UP_TEXTS,
            _ if is_filled => ON_NULL_THAT_STAYS,
            _ => ON_HARD_ROWS,
        };
        let help = if is_filled && rows == Rows::Hard {
            Some("give the column another value there, as with `coalesce`".to_owned())
        } else {
            self.help(row, direction, failure)
        };
        Diagnostic::new(code, span, message)
            .label(label)
            .note(note)
            .help(help.unwrap_or_else(|| {
                "change the rows that stand against it first, in the same section".to_owned()
            }))
            .help(format!(
                "where no database has such rows, write above the statement:\n-- @allow {}: reason",
                code.number()
            ))
    }

    fn left_behind(&self, row: &Row<'_>, changes: &[Change]) -> Diagnostic {
        let message = format!(
            "`@down` does not give the old schema back on {}",
            self.database()
        );
        let span = self.section(row, Direction::Down);
        let mut diagnostic = Diagnostic::new(Code::SchemaLeftBehind, span, message)
            .label(first(changes, Change::left_behind));
        if let Some(Change::New(object)) = changes.first()
            && let Some(made) = self.naming(row, Direction::Up, &object.name)
        {
            diagnostic = diagnostic.related(made, "it is made here");
        }
        let diagnostic = list(diagnostic, changes, Change::left_behind);
        let mended: Vec<String> = changes
            .iter()
            .filter_map(|change| change.mend(self.dialect))
            .collect();
        if mended.len() == changes.len() {
            return diagnostic.help(format!("write in `@down`:\n{}", mended.join("\n")));
        }
        diagnostic.help(
            "undo in `@down` all that `@up` does; where that cannot be, write \
             `-- @irreversible: reason` in the header in place of the section",
        )
    }

    fn not_twice(&self, row: &Row<'_>, failure: &Failure) -> Diagnostic {
        if failure.is_of_verify {
            return self.wrong_verify(row, Direction::Up, failure);
        }
        let (span, label) = self.place(row, Direction::Up, failure);
        let message = format!(
            "`@up` fails on {} after `@down`: {}",
            self.database(),
            headline(failure)
        );
        Diagnostic::new(Code::NotTwice, span, message)
            .label(label)
            .note("the schema is the old one again, so that rows are the reason")
            .help("take back in `@down` the rows that `@up` makes")
    }

    fn otherwise_twice(&self, row: &Row<'_>, changes: &[Change]) -> Diagnostic {
        let message = format!(
            "`@up` gives another schema on {} after `@down` than it gave at first",
            self.database()
        );
        let span = self.section(row, Direction::Up);
        let diagnostic = Diagnostic::new(Code::NotTwice, span, message)
            .label(first(changes, ToString::to_string));
        list(diagnostic, changes, ToString::to_string)
            .help("write `@up` so that it does the same each time")
    }

    fn unusable(
        &self,
        row: &Row<'_>,
        direction: Direction,
        unusable: &Unusable,
        meant: Option<String>,
    ) -> Diagnostic {
        let message = format!(
            "after `@{direction}`, {} cannot be used on {}: {}",
            unusable.object,
            self.database(),
            unusable.message
        );
        let name = unusable.object.split('`').nth(1).unwrap_or_default();
        let made = self.naming(row, direction, name);
        let help = match (meant, made, subject(&unusable.message)) {
            (Some(meant), Some(_), Some(written)) => {
                format!("write `{meant}` in place of `{written}`")
            }
            _ => hint::help(self.dialect, "", None, &unusable.message).unwrap_or_else(|| {
                "correct it, or drop it before what it needs is changed and create it again as it \
                 has to be"
                    .to_owned()
            }),
        };
        let span = made.unwrap_or_else(|| self.section(row, direction));
        Diagnostic::new(Code::UnusableObject, span, message)
            .label("creating and dropping check nothing; using it fails")
            .help(help)
    }

    fn lost(&self, row: &Row<'_>, loss: &Loss) -> Diagnostic {
        let message = format!(
            "after `@down`, the rows of `{}` are not what they were before `@up`: {}",
            loss.table, loss.words
        );
        let span = self.section(row, Direction::Down);
        let mut diagnostic = Diagnostic::new(Code::RowsLost, span, message)
            .label("the rows that stood before have to stand again");
        if loss.in_up {
            diagnostic = diagnostic.note("`@up` changes or deletes them");
        }
        diagnostic
            .help(
                "keep in `@up` what `@down` needs, in a column or table of its own; where that \
                 cannot be, write `-- @irreversible: reason` in the header in place of the section",
            )
            .help("where the rows may be lost, write in `@down`:\n-- @allow LB0408: reason")
    }

    fn swept(&self, row: &Row<'_>, swept: &Swept) -> Diagnostic {
        let direction = swept.direction;
        let mut losses = swept.losses.iter();
        let first = losses.next();
        let (table, words) =
            first.map_or(("", ""), |loss| (loss.table.as_str(), loss.words.as_str()));
        let message = format!(
            "`@{direction}` takes rows of `{table}` along when it drops `{}`: {words}",
            swept.table
        );
        let place = Failure {
            statement: Some(swept.statement),
            offset: None,
            message: String::new(),
            is_of_verify: false,
        };
        let (span, _) = self.place(row, direction, &place);
        let mut diagnostic = Diagnostic::new(Code::RowsLost, span, message).label(
            "SQLite deletes its rows first, with what `ON DELETE` says of those that refer to them",
        );
        for loss in losses {
            diagnostic = diagnostic.note(format!("of `{}`: {}", loss.table, loss.words));
        }
        diagnostic.help(without_foreign_keys(direction)).help(
            "where the rows may be lost, write above the statement:\n-- @allow LB0408: reason",
        )
    }

    pub(super) const fn database(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "SQLite",
            Dialect::Postgres => "PostgreSQL",
        }
    }

    fn help(&self, row: &Row<'_>, direction: Direction, failure: &Failure) -> Option<String> {
        let statement = self.statement(row, direction, failure);
        if failure.message.starts_with("FOREIGN KEY") {
            let side = row.sides.iter().find(|side| side.dialect == self.dialect)?;
            let is_rebuild = |rebuild: &Rebuild| Some(rebuild.statement) == failure.statement;
            if rebuilds(script(side, direction)).iter().any(is_rebuild) {
                return Some(without_foreign_keys(direction));
            }
        }
        let sql = statement.map(|statement| statement.sql);
        let sql = sql.unwrap_or_default();
        hint::help(self.dialect, sql, failure.offset, &failure.message)
    }
}

/// How a table is rebuilt that others refer to.
fn without_foreign_keys(direction: Direction) -> String {
    format!(
        "put the rebuild into a revision of its own, below `-- @{direction} no-transaction`, between \
         `PRAGMA foreign_keys = OFF` and `PRAGMA foreign_keys = ON`"
    )
}

/// The first line of the database's words.
pub(super) fn headline(failure: &Failure) -> &str {
    failure.message.lines().next().unwrap_or_default()
}

pub(super) fn first(changes: &[Change], words: impl Fn(&Change) -> String) -> String {
    changes.first().map(words).unwrap_or_default()
}

/// Adds the changes behind the first as notes.
pub(super) fn list(
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
