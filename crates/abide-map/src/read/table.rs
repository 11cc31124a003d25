//! The block of a `table`. Never looks at a schema.

use abide_policy::diagnostic::Findings;
use abide_policy::source::{Span, Spanned};
use abide_policy::syntax::Statement;

use super::{edge, erase, property, property_text, text};
use crate::check::{bad_value, malformed_statement, repeated_statement, standing_clash};
use crate::map::{
    Case, Confidence, Erase, Hidden, Holds, Identity, MappedColumn, MappedTable, Retain, Standing,
};
use crate::schema::TableName;

/// The table, or nothing if its name cannot be read.
pub(super) fn read(statement: &Statement, findings: &mut Findings) -> Option<MappedTable> {
    let name = statement.args.first()?;
    let Some(value) = TableName::parse(&name.text) else {
        findings.push(bad_value::at(name.span, &name.text, "orders"));
        return None;
    };
    let mut reader = Reader {
        table: MappedTable {
            name: Spanned {
                value,
                span: name.span,
            },
            standing: Standing::Linked,
            identities: Vec::new(),
            edges: Vec::new(),
            columns: Vec::new(),
            erase: Erase::Undecided,
            hides: Vec::new(),
            retain: None,
            clauses: Vec::new(),
            span: statement.span,
        },
        said: Vec::new(),
        findings,
    };
    for line in &statement.children {
        reader.line(line);
    }
    reader.contradictions(&statement.children);
    Some(reader.table)
}

struct Reader<'a> {
    table: MappedTable,
    /// What may be said once and has been, and where.
    said: Vec<(&'static str, Span)>,
    findings: &'a mut Findings,
}

impl Reader<'_> {
    fn line(&mut self, line: &Statement) {
        match line.name.value.as_str() {
            "subject" => self.standing(line, Standing::Subject),
            "ordinary" => {
                let reason = property(line, "because").map(|reason| reason.text.clone());
                self.standing(line, Standing::Ordinary(reason.unwrap_or_default()));
            }
            "undecided" => self.standing(line, Standing::Undecided),
            "identity" => self.identity(line),
            "column" => self.column(line),
            "erase" if self.is_first("erase", line) => {
                self.table.erase = erase::of_table(line, self.findings);
            }
            "hide" => self.table.hides.extend(hides(line)),
            "retain" if self.is_first("retain", line) => self.retain(line),
            "clause" => self.table.clauses.extend(line.args.iter().map(text)),
            _ => self.edge(line),
        }
    }

    /// Whoever says that no row is anyone's has nothing to say of whose they are and what an erasure does to them.
    fn contradictions(&mut self, lines: &[Statement]) {
        let ordinary = lines.iter().find(|line| line.name.value == "ordinary");
        let Some(ordinary) =
            ordinary.filter(|_| matches!(self.table.standing, Standing::Ordinary(_)))
        else {
            return;
        };
        let words = [
            "identity",
            "owned-by",
            "accessible-by",
            "owns",
            "accesses",
            "erase",
            "retain",
        ];
        let found = lines
            .iter()
            .find(|line| words.contains(&line.name.value.as_str()));
        if let Some(line) = found {
            let (here, there) = (line.span_of_head(), ordinary.span_of_head());
            self.findings
                .push(standing_clash::of_ordinary(here, there, &line.name.value));
        }
    }

    fn is_first(&mut self, word: &'static str, line: &Statement) -> bool {
        let span = line.span_of_head();
        if let Some((_, earlier)) = self.said.iter().find(|(said, _)| *said == word) {
            let message = format!("`{word}` is said twice of one table");
            self.findings
                .push(repeated_statement::at(span, *earlier, &message));
            return false;
        }
        self.said.push((word, span));
        true
    }

    fn standing(&mut self, line: &Statement, standing: Standing) {
        let span = line.span_of_head();
        match self.said.iter().find(|(said, _)| *said == "standing") {
            Some((_, earlier)) => self.findings.push(standing_clash::at(span, *earlier)),
            None => {
                self.said.push(("standing", span));
                self.table.standing = standing;
            }
        }
    }

    fn identity(&mut self, line: &Statement) {
        let Some((kind, columns)) = line.args.split_first() else {
            return;
        };
        let case = match property(line, "case") {
            Some(word) if word.text == "lower" => Case::Lower,
            Some(word) => {
                let help = "write `case=lower`, or nothing: letters are then compared in any case";
                self.findings
                    .push(bad_value::at(word.span, &word.text, help));
                Case::Any
            }
            None => Case::Any,
        };
        for column in columns {
            let identity = Identity {
                kind: text(kind),
                column: text(column),
                case,
            };
            let same = self.table.identities.iter().find(|known| {
                known.kind.value == identity.kind.value
                    && known.column.value == identity.column.value
            });
            match same {
                None => self.table.identities.push(identity),
                Some(known) => self.findings.push(repeated_statement::at(
                    column.span,
                    known.column.span,
                    &format!("`{}` is an identity twice", column.text),
                )),
            }
        }
    }

    fn column(&mut self, line: &Statement) {
        let Some(name) = line.args.first() else {
            return;
        };
        let column = MappedColumn {
            name: text(name),
            holds: self.holds(line),
            confidence: confidence(line, self.findings),
        };
        let earlier = self.table.columns.iter();
        match { earlier }.find(|known| known.name.value == name.text) {
            None => self.table.columns.push(column),
            Some(known) => self.findings.push(repeated_statement::at(
                name.span,
                known.name.span,
                &format!("column `{}` is said twice", name.text),
            )),
        }
    }

    fn holds(&mut self, line: &Statement) -> Holds {
        let mut data: Vec<Spanned<String>> = property_text(line, "is").into_iter().collect();
        for more in &line.children {
            data.extend(more.args.iter().map(text));
        }
        let Some(word) = line.args.get(1) else {
            if data.is_empty() && line.args.len() == 1 {
                let form = "column COLUMN is=email";
                self.findings
                    .push(malformed_statement::at(line.span_of_head(), "column", form));
                return Holds::Undecided;
            }
            return Holds::Data(data);
        };
        if !data.is_empty() {
            let form = "column COLUMN is=email";
            self.findings
                .push(malformed_statement::at(line.span_of_head(), "column", form));
            return Holds::Data(data);
        }
        match word.text.as_str() {
            "key" => Holds::Key,
            "ordinary" => Holds::Ordinary,
            "file" => Holds::File,
            "undecided" => Holds::Undecided,
            other => {
                self.findings.push(bad_value::one_of(
                    word.span,
                    other,
                    &["key", "ordinary", "file", "undecided"],
                ));
                Holds::Undecided
            }
        }
    }

    fn retain(&mut self, line: &Statement) {
        let Some(length) = line.args.first() else {
            return;
        };
        let Some(from) = property_text(line, "from") else {
            self.findings.push(malformed_statement::at(
                line.span_of_head(),
                "retain",
                "retain \"2 years\" from=COLUMN",
            ));
            return;
        };
        self.table.retain = Some(Retain {
            length: text(length),
            from,
            clause: property_text(line, "clause"),
        });
    }

    fn edge(&mut self, line: &Statement) {
        let Some(edge) = edge::read(line, self.findings) else {
            return;
        };
        let words = |columns: &[Spanned<String>]| -> Vec<String> {
            columns.iter().map(|column| column.value.clone()).collect()
        };
        let values = |edge: &crate::map::Edge| -> Vec<(String, String)> {
            let when = edge.when.iter();
            when.map(|when| (when.column.value.clone(), when.value.clone()))
                .collect()
        };
        let same = self.table.edges.iter().find(|known| {
            known.kind == edge.kind
                && known.target.value == edge.target.value
                && words(&known.columns) == words(&edge.columns)
                && words(&known.target_columns) == words(&edge.target_columns)
                && values(known) == values(&edge)
        });
        match same {
            None => self.table.edges.push(edge),
            Some(known) => self.findings.push(repeated_statement::at(
                edge.span,
                known.span,
                "this edge is said twice",
            )),
        }
    }
}

/// The columns of a `hide`.
pub(super) fn hides(line: &Statement) -> impl Iterator<Item = Hidden> {
    let because = property_text(line, "because");
    line.args.iter().map(move |column| Hidden {
        column: text(column),
        because: because.clone(),
    })
}

/// How sure a proposal was: `confidence="0.93" reason="…"`.
pub(super) fn confidence(line: &Statement, findings: &mut Findings) -> Option<Confidence> {
    let value = property(line, "confidence")?;
    let number: Option<f64> = value.text.parse().ok();
    let Some(number) = number.filter(|number| (0.0..=1.0).contains(number)) else {
        findings.push(bad_value::at(value.span, &value.text, "0.93"));
        return None;
    };
    let reason = property(line, "reason").map(|reason| reason.text.clone());
    Some(Confidence {
        value: number,
        reason: reason.unwrap_or_default(),
    })
}
