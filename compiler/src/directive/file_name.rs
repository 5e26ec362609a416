//! The id in a file's name.

use limbeck_model::diagnostic::{Code, Diagnostic};

use super::name::is_id;
use super::revision::Spanned;

/// How many hexadecimal digits a new id has.
const NEW_ID_LENGTH: usize = 12;

/// Checks that a file is called `<id>_<slug>.sql` or `<anything>_<id>_<slug>.sql`.
pub(super) fn check(path: &str, id: &Spanned<String>) -> Option<Diagnostic> {
    let stem = stem(path);
    let own = &id.value;
    let leads = stem
        .match_indices(own.as_str())
        .any(|(at, _)| names_id(stem, at, own.len()));
    // A name without the form was reported where the files were found.
    if leads || !has_form(stem) {
        return None;
    }
    let diagnostic = Diagnostic::new(
        Code::IdNotInFileName,
        id.span,
        format!("the file name does not have the id `{own}` before its slug"),
    );
    let without = stem.strip_suffix(own.as_str()).unwrap_or(stem);
    let without = without.trim_end_matches('_');
    Some(match probable_id(path) {
        Some(other) => diagnostic
            .label(format!("the file name says `{other}`"))
            .help(format!(
                "rename the file to `{}`, or write `-- @revision {other}` if the file name is right",
                file_name(path).replacen(other, own, 1)
            )),
        None => diagnostic
            .label("expected in the file name")
            .help(format!("rename the file to `{own}_{without}.sql`")),
    })
}

/// Whether the stem of a file's name has an id and a slug, whatever they are.
pub(crate) fn has_form(stem: &str) -> bool {
    let slug = stem.trim_start_matches('_').find('_');
    slug.is_some() && !stem.ends_with('_')
}

/// The part of a file's name that most looks like an id, if one does: it has a digit.
pub(super) fn probable_id(path: &str) -> Option<&str> {
    let stem = stem(path);
    let parts: Vec<_> = stem.split('_').collect();
    let (_, before_slug) = parts.split_last()?;
    let is_new = |part: &&&str| {
        part.len() == NEW_ID_LENGTH && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let has_digit = |part: &&&str| part.bytes().any(|byte| byte.is_ascii_digit());
    let ids = || before_slug.iter().filter(|part| is_id(part));
    ids()
        .find(is_new)
        .or_else(|| ids().find(has_digit))
        .copied()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn stem(path: &str) -> &str {
    let name = file_name(path);
    let end = name.len() - if is_sql(name) { ".sql".len() } else { 0 };
    name.get(..end).unwrap_or(name)
}

fn is_sql(name: &str) -> bool {
    name.get(name.len().saturating_sub(4)..)
        .is_some_and(|end| end.eq_ignore_ascii_case(".sql"))
}

/// Whether what stands at `at` is an id with a slug behind it, at the start or behind a `_`.
fn names_id(stem: &str, at: usize, length: usize) -> bool {
    let before = stem.get(..at).unwrap_or_default();
    let behind = stem.get(at + length..).unwrap_or_default();
    (before.is_empty() || before.ends_with('_')) && behind.starts_with('_') && behind.len() > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use limbeck_model::diagnostic::Span;

    fn agrees(path: &str, id: &str) -> bool {
        check(path, &Spanned::new(id.to_owned(), Span::whole(0))).is_none()
    }

    #[test]
    fn the_id_stands_first_or_behind_an_underscore_and_has_a_slug_behind_it() {
        assert!(agrees(
            "migrations/0335b1eb9c40_add_item.sql",
            "0335b1eb9c40"
        ));
        assert!(agrees(
            "migrations/2025_01_08_0335b1eb9c40_x.sql",
            "0335b1eb9c40"
        ));
        assert!(agrees("migrations/2025/v1_a_b_x.SQL", "a_b"));
        assert!(agrees("a_a_a_x.sql", "a_a"));
        assert!(!agrees("migrations/x_0335b1eb9c40.sql", "0335b1eb9c40"));
        assert!(!agrees("migrations/x0335b1eb9c40_x.sql", "0335b1eb9c40"));
    }

    #[test]
    fn a_name_has_something_on_both_sides_of_an_underscore() {
        assert!(has_form("a_x") && has_form("_a_x"));
        assert!(!has_form("a") && !has_form("a_") && !has_form("_a") && !has_form(""));
    }

    #[test]
    fn what_looks_most_like_an_id_is_taken_for_it() {
        assert_eq!(probable_id("m/0335b1eb9c40_add.sql"), Some("0335b1eb9c40"));
        assert_eq!(
            probable_id("m/2025_0335b1eb9c40_add.sql"),
            Some("0335b1eb9c40")
        );
        assert_eq!(probable_id("m/add_r12_column.sql"), Some("r12"));
        assert_eq!(probable_id("m/first_column.sql"), None);
        assert_eq!(probable_id("m/first.sql"), None);
    }
}
