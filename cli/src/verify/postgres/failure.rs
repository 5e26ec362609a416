//! What the server says, as a proof reports it.

use limbeck_compiler::proof::Failure;

use super::session::Said;

const CANCELED: &str = "57014";
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// More objects that stand in the way than this are not listed.
const MOST_LINES: usize = 6;

impl Said {
    /// A statement that was refused; none where it was the commit.
    pub(super) fn failure(&self, statement: Option<(usize, &str)>) -> Failure {
        let offset = statement
            .zip(self.character)
            .and_then(|((_, sql), character)| {
                sql.char_indices().nth(character).map(|(offset, _)| offset)
            });
        Failure {
            statement: statement.map(|(place, _)| place),
            offset,
            message: self.words(),
            is_of_verify: false,
        }
    }

    /// All that it says, on one line.
    pub(super) fn words(&self) -> String {
        let mut words = sentence(&self.message);
        if self.code == CANCELED && self.message.contains("statement timeout") {
            words.push_str(": it did not end in time");
        }
        if self.code == LOCK_NOT_AVAILABLE {
            words.push_str(": another session of the script itself holds it");
        }
        if let Some(detail) = &self.detail {
            words.extend([": ", &sentence(detail)]);
        }
        if let Some(hint) = self.hint.as_deref().filter(|hint| !is_empty_advice(hint)) {
            words.extend(["; ", &sentence(hint)]);
        }
        // The innermost line of a function's body; the others lead there.
        if let Some(context) = self
            .context
            .as_ref()
            .and_then(|context| context.lines().next())
            && context.starts_with("PL/")
        {
            words.extend([" (in ", context, ")"]);
        }
        if let Some(extension) = self.missing_extension() {
            words.extend([
                "; install the package that brings `",
                extension,
                "` on the machine of the server",
            ]);
        }
        words
    }

    /// The extension that the server does not have.
    pub(super) fn missing_extension(&self) -> Option<&str> {
        let name = |text: &'_ str, before: &str, after: &str| -> Option<(usize, usize)> {
            let start = text.find(before)? + before.len();
            let length = text[start..].find(after)?;
            Some((start, start + length))
        };
        // From version 14 on it says which; before, only which file it has not found.
        let found = name(&self.message, "extension \"", "\" is not available");
        let found = found.or_else(|| {
            let (start, end) = name(&self.message, "control file \"", ".control\"")?;
            let file = &self.message[start..end];
            Some((start + file.rfind('/').map_or(0, |at| at + 1), end))
        });
        found.map(|(start, end)| &self.message[start..end])
    }
}

/// Without a full stop, and on one line.
fn sentence(text: &str) -> String {
    let mut lines: Vec<_> = text.lines().collect();
    let others = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    let mut sentence = lines.join(", ");
    if others > 0 {
        sentence.extend([" and ", &others.to_string(), " more"]);
    }
    sentence
        .strip_suffix('.')
        .map(str::to_owned)
        .unwrap_or(sentence)
}

/// What a server suggests to somebody who sits before it. In a script, `CASCADE` is no small edit.
fn is_empty_advice(hint: &str) -> bool {
    hint.contains("DROP ... CASCADE") || hint.contains("must first be installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str) -> Said {
        Said {
            message: message.to_owned(),
            ..Said::default()
        }
    }

    #[test]
    fn a_place_in_characters_becomes_one_in_bytes() {
        let said = Said {
            character: Some(8),
            ..said("x")
        };
        let failure = said.failure(Some((3, "SELECT 'é', y")));
        assert_eq!((failure.statement, failure.offset), (Some(3), Some(8)));
        let failure = Said {
            character: Some(10),
            ..said
        }
        .failure(Some((3, "SELECT 'é', y")));
        assert_eq!(failure.offset, Some(11));
        assert_eq!(failure.message, "x");
    }

    #[test]
    fn details_and_hints_are_told_and_the_place_in_a_function_is() {
        let said = Said {
            detail: Some("Key (a)=(1) already exists.".to_owned()),
            hint: Some("Try again.".to_owned()),
            context: Some("PL/pgSQL function f() line 3 at RAISE\nSQL statement".to_owned()),
            ..said("duplicate key")
        };
        insta::assert_snapshot!(said.words(), @"duplicate key: Key (a)=(1) already exists; Try again (in PL/pgSQL function f() line 3 at RAISE)");
        let said = Said {
            detail: Some("view v depends on a\n".repeat(9)),
            hint: Some("Use DROP ... CASCADE to drop the dependent objects too.".to_owned()),
            ..self::said("cannot drop table a because other objects depend on it")
        };
        insta::assert_snapshot!(said.words(), @"cannot drop table a because other objects depend on it: view v depends on a, view v depends on a, view v depends on a, view v depends on a, view v depends on a, view v depends on a and 3 more");
    }

    #[test]
    fn a_missing_extension_is_found_in_the_words_of_every_version() {
        for message in [
            "extension \"vector\" is not available",
            "could not open extension control file \"/usr/share/extension/vector.control\": No such file",
        ] {
            assert_eq!(said(message).missing_extension(), Some("vector"));
        }
        assert_eq!(said("permission denied").missing_extension(), None);
    }
}
