//! The one table of directives: what they are called, where they stand, how they are written.

use limbeck_model::suggest::nearest;

/// A directive that limbeck knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    Revision,
    Revises,
    DependsOn,
    Label,
    Message,
    Created,
    Skip,
    Irreversible,
    Compat,
    Replaces,
    Adopts,
    Up,
    Down,
    LockTimeout,
    StatementTimeout,
    Call,
    Backfill,
    Copy,
    Rebuild,
    Allow,
    Verify,
}

/// Where a directive stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the first section.
    Header,
    /// It opens a section.
    Opening,
    /// In a section, before its first statement.
    Section,
    /// In a section, anywhere.
    Step,
}

struct Row {
    name: Name,
    text: &'static str,
    place: Place,
    /// How it is written, with an example for each argument.
    usage: &'static str,
}

const fn row(name: Name, text: &'static str, place: Place, usage: &'static str) -> Row {
    Row {
        name,
        text,
        place,
        usage,
    }
}

const TABLE: [Row; 21] = [
    row(
        Name::Revision,
        "revision",
        Place::Header,
        "-- @revision 0335b1eb9c40",
    ),
    row(
        Name::Revises,
        "revises",
        Place::Header,
        "-- @revises f922ca16e42c",
    ),
    row(
        Name::DependsOn,
        "depends-on",
        Place::Header,
        "-- @depends-on f922ca16e42c",
    ),
    row(Name::Label, "label", Place::Header, "-- @label billing"),
    row(
        Name::Message,
        "message",
        Place::Header,
        "-- @message add a table for invoices",
    ),
    row(
        Name::Created,
        "created",
        Place::Header,
        "-- @created 2025-01-08T10:21:00Z",
    ),
    row(
        Name::Skip,
        "skip",
        Place::Header,
        "-- @skip sqlite: it has no enum types",
    ),
    row(
        Name::Irreversible,
        "irreversible",
        Place::Header,
        "-- @irreversible: the old values are gone",
    ),
    row(
        Name::Compat,
        "compat",
        Place::Header,
        "-- @compat breaking: the column is read by older programs",
    ),
    row(
        Name::Replaces,
        "replaces",
        Place::Header,
        "-- @replaces 0335b1eb9c40..f922ca16e42c",
    ),
    row(
        Name::Adopts,
        "adopts",
        Place::Header,
        "-- @adopts alembic f922ca16e42c",
    ),
    row(Name::Up, "up", Place::Opening, "-- @up"),
    row(Name::Down, "down", Place::Opening, "-- @down"),
    row(
        Name::LockTimeout,
        "lock-timeout",
        Place::Section,
        "-- @lock-timeout 5s",
    ),
    row(
        Name::StatementTimeout,
        "statement-timeout",
        Place::Section,
        "-- @statement-timeout 30s",
    ),
    row(Name::Call, "call", Place::Step, "-- @call fill_totals"),
    row(
        Name::Backfill,
        "backfill",
        Place::Step,
        "-- @backfill table=messages key=id batch=1000",
    ),
    row(
        Name::Copy,
        "copy",
        Place::Step,
        "-- @copy countries(code, name) from countries.csv",
    ),
    row(
        Name::Rebuild,
        "rebuild",
        Place::Step,
        "-- @rebuild messages",
    ),
    row(
        Name::Allow,
        "allow",
        Place::Step,
        "-- @allow LB0409: no two names are equal",
    ),
    row(
        Name::Verify,
        "verify",
        Place::Step,
        "-- @verify SELECT EXISTS (SELECT FROM totals)",
    ),
];

impl Name {
    /// The directive with exactly this name.
    pub(super) fn find(text: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|row| row.text == text)
            .map(|row| row.name)
    }

    /// The directive with this name in any mixture of upper and lower case.
    pub(super) fn find_in_any_case(text: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|row| row.text.eq_ignore_ascii_case(text))
            .map(|row| row.name)
    }

    /// The directive that was probably meant.
    pub(super) fn suggest(text: &str) -> Option<Self> {
        // What migration tools and people call the same things.
        let synonym = match text.to_ascii_lowercase().replace('_', "-").as_str() {
            "upgrade" | "apply" | "forward" => Some(Name::Up),
            "downgrade" | "rollback" | "revert" | "undo" | "reverse" => Some(Name::Down),
            "id" | "rev" => Some(Name::Revision),
            "parent" | "parents" | "down-revision" | "after" => Some(Name::Revises),
            "depends" | "requires" => Some(Name::DependsOn),
            "branch" | "branch-label" | "branch-labels" | "labels" => Some(Name::Label),
            "date" | "create-date" => Some(Name::Created),
            "description" | "title" => Some(Name::Message),
            "lint-allow" => Some(Name::Allow),
            "check" | "assert" | "done-if" | "verified-by" => Some(Name::Verify),
            spelt => Self::find(spelt),
        };
        synonym.or_else(|| nearest(text, TABLE.iter().map(|row| row.text)).and_then(Self::find))
    }

    /// Every name, in the order of the table.
    pub(super) fn all() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|row| row.text)
    }

    pub(super) fn text(self) -> &'static str {
        self.row().text
    }

    pub(super) fn place(self) -> Place {
        self.row().place
    }

    pub(super) fn usage(self) -> &'static str {
        self.row().usage
    }

    fn row(self) -> &'static Row {
        // The table is in the order of the enum, which a test checks.
        &TABLE[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_directive_is_found_in_its_own_row() {
        for row in &TABLE {
            assert_eq!(Name::find(row.text), Some(row.name));
            assert_eq!(row.name.text(), row.text);
            assert!(
                row.usage.starts_with(&format!("-- @{}", row.text)),
                "{}",
                row.usage
            );
        }
    }
}
