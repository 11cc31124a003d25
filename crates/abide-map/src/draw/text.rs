//! The graph as indented text. Each table is unfolded once; where it comes again it is only named.

use super::graph::{Graph, Link, Way};
use crate::map::Standing;

/// The graph, people first, ordinary tables in one line at the end.
pub(super) fn draw(graph: &Graph) -> String {
    let mut drawing = Drawing {
        graph,
        rows: Vec::new(),
        unfolded: vec![false; graph.nodes.len()],
    };
    for root in graph.roots() {
        drawing.root(root);
    }
    let mut text = drawing.render();
    if !graph.ordinary.is_empty() {
        let names: Vec<String> = graph.ordinary.iter().map(ToString::to_string).collect();
        text.push_str(&format!("\nno one's: {}\n", names.join(", ")));
    }
    text
}

struct Drawing<'a> {
    graph: &'a Graph,
    /// What stands on the left of each line, and what is said of it.
    rows: Vec<(String, String)>,
    unfolded: Vec<bool>,
}

impl Drawing<'_> {
    fn root(&mut self, node: usize) {
        let said = &self.graph.nodes[node];
        let what = match said.standing {
            Standing::Subject => "people; ",
            _ => "",
        };
        self.rows
            .push((said.name.clone(), format!("{what}{}", said.note)));
        self.below(node, "");
    }

    /// What hangs on a table. The depth is at most the number of tables, as each is unfolded once; chains of tables are
    /// short in every real schema.
    fn below(&mut self, node: usize, indent: &str) {
        if std::mem::replace(&mut self.unfolded[node], true) {
            return;
        }
        let links: Vec<&Link> = self
            .graph
            .links
            .iter()
            .filter(|link| link.from == node)
            .collect();
        for (at, link) in links.iter().enumerate() {
            let is_last = at + 1 == links.len();
            let (corner, line) = match (link.way, is_last) {
                (Way::Own, false) => ("├─ ", "│  "),
                (Way::Own, true) => ("└─ ", "   "),
                (Way::See, false) => ("├┄ ", "│  "),
                (Way::See, true) => ("└┄ ", "   "),
            };
            let child = &self.graph.nodes[link.to];
            let way = match link.way {
                Way::Own => "",
                Way::See => "may be seen ",
            };
            let note = match (link.to == node, self.unfolded[link.to]) {
                (true, _) => "the same table".to_owned(),
                (false, true) => "see above".to_owned(),
                (false, false) => child.note.clone(),
            };
            let said = format!("{way}by {}; {note}", link.by);
            self.rows
                .push((format!("{indent}{corner}{}", child.name), said));
            if link.to != node {
                self.below(link.to, &format!("{indent}{line}"));
            }
        }
    }

    fn render(&self) -> String {
        let widths = self.rows.iter().map(|(left, _)| left.chars().count());
        let width = widths.max().unwrap_or(0) + 2;
        let lines = self.rows.iter().map(|(left, said)| {
            let blanks = width - left.chars().count();
            format!("{left}{}{said}\n", " ".repeat(blanks))
        });
        lines.collect()
    }
}
