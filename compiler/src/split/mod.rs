//! SQL text cut into statements, as each database would cut it, without losing a byte.
//!
//! Nothing here knows SQL's grammar: only where literals, comments and the few bodies that hold
//! semicolons of their own begin and end.

mod copy_data;
mod lexer;
mod postgres;
mod splitter;
mod sqlite;
mod statement;
mod token;

pub(crate) use lexer::Lexer;
pub(crate) use splitter::statement_ranges;
pub use splitter::{Piece, PieceKind, split};
pub use statement::{Statement, statements, tokens};
pub use token::{Opened, Unterminated};
pub(crate) use token::{Token, TokenKind};
