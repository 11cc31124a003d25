//! A map as a drawing: whose rows hang on whose, as text and as SVG. Never says more than the map does.

mod graph;
mod layout;
mod svg;
mod text;

use crate::map::Map;

/// The ownership graph as indented text, one line for each table under each of its owners.
pub fn text(map: &Map) -> String {
    text::draw(&graph::Graph::of(map))
}

/// The ownership graph as an SVG of its own: people on the left, what belongs to them to the right of it.
pub fn svg(map: &Map) -> String {
    svg::draw(map, &graph::Graph::of(map))
}
