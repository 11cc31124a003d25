//! The laid-out graph as an SVG that stands alone: no script, no font of its own, light and dark. Never draws what the text
//! does not say.

use maud::{Markup, PreEscaped, html};

use super::graph::{Graph, Link, Node, Way};
use super::layout::{Layout, ROW, lay_out};
use crate::map::{Map, Standing};

/// The widest a table is drawn.
const BOX: f64 = 250.0;
/// The height of a table.
const TALL: f64 = 42.0;
/// From the left of a column to that of the next.
const STEP: f64 = 350.0;
const MARGIN: f64 = 24.0;
const HEAD: f64 = 56.0;
/// How many letters of a name and of a note fit into a table.
const NAME_LETTERS: usize = 32;
const NOTE_LETTERS: usize = 38;
/// How many letters of ordinary tables stand on a line, for each column of the drawing.
const LIST_LETTERS: usize = 48;

const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#1c2733}\
.t{font-weight:600;font-size:18px}.n{font-weight:600}.s{font-size:11px;fill:#51606f}\
.b{fill:#fff;stroke:#8796a5}.subject{fill:#dcebfa;stroke:#2f6fb0}.undecided{fill:#fdf0cf;stroke:#b07a10}\
.own,.see{fill:none;stroke:#5b6b7b;stroke-width:1.4}.see{stroke-dasharray:5 4}.a{fill:#5b6b7b}.bg{fill:#f7f9fb}\
@media(prefers-color-scheme:dark){.bg{fill:#12181f}text{fill:#e6edf3}.s{fill:#9fb0c0}.b{fill:#1c2530;stroke:#5d6f80}\
.subject{fill:#17324d;stroke:#5c9ddb}.undecided{fill:#42340f;stroke:#d3a23c}.own,.see{stroke:#8fa1b3}.a{fill:#8fa1b3}}";

/// The drawing of a map.
pub(super) fn draw(map: &Map, graph: &Graph) -> String {
    let layout = lay_out(graph);
    let columns = u32::try_from(layout.columns.max(1)).map_or(1.0, f64::from);
    let width = (2.0 * MARGIN + (columns - 1.0) * STEP + BOX).max(560.0);
    let list = ordinary_lines(graph, layout.columns);
    let lines = u32::try_from(list.len()).map_or(0.0, f64::from);
    let list_top = HEAD + layout.height + 2.0 * MARGIN;
    let height = list_top + lines * 18.0 + MARGIN;
    let title = format!("Whose rows are whose: {}", map.name.value);
    let drawing = html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label=(title)
            width=(short(width)) height=(short(height)) viewBox=(format!("0 0 {} {}", short(width), short(height))) {
            title { (title) }
            style { (PreEscaped(STYLE)) }
            defs {
                marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto" {
                    path class="a" d="M0 0L8 4L0 8z" {}
                }
            }
            rect class="bg" width="100%" height="100%" {}
            text class="t" x=(short(MARGIN)) y="30" { (map.name.value) }
            text class="s" x=(short(MARGIN)) y="48" { "blue: people · line: belongs to · broken line: may be seen by" }
            @for (link, passage) in graph.links.iter().zip(&layout.passages) { (line(link, passage.as_deref(), graph, &layout)) }
            @for (node, place) in graph.nodes.iter().zip(&layout.places) { (table(node, *place)) }
            @for (at, text) in (0_u32..).zip(&list) {
                text class="s" x=(short(MARGIN)) y=(short(list_top + f64::from(at) * 18.0)) { (text) }
            }
        }
    };
    drawing.into_string() + "\n"
}

/// Where the box of a table stands: its left side and its middle.
fn corner((column, y): (usize, f64)) -> (f64, f64) {
    let column = u32::try_from(column).map_or(0.0, f64::from);
    (MARGIN + column * STEP, HEAD + MARGIN / 2.0 + y)
}

fn table(node: &Node, place: (usize, f64)) -> Markup {
    let (x, y) = corner(place);
    let class = match node.standing {
        Standing::Subject => "b subject",
        Standing::Undecided => "b undecided",
        _ => "b",
    };
    html! {
        g {
            title { (node.name) ": " (node.note) }
            rect class=(class) rx="6" x=(short(x)) y=(short(y - TALL / 2.0)) width=(short(BOX)) height=(short(TALL)) {}
            text class="n" x=(short(x + 10.0)) y=(short(y - 3.0)) { (cut(&node.name, NAME_LETTERS)) }
            text class="s" x=(short(x + 10.0)) y=(short(y + 13.0)) { (cut(&node.note, NOTE_LETTERS)) }
        }
    }
}

/// From what is owned to its owner, around the tables of the columns between.
fn line(link: &Link, passage: Option<&[f64]>, graph: &Graph, layout: &Layout) -> Markup {
    let (owner_x, owner_y) = corner(layout.places[link.from]);
    let (owned_x, owned_y) = corner(layout.places[link.to]);
    let owner_column = layout.places[link.from].0;
    let (class, verb) = match link.way {
        Way::Own => ("own", "belongs to"),
        Way::See => ("see", "may be seen by"),
    };
    let path = match passage {
        None => {
            let out = (owner_x.max(owned_x)) + BOX + ROW / 2.0;
            let (a, b) = if link.from == link.to {
                (owned_y - 8.0, owner_y + 8.0)
            } else {
                (owned_y, owner_y)
            };
            format!(
                "M{} {}C{} {} {} {} {} {}",
                short(owned_x + BOX),
                short(a),
                short(out),
                short(a),
                short(out),
                short(b),
                short(owner_x + BOX),
                short(b)
            )
        }
        Some(heights) => {
            let mut points = vec![(owner_x + BOX, owner_y)];
            for (column, y) in (owner_column + 1..).zip(heights) {
                let (x, y) = corner((column, *y));
                points.extend([(x, y), (x + BOX, y)]);
            }
            points.push((owned_x, owned_y));
            points.reverse();
            curve(&points)
        }
    };
    let (owned, owner) = (&graph.nodes[link.to].name, &graph.nodes[link.from].name);
    html! {
        path class=(class) d=(path) marker-end="url(#a)" {
            title { (owned) " " (verb) " " (owner) " by " (link.by) }
        }
    }
}

/// A line through the points, level at each of them.
fn curve(points: &[(f64, f64)]) -> String {
    let Some((first, rest)) = points.split_first() else {
        return String::new();
    };
    let mut path = format!("M{} {}", short(first.0), short(first.1));
    let mut last = *first;
    for (x, y) in rest.iter().copied() {
        let middle = f64::midpoint(last.0, x);
        path.push_str(&format!(
            "C{} {} {} {} {} {}",
            short(middle),
            short(last.1),
            short(middle),
            short(y),
            short(x),
            short(y)
        ));
        last = (x, y);
    }
    path
}

/// The names of ordinary tables, in lines of bounded length.
fn ordinary_lines(graph: &Graph, columns: usize) -> Vec<String> {
    let limit = LIST_LETTERS * columns.max(2);
    let mut lines = Vec::new();
    let mut line = String::from("No one's:");
    for (at, name) in graph.ordinary.iter().enumerate() {
        let sign = if at + 1 == graph.ordinary.len() {
            ""
        } else {
            ","
        };
        let word = format!(" {name}{sign}");
        if line.chars().count() + word.chars().count() > limit {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(&word);
    }
    if !graph.ordinary.is_empty() {
        lines.push(line);
    }
    lines
}

/// The text, cut to so many letters.
fn cut(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(letters - 1).collect();
    cut.push('…');
    cut
}

/// A coordinate with one digit after the point.
fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0")
        .map_or_else(|| text.clone(), str::to_owned)
}
