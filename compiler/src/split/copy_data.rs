//! The rows behind a `COPY … FROM stdin;` of a dump, which psql hands to the server up to a line `\.`.
//!
//! They are no SQL: a quote in them would open a literal that swallows the rest of the file. They are
//! passed over in both dialects, since SQLite knows no such statement at all.

use std::ops::Range;

use limbeck_model::Dialect;

use super::statement::tokens;

/// One past the rows of a statement that a semicolon before `at` ends, if it has rows.
pub(super) fn end(
    text: &str,
    statement: &Range<usize>,
    at: usize,
    dialect: Dialect,
) -> Option<usize> {
    let sql = text.get(statement.clone())?;
    let begins = sql.get(..4)?;
    if !begins.eq_ignore_ascii_case("copy") || !reads_client(sql, dialect) {
        return None;
    }
    let rest = text.get(at..)?;
    let (behind, _) = rest.split_once('\n')?;
    if !behind.trim().is_empty() {
        return None;
    }
    let mut line_start = at + behind.len() + 1;
    for line in text.get(line_start..)?.split_inclusive('\n') {
        line_start += line.len();
        if line.trim_end() == "\\." {
            return Some(line_start);
        }
    }
    None
}

fn reads_client(sql: &str, dialect: Dialect) -> bool {
    let mut before_is_from = false;
    tokens(sql, dialect).any(|token| {
        let found = before_is_from && token.eq_ignore_ascii_case("stdin");
        before_is_from = token.eq_ignore_ascii_case("from");
        found
    })
}

#[cfg(test)]
mod tests {
    use limbeck_model::Dialect;

    use super::super::{PieceKind, split};

    fn statements(text: &str) -> Vec<&str> {
        let pieces = split(text, Dialect::Postgres).unwrap();
        assert_eq!(
            pieces
                .iter()
                .map(|piece| &text[piece.range.clone()])
                .collect::<String>(),
            text
        );
        pieces
            .into_iter()
            .filter(|piece| piece.kind == PieceKind::Statement)
            .map(|piece| &text[piece.range])
            .collect()
    }

    #[test]
    fn the_rows_of_a_dump_are_no_statements() {
        let text = "COPY public.t (a, b) FROM stdin;\n1\tit's; not\n2\t-- \"\n\\.\n\nSELECT 1;\n";
        assert_eq!(
            statements(text),
            ["COPY public.t (a, b) FROM stdin", "SELECT 1"]
        );
    }

    #[test]
    fn without_an_end_or_on_one_line_there_are_no_rows() {
        for text in [
            "COPY t FROM stdin;\nSELECT 1;\n",
            "COPY t FROM stdin; SELECT 1;\n\\.\n",
            "COPY t FROM 'stdin';\nSELECT 1;\n\\.\n",
        ] {
            assert_eq!(statements(text)[1], "SELECT 1", "{text}");
        }
    }
}
