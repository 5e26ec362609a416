//! Failures that are only the consequence of an earlier one.

use std::collections::BTreeSet;

use limbeck_model::Dialect;

use super::engine::Failure;
use crate::split::tokens;

/// What databases say of something that is missing, or there although it should be gone.
const MISSING: [&str; 6] = [
    "no such",
    "does not exist",
    "already exists",
    "duplicate column",
    "has no column",
    "already another",
];

/// The names in statements that could not be run.
#[derive(Debug, Default)]
pub(super) struct Lost {
    names: BTreeSet<String>,
}

impl Lost {
    /// A statement was left out.
    pub(super) fn add(&mut self, statement: &str, dialect: Dialect) {
        let names = tokens(statement, dialect).filter_map(name);
        self.names.extend(names);
    }

    /// An object cannot be used, as it was reported: ``view `totals` ``.
    pub(super) fn add_object(&mut self, object: &str) {
        self.names
            .extend(object.split('`').nth(1).map(str::to_lowercase));
    }

    /// Whether a statement failed because an earlier one was left out: what it misses was named there.
    pub(super) fn explains(&self, failure: &Failure) -> bool {
        let message = failure.message.lines().next().unwrap_or_default();
        // SQLite looks into every view and trigger when it alters a table.
        if let Some(object) = message.strip_prefix("error in ") {
            let name = object.split([' ', ':']).nth(1).unwrap_or_default();
            return self.names.contains(&name.to_lowercase());
        }
        if !MISSING.iter().any(|phrase| message.contains(phrase)) {
            return false;
        }
        subject(message).is_some_and(|name| self.names.contains(&name))
    }
}

/// The name that a message is about: the first one in quotes, or what stands behind the last colon.
pub(super) fn subject(message: &str) -> Option<String> {
    let quoted = message.split('"').nth(1);
    let quoted = quoted.map(|name| name.rsplit('.').next().unwrap_or(name));
    if let Some(quoted) = quoted {
        return Some(quoted.to_lowercase());
    }
    // SQLite: `no such table: main.a`, `table a already exists`, `duplicate column name: a`.
    let (before, behind) = message.rsplit_once(": ").unwrap_or((message, ""));
    let word = if behind.is_empty() {
        before.split_whitespace().nth(1)?
    } else {
        behind.split_whitespace().next()?
    };
    let word = word.rsplit('.').next().unwrap_or(word);
    Some(word.trim_matches(['"', '`', '[', ']']).to_lowercase())
}

/// A token as a name, if it may be one.
fn name(token: &str) -> Option<String> {
    let bare = token.trim_matches(['"', '`', '[', ']']);
    bare.starts_with(|first: char| first.is_alphabetic() || first == '_')
        .then(|| bare.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explains(message: &str) -> bool {
        let mut lost = Lost::default();
        lost.add(
            "ALTER TABLE agents ADD COLUMN \"Kind\" text CONSTRAINT c CHECK (kind <> 'x')",
            Dialect::Postgres,
        );
        lost.explains(&Failure {
            statement: Some(0),
            offset: None,
            message: message.to_owned(),
            is_of_verify: false,
        })
    }

    #[test]
    fn what_is_missing_because_a_statement_was_left_out_is_explained() {
        assert!(explains("no such column: kind"));
        assert!(explains("no such column: main.agents.kind"));
        assert!(explains(
            "column \"kind\" of relation \"agents\" does not exist"
        ));
        assert!(explains(
            "constraint \"c\" of relation \"agents\" does not exist"
        ));
    }

    #[test]
    fn a_mistake_of_its_own_is_not() {
        assert!(!explains("near \"CONSTRAINT\": syntax error"));
        assert!(!explains("no such column: other"));
        assert!(!explains(
            "column \"other\" of relation \"agents\" does not exist"
        ));
        assert!(!explains("NOT NULL constraint failed: agents.kind"));
    }
}
