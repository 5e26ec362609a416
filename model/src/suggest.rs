//! What the user may have meant: the known name that is nearest to an unknown one.
//!
//! Used for revision ids, labels, histories and the names of directives, so that all are suggested
//! by the same measure.

/// The candidate that `name` is most probably a slip of; `None` when none is near.
///
/// Near means that at most a third of the characters were mistyped, left out, added or swapped with
/// their neighbour (at least one may be), that only the case differs, or that the candidate goes on
/// where a name of three characters or more ends. Of two equally near candidates the first in
/// alphabetical order is taken, so that the order of the candidates does not matter.
///
/// ```
/// use limbeck_model::suggest::nearest;
///
/// assert_eq!(nearest("revison", ["revises", "revision"]), Some("revision"));
/// assert_eq!(nearest("irrev", ["irreversible", "revises"]), Some("irreversible"));
/// assert_eq!(nearest("comment", ["revises", "revision"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = lower_case(name);
    let limit = (wanted.len() / 3).max(1);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let found = lower_case(candidate);
            let distance = if wanted.len() >= 3 && found.starts_with(&wanted) {
                usize::from(found.len() > wanted.len())
            } else {
                distance(&wanted, &found, limit)?
            };
            Some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

fn lower_case(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The number of characters to change, insert, delete or swap with their neighbour that makes one
/// text of the other; `None` if it is above the limit. (The distance of Damerau and Levenshtein, where
/// no place is edited twice.)
fn distance(left: &[char], right: &[char], limit: usize) -> Option<usize> {
    if left.len().abs_diff(right.len()) > limit {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, &a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &b) in right.iter().enumerate() {
            let mut best = (last[j] + usize::from(a != b))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && a == right[j - 1] && left[i - 1] == b {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        // A later row is never below all of this one and of the last, for a swap skips one row.
        if row.iter().chain(&last).all(|&distance| distance > limit) {
            return None;
        }
        before_last = last;
        last = row;
    }
    last.last().copied().filter(|&distance| distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(left: &str, right: &str) -> usize {
        distance(&lower_case(left), &lower_case(right), 9).expect("at most nine edits")
    }

    #[test]
    fn the_distance_counts_changes_insertions_deletions_and_swaps() {
        assert_eq!(of("revision", "revision"), 0);
        assert_eq!(of("revisiom", "revision"), 1);
        assert_eq!(of("revison", "revision"), 1);
        assert_eq!(of("revisiion", "revision"), 1);
        assert_eq!(of("revisino", "revision"), 1);
        assert_eq!(of("", "up"), 2);
        assert_eq!(of("up", ""), 2);
        assert_eq!(of("kitten", "sitting"), 3);
    }

    #[test]
    fn a_distance_above_the_limit_is_not_measured() {
        let (left, right) = (lower_case("kitten"), lower_case("sitting"));
        assert_eq!(distance(&left, &right, 3), Some(3));
        assert_eq!(distance(&left, &right, 2), None);
        assert_eq!(
            distance(&lower_case("abcdef"), &lower_case("uvwxyz"), 2),
            None
        );
    }

    #[test]
    fn a_name_that_is_far_from_all_others_gets_no_suggestion() {
        assert_eq!(nearest("zzzz", ["abcd", "bcde"]), None);
        assert_eq!(nearest("", ["abcd"]), None);
        assert_eq!(nearest("abcd", []), None);
    }

    #[test]
    fn the_nearest_wins_and_of_equals_the_first_by_name() {
        assert_eq!(nearest("abcdef", ["abcdxx", "abcdex"]), Some("abcdex"));
        assert_eq!(nearest("abcdef", ["abcdez", "abcdea"]), Some("abcdea"));
        assert_eq!(nearest("abcdef", ["abcdea", "abcdez"]), Some("abcdea"));
    }

    #[test]
    fn another_case_and_a_shortened_name_are_near() {
        assert_eq!(nearest("ABCD", ["abcd"]), Some("abcd"));
        assert_eq!(
            nearest("0335", ["0335b1eb9c40", "a1b2"]),
            Some("0335b1eb9c40")
        );
    }
}
