//! What the splitter found left open, as a diagnostic.

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic};

use super::text::Text;
use crate::split::{Opened, Unterminated};

/// The diagnostic for what was left open in a text. `readers` are the dialects that read the text, and
/// `failed` those of them that did not find the end.
pub(super) fn unterminated(
    text: Text<'_>,
    open: &Unterminated,
    failed: &[Dialect],
    readers: &[Dialect],
) -> Diagnostic {
    let opening = text.part(open.at, open.at + open.length);
    let diagnostic = Diagnostic::new(
        Code::Unterminated,
        opening.span(),
        format!("this {} does not end", kind(open.what)),
    )
    .label("opened here");
    let diagnostic = explain(diagnostic, open.what, opening.content);
    match failed {
        [only] if readers.len() > 1 => diagnostic.note(format!(
            "the section is for every declared dialect, and this is how {only} reads it; write a \
             section for each dialect where their syntax differs"
        )),
        _ => diagnostic,
    }
}

fn kind(what: Opened) -> &'static str {
    match what {
        Opened::String => "string",
        Opened::EscapeString => "escape string",
        Opened::Blob => "blob",
        Opened::QuotedName | Opened::BacktickName | Opened::BracketName => "quoted name",
        Opened::DollarQuote => "dollar-quoted string",
        Opened::BlockComment => "block comment",
        Opened::AtomicBody => "function body",
        Opened::TriggerBody => "trigger body",
    }
}

fn explain(diagnostic: Diagnostic, what: Opened, opening: &str) -> Diagnostic {
    match what {
        Opened::String => diagnostic.help("close it with `'`; a quote inside of it is written `''`"),
        Opened::EscapeString => diagnostic.help(
            "close it with `'`; a quote inside of it is written `''` or `\\'`, and a backslash `\\\\`",
        ),
        Opened::Blob => diagnostic.help("close it with `'`"),
        Opened::QuotedName => {
            diagnostic.help("close it with `\"`; a quote inside of it is written `\"\"`")
        }
        Opened::BacktickName => {
            diagnostic.help("close it with a backtick; one inside of it is written twice")
        }
        Opened::BracketName => diagnostic.help("close it with `]`"),
        Opened::DollarQuote => diagnostic
            .note("a dollar-quoted string ends with exactly the tag that it starts with")
            .help(format!("close it with `{opening}`")),
        Opened::BlockComment => diagnostic
            .note("PostgreSQL's block comments nest: each `/*` inside of one needs a `*/` of its own")
            .help("close it with `*/`"),
        Opened::AtomicBody => {
            diagnostic.help("close it with `END;`; each `CASE` inside of it needs an `END` of its own")
        }
        Opened::TriggerBody => diagnostic
            .note("each statement of the body ends with `;`, the last one before `END` too")
            .help("close it with `END;`"),
    }
}
