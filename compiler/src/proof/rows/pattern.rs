//! The rows that a table is given.

use crate::proof::Rows;

/// What makes a row different from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// A value in every column.
    Full,
    /// Null wherever that is possible.
    Sparse,
    /// The same as the full row wherever that is possible.
    Twin,
    /// Great numbers and long texts.
    Large,
    /// Negative numbers and empty texts.
    Small,
    /// Other values in neighbouring columns, so that a script that mistakes one for the other is seen.
    Mixed,
}

impl Pattern {
    /// The rows of a kind, in their order.
    pub fn of(rows: Rows) -> &'static [Self] {
        match rows {
            Rows::None => &[],
            Rows::Plain => &[Self::Full, Self::Sparse],
            Rows::Hard => &[
                Self::Full,
                Self::Sparse,
                Self::Twin,
                Self::Large,
                Self::Small,
                Self::Mixed,
            ],
        }
    }

    /// The row's number, which its values are made from. A column of one table and one of another have the
    /// same value in rows of the same number, so that a foreign key between them can be added later.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Full => 1,
            Self::Sparse => 2,
            Self::Twin => 3,
            Self::Large => 4,
            Self::Small => 5,
            Self::Mixed => 6,
        }
    }

    /// The row whose values a column takes that need not be unique.
    pub(super) fn of_column(self, place: usize) -> Self {
        match (self, place % 3) {
            (Self::Mixed, 0) => Self::Full,
            (Self::Mixed, 1) => Self::Sparse,
            _ => self,
        }
    }
}
