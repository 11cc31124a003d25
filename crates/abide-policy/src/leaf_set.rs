//! Sets of leaves of one kind of noun: what a slot covers. No names, only numbers.

/// A set of leaves. `Any` also covers leaves that nobody has declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeafSet {
    /// Every value.
    Any,
    /// These leaves, as words of 64 bits from `first_word` on.
    Bits {
        /// Index of the first word held.
        first_word: usize,
        /// The words.
        words: Vec<u64>,
    },
}

impl LeafSet {
    /// The set with nothing in it.
    pub const EMPTY: Self = Self::Bits {
        first_word: 0,
        words: Vec::new(),
    };

    /// The set of one leaf.
    pub fn of(leaf: u32) -> Self {
        Self::Bits {
            first_word: leaf as usize / 64,
            words: vec![1 << (leaf % 64)],
        }
    }

    /// Adds every leaf of `other`.
    pub fn add(&mut self, other: &Self) {
        let Self::Bits {
            first_word: other_first,
            words: other_words,
        } = other
        else {
            *self = Self::Any;
            return;
        };
        let Self::Bits { first_word, words } = self else {
            return;
        };
        if other_words.is_empty() {
            return;
        }
        if words.is_empty() {
            *first_word = *other_first;
        }
        if other_first < first_word {
            words.splice(0..0, std::iter::repeat_n(0, *first_word - other_first));
            *first_word = *other_first;
        }
        let shift = other_first - *first_word;
        if words.len() < shift + other_words.len() {
            words.resize(shift + other_words.len(), 0);
        }
        for (word, other_word) in words.iter_mut().skip(shift).zip(other_words) {
            *word |= other_word;
        }
    }

    fn word(&self, index: usize) -> u64 {
        match self {
            Self::Any => u64::MAX,
            Self::Bits { first_word, words } => index
                .checked_sub(*first_word)
                .and_then(|at| words.get(at))
                .copied()
                .unwrap_or(0),
        }
    }

    /// Whether both have a leaf in common. An empty set has none.
    pub fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, other) | (other, Self::Any) => !other.is_empty(),
            (Self::Bits { first_word, words }, _) => words
                .iter()
                .enumerate()
                .any(|(at, word)| word & other.word(first_word + at) != 0),
        }
    }

    /// Whether every leaf of `other` is in this set.
    pub fn contains(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (_, Self::Any) => false,
            (_, Self::Bits { first_word, words }) => words
                .iter()
                .enumerate()
                .all(|(at, word)| word & !self.word(first_word + at) == 0),
        }
    }

    /// The leaves `0..count`.
    pub fn all(count: u32) -> Self {
        let whole = count as usize / 64;
        let mut words = vec![u64::MAX; whole];
        words.extend((!count.is_multiple_of(64)).then(|| (1 << (count % 64)) - 1));
        Self::Bits {
            first_word: 0,
            words,
        }
    }

    /// Each word of this set, masked by the same word of `other`. `Any` has no words of its own and stays.
    fn masked(&self, mask: impl Fn(u64, u64) -> u64, other: &Self) -> Self {
        let Self::Bits { first_word, words } = self else {
            return Self::Any;
        };
        let words = words.iter().enumerate();
        Self::Bits {
            first_word: *first_word,
            words: words
                .map(|(at, word)| mask(*word, other.word(first_word + at)))
                .collect(),
        }
    }

    /// The leaves that are not in `other`. This set must not be `Any`, of which no leaf can be taken.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.masked(|own, theirs| own & !theirs, other)
    }

    /// The leaves that are in both. This set must not be `Any`.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        self.masked(|own, theirs| own & theirs, other)
    }

    /// Whether both hold the same leaves, however many empty words surround them.
    pub fn same(&self, other: &Self) -> bool {
        self.contains(other) && other.contains(self)
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Bits { words, .. } if words.iter().all(|word| *word == 0))
    }

    /// The leaves, ascending; `None` for every value.
    pub fn leaves(&self) -> Option<Vec<u32>> {
        let Self::Bits { first_word, words } = self else {
            return None;
        };
        let leaf = |index: usize, bit: u32| {
            u32::try_from((first_word + index) * 64).unwrap_or(u32::MAX) + bit
        };
        Some(
            words
                .iter()
                .enumerate()
                .flat_map(|(index, word)| {
                    (0..64)
                        .filter(move |bit| word >> bit & 1 == 1)
                        .map(move |bit| leaf(index, bit))
                })
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::LeafSet;

    fn set(leaves: &[u32]) -> LeafSet {
        leaves.iter().fold(LeafSet::EMPTY, |mut set, leaf| {
            set.add(&LeafSet::of(*leaf));
            set
        })
    }

    #[test]
    fn sets_behave_like_sets_of_numbers() {
        let a = set(&[700, 3, 64]);
        assert_eq!(a.leaves(), Some(vec![3, 64, 700]));
        assert!(a.contains(&set(&[64])) && !a.contains(&set(&[65])) && !a.contains(&LeafSet::Any));
        assert!(a.overlaps(&set(&[1, 700])) && !a.overlaps(&set(&[1, 2])));
        assert!(
            LeafSet::Any.contains(&a)
                && LeafSet::Any.overlaps(&a)
                && !LeafSet::Any.overlaps(&LeafSet::EMPTY)
        );
        assert!(a.contains(&LeafSet::EMPTY) && LeafSet::EMPTY.is_empty() && !a.is_empty());
        assert_eq!(a.without(&set(&[3, 9])).leaves(), Some(vec![64, 700]));
        assert_eq!(a.common(&set(&[3, 9, 700])).leaves(), Some(vec![3, 700]));
        assert!(set(&[0, 64]).same(&LeafSet::all(65).common(&set(&[0, 64, 65]))));
        assert!(LeafSet::all(128).same(&LeafSet::all(129).without(&set(&[128]))));
    }
}
