//! `@allow CODE: reason`: what a proof finds about a section is known and meant.

use limbeck_model::diagnostic::{Code, Diagnostic};
use limbeck_model::suggest::nearest;

use super::revision::{Allow, Spanned};
use super::scan::Line;
use super::table::Name;
use super::value;

/// Reads the directive.
pub(super) fn read(line: &Line<'_>) -> Result<Allow, Diagnostic> {
    let end = line.rest.content.find([':', ' ', '\t']);
    let subject = line.rest.part(0, end.unwrap_or(line.rest.content.len()));
    if subject.is_empty() {
        let diagnostic = Diagnostic::new(Code::MissingValue, line.span, "`@allow` without a code");
        return Err(diagnostic
            .label("expected a code behind it")
            .help(format!("write it like `{}`", Name::Allow.usage())));
    }
    let find = |number: &str| {
        Code::ALL
            .iter()
            .find(|code| code.number() == number)
            .copied()
    };
    let allowed = || Code::ALL.iter().filter(|code| code.can_be_allowed());
    let Some(code) = find(subject.content) else {
        let message = format!("`{}` is no code", subject.content);
        let diagnostic = Diagnostic::new(Code::BadArgument, subject.span(), message);
        let meant = nearest(
            &subject.content.to_uppercase(),
            allowed().map(|code| code.number()),
        );
        return Err(match meant {
            Some(meant) => diagnostic.help(format!("write `{meant}`")),
            None => diagnostic.help(format!("write it like `{}`", Name::Allow.usage())),
        });
    };
    if !code.can_be_allowed() {
        let message = format!("`{}` cannot be allowed", code.number());
        let numbers: Vec<String> = allowed()
            .map(|code| format!("`{}`", code.number()))
            .collect();
        return Err(Diagnostic::new(Code::BadArgument, subject.span(), message)
            .label(code.title())
            .note(format!("what can be allowed is {}", numbers.join(", ")))
            .help("remove the line, and mend what is wrong"));
    }
    Ok(Allow {
        code: Spanned::new(code, subject.span()),
        reason: value::reason(line, subject)?,
        span: line.span,
    })
}
