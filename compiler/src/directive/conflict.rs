//! What makes it useless to read a file further: an unresolved merge, or a zero byte.

use limbeck_model::diagnostic::{Code, Diagnostic, Span};

use super::text::Text;
use crate::source::Source;

const MARKER_LENGTH: usize = 7;

/// The lines that git marks a conflict with.
#[derive(Debug, Default)]
pub(super) struct Markers {
    /// The first bytes of lines that only a conflict has.
    sides: Vec<usize>,
    /// The first bytes of lines that may also be an ornament in a literal or a comment.
    middles: Vec<usize>,
}

impl Markers {
    pub(super) fn find(source: &Source) -> Self {
        let mut markers = Self::default();
        let bytes = source.text().as_bytes();
        for &start in source.line_starts() {
            match bytes.get(start) {
                Some(sign @ (b'<' | b'>')) if is_marker(bytes, start, *sign) => {
                    markers.sides.push(start);
                }
                Some(sign @ (b'|' | b'=')) if is_marker(bytes, start, *sign) => {
                    markers.middles.push(start);
                }
                _ => {}
            }
        }
        markers
    }

    /// The conflict, where a line is there that only a conflict has.
    pub(super) fn conflict(&self, whole: Text<'_>) -> Option<Diagnostic> {
        let (&first, others) = self.sides.split_first()?;
        let diagnostic = leftover(whole, first);
        Some(match others.first() {
            Some(&second) => diagnostic.related(marker(whole, second), "and here"),
            None => diagnostic,
        })
    }

    /// The lines that are left over from a conflict where they are code.
    pub(super) fn suspects(&self) -> &[usize] {
        &self.middles
    }
}

/// Where the first lines stand that git marks a conflict with, in a file that has none of its own.
pub(crate) fn first_markers(source: &Source) -> Option<(usize, Option<usize>)> {
    let Markers { sides, middles } = Markers::find(source);
    let mut all = [sides, middles].concat();
    all.sort_unstable();
    Some((*all.first()?, all.get(1).copied()))
}

/// A marker line.
pub(super) fn leftover(whole: Text<'_>, at: usize) -> Diagnostic {
    Diagnostic::new(
        Code::MergeConflict,
        marker(whole, at),
        "an unresolved merge conflict",
    )
    .label("git's conflict marker")
    .note("the rest of the file was not read")
    .help("keep the lines that are right and remove the marker lines")
}

/// A zero byte, if the file has one.
pub(super) fn zero_byte(whole: Text<'_>) -> Option<Diagnostic> {
    let at = whole.content.find('\0')?;
    let diagnostic = Diagnostic::new(
        Code::NotText,
        whole.part(at, at + 1).span(),
        "a zero byte, which no SQL text has",
    )
    .label("the databases would stop reading here")
    .note("the rest of the file was not read")
    .help("remove the byte; if the whole file is unreadable, save it as UTF-8");
    Some(diagnostic)
}

fn marker(whole: Text<'_>, at: usize) -> Span {
    whole.part(at, at + MARKER_LENGTH).span()
}

fn is_marker(bytes: &[u8], start: usize, sign: u8) -> bool {
    let end = start + MARKER_LENGTH;
    let repeats = |marker: &[u8]| marker.iter().all(|&byte| byte == sign);
    bytes.get(start..end).is_some_and(repeats)
        && matches!(bytes.get(end), None | Some(b' ' | b'\r' | b'\n'))
}
