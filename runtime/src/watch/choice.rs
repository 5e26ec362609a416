//! Which connection a run is watched from.

use std::fmt;

/// Which connection looks at a statement that takes longer than a moment on PostgreSQL.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Watcher {
    /// One more to where the run's own leads, where limbeck has opened that itself; none where a connection
    /// is lent.
    #[default]
    Own,
    /// One to this URL, which leads to the same database. For a connection that is lent.
    Url(String),
    /// None.
    Off,
}

/// A URL may hold a password.
impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own => "Own",
            Self::Url(_) => "Url(***)",
            Self::Off => "Off",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_not_shown() {
        let watcher = Watcher::Url("postgres://me:s3cret@host/db".to_owned());
        assert_eq!(format!("{watcher:?}"), "Url(***)");
    }
}
