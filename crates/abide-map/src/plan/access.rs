//! What a person is given of one table: their own rows, and rows of others that they may see. Withholds what the map hides.

use std::collections::BTreeMap;

use super::planner::Planner;
use super::predicate::Pred;
use super::rows::Rows;
use super::{Effect, Step};
use crate::map::Hidden;
use crate::ownership::TableId;

/// The reason shown where the map gives none.
const NO_REASON: &str = "the map says that it is not for the person";

impl Planner<'_> {
    /// The person's own rows of a table, if there can be any.
    pub(super) fn read_own(&self, rows: &Rows<'_>, id: TableId, own: &Pred) -> Option<Step> {
        let ways: Vec<(Vec<Hidden>, Pred)> = rows
            .ways_to_own(id)
            .into_iter()
            .map(|(link, way)| (link.map(|link| link.hides.clone()).unwrap_or_default(), way))
            .collect();
        self.step(id, own, &ways, true)
    }

    /// Rows of a table that the person may see and does not own, if there can be any.
    pub(super) fn read_seen(&self, rows: &Rows<'_>, id: TableId, own: &Pred) -> Option<Step> {
        let seen = rows.seen(id);
        if seen == Pred::Never {
            return None;
        }
        let filter = Pred::all([seen, Pred::not(own.clone())]);
        let ways: Vec<(Vec<Hidden>, Pred)> = rows
            .ways_to_see(id)
            .into_iter()
            .map(|(link, way)| (link.hides.clone(), way))
            .collect();
        self.step(id, &filter, &ways, false)
    }

    /// A column is left out of a row if the table hides it from everyone, or any way by which the row was reached does: a
    /// hide protects someone else, however many ways there are around it.
    fn step(
        &self,
        id: TableId,
        filter: &Pred,
        ways: &[(Vec<Hidden>, Pred)],
        is_own: bool,
    ) -> Option<Step> {
        let node = self.ownership.tables.get(id)?;
        let mapped = node.mapped.as_ref()?;
        if *filter == Pred::Never {
            return None;
        }
        let mut columns = Vec::new();
        let mut withheld = Vec::new();
        let mut shown = BTreeMap::new();
        for column in &node.table.columns {
            let hidden = mapped
                .hides
                .iter()
                .find(|hidden| hidden.column.value == column.name);
            if let Some(hidden) = hidden {
                withheld.push((column.name.clone(), reason(hidden)));
                continue;
            }
            let hides = |hides: &[Hidden]| {
                let found = hides
                    .iter()
                    .find(|hidden| hidden.column.value == column.name);
                found.map(reason)
            };
            let reasons: Vec<String> = ways.iter().filter_map(|(way, _)| hides(way)).collect();
            if let Some(reason) = reasons.first() {
                withheld.push((column.name.clone(), reason.clone()));
                if reasons.len() == ways.len() {
                    continue;
                }
                let hiding = ways.iter().filter(|(way, _)| hides(way).is_some());
                let hidden = Pred::any(hiding.map(|(_, way)| way.clone()));
                shown.insert(column.name.clone(), Pred::not(hidden));
            }
            columns.push(column.name.clone());
        }
        let (statement, columns) = self.read(id, &columns, filter, Some(&shown));
        Some(Step {
            table: node.table.name.clone(),
            effect: Effect::Read {
                columns,
                withheld,
                is_own,
            },
            statement,
            count: self.count(id, filter),
            before: None,
            image: None,
            reason: if is_own {
                "rows of the person's own".to_owned()
            } else {
                "rows of others that the person may see".to_owned()
            },
            clauses: self.clauses(mapped, "access"),
        })
    }
}

fn reason(hidden: &Hidden) -> String {
    let because = hidden.because.as_ref();
    because.map_or_else(|| NO_REASON.to_owned(), |because| because.value.clone())
}
