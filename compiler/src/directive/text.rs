//! A part of a file's text that knows where it is, so that what is cut out of it has its span.

use limbeck_model::diagnostic::Span;

use super::revision::Spanned;

/// A part of a file's text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    pub(super) content: &'a str,
    file: usize,
    start: usize,
}

impl<'a> Text<'a> {
    /// The whole text of a file.
    pub(super) const fn whole(file: usize, content: &'a str) -> Self {
        Self {
            content,
            file,
            start: 0,
        }
    }

    /// The part between two bytes, counted within this one; empty where there is none.
    pub(super) fn part(self, start: usize, end: usize) -> Self {
        Self {
            content: self.content.get(start..end).unwrap_or_default(),
            file: self.file,
            start: self.start + start,
        }
    }

    /// Where it stands.
    pub(super) const fn span(self) -> Span {
        Span {
            file: self.file,
            start: self.start,
            end: self.start + self.content.len(),
        }
    }

    pub(super) const fn is_empty(self) -> bool {
        self.content.is_empty()
    }

    /// The text as an owned value with its place.
    pub(super) fn to_spanned(self) -> Spanned<String> {
        Spanned::new(self.content.to_owned(), self.span())
    }

    /// Without white space at both ends.
    pub(super) fn trim(self) -> Self {
        let start = self.content.len() - self.content.trim_start().len();
        self.part(start, start + self.content.trim().len())
    }

    /// What stands before and behind the first `separator`.
    pub(super) fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let at = self.content.find(separator)?;
        let behind = at + separator.len_utf8();
        Some((self.part(0, at), self.part(behind, self.content.len())))
    }

    /// The parts between separators; at least one.
    pub(super) fn split(self, separator: char) -> impl Iterator<Item = Self> {
        let mut rest = Some(self);
        std::iter::from_fn(move || {
            let current = rest?;
            let (part, behind) = match current.split_once(separator) {
                Some((part, behind)) => (part, Some(behind)),
                None => (current, None),
            };
            rest = behind;
            Some(part)
        })
    }

    /// The parts between white space.
    pub(super) fn words(self) -> impl Iterator<Item = Self> {
        let mut rest = self.trim();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let end = rest
                .content
                .find(char::is_whitespace)
                .unwrap_or(rest.content.len());
            let word = rest.part(0, end);
            rest = rest.part(end, rest.content.len()).trim();
            Some(word)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts<'a>(texts: impl Iterator<Item = Text<'a>>) -> Vec<(&'a str, usize, usize)> {
        texts
            .map(|part| (part.content, part.span().start, part.span().end))
            .collect()
    }

    #[test]
    fn what_is_cut_out_keeps_its_place() {
        let text = Text::whole(0, "  a, é ,b ").part(1, 11);
        assert_eq!(
            parts(text.trim().split(',').map(Text::trim)),
            [("a", 2, 3), ("é", 5, 7), ("b", 9, 10)]
        );
        assert_eq!(
            parts(text.words()),
            [("a,", 2, 4), ("é", 5, 7), (",b", 8, 10)]
        );
        assert_eq!(parts(Text::whole(0, "").split(',')), [("", 0, 0)]);
        assert_eq!(parts(Text::whole(0, " ").words()), []);
    }
}
