//! "Did you mean": the known word closest to a written one. Never suggests a word that is further than a slip.

/// The known word closest to `word` by edit distance (insert, remove, replace or swap of neighbours), if it is within a
/// third of the word's length.
pub fn closest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let chars: Vec<char> = word.chars().take(64).collect();
    let limit = (chars.len() / 3).max(1);
    known
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= limit * 4)
        .map(|candidate| (distance(&chars, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance.
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let mut cost = (row[j] + usize::from(from != to))
                .min(row[j + 1] + 1)
                .min(next[j] + 1);
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                cost = cost.min(before[j - 1] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let known = ["email", "name", "newsletter", "account-deletion"];
        let find = |word| closest(word, known.iter().copied());
        assert_eq!(find("emial"), Some("email"));
        assert_eq!(find("newsleter"), Some("newsletter"));
        assert_eq!(find("acount-deletion"), Some("account-deletion"));
        assert_eq!(find("telemetry"), None);
    }
}
