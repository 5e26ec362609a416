//! Only this module reads the clock, the current folder and the system's random numbers.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::error::Error;

/// A time in UTC, in whole seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// As file names have it: `20250108`.
    pub(crate) date: String,
    /// As RFC 3339 has it: `2025-01-08T10:21:00Z`.
    pub(crate) time: String,
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        Self {
            date: timestamp.strftime("%Y%m%d").to_string(),
            time: timestamp.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }
}

pub(crate) fn now() -> Moment {
    Timestamp::now().into()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a command line is about where it is used"
)]
pub(crate) fn current_folder() -> Result<PathBuf, Error> {
    std::env::current_dir()
        .map_err(|error| Error::environment(format!("the current folder cannot be read: {error}")))
}

/// A random number, of which two processes hardly ever get the same.
pub(crate) fn random() -> Result<u64, Error> {
    getrandom::u64()
        .map_err(|error| Error::environment(format!("the system gives no random numbers: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_in_utc_and_has_no_fraction() {
        let timestamp: Timestamp = "2025-01-08T23:21:09.987654321-02:00".parse().unwrap();
        let moment = Moment::from(timestamp);
        assert_eq!(moment.date, "20250109");
        assert_eq!(moment.time, "2025-01-09T01:21:09Z");
    }

    #[test]
    fn random_numbers_differ() {
        assert_ne!(random().unwrap(), random().unwrap());
    }
}
