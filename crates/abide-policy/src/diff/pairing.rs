//! Which line of the one policy became which line of the other. Judges nothing.

use std::collections::{BTreeMap, HashMap};

use super::extent::Extent;
use super::words;
use crate::model::Norm;

/// A line of both policies, or of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) old: Option<usize>,
    pub(super) new: Option<usize>,
}

/// A line as it is paired.
pub(super) struct Candidate<'a> {
    pub(super) norm: &'a Norm,
    pub(super) signature: String,
    pub(super) axes: &'a [crate::leaf_set::LeafSet],
}

impl<'a> Candidate<'a> {
    pub(super) fn new(norm: &'a Norm, extent: &'a Extent<'_>) -> Self {
        Self {
            norm,
            signature: words::signature(norm),
            axes: &extent.axes,
        }
    }

    /// How much two lines have in common: the axes, and the words.
    fn likeness(&self, other: &Self) -> usize {
        let axes = self.axes.iter().zip(other.axes);
        let same = axes.filter(|(a, b)| a.same(b)).count();
        let words = self.signature.lines();
        let shared = words.filter(|word| other.signature.lines().any(|theirs| theirs == *word));
        same + shared.count()
    }
}

/// Pairs lines by clause id, mode and action; what is left by equal words; what is left and has no clause id by mode,
/// action and objects. Pairs come in the order of the later policy, lines that are gone after the line before them.
pub(super) fn pair(olds: &[Candidate<'_>], news: &[Candidate<'_>]) -> Vec<Pair> {
    let mut pairing = Pairing {
        olds,
        news,
        new_of: vec![None; olds.len()],
        old_of: vec![None; news.len()],
    };
    pairing.by(|line| Some(format!("{}\n{}", line.norm.id, line.head())));
    pairing.by(|line| Some(line.signature.clone()));
    pairing.by(|line| {
        let objects = line.signature.lines().nth(2).unwrap_or_default();
        let unnamed = line.norm.clauses.is_empty();
        unnamed.then(|| format!("{}\n{objects}", line.head()))
    });
    pairing.in_order()
}

impl Candidate<'_> {
    fn head(&self) -> String {
        format!("{} {}", self.norm.mode.word(), self.norm.action.word())
    }
}

struct Pairing<'a> {
    olds: &'a [Candidate<'a>],
    news: &'a [Candidate<'a>],
    new_of: Vec<Option<usize>>,
    old_of: Vec<Option<usize>>,
}

impl Pairing<'_> {
    /// Pairs the free lines with the same key; of several, the most alike.
    fn by(&mut self, key: impl Fn(&Candidate<'_>) -> Option<String>) {
        let mut groups: BTreeMap<String, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (at, line) in free(self.olds, &self.new_of) {
            if let Some(key) = key(line) {
                groups.entry(key).or_default().0.push(at);
            }
        }
        for (at, line) in free(self.news, &self.old_of) {
            if let Some(key) = key(line) {
                groups.entry(key).or_default().1.push(at);
            }
        }
        for (olds, news) in groups.into_values() {
            self.most_alike(olds, news);
        }
    }

    fn most_alike(&mut self, mut olds: Vec<usize>, mut news: Vec<usize>) {
        let mut by_words: HashMap<&str, Vec<usize>> = HashMap::new();
        for at in news.iter().rev() {
            by_words
                .entry(&self.news[*at].signature)
                .or_default()
                .push(*at);
        }
        let mut joined = Vec::new();
        olds.retain(|old| {
            let same = by_words.get_mut(self.olds[*old].signature.as_str());
            let found = same.and_then(Vec::pop);
            joined.extend(found.map(|new| (*old, new)));
            found.is_none()
        });
        for (old, new) in joined {
            self.join(old, new);
        }
        news.retain(|new| self.old_of[*new].is_none());
        let mut ranked = Vec::new();
        // Each line is compared with a bounded number of others: a policy with one id on every line is no reason to wait.
        for (i, old) in olds.iter().take(CROWD_LIMIT).enumerate() {
            for (j, new) in news.iter().take(CROWD_LIMIT).enumerate() {
                let likeness = self.olds[*old].likeness(&self.news[*new]);
                // The order must not depend on which policy is called old.
                ranked.push((usize::MAX - likeness, i + j, i.max(j), *old, *new));
            }
        }
        ranked.sort_unstable();
        for (_, _, _, old, new) in ranked {
            if self.new_of[old].is_none() && self.old_of[new].is_none() {
                self.join(old, new);
            }
        }
    }

    fn join(&mut self, old: usize, new: usize) {
        self.new_of[old] = Some(new);
        self.old_of[new] = Some(old);
    }

    fn in_order(self) -> Vec<Pair> {
        let mut gone_after: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        let mut last = None;
        for (old, new) in self.new_of.iter().enumerate() {
            match new {
                Some(new) => last = Some(*new),
                None => gone_after.entry(last).or_default().push(old),
            }
        }
        let gone = |after: Option<usize>| {
            let olds = gone_after.get(&after).into_iter().flatten();
            olds.map(|old| Pair {
                old: Some(*old),
                new: None,
            })
        };
        let mut pairs: Vec<Pair> = gone(None).collect();
        for (new, old) in self.old_of.iter().enumerate() {
            pairs.push(Pair {
                old: *old,
                new: Some(new),
            });
            pairs.extend(gone(Some(new)));
        }
        pairs
    }
}

/// The most lines with one key that are compared one by one; lines beyond it count as added and removed.
const CROWD_LIMIT: usize = 64;

fn free<'a, 'c>(
    lines: &'a [Candidate<'c>],
    taken: &'a [Option<usize>],
) -> impl Iterator<Item = (usize, &'a Candidate<'c>)> {
    lines
        .iter()
        .enumerate()
        .filter(|(at, _)| taken.get(*at).is_some_and(Option::is_none))
}
