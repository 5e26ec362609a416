//! What `repair` is asked for, and what it says that it has found and done.

use limbeck_model::Dialect;

/// How far [`Migrator::repair`](crate::Migrator::repair) goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    pub(crate) dry_run: bool,
    pub(crate) all_indexes: bool,
}

impl Repair {
    /// Mends what interrupted runs have left, and nothing else.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only says what would be mended.
    #[must_use]
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// Drops every invalid index, also one that no script of the histories speaks of.
    #[must_use]
    pub fn all_indexes(mut self, all_indexes: bool) -> Self {
        self.all_indexes = all_indexes;
        self
    }
}

/// What was found in a database, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RepairReport {
    /// The kind of database.
    pub dialect: Dialect,
    /// Whether nothing was to be changed.
    pub dry_run: bool,
    /// What was found. Empty where all is in order.
    pub leftovers: Vec<Leftover>,
}

impl RepairReport {
    /// Whether nothing is left but what the next upgrade does by itself.
    pub fn is_in_order(&self) -> bool {
        self.leftovers
            .iter()
            .all(|leftover| matches!(leftover.fate, Fate::Mended | Fate::ForUpgrade))
    }
}

/// Something that an interrupted run, or somebody else, has left.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leftover {
    /// What is the matter, as one sentence.
    pub what: String,
    /// What became of it.
    pub fate: Fate,
    /// What was done about it, or is to be done, as one sentence.
    pub remedy: String,
}

/// What became of a [`Leftover`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It is mended.
    Mended,
    /// It would have been, in earnest.
    WouldBeMended,
    /// The next upgrade mends it by itself.
    ForUpgrade,
    /// It is for a person: only who knows the database can be sure.
    Left,
    /// It was tried to be mended, and the database refused.
    Failed,
}

impl Fate {
    /// Its name, as the commands write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mended => "mended",
            Self::WouldBeMended => "would_be_mended",
            Self::ForUpgrade => "for_upgrade",
            Self::Left => "left",
            Self::Failed => "failed",
        }
    }
}
