//! The text, as blocks.

use std::fmt;

/// The statements that make a schema, in order.
///
/// Its [`Display`](fmt::Display) form is SQL that can be executed as a whole, and ends with a line
/// end unless it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ddl {
    blocks: Vec<Block>,
}

/// One object of the text, with what has to be said of it directly afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Statements, each with its semicolon.
    Statements(String),
    /// What cannot be part of the text but as a comment.
    Withheld {
        /// The object, as a sentence names it.
        object: String,
        /// Why not.
        reason: String,
        /// The statements that somebody else may execute, where there are any.
        statements: Option<String>,
    },
}

impl Ddl {
    /// All of it.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Whether executing the text makes all of the schema.
    pub fn is_complete(&self) -> bool {
        let is_withheld = |block: &Block| matches!(block, Block::Withheld { .. });
        !self.blocks.iter().any(is_withheld)
    }
}

impl FromIterator<Block> for Ddl {
    fn from_iter<I: IntoIterator<Item = Block>>(blocks: I) -> Self {
        let blocks = blocks.into_iter().collect();
        Self { blocks }
    }
}

impl fmt::Display for Ddl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, block) in self.blocks.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            write!(f, "{block}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statements(statements) => writeln!(f, "{statements}"),
            Self::Withheld {
                object,
                reason,
                statements,
            } => {
                comment(f, &format!("not executed, {object}: {reason}"))?;
                statements
                    .as_ref()
                    .map_or(Ok(()), |statements| comment(f, statements))
            }
        }
    }
}

fn comment(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    // A carriage return alone ends a comment as well, on PostgreSQL.
    for line in text.split(['\n', '\r']) {
        writeln!(f, "{}", format!("-- {line}").trim_end())?;
    }
    Ok(())
}
