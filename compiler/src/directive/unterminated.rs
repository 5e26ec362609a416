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
    let before = text.content.get(..open.at).unwrap_or_default();
    let behind = text
        .content
        .get(open.at + open.length..)
        .unwrap_or_default();
    let diagnostic = match open.what {
        Opened::String if last_line(before).contains("\\'") => {
            diagnostic.note("a backslash does not escape a quote in this string")
        }
        Opened::BlockComment if behind.contains("/*") => diagnostic.note(
            "PostgreSQL's block comments nest: each `/*` inside of one needs a `*/` of its own",
        ),
        _ => diagnostic,
    };
    let diagnostic = diagnostic.help(closing(open.what, opening.content));
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

fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or(text)
}

fn closing(what: Opened, opening: &str) -> String {
    let edit = match what {
        Opened::String => "close it with `'`; an apostrophe inside of a string is written `''`",
        Opened::EscapeString => {
            "close it with `'`; inside of it a quote is written `''` or `\\'`, and a backslash `\\\\`"
        }
        Opened::Blob => "close it with `'`",
        Opened::QuotedName => "close it with `\"`; a quote inside of it is written `\"\"`",
        Opened::BacktickName => "close it with a backtick; one inside of it is written twice",
        Opened::BracketName => "close it with `]`",
        Opened::BlockComment => "close it with `*/`",
        Opened::AtomicBody => {
            "close it with `END;`; each `CASE` inside of it needs an `END` of its own"
        }
        Opened::TriggerBody => {
            "close it with `END;`; each statement inside of it ends with `;`, the last one too"
        }
        Opened::DollarQuote => return format!("close it with exactly the same tag, `{opening}`"),
    };
    edit.to_owned()
}
