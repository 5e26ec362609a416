//! The text of the files that were read, and the way from a byte to its line and column.
//!
//! Files are numbered in the order in which they were read; a [`Span`] names a file by its number.
//! A file that could not be read as text is present with an empty text, so that a diagnostic can
//! name it.

use limbeck_model::diagnostic::Span;

/// The byte order mark that some editors put first. It stays in the text and is ignored.
pub(crate) const BYTE_ORDER_MARK: char = '\u{feff}';

/// All files that were read.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and returns its number. `path` is relative to the package, with `/` separators.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> usize {
        self.files.push(Source::new(path.into(), text.into()));
        self.files.len() - 1
    }

    /// The file with this number.
    pub fn get(&self, file: usize) -> Option<&Source> {
        self.files.get(file)
    }

    /// The path of the file with this number; empty for a number that no file has.
    pub fn path(&self, file: usize) -> &str {
        self.get(file).map_or("", |source| &source.path)
    }

    /// The text at this place; empty for a place that does not exist.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file)
            .and_then(|source| source.text.get(span.start..span.end))
            .unwrap_or_default()
    }

    /// The files in the order of their numbers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Source> {
        self.files.iter()
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// One file.
#[derive(Clone, Debug)]
pub struct Source {
    path: String,
    text: String,
    /// Where each line starts, so that a position is found without reading the text again.
    line_starts: Vec<usize>,
}

impl Source {
    fn new(path: String, text: String) -> Self {
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            path,
            text,
            line_starts,
        }
    }

    /// The path, relative to the package, with `/` separators.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text, with a byte order mark if the file has one.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and column of a byte, both counted from 1, the column in characters. A byte past the
    /// end is taken for the end.
    pub fn position(&self, byte: usize) -> Position {
        let byte = byte.min(self.text.len());
        let line = self.line_starts.partition_point(|&start| start <= byte);
        let start = self.line_start(line);
        let before = self.text.get(start..byte).unwrap_or_default();
        let column = before.chars().filter(|&c| c != BYTE_ORDER_MARK).count() + 1;
        Position { line, column }
    }

    /// The first byte of a line, which is counted from 1; the end of the text for a line past it.
    pub(crate) fn line_start(&self, line: usize) -> usize {
        line.checked_sub(1)
            .and_then(|index| self.line_starts.get(index))
            .copied()
            .unwrap_or(self.text.len())
    }

    /// Where each line starts.
    pub(crate) fn line_starts(&self) -> &[usize] {
        &self.line_starts
    }
}

/// A place as an editor shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(text: &str, byte: usize) -> (usize, usize) {
        let mut sources = Sources::default();
        let file = sources.add("a.sql", text);
        let position = sources.get(file).unwrap().position(byte);
        (position.line, position.column)
    }

    #[test]
    fn columns_count_characters_from_one() {
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("ab\ncd", 0), (1, 1));
        assert_eq!(position("ab\ncd", 2), (1, 3));
        assert_eq!(position("ab\ncd", 3), (2, 1));
        assert_eq!(position("é字x", 5), (1, 3));
        assert_eq!(position("ab\r\ncd\r\n", 5), (2, 2));
        assert_eq!(position("ab\n", 99), (2, 1));
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        assert_eq!(position("\u{feff}ab", 3), (1, 1));
        assert_eq!(position("\u{feff}ab", 4), (1, 2));
    }
}
