//! The phrases of a step: whom, what, by when. Decides nothing.

use super::Rule;
use crate::diff::lines;
use crate::model::{NounUse, Polarity, Value};
use crate::vocabulary::{Action, Kind, Slot};

impl Rule<'_> {
    pub(super) fn who(&self) -> String {
        let about = self.labels(self.norm.names(Slot::About));
        let to = self.labels(self.norm.names(Slot::To));
        match (about.is_empty(), to.is_empty(), self.place) {
            (_, false, _) if self.norm.action == Action::Ask => to.join(" and "),
            (false, _, _) => about.join(" and "),
            (true, _, Some(place)) => format!("everyone in {}", self.nouns.get(place).label("")),
            _ => "everyone".to_owned(),
        }
    }

    pub(super) fn labels<'n>(&self, names: impl Iterator<Item = &'n NounUse>) -> Vec<String> {
        names
            .map(|name| self.nouns.get(name.id).label(""))
            .collect()
    }

    pub(super) fn length(&self) -> Option<String> {
        let used = self.norm.slot(Slot::Within)?;
        used.values.iter().find_map(|value| match value {
            Value::Length { length, .. } => Some(length.to_string().replace('-', " ")),
            Value::Constant { name, .. } => Some(name.replace('-', " ")),
            _ => None,
        })
    }

    /// `before it takes effect`, `within 30 days of …`, in words.
    pub(super) fn deadline(&self) -> Option<String> {
        let before: Vec<String> = self
            .norm
            .names(Slot::Before)
            .map(|event| match event.name.as_ref() {
                "effective" => "it takes effect".to_owned(),
                "posted" => "it is posted".to_owned(),
                "new-purpose" => "the first use for it".to_owned(),
                "new-category" => "the first of this data is taken in".to_owned(),
                _ => self.nouns.get(event.id).label(""),
            })
            .collect();
        let start = self.labels(self.norm.names(Slot::When)).join(" or ");
        match (self.length(), before.is_empty(), start.is_empty()) {
            (Some(length), false, true) => Some(format!("{length} before {}", before.join(" or "))),
            (Some(length), true, false) => Some(format!("within {length} of: {start}")),
            (Some(length), false, false) => Some(format!(
                "within {length} of: {start}, and before {}",
                before.join(" or ")
            )),
            (Some(length), true, true) => Some(format!("within {length}")),
            (None, false, _) => Some(format!("before {}", before.join(" or "))),
            (None, true, _) => None,
        }
    }

    pub(super) fn conditions(&self) -> String {
        let facts = self.norm.conditions.iter().map(|condition| {
            let word = match condition.polarity {
                Polarity::If => "if",
                Polarity::Unless => "unless",
            };
            format!(
                ", {word} there is {}",
                self.labels(condition.facts.iter()).join(" or ")
            )
        });
        facts.collect()
    }

    /// `, for California residents`: the data and people that a line limits itself to.
    pub(super) fn only_for(&self) -> String {
        let names = self
            .norm
            .names(Slot::Of)
            .chain(self.norm.names(Slot::About));
        let labels = self.labels(names);
        if labels.is_empty() {
            String::new()
        } else {
            format!(", for {}", labels.join(" and "))
        }
    }

    /// The lines that became weaker, by their ids.
    pub(super) fn what_changed(&self) -> String {
        let mut ids: Vec<String> = self
            .weaker_lines()
            .filter_map(|line| line.new.or(line.old))
            .map(lines::call)
            .collect();
        ids.dedup();
        if ids.is_empty() {
            "the change".to_owned()
        } else {
            format!("what {} changes", ids.join(", "))
        }
    }

    /// The purposes that are added, by their labels.
    pub(super) fn purposes(&self) -> Vec<String> {
        let purposes = self
            .facts
            .new_names
            .iter()
            .filter(|name| name.kind == Kind::Purpose);
        purposes.map(|name| name.label.clone()).collect()
    }
}
