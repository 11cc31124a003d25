//! Reads a question as one line, `use email for=newsletter via=email`. Knows no policy: whether a name is declared is
//! for the decision to say.

use abide_policy::decide::{Deed, Question};
use abide_policy::suggest::closest;
use anyhow::{Result, bail};

const DEEDS: [(&str, Deed); 10] = [
    ("collect", Deed::Collect),
    ("use", Deed::Use),
    ("share", Deed::Share),
    ("sell", Deed::Sell),
    ("keep", Deed::Keep),
    ("link", Deed::Link),
    ("erase", Deed::Erase),
    ("transfer", Deed::Transfer),
    ("message", Deed::Message),
    ("prompt", Deed::Prompt),
];

const SLOTS: [&str; 9] = ["for", "with", "in", "as", "from", "by", "at", "via", "when"];

/// The question that a line asks: an action, data, and slots whose several values are joined by commas. An error names
/// the word that is wrong.
pub fn parse(line: &str) -> Result<Question> {
    let mut words = line.split_whitespace();
    let action = deed(words.next().unwrap_or_default())?;
    let mut question = Question {
        action,
        data: Vec::new(),
        purpose: None,
        recipient: None,
        place: None,
        origin: Vec::new(),
        form: None,
        actor: Vec::new(),
        point: Vec::new(),
        channel: Vec::new(),
        events: Vec::new(),
    };
    for word in words {
        match word.split_once('=') {
            Some((slot, value)) => fill(&mut question, slot, value)?,
            None => question.data.push(word.to_owned()),
        }
    }
    Ok(question)
}

/// The line that [`parse`] reads as this question.
pub fn render(question: &Question) -> String {
    let deed = DEEDS.iter().find(|(_, deed)| *deed == question.action);
    let mut words: Vec<String> = deed.iter().map(|(name, _)| (*name).to_owned()).collect();
    words.extend(question.data.iter().cloned());
    let one = |name: &Option<String>| name.iter().cloned().collect::<Vec<_>>();
    for (slot, names) in [
        ("for", one(&question.purpose)),
        ("with", one(&question.recipient)),
        ("in", one(&question.place)),
        ("as", one(&question.form)),
        ("from", question.origin.clone()),
        ("by", question.actor.clone()),
        ("at", question.point.clone()),
        ("via", question.channel.clone()),
        ("when", question.events.clone()),
    ] {
        if !names.is_empty() {
            words.push(format!("{slot}={}", names.join(",")));
        }
    }
    words.join(" ")
}

fn deed(word: &str) -> Result<Deed> {
    if let Some((_, deed)) = DEEDS.iter().find(|(name, _)| *name == word) {
        return Ok(*deed);
    }
    let names = || DEEDS.iter().map(|(name, _)| *name);
    match closest(word, names()) {
        Some(name) => bail!("no question asks whether to `{word}`; did you mean `{name}`?"),
        None => bail!(
            "a question starts with what is to be done, one of {}; `{word}` is none of them",
            names().collect::<Vec<_>>().join(", ")
        ),
    }
}

fn fill(question: &mut Question, slot: &str, value: &str) -> Result<()> {
    let values = names_in(value);
    let one = |held: &mut Option<String>| {
        let [name] = values.as_slice() else {
            bail!("`{slot}={value}` needs one name; ask one question for each");
        };
        if held.replace(name.clone()).is_some() {
            bail!("`{slot}=` is given twice; ask one question for each");
        }
        Ok(())
    };
    match slot {
        "for" => one(&mut question.purpose)?,
        "with" => one(&mut question.recipient)?,
        "in" => one(&mut question.place)?,
        "as" => one(&mut question.form)?,
        "from" => question.origin.extend(values),
        "by" => question.actor.extend(values),
        "at" => question.point.extend(values),
        "via" => question.channel.extend(values),
        "when" => question.events.extend(values),
        "if" | "unless" => bail!("a question has no `{slot}=`; say what is known with `--held`"),
        "about" => bail!("a question has no `about=`; say who it is with `--about`"),
        _ => {
            let help = match closest(slot, SLOTS.into_iter()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("a question has {}", SLOTS.join(", ")),
            };
            bail!("a question has no `{slot}=`; {help}")
        }
    }
    Ok(())
}

/// The names in `a,b`. Quotes around them, as a policy may have, are passed over.
pub fn names_in(value: &str) -> Vec<String> {
    value
        .split(',')
        .map(|name| name.trim_matches('"').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{parse, render};

    fn check(line: &str, expected: &str) {
        let read = match parse(line) {
            Ok(question) => serde_json::to_string(&question).unwrap(),
            Err(error) => error.to_string(),
        };
        assert_eq!(read, expected, "{line}");
    }

    #[test]
    fn a_question_is_written_as_it_is_read() {
        for line in [
            "use email for=newsletter via=email",
            "share name email for=payment with=paywell in=US as=hash from=web,app by=staff at=checkout when=merger",
        ] {
            assert_eq!(render(&parse(line).unwrap()), line);
        }
    }

    #[test]
    fn a_line_is_a_question_or_says_which_word_is_wrong() {
        check(
            "share name email with=paywell for=\"payment\" at=checkout,web",
            r#"{"action":"share","data":["name","email"],"for":"payment","with":"paywell","at":["checkout","web"]}"#,
        );
        check(
            "usee email",
            "no question asks whether to `usee`; did you mean `use`?",
        );
        check(
            "use email fro=newsletter",
            "a question has no `fro=`; did you mean `for`?",
        );
        check(
            "use email for=a for=b",
            "`for=` is given twice; ask one question for each",
        );
        check(
            "use email if=consent",
            "a question has no `if=`; say what is known with `--held`",
        );
    }
}
