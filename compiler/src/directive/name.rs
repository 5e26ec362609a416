//! Names: ids of revisions, labels and histories.

use limbeck_model::diagnostic::{Code, Diagnostic};

use super::region::is_blank;
use super::revision::Spanned;
use super::text::Text;

/// Words with a meaning of their own where targets are written.
const RESERVED: [&str; 4] = ["base", "head", "heads", "current"];

const MAXIMUM_ID_LENGTH: usize = 32;

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A revision.
    Id,
    /// A branch.
    Label,
    /// An id or a label.
    Reference,
    /// A history.
    History,
}

impl Kind {
    const fn noun(self) -> &'static str {
        match self {
            Self::Id => "an id",
            Self::Label => "a label",
            Self::Reference => "an id or a label",
            Self::History => "the name of a history",
        }
    }

    const fn allowed(self) -> &'static str {
        match self {
            Self::Id => "an id is 1 to 32 characters of `0-9`, `a-z` and `_`",
            Self::Label => "a label consists of `0-9`, `a-z`, `_` and `-`",
            Self::Reference => "ids and labels consist of `0-9`, `a-z`, `_` and `-`",
            Self::History => "the name of a history consists of `0-9`, `a-z`, `_` and `-`",
        }
    }

    fn allows(self, c: char) -> bool {
        matches!(c, '0'..='9' | 'a'..='z' | '_') || (c == '-' && self != Self::Id)
    }

    const fn maximum_length(self) -> usize {
        match self {
            Self::Id => MAXIMUM_ID_LENGTH,
            _ => usize::MAX,
        }
    }

    fn is_valid(self, name: &str) -> bool {
        !name.is_empty()
            && name.len() <= self.maximum_length()
            && name.chars().all(|c| self.allows(c))
            && !self.is_reserved(name)
    }

    fn is_reserved(self, name: &str) -> bool {
        self != Self::History && RESERVED.contains(&name)
    }
}

/// Checks a name.
pub(super) fn name(text: Text<'_>, kind: Kind) -> Result<Spanned<String>, Diagnostic> {
    if kind.is_valid(text.content) {
        return Ok(text.to_spanned());
    }
    let error = |place: Text<'_>, label: &str| {
        let message = format!("`{}` is not {}", text.content, kind.noun());
        Diagnostic::new(Code::BadName, place.span(), message).label(label)
    };
    if text.is_empty() {
        let message = format!("{} is missing", kind.noun());
        return Err(Diagnostic::new(Code::BadName, text.span(), message)
            .label("expected here")
            .help("write it, or remove the line"));
    }
    if kind.is_reserved(text.content) {
        return Err(error(text, "this word means something as a target")
            .note("`base`, `head`, `heads` and `current` cannot be names")
            .help("choose another name"));
    }
    let bad = text.content.char_indices().find(|&(_, c)| !kind.allows(c));
    let diagnostic = match bad {
        Some((at, c)) => {
            let place = text.part(at, at + c.len_utf8());
            let label = match c {
                ' ' => "a space is not allowed".to_owned(),
                _ if is_blank(c) || c.is_control() => {
                    format!("U+{:04X} is not allowed, which shows nothing", u32::from(c))
                }
                _ => format!("`{c}` is not allowed"),
            };
            error(place, &label)
        }
        None => error(text, &format!("{} characters long", text.content.len())),
    };
    let diagnostic = diagnostic.note(kind.allowed());
    let first = text.words().next().map_or("", |word| word.content);
    if kind != Kind::Label && first.len() < text.content.len() && kind.is_valid(first) {
        return Err(diagnostic.help(format!("remove what follows `{first}`")));
    }
    Err(match mended(text.content, kind) {
        Some(mended) => diagnostic.help(format!("write `{mended}`")),
        None if bad.is_none() => {
            diagnostic.help(format!("shorten it to {MAXIMUM_ID_LENGTH} characters"))
        }
        None => diagnostic.help("write it with the allowed characters only"),
    })
}

/// The name with the nearest allowed characters.
fn mended(name: &str, kind: Kind) -> Option<String> {
    let unquoted = name
        .trim_matches(is_blank)
        .trim_matches(['\'', '"', '`', ';', ',', '.']);
    let replaced: String = unquoted
        .to_ascii_lowercase()
        .chars()
        .map(|c| match c {
            '-' if kind == Kind::Id => '_',
            ' ' if kind == Kind::Label => '_',
            '.' => '_',
            other => other,
        })
        .collect();
    kind.is_valid(&replaced).then_some(replaced)
}

/// Whether a text could be the id of a revision.
pub(crate) fn is_id(text: &str) -> bool {
    Kind::Id.is_valid(text)
}
