//! What is in a database beside a history: schemas and extensions that no revision speaks of.

use std::collections::BTreeSet;

use limbeck_schema::{Kind, Object, Schema};

/// The schema without what belongs to schemas and extensions that the history does not name, and that are
/// not expected either; `None` where there are none.
pub(super) fn without_foreign(
    schema: &Schema,
    expected: Option<&Schema>,
    is_named: impl Fn(&str) -> bool,
) -> Option<Schema> {
    let is_expected = |object: &Object| {
        expected.is_some_and(|expected| {
            let mut all = expected.objects().iter();
            all.any(|other| other.kind == object.kind && other.name == object.name)
        })
    };
    let foreign = |kind| -> BTreeSet<&str> {
        let all = schema.objects().iter();
        all.filter(|object| object.kind == kind)
            .filter(|object| !is_named(&unquoted(&object.name)) && !is_expected(object))
            .map(|object| object.name.as_str())
            .collect()
    };
    let (schemas, extensions) = (foreign(Kind::Schema), foreign(Kind::Extension));
    if schemas.is_empty() && extensions.is_empty() {
        return None;
    }
    let is_in = |text: &str| {
        schemas.iter().any(|name| {
            text.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('.'))
        })
    };
    let is_foreign = |object: &Object| match object.kind {
        Kind::Schema => schemas.contains(object.name.as_str()),
        Kind::Extension => extensions.contains(object.name.as_str()),
        // Named by a kind and a name, as in `table column app.t.x`, or by two names and `on`.
        Kind::Comment | Kind::Other | Kind::Cast => object
            .name
            .split(' ')
            .any(|word| is_in(word) || schemas.contains(word) || extensions.contains(word)),
        _ => is_in(object.parent.as_deref().unwrap_or(&object.name)),
    };
    let own = schema.objects().iter().filter(|object| !is_foreign(object));
    Some(own.cloned().collect())
}

/// A name as it is meant, without the quotes that SQL may need.
fn unquoted(name: &str) -> String {
    match name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'))
    {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(kind: Kind, parent: Option<&str>, name: &str) -> Object {
        Object {
            kind,
            parent: parent.map(str::to_owned),
            name: name.to_owned(),
            definition: String::new(),
        }
    }

    #[test]
    fn what_no_revision_speaks_of_is_left_out_and_everything_else_stays() {
        let own = [
            object(Kind::Table, None, "a"),
            object(Kind::Column, Some("a"), "x"),
            object(Kind::Schema, None, "mine"),
            object(Kind::Table, None, "mine.t"),
            object(Kind::Comment, None, "table mine.t"),
            object(Kind::Extension, None, "pgcrypto"),
            object(Kind::Function, None, "f(other.kind)"),
        ];
        let foreign = [
            object(Kind::Schema, None, "other"),
            object(Kind::Table, None, "other.t"),
            object(Kind::Index, Some("other.t"), "i"),
            object(Kind::Comment, None, "table other.t"),
            object(Kind::Comment, None, "schema other"),
            object(Kind::Schema, None, "\"Odd one\""),
            object(Kind::Extension, None, "pg_stat_statements"),
            object(Kind::Comment, None, "extension pg_stat_statements"),
        ];
        let all: Schema = own.iter().chain(&foreign).cloned().collect();
        let names = ["mine", "pgcrypto"];
        let left = without_foreign(&all, None, |name| names.contains(&name)).unwrap();
        assert_eq!(left, own.into_iter().collect());
        assert_eq!(
            without_foreign(&left, None, |name| names.contains(&name)),
            None
        );
        // What a revision makes under a name that is put together is expected.
        assert_eq!(without_foreign(&left, Some(&left), |_| false), None);
    }
}
