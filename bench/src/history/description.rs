//! A history as data, whatever tool and database it is for.

use super::random::Random;

/// Every run of every machine has the same histories.
const SEED: u64 = 20_260_101;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A linear history.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) revisions: Vec<Revision>,
}

#[derive(Clone, Debug)]
pub(crate) struct Revision {
    /// Counted from 1.
    pub(crate) number: usize,
    /// What it does, in words that a file name can have.
    pub(crate) slug: String,
    pub(crate) changes: Vec<Change>,
}

#[derive(Clone, Debug)]
pub(crate) enum Change {
    CreateTable(Table),
    CreateIndex {
        name: String,
        table: String,
        columns: Vec<String>,
    },
    AddColumn {
        table: String,
        column: Column,
    },
    /// Rows that say in their column `label` which revision they are of.
    Insert {
        table: String,
        columns: Vec<Column>,
        label: String,
        count: usize,
    },
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    /// All but the key, `id`, and `label`.
    pub(crate) columns: Vec<Column>,
}

#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Not null, with a default.
    pub(crate) is_required: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Text,
    Number,
    Flag,
    Fraction,
    Time,
    /// The key of another table.
    Reference(String),
}

const NOUNS: [&str; 16] = [
    "account", "agent", "archive", "block", "comment", "device", "event", "invoice", "message",
    "order", "passage", "payment", "project", "run", "step", "tool",
];
const PROPERTIES: [&str; 20] = [
    "title",
    "body",
    "state",
    "email",
    "summary",
    "position",
    "quantity",
    "price",
    "created_at",
    "updated_at",
    "deleted_at",
    "is_active",
    "is_public",
    "priority",
    "language",
    "region",
    "checksum",
    "locale",
    "origin",
    "note",
];

impl History {
    /// The history with so many revisions. The longer one begins as the shorter one does, but for the last
    /// revision, which always makes the table `newest`.
    pub(crate) fn generate(length: usize) -> Self {
        let mut random = Random::new(SEED);
        let mut tables = Vec::new();
        let mut revisions: Vec<_> = (1..length)
            .map(|number| revision(number, &mut tables, &mut random))
            .collect();
        revisions.push(Revision {
            number: length,
            slug: "create_newest".to_owned(),
            changes: vec![Change::CreateTable(Table {
                name: "newest".to_owned(),
                columns: vec![Column {
                    name: "title".to_owned(),
                    kind: Kind::Text,
                    is_required: true,
                }],
            })],
        });
        Self { revisions }
    }

    /// The same with another column in the newest revision.
    pub(crate) fn edited(&self, number: usize) -> Self {
        let mut edited = self.clone();
        let newest = edited.revisions.last_mut();
        if let Some(Change::CreateTable(table)) = newest.and_then(|last| last.changes.last_mut()) {
            for column in &mut table.columns {
                column.name = format!("title_{number}");
            }
        }
        edited
    }
}

fn revision(number: usize, tables: &mut Vec<Table>, random: &mut Random) -> Revision {
    let choice = if tables.is_empty() {
        0
    } else {
        random.below(100)
    };
    let (slug, changes) = match choice {
        0..35 => create_table(number, tables, random),
        35..55 => create_index(number, tables, random),
        55..75 => add_column(number, tables, random),
        _ => insert(number, tables, random),
    };
    Revision {
        number,
        slug,
        changes,
    }
}

fn create_table(
    number: usize,
    tables: &mut Vec<Table>,
    random: &mut Random,
) -> (String, Vec<Change>) {
    let name = format!("{}_{number}", random.pick(&NOUNS));
    let count = 4 + random.below(7);
    let first = random.below(PROPERTIES.len());
    let mut columns: Vec<_> = (first..first + count)
        .map(|at| column(PROPERTIES[at % PROPERTIES.len()].to_owned(), random))
        .collect();
    if !tables.is_empty() && random.below(3) == 0 {
        let parent = random.pick(tables).name.clone();
        columns.push(Column {
            name: format!("{parent}_id"),
            kind: Kind::Reference(parent),
            is_required: false,
        });
    }
    let table = Table {
        name: name.clone(),
        columns,
    };
    tables.push(table.clone());
    let mut changes = vec![Change::CreateTable(table)];
    if random.below(2) == 0 {
        changes.push(index(number, tables.len() - 1, tables, random));
    }
    (format!("create_{name}"), changes)
}

fn column(name: String, random: &mut Random) -> Column {
    let kind = match random.below(10) {
        0..4 => Kind::Text,
        4..6 => Kind::Number,
        6 => Kind::Flag,
        7 => Kind::Fraction,
        _ => Kind::Time,
    };
    let is_required = !matches!(kind, Kind::Time) && random.below(2) == 0;
    Column {
        name,
        kind,
        is_required,
    }
}

fn create_index(number: usize, tables: &[Table], random: &mut Random) -> (String, Vec<Change>) {
    let at = random.below(tables.len());
    let change = index(number, at, tables, random);
    (format!("index_{}", tables[at].name), vec![change])
}

fn index(number: usize, at: usize, tables: &[Table], random: &mut Random) -> Change {
    let table = &tables[at];
    let count = 1 + random.below(2);
    let first = random.below(table.columns.len());
    let columns = (first..first + count)
        .map(|at| table.columns[at % table.columns.len()].name.clone())
        .collect();
    Change::CreateIndex {
        name: format!("{}_index_{number}", table.name),
        table: table.name.clone(),
        columns,
    }
}

fn add_column(number: usize, tables: &mut [Table], random: &mut Random) -> (String, Vec<Change>) {
    let at = random.below(tables.len());
    let column = column(format!("{}_{number}", random.pick(&PROPERTIES)), random);
    let table = &mut tables[at];
    table.columns.push(column.clone());
    let change = Change::AddColumn {
        table: table.name.clone(),
        column,
    };
    (format!("extend_{}", table.name), vec![change])
}

fn insert(number: usize, tables: &[Table], random: &mut Random) -> (String, Vec<Change>) {
    let table = random.pick(tables);
    let change = Change::Insert {
        table: table.name.clone(),
        columns: table.columns.clone(),
        label: format!("r{number}"),
        count: 2 + random.below(6),
    };
    (format!("fill_{}", table.name), vec![change])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_the_same_each_time_and_begins_as_a_longer_one_does() {
        let (short, long) = (History::generate(50), History::generate(80));
        assert_eq!(short.revisions.len(), 50);
        let text = |history: &History| format!("{:?}", &history.revisions[..49]);
        assert_eq!(text(&short), text(&long));
        assert_eq!(text(&short), text(&History::generate(50)));
    }
}
