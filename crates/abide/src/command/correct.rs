//! `abide correct --as … --set TABLE.COLUMN=VALUE`: writes a value over a column of a person's own rows; first says of how
//! many. Never prints a value.

use abide_map::plan::Correction;
use abide_map::schema::{Names, TableName};
use abide_map::statement::Value;
use abide_rights::{Writing, Written, count_of, explain_written, write_values};
use anyhow::{Context as _, Result, bail};

use super::person::{Person, Which};
use super::{OPERATOR, Outcome};
use crate::clock;
use crate::installation::Place;
use crate::mapped::{self, Drafts};
use crate::output::print;

/// Arguments of `abide correct`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    person: Person,
    #[command(flatten)]
    which: Which,
    /// What is right, such as `members.full_name=Ann Lee`; nothing behind the sign empties the column
    #[arg(long, value_name = "TABLE.COLUMN=VALUE", required = true)]
    set: Vec<String>,
    /// The values are marks that the application reads as "may only be kept"
    #[arg(long)]
    restrict: bool,
    /// Do it; without, what would be done is said
    #[arg(long)]
    yes: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let people = arguments.person.identities()?;
    let values: Result<Vec<Correction>> = arguments.set.iter().map(|set| read(set)).collect();
    let values = values?;
    let written = Written {
        writing: match arguments.restrict {
            true => Writing::Restriction,
            false => Writing::Correction,
        },
        people: &people,
        values: &values,
    };
    arguments.place.set_up(clock::now(), async |installation| {
        let names = arguments.which.names(&installation.config)?;
        if let [_, _, ..] = names.as_slice() {
            bail!(
                "say in which source with `--source`; there are `{}`",
                names.join("`, `")
            );
        }
        let drafts = match arguments.yes {
            true => Drafts::Refused,
            false => Drafts::Taken,
        };
        let sources = mapped::open_with(&installation.config, &names, &[], drafts).await?;
        mapped::are_kinds(&sources, &people)?;
        let (store, now) = (&installation.store, installation.now);
        let source = sources.first().context("no source is named")?;
        if arguments.yes {
            let wrote = write_values(store, source, &written, OPERATOR, now).await?;
            print(&format!(
                "overwrote {}; it is recorded",
                count_of(wrote.rows, "row")
            ))?;
            for step in wrote.steps.iter().filter(|step| step.rows > 0) {
                print(&format!(
                    "  {}: {}: {}",
                    step.table,
                    count_of(step.rows, "row"),
                    step.reason
                ))?;
            }
        } else {
            let explained = explain_written(store, source, &written, now).await?;
            print(explained.text().trim_end())?;
            print("nothing was done; add `--yes` to do it")?;
        }
        Ok(Outcome::Clean)
    })
}

/// Reads `TABLE.COLUMN=VALUE`; the table may have its schema before it.
fn read(text: &str) -> Result<Correction> {
    let form = "write `--set members.full_name=\"Ann Lee\"`";
    let (place, value) = text
        .split_once('=')
        .with_context(|| format!("`--set` has no `=`; {form}"))?;
    let mut rest = Names(place);
    let mut names = Vec::new();
    while let Some(name) = rest.name() {
        names.push(name);
        if rest.sign('.').is_none() {
            break;
        }
    }
    let column = names.pop();
    let (Some(column), Some(name), true) = (column, names.pop(), rest.is_done()) else {
        bail!("`{place}` is no column of a table; {form}");
    };
    let schema = names.pop();
    if !names.is_empty() {
        bail!("`{place}` is no column of a table; {form}");
    }
    let value = Some(value.to_owned()).filter(|value| !value.is_empty());
    Ok(Correction {
        table: TableName { schema, name },
        column,
        value: Value(value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_named_with_its_table() {
        let read = |text: &str| super::read(text).unwrap();
        let found = read("members.full_name=Ann = Lee");
        assert_eq!(found.table, TableName::new("members"));
        assert_eq!(found.column, "full_name");
        assert_eq!(found.value.0.as_deref(), Some("Ann = Lee"));
        assert_eq!(
            read("billing.orders.note=").table.schema.as_deref(),
            Some("billing")
        );
        assert_eq!(read("billing.orders.note=").value.0, None);
        for wrong in [
            "members=Ann",
            "members.full_name",
            "a.b.c.d=1",
            ".name=1",
            "a.=1",
        ] {
            assert!(super::read(wrong).is_err(), "{wrong}");
        }
    }
}
