//! What is wrong in the user's files: permanent codes and the diagnostics that carry them.

mod catalogue;
mod report;

pub use catalogue::Code;
pub use report::{Annotation, Diagnostic, Span};
