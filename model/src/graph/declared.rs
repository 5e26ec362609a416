//! A revision as its file, or the static table, declares it.

/// One revision, before anything about it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared<'a> {
    /// The name of the history that it belongs to.
    pub history: &'a str,
    /// Its id, unique within the history.
    pub id: &'a str,
    /// The exact ids of its parents, all of the same history.
    pub parents: Vec<&'a str>,
    /// What must be applied first without being a parent.
    pub dependencies: Vec<Reference<'a>>,
    /// The names of the branch that starts here, unique within the history.
    pub labels: Vec<&'a str>,
}

/// What a revision depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The history that is meant: the declaring revision's own or another one.
    pub history: &'a str,
    /// An exact id or an exact label.
    pub name: &'a str,
}
