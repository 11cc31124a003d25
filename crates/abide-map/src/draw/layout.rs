//! Where each table stands: in columns from owners to what is owned, with few crossings and short lines. After Sugiyama,
//! Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981). Never depends on chance.

use super::graph::Graph;

/// How often the order of the columns, and then the heights, are looked at again.
const ROUNDS: usize = 12;

/// How much room a table takes, and a line that passes by.
pub(super) const ROW: f64 = 56.0;
const PASSING: f64 = 14.0;

/// Places for everything.
pub(super) struct Layout {
    /// For each table its column and the height of its middle.
    pub places: Vec<(usize, f64)>,
    /// For each link the heights at the columns that it passes between its two ends, in order from its owner, or `None`
    /// for one that leads against the order or into itself.
    pub passages: Vec<Option<Vec<f64>>>,
    /// How many columns there are.
    pub columns: usize,
    /// The height of the whole.
    pub height: f64,
}

/// A table, or a place where a line passes a column.
struct Spot {
    column: usize,
    /// Room above and below.
    room: f64,
    y: f64,
    left: Vec<usize>,
    right: Vec<usize>,
}

/// Lays the graph out.
pub(super) fn lay_out(graph: &Graph) -> Layout {
    let backward = backward(graph);
    let column = columns(graph, &backward);
    let mut spots: Vec<Spot> = column.iter().map(|column| spot(*column, ROW)).collect();
    let mut chains: Vec<Option<Vec<usize>>> = Vec::new();
    for (link, is_backward) in graph.links.iter().zip(&backward) {
        if *is_backward {
            chains.push(None);
            continue;
        }
        let mut chain = Vec::new();
        let mut last = link.from;
        for column in column[link.from] + 1..column[link.to] {
            spots.push(spot(column, PASSING));
            let passing = spots.len() - 1;
            join(&mut spots, last, passing);
            last = passing;
            chain.push(passing);
        }
        join(&mut spots, last, link.to);
        chains.push(Some(chain));
    }
    let count = spots.iter().map(|spot| spot.column + 1).max().unwrap_or(0);
    let mut order = ordered(&mut spots, count);
    for round in 0..ROUNDS {
        settle(&mut spots, &mut order, round % 2 == 0);
    }
    let top = spots
        .iter()
        .map(|spot| spot.y - spot.room / 2.0)
        .fold(f64::INFINITY, f64::min);
    let bottom = spots
        .iter()
        .map(|spot| spot.y + spot.room / 2.0)
        .fold(0.0, f64::max);
    let top = if top.is_finite() { top } else { 0.0 };
    let height = |spot: usize| spots[spot].y - top;
    Layout {
        places: (0..graph.nodes.len())
            .map(|node| (column[node], height(node)))
            .collect(),
        passages: chains
            .iter()
            .map(|chain| Some(chain.as_ref()?.iter().map(|spot| height(*spot)).collect()))
            .collect(),
        columns: count,
        height: bottom - top,
    }
}

fn spot(column: usize, room: f64) -> Spot {
    Spot {
        column,
        room,
        y: 0.0,
        left: Vec::new(),
        right: Vec::new(),
    }
}

fn join(spots: &mut [Spot], left: usize, right: usize) {
    spots[left].right.push(right);
    spots[right].left.push(left);
}

/// For each link whether it closes a circle, seen from people on.
fn backward(graph: &Graph) -> Vec<bool> {
    let mut backward = vec![false; graph.links.len()];
    // 0: not seen; 1: on the way; 2: done.
    let mut state = vec![0_u8; graph.nodes.len()];
    for root in graph.roots() {
        // The node, and which of its links comes next.
        let mut way: Vec<(usize, usize)> = vec![(root, 0)];
        if state[root] != 0 {
            continue;
        }
        state[root] = 1;
        while let Some((node, next)) = way.last_mut() {
            let Some(link) = graph.links.get(*next) else {
                state[*node] = 2;
                way.pop();
                continue;
            };
            *next += 1;
            if link.from != *node {
                continue;
            }
            match state[link.to] {
                0 => {
                    state[link.to] = 1;
                    way.push((link.to, 0));
                }
                1 => backward[*next - 1] = true,
                _ => {}
            }
        }
    }
    backward
}

/// The column of each table: one right of the rightmost that it hangs on.
fn columns(graph: &Graph, backward: &[bool]) -> Vec<usize> {
    let mut column = vec![0_usize; graph.nodes.len()];
    // Without circles, as many rounds as there are tables are enough.
    for _ in 0..graph.nodes.len() {
        let mut is_settled = true;
        for (link, _) in graph.links.iter().zip(backward).filter(|(_, back)| !**back) {
            if column[link.to] <= column[link.from] {
                column[link.to] = column[link.from] + 1;
                is_settled = false;
            }
        }
        if is_settled {
            break;
        }
    }
    column
}

/// The spots of each column in an order with few crossings: each round moves spots to the middle of what they hang on.
fn ordered(spots: &mut [Spot], count: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (at, spot) in spots.iter().enumerate() {
        order[spot.column].push(at);
    }
    let mut best = order.clone();
    let mut fewest = usize::MAX;
    for round in 0..ROUNDS {
        let position = positions(&order, spots.len());
        let crossings = crossings(spots, &position);
        if crossings < fewest {
            fewest = crossings;
            best.clone_from(&order);
        }
        let to_right = round % 2 == 0;
        let columns: Vec<usize> = if to_right {
            (0..count).collect()
        } else {
            (0..count).rev().collect()
        };
        for column in columns {
            let position = positions(&order, spots.len());
            let middle = |spot: usize| {
                let near = if to_right {
                    &spots[spot].left
                } else {
                    &spots[spot].right
                };
                mean(near.iter().map(|other| position[*other])).unwrap_or(position[spot])
            };
            order[column].sort_by(|a, b| middle(*a).total_cmp(&middle(*b)));
        }
    }
    for column in &best {
        let mut y = 0.0;
        for spot in column {
            spots[*spot].y = y + spots[*spot].room / 2.0;
            y += spots[*spot].room;
        }
    }
    best
}

/// The place of each spot in its column, from 0 to 1.
fn positions(order: &[Vec<usize>], count: usize) -> Vec<f64> {
    let mut position = vec![0.0; count];
    for column in order {
        let step = 1.0 / as_f64(column.len().max(1));
        for (at, spot) in column.iter().enumerate() {
            position[*spot] = (as_f64(at) + 0.5) * step;
        }
    }
    position
}

/// How many pairs of lines between neighbouring columns cross.
fn crossings(spots: &[Spot], position: &[f64]) -> usize {
    let lines: Vec<(usize, f64, f64)> = spots
        .iter()
        .enumerate()
        .flat_map(|(at, spot)| {
            let ends = spot.right.iter();
            ends.map(move |end| (spot.column, position[at], position[*end]))
        })
        .collect();
    let pairs = lines
        .iter()
        .enumerate()
        .flat_map(|(at, a)| lines[at + 1..].iter().map(move |b| (a, b)));
    pairs
        .filter(|(a, b)| a.0 == b.0 && (a.1 - b.1) * (a.2 - b.2) < 0.0)
        .count()
}

/// Moves the spots of each column as near as their order and room allow to what they hang on: least squares under an
/// order, by pooling neighbours that are in each other's way.
fn settle(spots: &mut [Spot], order: &mut [Vec<usize>], to_right: bool) {
    let columns: Vec<usize> = if to_right {
        (0..order.len()).collect()
    } else {
        (0..order.len()).rev().collect()
    };
    for column in columns {
        // Height less the room of all above: what has to rise from spot to spot. Weight, sum, how many spots.
        let mut pools: Vec<(f64, f64, usize)> = Vec::new();
        let mut above = 0.0;
        for at in &order[column] {
            let spot = &spots[*at];
            let near = if to_right { &spot.left } else { &spot.right };
            let wanted = mean(near.iter().map(|other| spots[*other].y)).unwrap_or(spot.y);
            pools.push((1.0, wanted - above - spot.room / 2.0, 1));
            above += spot.room;
            while let [.., before, last] = pools.as_slice()
                && before.1 / before.0 > last.1 / last.0
            {
                let pool = (before.0 + last.0, before.1 + last.1, before.2 + last.2);
                pools.truncate(pools.len() - 2);
                pools.push(pool);
            }
        }
        let mut heights = pools
            .iter()
            .flat_map(|(weight, sum, count)| std::iter::repeat_n(sum / weight, *count));
        let mut above = 0.0;
        for at in &order[column] {
            let room = spots[*at].room;
            spots[*at].y = heights.next().unwrap_or_default() + above + room / 2.0;
            above += room;
        }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| {
        (sum + value, count + 1)
    });
    (count > 0).then(|| sum / as_f64(count))
}

fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
