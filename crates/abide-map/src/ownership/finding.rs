//! What stands in the way of a plan, as findings `M04…`. Never decides: the planner does.

use abide_policy::diagnostic::{Diagnostic, Label, Severity};
use abide_policy::source::{Span, Spanned};

use crate::map::{Edge, MappedTable};
use crate::schema::TableName;

/// The map was held against another schema.
pub(crate) fn stale(held: &Spanned<String>) -> Diagnostic {
    error(
        "M0401",
        "stale-map",
        held.span,
        "the database is not built as it was when this map was last checked".to_owned(),
        "run `abide map check` to see what changed, then `abide map check --accept`".to_owned(),
    )
}

/// Nobody has said what a table is.
pub(crate) fn undecided(table: &MappedTable) -> Diagnostic {
    error(
        "M0402",
        "undecided-table",
        table.name.span,
        format!(
            "`{}` is undecided, so no plan can say what becomes of it",
            table.name.value
        ),
        "say whose its rows are (`owned-by`, `identity`), or `ordinary because=\"…\"`".to_owned(),
    )
}

/// A name leads nowhere.
pub(crate) fn no_table(name: &Spanned<TableName>) -> Diagnostic {
    error(
        "M0403",
        "no-such-table",
        name.span,
        format!("the database has no table `{}`", name.value),
        "take the line out, or write the name as the database does".to_owned(),
    )
}

/// A name leads nowhere.
pub(crate) fn no_column(table: &TableName, name: &Spanned<String>) -> Diagnostic {
    error(
        "M0404",
        "no-such-column",
        name.span,
        format!("`{table}` has no column `{}`", name.value),
        "take it out, or write the name as the database does".to_owned(),
    )
}

/// An edge with more columns here than there.
pub(crate) fn uneven(edge: &Edge, there: usize) -> Diagnostic {
    let here = edge.columns.len();
    error(
        "M0405",
        "uneven-edge",
        edge.span,
        format!(
            "this edge has {here} columns here and {there} in `{}`",
            edge.target.value
        ),
        format!("name the columns there: `to=\"{}(…)\"`", edge.target.value),
    )
}

/// A person's row that cannot be found again.
pub(crate) fn subject_without_key(table: &MappedTable) -> Diagnostic {
    error(
        "M0406",
        "subject-without-key",
        table.name.span,
        format!("nothing tells the rows of `{}` apart", table.name.value),
        "give the table a primary key, or a unique column that is never null".to_owned(),
    )
}

/// Rows in a ring that cannot be told apart.
pub(crate) fn nameless(table: &MappedTable) -> Diagnostic {
    cannot_plan(
        table.name.span,
        format!(
            "nothing tells the rows of `{}` apart, and they lead on to rows of tables that lead to each other",
            table.name.value
        ),
        "give the table a primary key, or a unique column that is never null".to_owned(),
    )
}

/// A plan that the database would refuse or that would change what it must not.
pub(crate) fn cannot_plan(span: Span, message: String, help: String) -> Diagnostic {
    error("M0410", "plan-would-not-work", span, message, help)
}

/// As [`cannot_plan`], at a table of the map, or at the map's first line for a table that it leaves out.
pub(crate) fn cannot(
    table: Option<&MappedTable>,
    map: Span,
    message: String,
    help: String,
) -> Diagnostic {
    cannot_plan(table.map_or(map, |table| table.name.span), message, help)
}

fn error(
    code: &'static str,
    name: &'static str,
    span: Span,
    message: String,
    help: String,
) -> Diagnostic {
    Diagnostic {
        code,
        name,
        severity: Severity::Error,
        message,
        labels: vec![Label {
            span,
            text: String::new(),
        }],
        help: Some(help),
    }
}
