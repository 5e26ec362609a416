//! Many statements at once: each kind of statement is parsed once.

use std::collections::BTreeMap;

use super::gaps::is_unknown;
use super::parser::{MAXIMUM_TOKENS, Verdict, with_room};
use super::shape::{Shape, original};

/// A parse of anything costs as much as that of a few dozen tokens, so short statements go together.
const TOKENS_AT_ONCE: usize = 1000;

/// What the grammar says of each of these statements, in their order.
pub fn judge(statements: &[&str]) -> Vec<Verdict> {
    let shapes: Vec<Shape> = statements.iter().map(|sql| Shape::of(sql)).collect();
    let verdicts = parse_all(&shapes);
    statements
        .iter()
        .zip(&shapes)
        .map(|(sql, shape)| match verdicts.get(shape.text.as_str()) {
            Some(Verdict::Rejected(rejection)) => {
                let rejection = original(sql, rejection.clone());
                if is_unknown(sql, &rejection) {
                    Verdict::Unchecked
                } else {
                    Verdict::Rejected(rejection)
                }
            }
            Some(verdict) => verdict.clone(),
            None => Verdict::Unchecked,
        })
        .collect()
}

/// What the grammar says of each shape. Those that there is no room for are missing.
fn parse_all(shapes: &[Shape]) -> BTreeMap<&str, Verdict> {
    let different: BTreeMap<&str, usize> = shapes
        .iter()
        .filter(|shape| shape.tokens <= MAXIMUM_TOKENS)
        .map(|shape| (shape.text.as_str(), shape.tokens))
        .collect();
    let room = different.values().copied().fold(TOKENS_AT_ONCE, usize::max);
    let parts = with_room(room, &batches(&different), |part, parse| {
        let mut verdicts = BTreeMap::new();
        for batch in part {
            parse_batch(parse, batch, &mut verdicts);
        }
        verdicts
    });
    parts.into_iter().flatten().collect()
}

/// Shapes that are parsed together.
fn batches<'a>(different: &BTreeMap<&'a str, usize>) -> Vec<Vec<&'a str>> {
    let mut batches = vec![Vec::new()];
    let mut tokens = 0;
    for (&shape, &count) in different {
        if tokens + count + 1 > TOKENS_AT_ONCE {
            batches.push(Vec::new());
            tokens = 0;
        }
        tokens += count + 1;
        if let Some(batch) = batches.last_mut() {
            batch.push(shape);
        }
    }
    batches
}

/// Parses statements together, and each by itself where that shows a mistake.
fn parse_batch<'a>(
    parse: fn(&str) -> Verdict,
    batch: &[&'a str],
    verdicts: &mut BTreeMap<&'a str, Verdict>,
) {
    if batch.len() > 1 && parse(&batch.join(" ;\n")) == Verdict::Accepted {
        verdicts.extend(batch.iter().map(|&shape| (shape, Verdict::Accepted)));
    } else {
        verdicts.extend(batch.iter().map(|&shape| (shape, parse(shape))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(statements: &[&str]) -> Vec<Option<usize>> {
        let place = |verdict| match verdict {
            Verdict::Rejected(rejection) => Some(rejection.start),
            _ => None,
        };
        judge(statements).into_iter().map(place).collect()
    }

    #[test]
    fn each_statement_has_its_own_verdict_and_place() {
        assert_eq!(
            places(&[
                "SELECT 1",
                "SELECT größe größe x",
                "selct 1",
                "SELECT 2",
                ""
            ]),
            [None, Some(23), Some(0), None, None]
        );
    }

    #[test]
    fn a_large_seed_is_checked_by_its_kinds_of_rows() {
        let rows = |number: usize| format!("({number}, 'it''s {number}', NULL)");
        let mut list: Vec<_> = (0..50_000).map(rows).collect();
        let statement = |list: &[String]| format!("INSERT INTO t VALUES {}", list.join(",\n"));
        assert_eq!(judge(&[&statement(&list)]), [Verdict::Accepted]);
        list[40_000] = "(1 'x', NULL)".to_owned();
        let broken = statement(&list);
        assert_eq!(places(&[&broken]), [broken.find("'x'")]);
    }

    #[test]
    fn a_statement_that_is_too_deep_to_parse_is_not_checked() {
        let deep = format!("SELECT {}1{}", "(".repeat(40_000), ")".repeat(40_000));
        assert_eq!(
            judge(&[&deep, "SELECT 1"]),
            [Verdict::Unchecked, Verdict::Accepted]
        );
    }
}
