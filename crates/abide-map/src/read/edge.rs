//! Lines that tie rows to rows: `owned-by user_id to=users`. Never looks whether the table is there.

use abide_policy::diagnostic::Findings;
use abide_policy::source::{Span, Spanned};
use abide_policy::syntax::Statement;

use super::table::{confidence, hides};
use super::{erase, property, text};
use crate::check::{bad_value, malformed_statement, repeated_statement};
use crate::map::{Condition, Edge, EdgeKind};
use crate::schema::{Names, TableName};

/// Reads an edge; `None` for a line that is none, or that leads nowhere.
pub(super) fn read(line: &Statement, findings: &mut Findings) -> Option<Edge> {
    const KINDS: [EdgeKind; 5] = [
        EdgeKind::OwnedBy,
        EdgeKind::Owns,
        EdgeKind::AccessibleBy,
        EdgeKind::Accesses,
        EdgeKind::Refers,
    ];
    let word = line.name.value.as_str();
    let kind = KINDS.into_iter().find(|kind| kind.to_string() == word)?;
    let form = format!("{word} COLUMN to=TABLE");
    let Some(to) = property(line, "to") else {
        findings.push(malformed_statement::at(line.span_of_head(), word, &form));
        return None;
    };
    let Some((target, target_columns)) = parse_target(&to.text) else {
        let form = "users(tenant, id)";
        findings.push(bad_value::at(to.span, &to.text, form));
        return None;
    };
    if !target_columns.is_empty() && target_columns.len() != line.args.len() {
        findings.push(malformed_statement::unequal(
            to.span,
            line.args.len(),
            target_columns.len(),
        ));
        return None;
    }
    let here = |value: String| Spanned {
        value,
        span: to.span,
    };
    let mut edge = Edge {
        kind,
        columns: line.args.iter().map(text).collect(),
        target: Spanned {
            value: target,
            span: to.span,
        },
        target_columns: target_columns.into_iter().map(here).collect(),
        when: Vec::new(),
        hides: Vec::new(),
        erase: None,
        confidence: confidence(line, findings),
        span: line.span_of_head(),
    };
    let mut erased: Option<Span> = None;
    for child in &line.children {
        match child.name.value.as_str() {
            "when" => edge.when.extend(condition(child)),
            "hide" => edge.hides.extend(hides(child)),
            "erase" => {
                if let Some(earlier) = erased {
                    let message = "`erase` is said twice of one edge";
                    let span = child.span_of_head();
                    findings.push(repeated_statement::at(span, earlier, message));
                    continue;
                }
                erased = Some(child.span_of_head());
                edge.erase = erase::of_edge(child, findings);
            }
            _ => {}
        }
    }
    Some(edge)
}

fn condition(line: &Statement) -> Option<Condition> {
    let [column, value] = line.args.as_slice() else {
        return None;
    };
    Some(Condition {
        column: text(column),
        value: value.text.clone(),
    })
}

/// `users`, `billing.users`, `users(tenant, id)`.
fn parse_target(text: &str) -> Option<(TableName, Vec<String>)> {
    let mut names = Names(text);
    let mut table = TableName::new(&names.name()?);
    if names.sign('.').is_some() {
        table = TableName {
            schema: Some(table.name),
            name: names.name()?,
        };
    }
    let mut columns = Vec::new();
    if names.sign('(').is_some() {
        columns.push(names.name()?);
        while names.sign(',').is_some() {
            columns.push(names.name()?);
        }
        names.sign(')')?;
    }
    names.is_done().then_some((table, columns))
}
