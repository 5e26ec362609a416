//! What a revision file says.

use std::collections::BTreeMap;

use limbeck_model::diagnostic::{Code, Span};
use limbeck_model::{Dialect, Direction};

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value and where it was written.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One revision file.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The number of its source file.
    pub file: usize,
    /// `@revision`.
    pub id: Spanned<String>,
    /// `@revises`: empty for a base.
    pub parents: Vec<Spanned<String>>,
    /// `@depends-on`.
    pub dependencies: Vec<Dependency>,
    /// `@label`.
    pub labels: Vec<Spanned<String>>,
    /// `@message`.
    pub message: Option<Spanned<String>>,
    /// `@created`, a valid RFC 3339 time as it was written.
    pub created: Option<Spanned<String>>,
    /// `@skip`.
    pub skips: Vec<Skip>,
    /// `@irreversible`, with its reason.
    pub irreversible: Option<Spanned<String>>,
    /// `@compat breaking`, with its reason.
    pub breaking: Option<Spanned<String>>,
    /// `@up` and `@down`, in the order in which they were written.
    pub sections: Vec<Section>,
    /// Whether all that ties this revision to others was read. Where it is false a diagnostic has said
    /// so, and a check that relies on the parents, dependencies or labels would mislead.
    pub links_are_complete: bool,
}

impl Revision {
    /// The section that runs on a dialect, if there is one.
    pub fn section(&self, direction: Direction, dialect: Dialect) -> Option<&Section> {
        self.sections.iter().find(|section| {
            section.direction == direction
                && section
                    .dialect
                    .as_ref()
                    .is_none_or(|own| own.value == dialect)
        })
    }

    /// Why this revision does nothing on a dialect, if that was said.
    pub fn skip(&self, dialect: Dialect) -> Option<&Skip> {
        self.skips.iter().find(|skip| skip.dialect.value == dialect)
    }
}

/// Something that must be applied first, without being a parent.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The other history, where it is not this one.
    pub history: Option<Spanned<String>>,
    /// An id or a label.
    pub name: Spanned<String>,
    /// The whole reference.
    pub span: Span,
}

/// A dialect on which a revision does nothing, on purpose.
#[derive(Clone, Debug)]
pub struct Skip {
    /// The dialect.
    pub dialect: Spanned<Dialect>,
    /// Why.
    pub reason: Spanned<String>,
    /// The directive.
    pub span: Span,
}

/// Something that a proof finds, and that is meant.
#[derive(Clone, Debug)]
pub struct Allow {
    /// What is found.
    pub code: Spanned<Code>,
    /// Why it is meant.
    pub reason: Spanned<String>,
    /// The directive.
    pub span: Span,
}

/// How to find out whether a statement has happened.
#[derive(Clone, Debug)]
pub struct Verify {
    /// The query, without a semicolon at its end.
    pub query: Spanned<String>,
    /// The directive.
    pub span: Span,
}

/// One direction of a revision, for one dialect or for all that the history declares.
#[derive(Clone, Debug)]
pub struct Section {
    /// Which way it goes.
    pub direction: Direction,
    /// The dialect it is for; `None` is all that the history declares.
    pub dialect: Option<Spanned<Dialect>>,
    /// Whether it runs in one transaction, which is false after `no-transaction`.
    pub transactional: bool,
    /// `@lock-timeout`.
    pub lock_timeout_ms: Option<u64>,
    /// `@statement-timeout`.
    pub statement_timeout_ms: Option<u64>,
    /// `@allow`, in the order in which they were written.
    pub allows: Vec<Allow>,
    /// `@verify`, in the order in which they were written.
    pub verifies: Vec<Verify>,
    /// The directive that opens the section.
    pub span: Span,
    /// The bytes between that line and the next section.
    pub body: Span,
    /// Where each statement stands, on each dialect that the section is for.
    pub(crate) statements: BTreeMap<Dialect, Vec<Span>>,
}

impl Section {
    /// Where each statement stands that the section runs on a dialect.
    pub fn statement_spans(&self, dialect: Dialect) -> &[Span] {
        self.statements.get(&dialect).map_or(&[], Vec::as_slice)
    }

    /// The place of the statement, on a dialect, that a directive stands above; none at the end.
    pub fn statement_below(&self, directive: Span, dialect: Dialect) -> Option<usize> {
        let mut spans = self.statement_spans(dialect).iter();
        spans.position(|span| span.start > directive.start)
    }

    /// The `@verify` of each statement that the section runs on a dialect.
    pub fn verifies(&self, dialect: Dialect) -> Vec<Option<&Verify>> {
        let mut verifies = vec![None; self.statement_spans(dialect).len()];
        for verify in &self.verifies {
            if let Some(place) = self.statement_below(verify.span, dialect) {
                verifies[place] = Some(verify);
            }
        }
        verifies
    }
}
