//! The size of a policy that checks may compare line by line. Cuts the rest off; never looks at what it says.

use crate::source::Span;
use crate::syntax::Statement;

/// How much may still be read.
pub struct Allowance {
    statements: usize,
    words: usize,
    blocks: usize,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            statements: 20_000,
            words: 50_000,
            blocks: 100,
        }
    }
}

impl Allowance {
    /// Cuts the statements off where the allowance ends; returns the first that is lost.
    pub fn cut(&mut self, statements: &mut Vec<Statement>) -> Option<Span> {
        for (at, statement) in statements.iter_mut().enumerate() {
            if !self.take(statement) {
                let lost = statement.span_of_head();
                statements.truncate(at);
                return Some(lost);
            }
            if let Some(lost) = self.cut(&mut statement.children) {
                statements.truncate(at + 1);
                return Some(lost);
            }
        }
        None
    }

    fn take(&mut self, statement: &Statement) -> bool {
        let words = statement.args.len() + statement.props.len();
        // Each policy has a table of names of its own, and a part may cut its people out of every line.
        let blocks = usize::from(matches!(statement.name.value.as_str(), "policy" | "part"));
        let enough = self.statements > 0 && self.words >= words && self.blocks >= blocks;
        if enough {
            self.statements -= 1;
            self.words -= words;
            self.blocks -= blocks;
        }
        enough
    }
}
