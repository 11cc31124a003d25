//! A named person's word for a clause, as evidence: the day until which it counts is public, the rest is sealed. Takes
//! nobody's word for what a control can see.

use abide_policy::suggest::closest;
use abide_promise::{ATTESTED, Bindings, Grade};
use abide_store::{Evidence, Store};
use anyhow::{Result, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::policies;

/// What a person says of a clause.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// The clause.
    pub clause: &'a str,
    /// Who says it, by name.
    pub by: &'a str,
    /// What holds, in that person's words.
    pub text: &'a str,
    /// SHA-256 of a file that shows it, in hex.
    pub file: Option<&'a str>,
    /// The last day on which it counts.
    pub until: Date,
}

/// Records a person's word.
///
/// # Errors
/// A day that is over, a name or text that is empty, a clause that no policy in force has or that controls keep.
pub async fn attest(store: &Store, word: &Word<'_>, actor: &str, now: Timestamp) -> Result<()> {
    let today = now.to_zoned(TimeZone::UTC).date();
    if word.until < today {
        bail!("{} is over already; name a day to come", word.until);
    }
    if word.by.trim().is_empty() || word.text.trim().is_empty() {
        bail!("a confirmation names a person and says what holds; one of the two is empty");
    }
    let mut evidence = Evidence::new(ATTESTED, actor, now);
    evidence.policy = Some(find(store, word.clause, today).await?);
    evidence.clauses = vec![word.clause.to_owned()];
    evidence.control = Some("attestation".to_owned());
    evidence.counts = [("until".to_owned(), number_of(word.until)?)].into();
    evidence.private = serde_json::json!({
        "by": word.by,
        "text": word.text,
        "file": word.file,
    });
    store.begin(evidence)?.commit().await?;
    Ok(())
}

/// `2027-03-01` as 20270301: the public part of an entry holds numbers only.
fn number_of(date: Date) -> Result<u64> {
    let digits: String = date
        .to_string()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    Ok(digits.parse()?)
}

/// The version of the policy in force that has the clause, if a person may confirm it.
async fn find(store: &Store, clause: &str, today: Date) -> Result<String> {
    let mut known = Vec::new();
    for name in store.policies().await? {
        let Some(version) = store.active(&name).await? else {
            continue;
        };
        let Ok(read) = policies::check(version.files, today) else {
            continue;
        };
        let bindings = Bindings::of(&read.policy);
        if let Some(binding) = bindings.find(clause) {
            let mut grades = binding.controls.iter().map(|control| control.grade);
            if !grades.any(|grade| grade == Grade::Confirms) {
                bail!(
                    "`{clause}` is nothing that a person confirms; `abide prove` says what keeps it"
                );
            }
            return Ok(version.hash);
        }
        known.extend(bindings.clauses.into_iter().map(|binding| binding.clause));
    }
    let likely = closest(clause, known.iter().map(String::as_str))
        .map(|likely| format!("; did you mean `{likely}`?"))
        .unwrap_or_default();
    bail!("no policy in force has a clause `{clause}`{likely}")
}
