//! The laid-out graph as an SVG that stands alone: no script, no font of its own, light and dark. Never draws what the text
//! does not say.

use maud::{Markup, PreEscaped, html};

use super::graph::{Graph, Link, Node, Way};
use super::layout::{Layout, ROW, lay_out};
use crate::map::{Map, Standing};

/// The least that a table is wide; it is as wide as what stands in it.
const BOX: f64 = 250.0;
/// The height of a table.
const TALL: f64 = 42.0;
/// Between one column and the next.
const GAP: f64 = 100.0;
const MARGIN: f64 = 24.0;
const HEAD: f64 = 56.0;
/// How wide a letter of a name, of a note and of the title is at most, on the average of a word.
const NAME_LETTER: f64 = 8.2;
const NOTE_LETTER: f64 = 6.4;
const TITLE_LETTER: f64 = 11.0;
/// A longer note ends in `…` and stands in full in the title of its table; the longest names of all engines fit.
const NOTE_LETTERS: usize = 80;

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
    let wide = widest(graph);
    let heading = room(&map.name.value, TITLE_LETTER);
    let width = 2.0 * MARGIN + (columns * (wide + GAP) - GAP).max(heading).max(512.0);
    let list = ordinary_lines(graph, width - 2.0 * MARGIN);
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
            @for (link, passage) in graph.links.iter().zip(&layout.passages) { (line(link, passage.as_deref(), graph, &layout, wide)) }
            @for (node, place) in graph.nodes.iter().zip(&layout.places) { (table(node, *place, wide)) }
            @for (at, text) in (0_u32..).zip(&list) {
                text class="s" x=(short(MARGIN)) y=(short(list_top + f64::from(at) * 18.0)) { (text) }
            }
        }
    };
    drawing.into_string() + "\n"
}

/// How wide the tables are: all as the one that needs most.
fn widest(graph: &Graph) -> f64 {
    let of = |node: &Node| {
        let note = cut(&node.note, NOTE_LETTERS);
        room(&node.name, NAME_LETTER).max(room(&note, NOTE_LETTER)) + 20.0
    };
    graph.nodes.iter().map(of).fold(BOX, f64::max)
}

/// How much room a text takes; letters beyond Latin, Greek and Cyrillic may be twice as wide.
fn room(text: &str, letter: f64) -> f64 {
    let wide = |sign: char| if sign > '\u{1100}' { 2.0 } else { 1.0 };
    text.chars().map(|sign| wide(sign) * letter).sum()
}

/// Where the box of a table stands: its left side and its middle.
fn corner((column, y): (usize, f64), wide: f64) -> (f64, f64) {
    let column = u32::try_from(column).map_or(0.0, f64::from);
    (MARGIN + column * (wide + GAP), HEAD + MARGIN / 2.0 + y)
}

fn table(node: &Node, place: (usize, f64), wide: f64) -> Markup {
    let (x, y) = corner(place, wide);
    let class = match node.standing {
        Standing::Subject => "b subject",
        Standing::Undecided => "b undecided",
        _ => "b",
    };
    html! {
        g {
            title { (node.name) ": " (node.note) }
            rect class=(class) rx="6" x=(short(x)) y=(short(y - TALL / 2.0)) width=(short(wide)) height=(short(TALL)) {}
            text class="n" x=(short(x + 10.0)) y=(short(y - 3.0)) { (node.name) }
            text class="s" x=(short(x + 10.0)) y=(short(y + 13.0)) { (cut(&node.note, NOTE_LETTERS)) }
        }
    }
}

/// From what is owned to its owner, around the tables of the columns between.
fn line(link: &Link, passage: Option<&[f64]>, graph: &Graph, layout: &Layout, wide: f64) -> Markup {
    let (owner_x, owner_y) = corner(layout.places[link.from], wide);
    let (owned_x, owned_y) = corner(layout.places[link.to], wide);
    let owner_column = layout.places[link.from].0;
    let (class, verb) = match link.way {
        Way::Own => ("own", "belongs to"),
        Way::See => ("see", "may be seen by"),
    };
    let path = match passage {
        None => {
            let out = (owner_x.max(owned_x)) + wide + ROW / 2.0;
            let (a, b) = if link.from == link.to {
                (owned_y - 8.0, owner_y + 8.0)
            } else {
                (owned_y, owner_y)
            };
            format!(
                "M{} {}C{} {} {} {} {} {}",
                short(owned_x + wide),
                short(a),
                short(out),
                short(a),
                short(out),
                short(b),
                short(owner_x + wide),
                short(b)
            )
        }
        Some(heights) => {
            let mut points = vec![(owner_x + wide, owner_y)];
            for (column, y) in (owner_column + 1..).zip(heights) {
                let (x, y) = corner((column, *y), wide);
                points.extend([(x, y), (x + wide, y)]);
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

/// The names of ordinary tables, in lines that have this much room.
fn ordinary_lines(graph: &Graph, limit: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::from("No one's:");
    for (at, name) in graph.ordinary.iter().enumerate() {
        let sign = if at + 1 == graph.ordinary.len() {
            ""
        } else {
            ","
        };
        let word = format!(" {name}{sign}");
        if room(&line, NOTE_LETTER) + room(&word, NOTE_LETTER) > limit {
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
