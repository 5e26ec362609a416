//! The one query that tells which of many tenants have something left to do.

use std::fmt::Write as _;

use limbeck_model::checksum::Digest;

use super::{Ledger, VERSION};

impl Ledger {
    /// For each of these schemas that is missing, or whose histories are not all in these states: its
    /// number in the list, from 1, and whether it is there. Without states those that are missing. The
    /// tables are joined once, however many schemas there are.
    pub(crate) fn behind(&self, schemas: &[&str], states: &[(&str, Digest)]) -> String {
        let table = self.table("state");
        let mut joins = String::new();
        let mut conditions = vec!["n.oid IS NULL".to_owned()];
        for (number, (history, digest)) in states.iter().enumerate() {
            let prefix = self.quote(&format!("{history} "));
            // Writing to a String cannot fail.
            let _ = write!(
                joins,
                " LEFT JOIN {table} s{number} ON s{number}.history = {prefix} || t.name \
                 AND s{number}.digest = '{digest}' AND s{number}.version <= {VERSION} \
                 AND s{number}.unfinished IS NULL"
            );
            conditions.push(format!("s{number}.history IS NULL"));
        }
        format!(
            "SELECT t.number, n.oid IS NOT NULL \
             FROM unnest({}::text[]) WITH ORDINALITY AS t (name, number) \
             LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = t.name{joins} WHERE {} ORDER BY t.number",
            self.quote(&array(schemas)),
            conditions.join(" OR ")
        )
    }
}

/// A list in PostgreSQL's notation of arrays: one literal is read far faster than ten thousand.
fn array(texts: &[&str]) -> String {
    let mut array = String::from("{");
    for (number, text) in texts.iter().enumerate() {
        if number > 0 {
            array.push(',');
        }
        array.push('"');
        for character in text.chars() {
            if matches!(character, '"' | '\\') {
                array.push('\\');
            }
            array.push(character);
        }
        array.push('"');
    }
    array.push('}');
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_keeps_every_character() {
        assert_eq!(
            array(&["a", "b\"c", "d\\e", "f,{}' "]),
            r#"{"a","b\"c","d\\e","f,{}' "}"#
        );
        assert_eq!(array(&[]), "{}");
    }
}
