//! The list of parents.

use limbeck_model::diagnostic::{Code, Diagnostic};

use super::name::{Kind, is_id, name};
use super::revision::Spanned;
use super::text::Text;

/// Reads what stands behind `@revises`; nothing for `base`.
pub(super) fn parents(text: Text<'_>) -> Result<Vec<Spanned<String>>, Diagnostic> {
    if text.content == "base" {
        return Ok(Vec::new());
    }
    if matches!(
        text.content.to_ascii_lowercase().as_str(),
        "base" | "none" | "null" | "-" | "root"
    ) {
        return Err(bad(
            text,
            format!("`{}` is not a parent", text.content),
            "expected an id or `base`",
        )
        .help("write `-- @revises base` for a revision without a parent"));
    }
    let mut parents: Vec<Spanned<String>> = Vec::new();
    for entry in text.split(',').map(Text::trim) {
        if let Some(first) = parents.iter().find(|known| known.value == entry.content) {
            let message = format!("the parent `{}` is named twice", entry.content);
            return Err(bad(entry, message, "named again")
                .related(first.span, "first named here")
                .help("remove one of the two"));
        }
        parents.push(parent(text, entry)?);
    }
    Ok(parents)
}

fn parent(list: Text<'_>, entry: Text<'_>) -> Result<Spanned<String>, Diagnostic> {
    if entry.is_empty() {
        let ids: Vec<_> = entries(list).collect();
        let ids = if ids.is_empty() { vec!["base"] } else { ids };
        return Err(bad(
            list,
            "an empty entry in the list of parents",
            "expected an id between commas",
        )
        .help(format!("write `-- @revises {}`", ids.join(", "))));
    }
    if entry.content == "base" {
        let ids: Vec<_> = entries(list).filter(|&id| id != "base").collect();
        return Err(
            bad(entry, "`base` among the ids of parents", "expected an id")
                .note("`base` says that there is no parent")
                .help(format!(
                    "write `-- @revises {}` or `-- @revises base`",
                    ids.join(", ")
                )),
        );
    }
    if entry.words().count() > 1 && entry.words().all(|word| is_id(word.content)) {
        let ids: Vec<_> = list
            .split(',')
            .flat_map(Text::words)
            .map(|word| word.content)
            .collect();
        return Err(bad(
            entry,
            "parents without a comma between them",
            "expected a comma",
        )
        .help(format!("write `-- @revises {}`", ids.join(", "))));
    }
    name(entry, Kind::Id)
}

/// The entries that are not empty.
fn entries(list: Text<'_>) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(|entry| entry.trim().content)
        .filter(|entry| !entry.is_empty())
}

fn bad(place: Text<'_>, message: impl Into<String>, label: &str) -> Diagnostic {
    Diagnostic::new(Code::BadParents, place.span(), message).label(label)
}
