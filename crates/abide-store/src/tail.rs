//! What a node holds in memory, and how it follows the log: everything at the start, then what each numbered entry
//! changed. Never shows an entry that has no number yet.

use jiff::Timestamp;

use crate::choice::{PastChoice, current_of};
use crate::error::StoreError;
use crate::register::Occurrence;
use crate::subject::{Profile, SubjectToken, parse_profile};
use crate::tile::int;
use crate::{Store, moment};

/// What an entry changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Something about a subject: read [`Store::subject_state`] again.
    Subject(SubjectToken),
    /// A device or cookie was joined into the subject: read [`Store::family`] again.
    Joined(SubjectToken),
    /// The subject is erased: forget it.
    Erased(SubjectToken),
    /// Some subject was erased so long ago that nothing says who it was: read everyone again.
    SomeoneErased,
    /// Which policy is in force, or what is observed.
    Policy,
    /// Contracts, cases or facts that hold for all.
    Register,
    /// Keys of the server's interface.
    Access,
    /// Nothing that a node holds.
    Other,
}

/// Changes up to a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// What changed, each once, in no order that matters.
    pub changes: Vec<Change>,
    /// Entries below this number are in.
    pub next: u64,
}

/// Everything that decisions need to know of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectState {
    /// The subject that all aliases resolve to.
    pub subject: SubjectToken,
    /// Devices and cookies that were joined into it.
    pub aliases: Vec<SubjectToken>,
    /// What is known of it.
    pub profile: Profile,
    /// Choices that count.
    pub choices: Vec<PastChoice>,
    /// What happened to it, oldest first.
    pub occurrences: Vec<Occurrence>,
}

impl SubjectState {
    /// Whether anything is recorded of the subject.
    pub fn is_known(&self) -> bool {
        !(self.choices.is_empty()
            && self.occurrences.is_empty()
            && self.aliases.is_empty()
            && self.profile == Profile::default())
    }
}

impl Store {
    /// How many entries have numbers.
    pub async fn size(&self) -> Result<u64, StoreError> {
        let sql = "SELECT size FROM logs WHERE tenant = $1";
        let row = self
            .engine()
            .row("reading the log", sql, vec![self.tenant().into()])
            .await?;
        row.map_or(Ok(0), |row| row.size(0))
    }

    /// What the entries from number `first` on changed, at most `limit` entries.
    pub async fn changes_after(&self, first: u64, limit: u32) -> Result<Changes, StoreError> {
        let rows = self
            .engine()
            .rows(
                "following the log",
                "SELECT s.seq, e.public, e.subject, x.subject FROM sequence s JOIN evidence e ON e.tenant = s.tenant AND e.id = s.entry_id LEFT JOIN erased_lately x ON x.tenant = s.tenant AND x.entry_id = s.entry_id WHERE s.tenant = $1 AND s.seq >= $2 AND s.seq < $3 ORDER BY s.seq",
                vec![
                    self.tenant().into(),
                    int(first).into(),
                    int(first.saturating_add(limit.into())).into(),
                ],
            )
            .await?;
        let mut changes = Vec::new();
        let mut next = first;
        for row in rows {
            next = row.size(0)? + 1;
            let subject = SubjectToken::from_row(row.maybe_bytes(2)?)?;
            let erased = SubjectToken::from_row(row.maybe_bytes(3)?)?;
            let kind = kind_of(&row.text(1)?)?;
            changes.push(match (erased, subject) {
                (Some(token), _) => Change::Erased(token),
                (None, Some(token)) if kind == "subject.joined" => Change::Joined(token),
                (None, Some(token)) => Change::Subject(token),
                (None, None) if kind == "subject.erased" => Change::SomeoneErased,
                (None, None) => change_of(&kind),
            });
        }
        for change in &changes {
            match change {
                Change::Erased(token) => self.data_keys().forget(self.tenant(), Some(*token)),
                Change::SomeoneErased => self.data_keys().forget_all(),
                _ => {}
            }
        }
        changes.sort_unstable();
        changes.dedup();
        Ok(Changes { changes, next })
    }

    /// Everything that decisions need to know of a subject, or of the one it was joined into.
    pub async fn subject_state(
        &self,
        subject: SubjectToken,
        now: Timestamp,
    ) -> Result<SubjectState, StoreError> {
        let mut family = self.family(subject).await?;
        let root = family.remove(0);
        Ok(SubjectState {
            subject: root,
            aliases: family,
            profile: self.profile(root).await?,
            choices: self.current(root, now).await?,
            occurrences: self.occurrences(root).await?,
        })
    }

    /// At most `limit` subjects behind `after`, in the order of tokens; an empty page is the end. Subjects that were joined
    /// into others come as aliases of those. Of others of whom nothing but the join is known, they come with each alias.
    pub async fn subjects(
        &self,
        after: Option<SubjectToken>,
        limit: u32,
        now: Timestamp,
    ) -> Result<SubjectPage, StoreError> {
        let after = after.map_or_else(Vec::new, |token| token.0.to_vec());
        let rows = self
            .engine()
            .rows(
                "reading subjects",
                "SELECT token, profile, (SELECT count(*) FROM links l WHERE l.tenant = s.tenant AND l.token = s.token), (SELECT count(*) FROM links l WHERE l.tenant = s.tenant AND l.into_token = s.token) FROM subjects s WHERE tenant = $1 AND token > $2 ORDER BY token LIMIT $3",
                vec![self.tenant().into(), after.clone().into(), i64::from(limit).into()],
            )
            .await?;
        let mut page = SubjectPage {
            states: Vec::with_capacity(rows.len()),
            last: None,
        };
        let Some(last) = rows.last() else {
            return Ok(page);
        };
        let last = SubjectToken(last.array(0)?);
        page.last = Some(last);
        let mut choices = self
            .choices_between(&after, last)
            .await?
            .into_iter()
            .peekable();
        let mut occurrences = self
            .occurrences_between(&after, last)
            .await?
            .into_iter()
            .peekable();
        for row in rows {
            let token = SubjectToken(row.array(0)?);
            let mut own = Vec::new();
            while let Some(choice) = choices.next_if(|choice| choice.subject <= Some(token)) {
                own.extend(Some(choice).filter(|choice| choice.subject == Some(token)));
            }
            let mut happened = Vec::new();
            while let Some((whose, event)) = occurrences.next_if(|(whose, _)| *whose <= token) {
                happened.extend(Some(event).filter(|_| whose == token));
            }
            let (is_joined, has_aliases) = (row.int(2)? > 0, row.int(3)? > 0);
            if is_joined && self.comes_as_alias(token).await? {
                continue;
            }
            let state = if is_joined || has_aliases {
                self.subject_state(token, now).await?
            } else {
                let profile = row.maybe_text(1)?;
                SubjectState {
                    subject: token,
                    aliases: Vec::new(),
                    profile: profile
                        .map_or_else(|| Ok(Profile::default()), |it| parse_profile(&it))?,
                    choices: current_of(own, now),
                    occurrences: happened,
                }
            };
            page.states.push(state);
        }
        Ok(page)
    }

    /// Whether another subject of [`Store::subjects`] is the one that this one resolves to. In a circle of joins one of them
    /// resolves to itself; and who a device was joined into need not be kept by an identifier.
    async fn comes_as_alias(&self, token: SubjectToken) -> Result<bool, StoreError> {
        let root = self.resolve(token).await?;
        Ok(root != token && self.is_known(root).await?)
    }

    async fn occurrences_between(
        &self,
        after: &[u8],
        last: SubjectToken,
    ) -> Result<Vec<(SubjectToken, Occurrence)>, StoreError> {
        let rows = self
            .engine()
            .rows(
                "reading events",
                "SELECT subject, event, at FROM occurrences WHERE tenant = $1 AND subject > $2 AND subject <= $3 ORDER BY subject, at, event",
                vec![self.tenant().into(), after.into(), last.into()],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let (event, at) = (row.text(1)?, moment(row.int(2)?)?);
                Ok((SubjectToken(row.array(0)?), Occurrence { event, at }))
            })
            .collect()
    }
}

/// Some subjects, and where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectPage {
    /// Their states. May be empty although there are more.
    pub states: Vec<SubjectState>,
    /// What the next page comes after; nothing at the end.
    pub last: Option<SubjectToken>,
}

fn change_of(kind: &str) -> Change {
    match kind.split_once('.') {
        Some(("policy", _)) => Change::Policy,
        Some(("register", _)) => Change::Register,
        Some(("access", _)) => Change::Access,
        _ => Change::Other,
    }
}

fn kind_of(public: &str) -> Result<String, StoreError> {
    #[derive(serde::Deserialize)]
    struct Kind {
        kind: String,
    }
    let kind: Kind = serde_json::from_str(public)
        .map_err(|_| StoreError::corrupt("entry", "its public part is not JSON"))?;
    Ok(kind.kind)
}
