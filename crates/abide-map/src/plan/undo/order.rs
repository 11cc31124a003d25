//! In which order rows return: each after those that it needs. Knows nothing of what they are.

/// The rows in groups, each after the groups that it needs; rows that need each other are one group. The components of
/// a graph that are strongly connected, after Tarjan, "Depth-first search and linear graph algorithms" (SIAM J. Comput.
/// 1, 1972).
pub(super) fn groups(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut walk = Walk {
        needs,
        met: vec![None; needs.len()],
        low: vec![0; needs.len()],
        is_open: vec![false; needs.len()],
        open: Vec::new(),
        count: 0,
        groups: Vec::new(),
    };
    for row in 0..needs.len() {
        if walk.met[row].is_none() {
            walk.from(row);
        }
    }
    walk.groups
}

struct Walk<'a> {
    needs: &'a [Vec<usize>],
    /// When each row was met.
    met: Vec<Option<usize>>,
    /// The earliest of the open rows that each is known to lead to.
    low: Vec<usize>,
    is_open: Vec<bool>,
    open: Vec<usize>,
    count: usize,
    groups: Vec<Vec<usize>>,
}

impl Walk<'_> {
    /// Everything that a row needs, then the row. A chain of answers may be long, so this does not call itself.
    fn from(&mut self, first: usize) {
        let mut path = vec![(first, 0)];
        while let Some((row, place)) = path.pop() {
            let met = match self.met[row] {
                Some(met) => met,
                None => self.meet(row),
            };
            let mut rest = self.needs[row].iter().enumerate().skip(place);
            let next = rest.find_map(|(place, need)| {
                if self.met[*need].is_none() {
                    return Some((place, *need));
                }
                if self.is_open[*need] {
                    self.low[row] = self.low[row].min(self.low[*need]);
                }
                None
            });
            match next {
                Some((place, need)) => path.extend([(row, place), (need, 0)]),
                None if self.low[row] == met => self.close(row),
                None => {}
            }
        }
    }

    fn meet(&mut self, row: usize) -> usize {
        let met = self.count;
        self.count += 1;
        self.met[row] = Some(met);
        self.low[row] = met;
        self.is_open[row] = true;
        self.open.push(row);
        met
    }

    /// All rows that were met since this one are a group.
    fn close(&mut self, row: usize) {
        let start = self.open.iter().position(|open| *open == row);
        let mut group = self.open.split_off(start.unwrap_or_default());
        for member in &group {
            self.is_open[*member] = false;
        }
        group.sort_unstable();
        self.groups.push(group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_comes_after_what_it_needs_and_rings_come_together() {
        assert_eq!(groups(&[vec![], vec![]]), [[0], [1]]);
        assert_eq!(groups(&[vec![2], vec![], vec![1]]), [[1], [2], [0]]);
        let ring = groups(&[vec![3], vec![0, 2], vec![1], vec![]]);
        assert_eq!(ring, [vec![3], vec![0], vec![1, 2]]);
        let chain: Vec<Vec<usize>> = (0..100_000)
            .map(|row| vec![row + 1])
            .chain([vec![]])
            .collect();
        assert_eq!(groups(&chain).first(), Some(&vec![100_000]));
    }
}
