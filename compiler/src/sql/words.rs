//! A statement as its words: in upper case to be told apart, and as they are written to be named.

use limbeck_model::Dialect;

use crate::split::tokens;

/// The tokens of a statement.
pub(super) struct Words<'a> {
    written: Vec<&'a str>,
    upper: Vec<String>,
}

impl<'a> Words<'a> {
    pub(super) fn new(sql: &'a str, dialect: Dialect) -> Self {
        let written: Vec<_> = tokens(sql, dialect).collect();
        let upper = written.iter().map(|word| word.to_ascii_uppercase());
        Self {
            upper: upper.collect(),
            written,
        }
    }

    /// All tokens in upper case. A quoted name keeps its quotes, so that it is no keyword.
    pub(super) fn upper(&self) -> Vec<&str> {
        self.upper.iter().map(String::as_str).collect()
    }

    pub(super) fn last(&self) -> Option<&str> {
        self.upper.last().map(String::as_str)
    }

    /// The name at a token as the catalogue has it; none where it is no name, or an encoded one.
    pub(super) fn folded(&self, at: usize) -> Option<String> {
        let word = self.written.get(at)?;
        if let Some(quoted) = word.strip_prefix('"') {
            let content = quoted.strip_suffix('"')?;
            return Some(content.replace("\"\"", "\""));
        }
        let starts = word.starts_with(|first: char| {
            first == '_' || first.is_ascii_alphabetic() || !first.is_ascii()
        });
        (starts && !word.contains('"')).then(|| word.to_ascii_lowercase())
    }

    /// The name that starts at a token, with its schema, as it is written, and the token behind it.
    pub(super) fn name(&self, at: usize) -> Option<(String, usize)> {
        self.folded(at)?;
        let mut name = (*self.written.get(at)?).to_owned();
        let mut behind = at + 1;
        while self.written.get(behind) == Some(&".") {
            self.folded(behind + 1)?;
            name.push('.');
            name.push_str(self.written.get(behind + 1)?);
            behind += 2;
        }
        Some((name, behind))
    }

    /// The string literal at a token, as it is written.
    pub(super) fn literal(&self, at: usize) -> Option<&str> {
        let word = *self.written.get(at)?;
        word.starts_with('\'').then_some(word)
    }

    /// Whether anything in it, the body of a function too, ends a transaction.
    pub(super) fn mention_an_end(&self) -> bool {
        let ends = |part: &str| part == "COMMIT" || part == "ROLLBACK";
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        self.upper
            .iter()
            .any(|word| word.split(|c| !is_word(c)).any(ends))
    }
}
