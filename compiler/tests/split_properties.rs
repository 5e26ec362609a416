//! What holds of splitting for any text.

use limbeck_compiler::split::{PieceKind, split, tokens};
use limbeck_model::Dialect;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rusqlite::fallible_iterator::FallibleIterator as _;

/// Pieces of text at which a splitter may go wrong.
const FRAGMENTS: [&str; 44] = [
    "'",
    "''",
    "\"",
    "`",
    "[",
    "]",
    "$$",
    "$a$",
    "$",
    "E'",
    "e'",
    "U&'",
    "U&\"",
    "x'",
    "\\",
    "\\'",
    "/*",
    "*/",
    "--",
    "-",
    "/",
    "*",
    ";",
    "(",
    ")",
    " ",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "a",
    "Z9",
    "é",
    "字",
    "1",
    ".",
    "BEGIN ",
    "ATOMIC ",
    "END ",
    "CASE ",
    "CREATE FUNCTION ",
    "CREATE RULE ",
    "CREATE TRIGGER ",
    " AS ",
];

/// Tokens that both dialects cut alike, none of which opens or ends anything.
const SHARED_TOKENS: [&str; 20] = [
    "a", "SELECT", "größe", "x1_", "1", "1.5e-3", ".5", "'a'", "'it''s;'", "'--'", "\"a;b\"",
    "\"\"\"\"", "(", ")", ",", "<=", "||", "+", "=", "'/*'",
];
/// No plain string has a backslash here: behind an `E'…'` and a line end it would be read otherwise.
const POSTGRES_TOKENS: [&str; 8] = [
    "E'\\';'",
    "$$;$$",
    "$a$ $$ ' $a$",
    "U&'!0061;'",
    "@>",
    "::",
    "$1",
    "a$b",
];
const SQLITE_TOKENS: [&str; 9] = [
    "[a;b]", "`a;b`", "x'3b'", ":a", "?1", "->>", "$a", "'\\'", "==",
];
/// What may stand between tokens.
const SEPARATORS: [&str; 8] = [
    " ",
    "\t ",
    "\n",
    "\r\n",
    "/* ; ' */",
    " -- ; ' \"\n",
    "/**/",
    "\u{c} ",
];

fn dialect() -> impl Strategy<Value = Dialect> {
    select(&Dialect::ALL)
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        vec(select(&FRAGMENTS), 0..40).prop_map(|fragments| fragments.concat()),
        any::<String>(),
    ]
}

fn statement(dialect: Dialect) -> impl Strategy<Value = Vec<&'static str>> {
    let own = match dialect {
        Dialect::Sqlite => SQLITE_TOKENS.as_slice(),
        Dialect::Postgres => POSTGRES_TOKENS.as_slice(),
    };
    let all = [SHARED_TOKENS.as_slice(), own].concat();
    vec(select(all), 1..12)
}

/// A dialect, some statements, and a stream of separators.
fn statements() -> impl Strategy<Value = (Dialect, Vec<Vec<&'static str>>, Vec<&'static str>)> {
    dialect().prop_flat_map(|dialect| {
        (
            Just(dialect),
            vec(statement(dialect), 0..6),
            vec(select(&SEPARATORS), 1..20),
        )
    })
}

/// The tokens with separators between them, which are taken in turn.
fn join(tokens: &[&str], separators: &mut impl Iterator<Item = &'static str>) -> String {
    let mut text = String::new();
    for token in tokens {
        text.push_str(token);
        text.push_str(separators.next().unwrap_or(" "));
    }
    text
}

/// Expressions of SQLite that are hard to find the end of.
const EXPRESSIONS: [&str; 18] = [
    "'a;'",
    "'it''s;'",
    "'\\'",
    "x'3b'",
    "1.5e-3",
    ".5",
    "0x1F",
    "a",
    "\"a\"",
    "[a]",
    "`a`",
    "- -1",
    "'{}' ->> '$.a;'",
    "a<=b",
    "a||';'",
    "(1)",
    "CASE WHEN a THEN ';' END",
    "CASE a WHEN 1 THEN 2 END",
];

/// A statement on a table `t` with the columns `a` and `b`, and the separators to write it with.
fn sqlite_statement() -> impl Strategy<Value = String> {
    let separator = || vec(select(&SEPARATORS), 1..3).prop_map(|parts| parts.concat());
    let query = (separator(), vec((select(&EXPRESSIONS), separator()), 1..4)).prop_map(
        |(separator, expressions)| {
            let expressions: Vec<_> = expressions
                .into_iter()
                .map(|(expression, separator)| format!("{expression}{separator}"))
                .collect();
            format!("SELECT{separator}{} FROM t", expressions.join(","))
        },
    );
    let body = vec((query.clone(), separator()), 1..4);
    let trigger = (separator(), body).prop_map(|(separator, body)| {
        let body: Vec<_> = body
            .into_iter()
            .map(|(query, separator)| format!("{query};{separator}"))
            .collect();
        format!(
            "CREATE{separator}TEMP TRIGGER IF NOT EXISTS r AFTER INSERT ON t BEGIN {}END",
            body.concat()
        )
    });
    prop_oneof![3 => query, 1 => trigger]
}

proptest! {
    #[test]
    fn sqlite_splits_generated_statements_at_the_same_places(
        statements in vec(sqlite_statement(), 1..5),
    ) {
        let text = statements.join(";");
        let database = rusqlite::Connection::open_in_memory().unwrap();
        database.execute_batch("CREATE TABLE t (a, b)").unwrap();
        let mut batch = rusqlite::Batch::new(&database, &text);
        for piece in split(&text, Dialect::Sqlite).unwrap() {
            if piece.kind == PieceKind::Statement {
                let theirs = batch.next().unwrap().unwrap().expanded_sql().unwrap();
                let theirs: Vec<_> = tokens(theirs.trim_end_matches(';'), Dialect::Sqlite).collect();
                let ours: Vec<_> = tokens(text.get(piece.range).unwrap(), Dialect::Sqlite).collect();
                prop_assert_eq!(theirs, ours);
            }
        }
        prop_assert!(batch.next().unwrap().is_none());
    }

    #[test]
    fn pieces_are_the_text_and_statements_have_no_trivia_at_their_ends(
        text in any_text(),
        dialect in dialect(),
    ) {
        match split(&text, dialect) {
            Ok(pieces) => {
                let mut end = 0;
                for piece in pieces {
                    prop_assert_eq!(piece.range.start, end);
                    prop_assert!(piece.range.end > end);
                    end = piece.range.end;
                    let content = text.get(piece.range).unwrap();
                    let trimmed = content.trim_matches([' ', '\t', '\r', '\n']);
                    match piece.kind {
                        PieceKind::Statement => prop_assert_eq!(trimmed, content),
                        PieceKind::Trivia => prop_assert_eq!(
                            tokens(content, dialect).find(|&token| token != ";"),
                            None
                        ),
                    }
                }
                prop_assert_eq!(end, text.len());
            }
            Err(open) => prop_assert!(text.get(open.at..open.at + open.length).is_some()),
        }
    }

    #[test]
    fn a_statement_alone_is_one_statement(text in any_text(), dialect in dialect()) {
        // A byte order mark is a letter to PostgreSQL, but not where a text starts.
        prop_assume!(!text.contains('\u{feff}'));
        for piece in split(&text, dialect).unwrap_or_default() {
            if piece.kind == PieceKind::Statement {
                let alone = text.get(piece.range).unwrap();
                let pieces = split(alone, dialect).unwrap();
                prop_assert_eq!(pieces.len(), 1);
                prop_assert_eq!(&pieces[0].range, &(0..alone.len()));
            }
        }
    }

    #[test]
    fn joined_statements_come_apart_again((dialect, statements, separators) in statements()) {
        let mut separators = separators.into_iter().cycle();
        let mut text = String::new();
        for statement in &statements {
            text.push_str(&join(statement, &mut separators));
            text.push(';');
            text.push_str(separators.next().unwrap());
        }
        let found: Vec<Vec<&str>> = split(&text, dialect)
            .unwrap()
            .into_iter()
            .filter(|piece| piece.kind == PieceKind::Statement)
            .map(|piece| tokens(text.get(piece.range).unwrap(), dialect).collect())
            .collect();
        prop_assert_eq!(found, statements);
    }

    #[test]
    fn tokens_do_not_depend_on_what_is_between_them(
        (dialect, statements, separators) in statements(),
    ) {
        let mut separators = separators.into_iter().cycle();
        for statement in &statements {
            let text = join(statement, &mut separators);
            let found: Vec<&str> = tokens(&text, dialect).collect();
            prop_assert_eq!(&found, statement);
        }
    }

    #[test]
    fn tokens_are_never_empty_and_leave_out_only_trivia(text in any_text(), dialect in dialect()) {
        let found: Vec<&str> = tokens(&text, dialect).collect();
        prop_assert!(found.iter().all(|token| !token.is_empty()));
        let mut rest = text.as_str();
        for token in found {
            let at = rest.find(token).unwrap();
            rest = &rest[at + token.len()..];
        }
    }
}
