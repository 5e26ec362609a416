//! Which way a script goes.

use std::fmt;

/// Which way a script goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// It applies a revision.
    Up,
    /// It takes a revision back.
    Down,
}

impl Direction {
    /// The name that directives and the ledger use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
