//! What is known of a table that shall get rows.

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableShape {
    /// Its name, as references and messages have it.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<ColumnShape>,
    /// The columns of each primary key, unique index and exclusion constraint.
    pub uniques: Vec<Vec<String>>,
    /// Its foreign keys.
    pub references: Vec<Reference>,
    /// The SQL of its check constraints, which name the columns. Values are guessed from the literals.
    pub checks: Vec<String>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnShape {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ValueKind,
    /// Whether nothing is declared that keeps null out.
    pub may_be_null: bool,
    /// Whether it is generated, an identity, or numbered by a sequence: it is left out of every row.
    pub is_given_by_database: bool,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueKind {
    /// Text.
    Text {
        /// The greatest number of characters.
        max_length: Option<usize>,
    },
    /// A whole number.
    Integer {
        /// The least one.
        min: i64,
        /// The greatest one.
        max: i64,
    },
    /// A floating point number.
    Real,
    /// A decimal number, which is written as text.
    Decimal {
        /// The number of digits; any, where there is none.
        precision: Option<usize>,
        /// How many of them are behind the point.
        scale: usize,
    },
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A day and a time.
    Timestamp,
    /// A UUID.
    Uuid,
    /// JSON.
    Json,
    /// Bytes.
    Bytes,
    /// One of these texts.
    OneOf(Vec<String>),
    /// Something else that is written as text.
    Other {
        /// Values: first those that any program would write, at the end the smallest and the largest.
        samples: Vec<String>,
    },
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The columns that refer.
    pub columns: Vec<String>,
    /// The name of the table that they refer to.
    pub table: String,
    /// The columns that they refer to, in the same order.
    pub parent_columns: Vec<String>,
}

impl TableShape {
    /// The place of a column.
    pub(super) fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| known.name == column)
    }

    /// Whether no two rows may have the same value in this column.
    pub(super) fn is_unique(&self, column: &str) -> bool {
        self.uniques
            .iter()
            .any(|columns| columns.as_slice() == [column])
    }

    /// Whether a row without a parent is possible: one of the columns that refer may be null.
    pub(super) fn is_optional(&self, reference: &Reference) -> bool {
        reference.columns.iter().any(|column| {
            self.position(column)
                .is_some_and(|place| self.columns[place].may_be_null)
        })
    }
}
