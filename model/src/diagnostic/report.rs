//! One mistake in the user's files, as data. Rendering is the compiler's.

use super::Code;

/// A range of bytes in one of the source files, which are numbered in the order they were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The number of the source file.
    pub file: usize,
    /// The first byte.
    pub start: usize,
    /// One past the last byte. An empty range at 0 means the file as a whole: no snippet is shown.
    pub end: usize,
}

impl Span {
    /// The file as a whole.
    pub const fn whole(file: usize) -> Self {
        Self {
            file,
            start: 0,
            end: 0,
        }
    }
}

/// A place in a source file and what is to be said there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The place.
    pub span: Span,
    /// What is said beside the marked text; may be empty.
    pub text: String,
}

/// One mistake: what it is, where it is, and how to mend it.
///
/// The message states the problem, in lower case without a full stop; notes give context; only helps
/// suggest, one imperative edit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The permanent code.
    pub code: Code,
    /// What was found and what was expected.
    pub message: String,
    /// Where: the first is the primary place, the others are related ones.
    pub annotations: Vec<Annotation>,
    /// Context.
    pub notes: Vec<String>,
    /// Edits that mend it.
    pub helps: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic at its primary place.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            annotations: vec![Annotation {
                span,
                text: String::new(),
            }],
            notes: Vec::new(),
            helps: Vec::new(),
        }
    }

    /// Says something beside the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = self.annotations.first_mut() {
            primary.text = text.into();
        }
        self
    }

    /// Adds a related place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.annotations.push(Annotation {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds context.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds an edit that mends the mistake.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }
}
