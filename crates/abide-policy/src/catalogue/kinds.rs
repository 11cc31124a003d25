//! Which statements can mean which kind of clause: the table behind `wrong_kind`.

use crate::readable::Statement;

/// For each kind of clause the first words of the statements that can mean it; an action fits in every mode unless a
/// mode is written before it.
const FITTING: &[(&str, &str)] = &[
    (
        "collect",
        "collect use keep link tell ask right data assure refuse apply",
    ),
    ("purpose", "use collect share keep link sell purpose right"),
    ("disclose", "share sell keep use tell recipient refuse"),
    (
        "third-party-system",
        "share collect use keep link sell recipient apply right assure",
    ),
    (
        "cookie",
        "collect keep use share link right tell refuse erase",
    ),
    ("device", "collect use keep link right"),
    ("sale", "sell share use right"),
    ("retain", "keep erase use share"),
    ("delete", "erase keep use right refuse share"),
    ("right", "right answer refuse tell extend use honour"),
    (
        "refusal-ground",
        "refuse fact ground use share collect keep",
    ),
    (
        "deadline",
        "answer extend erase refuse right apply tell ask keep",
    ),
    ("consent", "ask fact right tell if-consent unless-consent"),
    (
        "parent",
        "right ask tell keep erase collect use share answer refuse",
    ),
    (
        "child",
        "collect keep use share sell erase apply people right tell assure ask",
    ),
    (
        "school",
        "right use share collect keep fact ask apply tell assure",
    ),
    ("security", "assure keep use share collect link erase data"),
    ("incident", "tell assure answer"),
    (
        "change-of-policy",
        "change tell policy part right keep use assure",
    ),
    ("contact", "contact right tell refuse"),
    ("signal", "honour right apply"),
    (
        "controller-processor",
        "part recipient people controller property apply share use keep collect fact assure right contact",
    ),
    ("transfer", "share keep use tell ask"),
    ("place-of-processing", "keep share use collect recipient"),
    ("email", "use share keep right tell ask honour collect"),
    ("incentive", "use tell assure refuse right sell ask fact"),
    ("complaint", "right contact answer tell"),
    (
        "verification",
        "refuse ask right collect use erase assure keep fact",
    ),
    ("law", "law apply right tell assure use collect people"),
    (
        "scope",
        "apply property part policy people data controller law tell assure use recipient never",
    ),
    ("not-enforceable", "say"),
];

/// Whether the statement can mean a clause of that kind. A kind that the table lacks fits nothing.
pub fn fits(kind: &str, statement: Statement<'_>) -> bool {
    let Some((_, words)) = FITTING.iter().find(|(known, _)| *known == kind) else {
        return false;
    };
    words.split(' ').any(|word| match word {
        "if-consent" | "unless-consent" => statement.depends_on_consent(),
        "never" => statement.is_never(),
        word => statement.head() == word,
    })
}

#[cfg(test)]
mod tests {
    use super::FITTING;
    use crate::vocabulary::{Action, Kind, OTHER_STATEMENTS};

    #[test]
    fn the_table_names_only_words_of_the_language() {
        for word in FITTING.iter().flat_map(|(_, words)| words.split(' ')) {
            let known = Action::of(word).is_some()
                || Kind::of(word).is_some()
                || OTHER_STATEMENTS.contains(&word)
                || matches!(word, "if-consent" | "unless-consent" | "never");
            assert!(known, "`{word}` is no word of the language");
        }
    }
}
