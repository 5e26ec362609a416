//! SQLite's `PRAGMA`.

use super::subject::Subject;

/// A pragma, with the value that it sets if it sets one.
pub(super) struct Pragma {
    /// In lower case, without the schema.
    pub(super) name: String,
    /// In upper case.
    pub(super) value: Option<String>,
}

impl Pragma {
    pub(super) fn of(subject: &Subject<'_>) -> Option<Self> {
        let head = subject.head();
        let (name, rest) = match head.as_slice() {
            ["PRAGMA", _, ".", name, rest @ ..] | ["PRAGMA", name, rest @ ..] => (*name, rest),
            _ => return None,
        };
        let unquoted = |word: &str| word.trim_matches(['"', '\'', '`', '[', ']']).to_owned();
        let value = match rest {
            ["=" | "(", value, ..] => Some(unquoted(value)),
            _ => None,
        };
        Some(Self {
            name: unquoted(name).to_ascii_lowercase(),
            value,
        })
    }
}
