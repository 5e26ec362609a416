//! The text of a new revision file: what the command line writes, and what a diagnostic shows where a
//! file is missing. It knows neither a clock nor where ids come from.

use std::fmt;

use limbeck_model::{Dialect, Direction};

/// How wide the names of directives are, so that what stands behind them stands in one column.
const WIDTH: usize = "depends-on".len();

/// A revision file with empty sections.
///
/// ```
/// use limbeck_compiler::template::Template;
///
/// let file = Template {
///     id: "0335b1eb9c40",
///     parents: &["f922ca16e42c"],
///     message: "add batch item id to messages",
///     created: Some("2025-01-08T10:21:00Z"),
///     ..Template::default()
/// };
/// assert_eq!(
///     file.to_string(),
///     "-- @revision   0335b1eb9c40\n\
///      -- @revises    f922ca16e42c\n\
///      -- @message    add batch item id to messages\n\
///      -- @created    2025-01-08T10:21:00Z\n\
///      \n\
///      -- @up\n\
///      \n\
///      -- @down\n"
/// );
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Template<'a> {
    /// The id.
    pub id: &'a str,
    /// The ids of the parents; none for a base.
    pub parents: &'a [&'a str],
    /// What must be applied first without being a parent, as `@depends-on` has it.
    pub dependencies: &'a [&'a str],
    /// The names of the branch that starts here.
    pub labels: &'a [&'a str],
    /// What it does, on one line.
    pub message: &'a str,
    /// When it was written, as RFC 3339 has it; left out where that is not known.
    pub created: Option<&'a str>,
    /// The dialects that get sections of their own; none for one pair of sections for all.
    pub dialects: &'a [Dialect],
    /// Whether the sections are to run outside a transaction.
    pub no_transaction: bool,
}

impl fmt::Display for Template<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.header(f)?;
        if self.dialects.is_empty() {
            return self.sections(f, None);
        }
        self.dialects
            .iter()
            .try_for_each(|&dialect| self.sections(f, Some(dialect)))
    }
}

impl Template<'_> {
    fn header(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, value: &str| writeln!(f, "-- @{name:WIDTH$} {value}");
        line("revision", self.id)?;
        match self.parents {
            [] => line("revises", "base")?,
            parents => line("revises", &parents.join(", "))?,
        }
        for dependency in self.dependencies {
            line("depends-on", dependency)?;
        }
        for label in self.labels {
            line("label", label)?;
        }
        line("message", self.message)?;
        match self.created {
            Some(created) => line("created", created),
            None => Ok(()),
        }
    }

    fn sections(&self, f: &mut fmt::Formatter<'_>, dialect: Option<Dialect>) -> fmt::Result {
        for direction in [Direction::Up, Direction::Down] {
            write!(f, "\n-- @{direction}")?;
            if let Some(dialect) = dialect {
                write!(f, " {dialect}")?;
            }
            if self.no_transaction {
                f.write_str(" no-transaction")?;
            }
            f.write_str("\n")?;
        }
        Ok(())
    }
}

/// What a merge says of itself where nobody has said more.
pub fn merge_message<S: AsRef<str>>(parents: &[S]) -> String {
    let parents: Vec<_> = parents.iter().map(AsRef::as_ref).collect();
    format!("merge {}", parents.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directive::parse;
    use crate::source::Sources;

    fn is_sound(template: &Template<'_>, declared: &[Dialect]) -> bool {
        let mut sources = Sources::default();
        let file = sources.add("migrations/0335b1eb9c40_x.sql", template.to_string());
        let parsed = parse(&sources, &[file], declared);
        parsed.diagnostics.is_empty() && parsed.revisions.len() == 1
    }

    #[test]
    fn every_line_stands_in_its_place_and_the_file_is_sound() {
        let template = Template {
            id: "0335b1eb9c40",
            parents: &["a1", "b1"],
            dependencies: &["c1", "auth:d1"],
            labels: &["billing"],
            message: "add items",
            created: Some("2025-01-08T10:21:00Z"),
            dialects: &Dialect::ALL,
            no_transaction: true,
        };
        assert_eq!(
            template.to_string(),
            "-- @revision   0335b1eb9c40\n\
             -- @revises    a1, b1\n\
             -- @depends-on c1\n\
             -- @depends-on auth:d1\n\
             -- @label      billing\n\
             -- @message    add items\n\
             -- @created    2025-01-08T10:21:00Z\n\
             \n\
             -- @up sqlite no-transaction\n\
             \n\
             -- @down sqlite no-transaction\n\
             \n\
             -- @up postgres no-transaction\n\
             \n\
             -- @down postgres no-transaction\n"
        );
        assert!(is_sound(&template, &Dialect::ALL));
    }

    #[test]
    fn what_was_not_given_leaves_no_line() {
        let parents = ["a1", "b1"];
        let message = merge_message(&parents);
        let template = Template {
            id: "0335b1eb9c40",
            message: &message,
            ..Template::default()
        };
        assert_eq!(
            template.to_string(),
            "-- @revision   0335b1eb9c40\n\
             -- @revises    base\n\
             -- @message    merge a1 and b1\n\
             \n\
             -- @up\n\
             \n\
             -- @down\n"
        );
        assert!(is_sound(&template, &[Dialect::Sqlite]));
    }
}
