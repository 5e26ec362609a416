//! Splitting loses no byte, and a statement on its own is one statement.

#![no_main]

use libfuzzer_sys::fuzz_target;
use limbeck_compiler::split::{PieceKind, split, tokens};
use limbeck_model::Dialect;

fuzz_target!(|text: &str| {
    for dialect in Dialect::ALL {
        match split(text, dialect) {
            Ok(pieces) => {
                let mut end = 0;
                for piece in pieces {
                    assert_eq!(piece.range.start, end);
                    assert!(piece.range.end > end);
                    end = piece.range.end;
                    if piece.kind == PieceKind::Statement {
                        check_statement(&text[piece.range], dialect);
                    }
                }
                assert_eq!(end, text.len());
            }
            Err(open) => assert!(text.get(open.at..open.at + open.length).is_some()),
        }
        assert!(tokens(text, dialect).all(|token| !token.is_empty()));
    }
});

fn check_statement(statement: &str, dialect: Dialect) {
    // Where a text starts a byte order mark is no letter, so that such a statement would lose it.
    if !statement.starts_with('\u{feff}') {
        assert!(tokens(statement, dialect).next().is_some());
        let pieces = split(statement, dialect).expect("a statement is closed");
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].kind, PieceKind::Statement);
    }
}
