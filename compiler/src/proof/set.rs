//! Sets of revisions, by their places in the table.

/// A set of places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Set {
    words: Vec<u64>,
}

impl Set {
    pub(super) fn insert(&mut self, place: usize) {
        let word = place / 64;
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (place % 64);
    }

    pub(super) fn extend(&mut self, other: &Self) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (own, other) in self.words.iter_mut().zip(&other.words) {
            *own |= other;
        }
    }

    /// Whether all of this set is in the other one.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.words
            .iter()
            .enumerate()
            .all(|(place, word)| word & !other.words.get(place).copied().unwrap_or_default() == 0)
    }

    pub(super) fn len(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// The places that are not in the other set, ascending.
    pub(super) fn without(&self, other: &Self) -> Vec<usize> {
        let mut places = Vec::new();
        for (place, word) in self.words.iter().enumerate() {
            let mut left = word & !other.words.get(place).copied().unwrap_or_default();
            while left != 0 {
                places.push(place * 64 + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(places: &[usize]) -> Set {
        let mut set = Set::default();
        for &place in places {
            set.insert(place);
        }
        set
    }

    #[test]
    fn sets_of_different_lengths_are_compared_by_what_they_hold() {
        let (small, large) = (set(&[1, 63]), set(&[1, 63, 64, 200]));
        assert!(small.is_within(&large));
        assert!(!large.is_within(&small));
        assert_eq!(large.without(&small), [64, 200]);
        assert_eq!((small.len(), large.len()), (2, 4));
        let mut grown = small.clone();
        grown.extend(&large);
        assert_eq!(grown, large);
    }
}
