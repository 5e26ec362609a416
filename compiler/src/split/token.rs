//! What the lexers cut text into.

/// What a token is, as far as splitting needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// White space, or a byte order mark.
    Space,
    /// `-- …`, without the line end.
    LineComment,
    /// `/* … */`.
    BlockComment,
    /// A key word or a name without quotes.
    Word,
    /// A string, a quoted name or a blob: text in which nothing has a meaning of its own.
    Literal,
    /// `;`.
    Semicolon,
    /// Numbers, parameters, operators, punctuation, and what the database would refuse.
    Other,
}

impl TokenKind {
    /// Whether the token says nothing to the database.
    pub(crate) const fn is_trivia(self) -> bool {
        matches!(self, Self::Space | Self::LineComment | Self::BlockComment)
    }
}

/// A token and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Something that was opened and not closed before the text ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unterminated {
    /// What it is.
    pub what: Opened,
    /// The byte at which it was opened.
    pub at: usize,
    /// How many bytes open it, such as 2 for `/*`.
    pub length: usize,
}

/// What can be left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// `'…'`.
    String,
    /// PostgreSQL's `E'…'`, in which a backslash takes the next character's meaning away.
    EscapeString,
    /// SQLite's `x'…'`.
    Blob,
    /// `"…"`.
    QuotedName,
    /// SQLite's `` `…` ``.
    BacktickName,
    /// SQLite's `[…]`.
    BracketName,
    /// PostgreSQL's `$tag$…$tag$`.
    DollarQuote,
    /// `/* … */`. SQLite itself accepts one that the end of the text closes; here it is refused
    /// there too, since it hides all that follows.
    BlockComment,
    /// PostgreSQL's `BEGIN ATOMIC … END`.
    AtomicBody,
    /// SQLite's `CREATE TRIGGER … BEGIN …; END`.
    TriggerBody,
}
