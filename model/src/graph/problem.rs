//! What can be wrong with the declared revisions.
//!
//! A problem carries positions: of revisions within the declared slice, and of entries within one
//! revision's parents, dependencies or labels. Whoever knows the source can point at the exact text.

/// One thing that is wrong. Fields named `revision` are indices of the declared slice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// Revisions of one history share an id.
    DuplicateId {
        /// All of them, two or more, ascending.
        revisions: Vec<usize>,
    },
    /// An id is not one.
    BadId {
        /// Whose id.
        revision: usize,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// A label is not one.
    BadLabel {
        /// Whose label.
        revision: usize,
        /// Which of its labels.
        label: usize,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// A label is also the id of a revision of the same history.
    LabelIsId {
        /// Whose label.
        revision: usize,
        /// Which of its labels.
        label: usize,
        /// The revision with that id.
        other: usize,
    },
    /// A label is given more than once within a history.
    DuplicateLabel {
        /// All places, two or more: the revision and which of its labels, ascending.
        places: Vec<(usize, usize)>,
    },
    /// A parent does not exist.
    UnknownParent {
        /// Whose parent.
        revision: usize,
        /// Which of its parents.
        parent: usize,
        /// The revision that was probably meant.
        nearest: Option<usize>,
    },
    /// A dependency does not exist.
    UnknownDependency {
        /// Whose dependency.
        revision: usize,
        /// Which of its dependencies.
        dependency: usize,
        /// The id or label that was probably meant.
        nearest: Option<String>,
    },
    /// A revision is its own parent.
    RevisesItself {
        /// The revision.
        revision: usize,
        /// Which of its parents.
        parent: usize,
    },
    /// A revision depends on itself.
    DependsOnItself {
        /// The revision.
        revision: usize,
        /// Which of its dependencies.
        dependency: usize,
    },
    /// Revisions need each other, so none could be the first to run.
    Cycle {
        /// Each link's revision needs the next link's, and the last link's needs the first's. Two
        /// links or more; the first revision is the first by id.
        path: Vec<Link>,
    },
}

/// One step of a cycle: a revision, and the entry by which it needs the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The revision that needs another.
    pub revision: usize,
    /// Where it says so.
    pub entry: Entry,
}

/// An entry of a revision that names another one, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// One of the parents.
    Parent(usize),
    /// One of the dependencies.
    Dependency(usize),
}

/// Why a text is no id or no label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameFault {
    /// It is empty.
    Empty,
    /// It has more than 32 characters.
    TooLong,
    /// It has this character, the first one that is not allowed.
    Character(char),
    /// It starts with a hyphen and would read as a relative step or an option.
    LeadingHyphen,
    /// It is `head`, `heads` or `base`, which mean something else wherever a revision is named.
    Reserved,
}
