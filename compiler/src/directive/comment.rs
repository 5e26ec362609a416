//! A comment as a directive, as a slip for one, or as neither.

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic};

use super::region::{is_blank, leading_name};
use super::table::Name;
use super::text::Text;

/// What people write for the dashes of a comment.
const SIGNS: [char; 8] = [
    '#', '/', '-', '\u{2010}', '\u{2011}', '\u{2013}', '\u{2014}', '\u{2212}',
];

/// What a comment is.
#[derive(Debug)]
pub(super) enum Reading<'a> {
    Ordinary,
    /// An ordinary comment that would be this directive if it had an `@`.
    WithoutSign(Name),
    /// A directive and what stands behind its name.
    Directive(Name, Text<'a>),
    /// What is wrong, and the directive that was meant where that is clear.
    Mistake(Diagnostic, Option<(Name, Text<'a>)>),
}

/// Reads a comment, which has no white space at its ends.
pub(super) fn of_comment(comment: Text<'_>) -> Reading<'_> {
    let length = comment.content.len();
    if comment.content.starts_with("-- @") {
        return of_directive(comment, comment.part(4, length));
    }
    let inner = if comment.content.starts_with("/*") {
        if comment.content.contains('\n') {
            return Reading::Ordinary;
        }
        let inner = comment.part(2, length);
        let stars = inner.content.len() - inner.content.trim_start_matches('*').len();
        inner.part(stars, inner.content.trim_end_matches(['*', '/']).len())
    } else {
        comment.part(2, length)
    };
    match look_alike(comment, inner) {
        Reading::Ordinary if comment.content.starts_with("-- ") => {
            without_sign(comment, inner.trim())
        }
        reading => reading,
    }
}

/// Reads a line of code that starts with one of the signs or with `@`.
pub(super) fn of_code(line: Text<'_>) -> Reading<'_> {
    let signs = line.content.len() - line.content.trim_start_matches(SIGNS).len();
    look_alike(line, line.part(signs, line.content.len()))
}

/// Reads what stands behind `-- @`.
fn of_directive<'a>(comment: Text<'a>, behind: Text<'a>) -> Reading<'a> {
    let written = leading_name(behind.content);
    let rest = behind.part(written.len(), behind.content.len());
    if let Some(name) = Name::find(written) {
        return Reading::Directive(name, rest.trim());
    }
    if let Some((name, rest)) = meant(behind) {
        return Reading::Mistake(slip(comment, name, rest), Some((name, rest.trim())));
    }
    let place = comment.part(3, 4 + written.len()).span();
    if written.is_empty() {
        let diagnostic = Diagnostic::new(
            Code::UnknownDirective,
            place,
            "`-- @` without the name of a directive",
        )
        .label("expected a name")
        .note(known())
        .help("write the directive's name, or leave out the `@` if this is an ordinary comment");
        return Reading::Mistake(diagnostic, None);
    }
    let unknown = Diagnostic::new(
        Code::UnknownDirective,
        place,
        format!("unknown directive `@{written}`"),
    );
    if let Some(name) = Name::suggest(written) {
        let diagnostic = unknown
            .label(format!("expected `@{}`?", name.text()))
            .help(format!("write {}", corrected(name, rest)));
        return Reading::Mistake(diagnostic, Some((name, rest.trim())));
    }
    let diagnostic = unknown
        .label("limbeck knows no directive of this name")
        .note(known())
        .help("leave out the `@` if this is an ordinary comment");
    Reading::Mistake(diagnostic, None)
}

/// Reads a line that would be a directive if it were written otherwise. `inner` is what stands behind
/// the signs that open the comment.
fn look_alike<'a>(line: Text<'a>, inner: Text<'a>) -> Reading<'a> {
    let blank = inner.content.len() - inner.content.trim_start_matches(is_blank).len();
    let inner = inner.part(blank, inner.content.len());
    let named = inner
        .content
        .starts_with('@')
        .then(|| meant(inner.part(1, inner.content.len())))
        .flatten();
    match named {
        Some((name, rest)) => Reading::Mistake(slip(line, name, rest), Some((name, rest.trim()))),
        None => Reading::Ordinary,
    }
}

/// Reads a comment that may lack its `@`. Most of these are prose, which starts with such a word too.
fn without_sign<'a>(comment: Text<'a>, inner: Text<'a>) -> Reading<'a> {
    let written = leading_name(inner.content);
    let rest = inner.part(written.len(), inner.content.len());
    match Name::find(written) {
        Some(name) if is_no_prose(name, rest.trim().content) => {
            Reading::Mistake(slip(comment, name, rest), Some((name, rest.trim())))
        }
        Some(name) => Reading::WithoutSign(name),
        None => Reading::Ordinary,
    }
}

/// Whether what stands behind the name of a directive could only be its value.
fn is_no_prose(name: Name, value: &str) -> bool {
    let starts_with_dialect = || {
        let subject = value.split(':').next().unwrap_or_default();
        value.contains(':') && subject.trim().parse::<Dialect>().is_ok()
    };
    let is_option = |word: &str| word == "no-transaction" || word.parse::<Dialect>().is_ok();
    match name {
        Name::DependsOn | Name::LockTimeout | Name::StatementTimeout => !value.is_empty(),
        Name::Compat => value.starts_with("breaking:"),
        Name::Skip => starts_with_dialect(),
        Name::Up | Name::Down => !value.is_empty() && value.split_whitespace().all(is_option),
        _ => false,
    }
}

/// The directive whose name stands first, in any case, and what stands behind it.
fn meant(behind: Text<'_>) -> Option<(Name, Text<'_>)> {
    let blank = behind.content.len() - behind.content.trim_start_matches(is_blank).len();
    let behind = behind.part(blank, behind.content.len());
    let written = leading_name(behind.content);
    let name = Name::find_in_any_case(written)?;
    let rest = behind.part(written.len(), behind.content.len());
    let ends = rest.content.is_empty() || rest.content.starts_with(|c| is_blank(c) || c == ':');
    ends.then_some((name, rest))
}

fn slip(line: Text<'_>, name: Name, rest: Text<'_>) -> Diagnostic {
    Diagnostic::new(
        Code::LookAlikeDirective,
        line.span(),
        format!(
            "this looks like the directive `@{}`, but is none",
            name.text()
        ),
    )
    .label(format!("expected `-- @{}`", name.text()))
    .note(
        "a directive is written `-- @name`: two dashes, one space, `@`, and the name in lower case",
    )
    .help(format!("write {}", corrected(name, rest)))
}

/// The line as it should be.
fn corrected(name: Name, rest: Text<'_>) -> String {
    format!("`-- @{}{}`", name.text(), rest.content.trim_end())
}

fn known() -> String {
    let names: Vec<_> = Name::all().map(|name| format!("`@{name}`")).collect();
    format!("the directives are {}", names.join(", "))
}
