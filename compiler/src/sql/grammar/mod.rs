//! PostgreSQL's grammar: whether a statement parses, and where it does not.
//!
//! What stands outside of this folder knows nothing of the library that parses; in it only `parser`
//! names it.

mod gaps;
mod judge;
mod keywords;
mod parser;
mod shape;

pub use judge::judge;
pub(crate) use keywords::is_keyword;
pub use keywords::keywords;
pub use parser::{Rejection, Verdict};
