//! The values of each kind of column.

use super::*;

fn first(kind: &ValueKind, pattern: Pattern) -> Value {
    choices(kind, pattern, None).swap_remove(0)
}

const PATTERNS: [Pattern; 5] = [
    Pattern::Full,
    Pattern::Sparse,
    Pattern::Twin,
    Pattern::Large,
    Pattern::Small,
];

#[test]
fn texts_of_equal_rows_are_equal_and_fit() {
    let text = |max_length, pattern| first(&ValueKind::Text { max_length }, pattern);
    assert_eq!(text(None, Pattern::Full), Value::text("Value-1"));
    assert_eq!(text(Some(3), Pattern::Sparse), Value::text("V2"));
    assert_eq!(text(Some(1), Pattern::Sparse), Value::text("2"));
    assert_eq!(text(Some(0), Pattern::Full), Value::text(""));
    assert_eq!(text(Some(5), Pattern::Large), Value::text("wwww4"));
    assert_eq!(text(None, Pattern::Small), Value::text(""));
}

#[test]
fn numbers_keep_to_their_limits() {
    let small = ValueKind::Integer {
        min: -128,
        max: 127,
    };
    assert_eq!(first(&small, Pattern::Full), Value::Integer(1));
    assert_eq!(first(&small, Pattern::Large), Value::Integer(127));
    assert_eq!(first(&small, Pattern::Small), Value::Integer(-128));
    let hints = Literals::of("n BETWEEN 18 AND 1000");
    let found = choices(&small, Pattern::Full, Some(&hints));
    assert_eq!(found[..4], [1, 18, 19, 17].map(Value::Integer));
    let decimal = |precision, scale| ValueKind::Decimal { precision, scale };
    for (kind, plain, large) in [
        (decimal(Some(4), 2), "1.5", "99.99"),
        (decimal(Some(2), 2), "0.01", "0.99"),
        (decimal(Some(3), 0), "1", "999"),
    ] {
        assert_eq!(first(&kind, Pattern::Full), Value::text(plain));
        assert_eq!(first(&kind, Pattern::Large), Value::text(large));
    }
}

#[test]
fn literals_of_checks_are_tried_and_rows_differ_in_the_first() {
    let hints = Literals::of("status IN ('open', 'closed') AND length(status) > 3");
    let text = ValueKind::Text { max_length: None };
    let one = choices(&text, Pattern::Full, Some(&hints));
    let two = choices(&text, Pattern::Sparse, Some(&hints));
    assert_eq!(one[..3], ["Value-1", "open", "closed"].map(Value::text));
    assert_eq!(two[..2], ["Value-2", "closed"].map(Value::text));
    assert!(one.contains(&Value::text("www1")));
}

#[test]
fn every_kind_has_values_in_every_row_and_none_twice() {
    let samples = vec!["(1,2)".to_owned(), "(2,3)".to_owned(), "empty".to_owned()];
    for kind in [
        ValueKind::Boolean,
        ValueKind::Date,
        ValueKind::Timestamp,
        ValueKind::Uuid,
        ValueKind::Json,
        ValueKind::Bytes,
        ValueKind::Real,
        ValueKind::OneOf(vec!["a".to_owned(), "b".to_owned()]),
        ValueKind::Other { samples },
    ] {
        for pattern in PATTERNS {
            let hints = Literals::of("x <> '2020-01-01' AND x > 5 AND x < 0.5");
            let found = choices(&kind, pattern, Some(&hints));
            assert!(!found.is_empty(), "{kind:?}");
            for (place, value) in found.iter().enumerate() {
                assert!(!found[..place].contains(value), "{kind:?}: {value:?}");
            }
        }
    }
    assert!(choices(&ValueKind::OneOf(Vec::new()), Pattern::Full, None).is_empty());
}
