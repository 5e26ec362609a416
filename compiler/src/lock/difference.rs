//! Which statements of a script differ from those that were released.

/// One difference. Numbers count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// The new statement of this number stands in the place of another one.
    Changed(usize),
    /// There was none in the place of the new statement of this number.
    Added(usize),
    /// This many statements stood before the new one of this number, or at the end.
    Removed {
        /// How many.
        count: usize,
        /// Before which one.
        before: usize,
    },
}

/// Above this number of comparisons what differs is not aligned any more.
const LIMIT: usize = 1_000_000;

/// Aligns the statements, in the order of the new ones.
pub(super) fn differences(old: &[u32], new: &[u32]) -> Vec<Difference> {
    let pairs = || old.iter().zip(new);
    let front = pairs().take_while(|(old, new)| old == new).count();
    let (old, rest) = (&old[front..], &new[front..]);
    let back = old
        .iter()
        .rev()
        .zip(rest.iter().rev())
        .take_while(|(old, new)| old == new)
        .count();
    let old = &old[..old.len() - back];
    let rest = &rest[..rest.len() - back];
    let mut kept = if old.len().saturating_mul(rest.len()) <= LIMIT {
        common(old, rest)
    } else {
        Vec::new()
    };
    kept.push((old.len(), rest.len()));
    let mut differences = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    for (next_old, next_new) in kept {
        let (gone, come) = (next_old - at_old, next_new - at_new);
        let changed = gone.min(come);
        let first = front + at_new;
        differences.extend((first..first + changed).map(Difference::Changed));
        differences.extend((first + changed..first + come).map(Difference::Added));
        if gone > come {
            differences.push(Difference::Removed {
                count: gone - come,
                before: first + come,
            });
        }
        (at_old, at_new) = (next_old + 1, next_new + 1);
    }
    differences
}

/// A longest common subsequence, as pairs of places.
fn common(old: &[u32], new: &[u32]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    // How many are common from a pair of places to the ends.
    let mut lengths = vec![0_usize; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            lengths[i * width + j] = if old[i] == new[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            pairs.push((i, j));
            i += 1;
            j += 1;
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::Difference::{Added, Changed, Removed};
    use super::*;

    #[test]
    fn each_difference_is_at_its_place() {
        let removed = |count, before| Removed { count, before };
        let all: Vec<u32> = (0..5000).collect();
        let other: Vec<u32> = (5000..10_000).collect();
        assert_eq!(differences(&[], &[]), []);
        assert_eq!(differences(&[1, 2, 3], &[1, 2, 3]), []);
        assert_eq!(differences(&[1, 2, 3], &[1, 9, 3]), [Changed(1)]);
        assert_eq!(differences(&[1, 3], &[1, 2, 3, 4]), [Added(1), Added(3)]);
        assert_eq!(differences(&[1, 2, 3], &[3]), [removed(2, 0)]);
        assert_eq!(differences(&[1, 2, 3], &[1]), [removed(2, 1)]);
        assert_eq!(differences(&[1, 2], &[]), [removed(2, 0)]);
        assert_eq!(differences(&[1, 2], &[2, 1]), [removed(1, 0), Added(1)]);
        assert_eq!(
            differences(&[1, 2, 3, 4], &[1, 9, 8, 4, 7]),
            [Changed(1), Changed(2), Added(4)]
        );
        assert_eq!(differences(&[7, 7], &[7]), [removed(1, 1)]);
        assert_eq!(differences(&all, &other).len(), 5000);
    }
}
