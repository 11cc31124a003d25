//! What is reached in tables that lead to each other, as a recursive table of `(table, key)`. Decides nothing about whose
//! the rows are.

use std::rc::Rc;

use super::dialect::postgresql_type;
use super::predicate::{Goes, Pred, Ring};
use super::render::Writer;
use crate::ownership::{Link, TableId};
use crate::schema::{Column, Dialect, TypeClass};
use crate::statement::Value;

/// Where what a ring reaches is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rings {
    /// Once for the statement, before it.
    Shared,
    /// Where it is asked for. MariaDB has nothing stand before a `DELETE` or `UPDATE`, and its server ends (10.11.19) where
    /// one recursive table reads another that the statement reads as well.
    InPlace,
}

/// What a ring reaches, as a named table of the statement.
pub(super) struct Shared {
    ring: Rc<Ring>,
    name: String,
    /// `name (columns) AS (…)`.
    pub(super) text: String,
    pub(super) values: Vec<(usize, Value)>,
}

/// Which columns of the recursive table hold the keys of each member. Keys of one type share columns.
struct Layout {
    /// The type of each column: what PostgreSQL casts to, else what tells columns that cannot be shared apart.
    types: Vec<String>,
    /// For each member its table, its key, and the column of each part of that.
    members: Vec<(TableId, Vec<String>, Vec<usize>)>,
}

/// The columns of the recursive table in which these columns stand; nothing if one is not of the key.
fn in_key(columns: &[String], key: &[String], places: &[usize]) -> Option<Vec<usize>> {
    let at = |column: &String| {
        let nth = key.iter().position(|name| name == column)?;
        places.get(nth).copied()
    };
    columns.iter().map(at).collect()
}

/// That a step stands in a lateral table, which has the recursive one beside it.
#[derive(Debug, Clone, Copy)]
struct Lateral;

impl Writer<'_> {
    /// `(key) IN (…)` over a recursive table of everything that the ring reaches. Its first column says of which member a
    /// row is.
    pub(super) fn ring(&mut self, alias: &str, ring: &Rc<Ring>, target: usize) {
        let layout = self.layout(ring);
        let Some((_, key, places)) = layout.members.get(target) else {
            self.push("1 = 0");
            return;
        };
        let is_same = |shared: &&Shared| Rc::ptr_eq(&shared.ring, ring) || shared.ring == *ring;
        let known = self.shared.iter().find(is_same);
        let known = known.map(|shared| shared.name.clone());
        let mut in_place = None;
        let name = known.unwrap_or_else(|| {
            let sql = std::mem::take(&mut self.sql);
            let values = std::mem::take(&mut self.values);
            let (name, text) = self.reached(ring, &layout);
            self.sql = sql;
            let values = std::mem::replace(&mut self.values, values);
            if self.rings == Rings::InPlace {
                self.values.extend(values);
                in_place = Some(text);
                return name;
            }
            self.shared.push(Shared {
                ring: Rc::clone(ring),
                name: name.clone(),
                text,
                values,
            });
            name
        });
        let tuple = self.tuple(alias, key);
        let wanted: Vec<String> = places.iter().map(|at| format!("{name}.k{at}")).collect();
        let wanted = wanted.join(", ");
        let found = format!("SELECT {wanted} FROM {name} WHERE {name}.n = {}", target);
        match in_place {
            Some(text) => {
                let derived = self.alias();
                self.push(&format!(
                    "{tuple} IN (SELECT * FROM (WITH RECURSIVE {text} {found}) AS {derived})"
                ));
            }
            None => {
                self.push(&format!("{tuple} IN ({found})"));
            }
        }
    }

    fn layout(&self, ring: &Ring) -> Layout {
        let mut layout = Layout {
            types: Vec::new(),
            members: Vec::new(),
        };
        for (nth, id) in ring.members.iter().enumerate() {
            let node = self.ownership.tables.get(*id);
            let key = node.map(|node| node.key.clone()).unwrap_or_default();
            let mut places: Vec<usize> = Vec::new();
            for column in &key {
                let kind = self.shared_type(nth, self.column(*id, column));
                let mut free = layout.types.iter().enumerate();
                let free = free.find(|(at, known)| **known == kind && !places.contains(at));
                let at = free.map(|(at, _)| at);
                places.push(at.unwrap_or(layout.types.len()));
                if at.is_none() {
                    layout.types.push(kind);
                }
            }
            layout.members.push((*id, key, places));
        }
        layout
    }

    fn shared_type(&self, member: usize, column: Option<&Column>) -> String {
        let Some(column) = column else {
            return "text".to_owned();
        };
        match self.dialect {
            Dialect::Postgresql => postgresql_type(column).unwrap_or_else(|| "text".to_owned()),
            // Texts of two tables may be of two collations, which do not mix.
            Dialect::Mariadb if column.class != TypeClass::Integer => {
                format!("{member} {}", column.type_name)
            }
            _ => column.type_name.to_lowercase(),
        }
    }

    /// The name of the recursive table, and `name (columns) AS (…)`.
    fn reached(&mut self, ring: &Ring, layout: &Layout) -> (String, String) {
        let name = format!("r{}", self.alias());
        let columns: Vec<String> = (0..layout.types.len()).map(|at| format!("k{at}")).collect();
        let mut is_first = true;
        for (nth, (id, ..)) in layout.members.iter().enumerate() {
            let start = ring.starts.iter().find(|(member, _)| *member == nth);
            // MariaDB takes the types of the columns from where reaching starts, so every member starts somewhere.
            let start = match start {
                Some((_, start)) => start,
                None if self.dialect == Dialect::Mariadb => &Pred::Never,
                None => continue,
            };
            if !is_first {
                self.push(" UNION ");
            }
            is_first = false;
            let row = self.alias();
            self.ring_row(layout, nth, &row);
            self.from(*id, &row, start);
        }
        self.ring_steps(&name, layout, ring);
        let body = std::mem::take(&mut self.sql);
        let text = format!("{name} (n, {}) AS ({body})", columns.join(", "));
        (name, text)
    }

    /// `SELECT member, …`: the row's key in its columns and nothing in the others. PostgreSQL wants every part of a
    /// recursive table to be of the same types.
    fn ring_row(&mut self, layout: &Layout, member: usize, alias: &str) {
        let is_cast = self.dialect == Dialect::Postgresql;
        let mut parts = vec![member.to_string()];
        for (at, kind) in layout.types.iter().enumerate() {
            let part = layout.members.get(member).and_then(|(_, key, places)| {
                let nth = places.iter().position(|place| *place == at)?;
                key.get(nth)
            });
            let value = part.map_or_else(|| "NULL".to_owned(), |name| self.place(alias, name));
            parts.push(match is_cast {
                true => format!("CAST({value} AS {kind})"),
                false => value,
            });
        }
        self.push(&format!("SELECT {}", parts.join(", ")));
    }

    /// PostgreSQL lets a recursive table be named once only, so several steps go into one lateral table there.
    fn ring_steps(&mut self, name: &str, layout: &Layout, ring: &Ring) {
        let is_lateral = self.dialect == Dialect::Postgresql && ring.steps.len() > 1;
        if is_lateral {
            self.push(&format!(
                " UNION SELECT x.* FROM {name} CROSS JOIN LATERAL ("
            ));
        }
        for (nth, step) in ring.steps.iter().enumerate() {
            self.push(match (is_lateral, nth) {
                (false, _) => " UNION ",
                (true, 0) => "",
                (true, _) => " UNION ALL ",
            });
            let row = self.ring_step(
                name,
                layout,
                (*step, ring.goes),
                is_lateral.then_some(Lateral),
            );
            let to = layout.members.get(step.2).map(|(id, ..)| *id);
            if let (Some(within), Some(row), Some(to)) = (&ring.within, row, to) {
                self.push(" AND ");
                self.pred(to, &row, &Pred::Ring(Rc::clone(within), step.2));
            }
        }
        if is_lateral {
            self.push(") AS x");
        }
    }

    /// One step: from a row that was reached to those at the other end of the link; their alias. Where the key of the first
    /// says all that the step needs of it, that row is not read.
    fn ring_step(
        &mut self,
        name: &str,
        layout: &Layout,
        ((link, from, to), goes): ((usize, usize, usize), Goes),
        lateral: Option<Lateral>,
    ) -> Option<String> {
        let ownership = self.ownership;
        let link = ownership.links.get(link)?;
        let (from_table, key, places) = layout.members.get(from)?;
        let (to_table, ..) = layout.members.get(to)?;
        let row = self.alias();
        self.ring_row(layout, to, &row);
        let row_table = format!("{} AS {row}", self.table(*to_table));
        let (here, there) = match goes {
            Goes::Forward => (&link.source_columns, &link.dependent_columns),
            Goes::Back => (&link.dependent_columns, &link.source_columns),
        };
        // The conditions of a link stand in one of its rows: the dependent's, if it pulls.
        let is_in_row = link.is_pull() == (goes == Goes::Forward);
        let of_key = in_key(here, key, places);
        let of_key = of_key.filter(|_| is_in_row || link.when.is_empty());
        let mut on = vec![format!("{name}.n = {from}")];
        let mut conditioned = row.clone();
        if let Some(of_key) = of_key {
            for ((here, there), at) in here.iter().zip(there).zip(of_key) {
                let ends = ((*from_table, here.as_str()), (*to_table, there.as_str()));
                on.push(self.noted_end(format!("{name}.k{at}"), &row, ends));
            }
            let on = on.join(" AND ");
            self.push(&match lateral {
                Some(Lateral) => format!(" FROM {row_table} WHERE {on}"),
                None => format!(" FROM {name} JOIN {row_table} ON {on}"),
            });
        } else {
            let first = self.alias();
            let first_table = format!("{} AS {first}", self.table(*from_table));
            for (column, at) in key.iter().zip(places) {
                on.push(format!("{} = {name}.k{at}", self.place(&first, column)));
            }
            let on = on.join(" AND ");
            let columns = here.iter().zip(there);
            let leads: Vec<String> = columns
                .map(|(here, there)| {
                    let (here, there) = ((*from_table, here.as_str()), (*to_table, there.as_str()));
                    let at_row = self.place_against(&row, there, here);
                    format!("{at_row} = {}", self.place_against(&first, here, there))
                })
                .collect();
            let leads = leads.join(" AND ");
            self.push(&match lateral {
                Some(Lateral) => {
                    format!(" FROM {first_table} JOIN {row_table} ON {leads} WHERE {on}")
                }
                None => {
                    format!(" FROM {name} JOIN {first_table} ON {on} JOIN {row_table} ON {leads}")
                }
            });
            if !is_in_row {
                conditioned = first;
            }
        }
        self.conditions(link, &conditioned);
        Some(row)
    }

    /// That a row is one to which a link leads from a column whose value was noted.
    fn noted_end(
        &self,
        noted: String,
        row: &str,
        (here, there): ((TableId, &str), (TableId, &str)),
    ) -> String {
        let (column, other) = (self.column(here.0, here.1), self.column(there.0, there.1));
        let reached = self.dialect.against(noted, column, other);
        format!("{} = {reached}", self.place_against(row, there, here))
    }

    /// What the link asks of the row that it stands in.
    fn conditions(&mut self, link: &Link, alias: &str) {
        let id = match link.is_pull() {
            true => link.dependent,
            false => link.source,
        };
        for condition in &link.when {
            let column = &condition.column.value;
            let place = self.place(alias, column);
            let type_of = self.column(id, column);
            self.push(&format!(" AND {place} = "))
                .bind(&Value::text(&condition.value), type_of);
        }
    }
}
