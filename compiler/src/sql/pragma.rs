//! SQLite's `PRAGMA`.

use super::subject::Subject;

/// A pragma, with the value that it sets if it sets one.
pub(super) struct Pragma {
    /// In lower case, without the schema.
    pub(super) name: String,
    /// In upper case.
    pub(super) value: Option<String>,
    /// It is for a database that was attached, of which limbeck's transaction may not be.
    pub(super) is_for_another: bool,
}

impl Pragma {
    pub(super) fn of(subject: &Subject<'_>) -> Option<Self> {
        let head = subject.head();
        let (schema, name, rest) = match head.as_slice() {
            ["PRAGMA", schema, ".", name, rest @ ..] => (*schema, *name, rest),
            ["PRAGMA", name, rest @ ..] => ("MAIN", *name, rest),
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
            is_for_another: unquoted(schema) != "MAIN",
        })
    }
}
