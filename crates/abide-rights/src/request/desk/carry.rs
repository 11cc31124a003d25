//! Doing what is asked for: choices recorded, packages made, people erased. Each may be cut short anywhere and done again.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use abide_map::plan::{Identities, KnownAs};
use abide_store::{
    Actor, Choice, EntryId, Matter, PackageId, RequestState, StoreError, fresh_code,
};
use jiff::ToSpan as _;
use sha2::{Digest as _, Sha256};

use super::intake::clauses_of;
use super::{Desk, Loaded, Which};
use crate::access::access;
use crate::erase::Eraser;
use crate::error::RightsError;
use crate::request::event::{Event, Packed};
use crate::request::letter::Message;
use crate::request::standing::day_of;

/// How much of a package is sealed at once.
const PIECE: usize = 256 * 1024;

/// Where a choice that a request brings is said to have been made.
const SOURCE: &str = "request";

impl Desk<'_> {
    /// Sends a code to every address that the request names.
    pub(super) async fn send_codes(&self, loaded: &Loaded) -> Result<String, RightsError> {
        let named = (0_u32..).zip(&loaded.details.people);
        let to: Vec<(u32, &(String, String))> = named
            .filter(|(at, (kind, _))| {
                let is_address = matches!(kind.as_str(), "email" | "phone");
                is_address && !loaded.standing.verified.contains_key(at)
            })
            .collect();
        let event = Event::CodesSent {
            addresses: to.iter().map(|(at, _)| *at).collect(),
        };
        let mut tx = self.begin(loaded, &event, None)?;
        let minutes = self.rules.code_minutes;
        let expires = self
            .now
            .checked_add(jiff::SignedDuration::from_mins(i64::from(minutes)))
            .unwrap_or(jiff::Timestamp::MAX);
        for (at, address) in to {
            let code = fresh_code()?;
            tx.keep_code(loaded.request.id, at, &code, self.rules.code_tries, expires)?;
            let message = Message::Code {
                code: &code,
                minutes,
            };
            self.post(&mut tx, loaded, &message, address.clone())?;
        }
        tx.commit().await?;
        Ok(event.parts()?.0)
    }

    /// Records what the person says, for everything that is theirs.
    pub(super) async fn record_choices(&self, loaded: &Loaded) -> Result<String, RightsError> {
        let kind = loaded.standing.kind;
        // An opt-out can only protect, so that it counts for all that is named.
        let which = match kind.needs_proof() {
            true => Which::Verified,
            false => Which::Named,
        };
        let choices = kind.choices();
        let matters = choices.iter().map(|(matter, _)| match matter {
            Matter::Fact(name) | Matter::Right(name) => name.clone(),
        });
        let event = Event::Recorded {
            matters: matters.collect(),
        };
        let mut tx = self.begin(loaded, &event, None)?;
        for identifier in loaded.identifiers(which)? {
            let subject = self.store.subject(&identifier).await?;
            for (matter, state) in &choices {
                let mut choice = Choice::new(matter.clone(), *state, SOURCE);
                choice.scope.purposes.clone_from(&loaded.details.purposes);
                choice.scope.data.clone_from(&loaded.details.data);
                choice.policy = Some(loaded.standing.policy.clone());
                choice.clauses = clauses_of(&loaded.standing);
                choice.actor = Actor {
                    acting: loaded.standing.acting,
                    reference: loaded.details.on_behalf.clone(),
                };
                tx.add_choice(subject, &identifier, &choice, self.now)?;
            }
        }
        tx.commit().await?;
        Ok(event.parts()?.0)
    }

    fn people(&self, loaded: &Loaded) -> Result<Identities, RightsError> {
        let verified = loaded.identifiers(Which::Verified)?;
        if verified.is_empty() {
            return Err(RightsError::Asked(
                "nothing that this request names was verified".to_owned(),
            ));
        }
        let known = verified.iter().map(|it| KnownAs {
            kind: it.kind().to_owned(),
            value: it.value().to_owned(),
        });
        Ok(Identities(known.collect()))
    }

    /// Packs everything that the sources hold, seals it, and says that it is there.
    pub(super) async fn pack(&self, loaded: &Loaded) -> Result<String, RightsError> {
        let people = self.people(loaded)?;
        if let Some(missing) = self.missing_sources() {
            return self.happen(loaded, Event::Stuck { why: missing }).await;
        }
        let package = PackageId::fresh(loaded.request.id, self.now)?;
        let path = Parcel::at(self.folder, package)?;
        let made = access(
            self.store,
            self.sources,
            &people,
            &path.0,
            self.actor,
            self.now,
        )
        .await;
        let manifest = match made {
            Ok((manifest, _)) => manifest,
            Err(RightsError::Store(error)) => return Err(error.into()),
            Err(error) => {
                let why = vec![("package".to_owned(), error.to_string())];
                return self.happen(loaded, Event::Stuck { why }).await;
            }
        };
        let packed = self.seal(package, &path.0, manifest.rows).await?;
        let until = day_of(self.now).saturating_add(i64::from(self.rules.package_days).days());
        let event = Event::Packed(packed);
        let mut tx = self.begin(loaded, &event, None)?;
        tx.drop_packages(loaded.request.id, Some(package));
        self.tell(&mut tx, loaded, &Message::Ready { until })?;
        tx.commit().await?;
        Ok(event.parts()?.0)
    }

    /// The sources that there are and that could not be opened.
    fn missing_sources(&self) -> Option<Vec<(String, String)>> {
        let is_open = |name: &&String| self.sources.iter().any(|it| it.name() == name.as_str());
        let missing = self.source_names.iter().filter(|name| !is_open(name));
        let why: Vec<(String, String)> = missing
            .map(|name| (name.clone(), "it cannot be opened".to_owned()))
            .collect();
        (!why.is_empty()).then_some(why)
    }

    async fn seal(&self, id: PackageId, path: &Path, rows: u64) -> Result<Packed, RightsError> {
        let mut file = File::open(path).map_err(|error| RightsError::file(path, error))?;
        let (mut hash, mut packed) = (
            Sha256::new(),
            Packed {
                package: id.package.to_string(),
                parts: 0,
                bytes: 0,
                rows,
                sha256: String::new(),
            },
        );
        loop {
            let mut piece = zeroize::Zeroizing::new(Vec::with_capacity(PIECE));
            let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece);
            if read.map_err(|error| RightsError::file(path, error))? == 0 {
                break;
            }
            hash.update(&piece);
            packed.bytes += piece.len() as u64;
            self.store
                .keep_package_part(id, packed.parts, &piece, self.now)
                .await?;
            packed.parts += 1;
        }
        packed.sha256 = hex(&hash.finalize());
        Ok(packed)
    }

    /// Erases: the run is opened together with the event that names it, so that there is one; then it goes on.
    pub(super) async fn erase(&self, loaded: &Loaded) -> Result<String, RightsError> {
        let eraser = Eraser {
            store: self.store,
            sources: self.sources,
            actor: self.actor,
            now: self.now,
        };
        let Some(run) = &loaded.standing.run else {
            return self.start(loaded, &eraser).await;
        };
        let run = EntryId::parse(run).ok_or_else(|| unreadable(loaded))?;
        let stored = self
            .store
            .request(run)
            .await?
            .ok_or_else(|| unreadable(loaded))?;
        if self.store.is_undone(run).await? {
            return self.happen(loaded, Event::TakenBack).await;
        }
        if stored.state != RequestState::Open {
            let certificates = self.store.certificates(run).await?;
            let certificate = certificates.first().map(|(entry, ..)| entry.to_string());
            return self.happen(loaded, Event::Done { certificate }).await;
        }
        match eraser.advance(run).await {
            Ok(progress) => match progress.certified {
                Some((entry, _)) => {
                    let certificate = Some(entry.to_string());
                    self.happen(loaded, Event::Done { certificate }).await
                }
                None => {
                    self.happen(
                        loaded,
                        Event::Stuck {
                            why: progress.stuck,
                        },
                    )
                    .await
                }
            },
            Err(error) => self.hindered(loaded, error).await,
        }
    }

    async fn start(&self, loaded: &Loaded, eraser: &Eraser<'_>) -> Result<String, RightsError> {
        let people = self.people(loaded)?;
        let clauses = clauses_of(&loaded.standing);
        let begun = eraser.begin(&people, self.source_names, &clauses).await;
        let mut tx = match begun {
            Ok(tx) => tx,
            Err(error) => return self.hindered(loaded, error).await,
        };
        let event = Event::Started {
            run: tx.entry_id().to_string(),
        };
        let (word, detail) = event.parts()?;
        let happening = abide_store::Happening {
            event: &word,
            detail: &detail,
            sealed: None,
            then: self.then(&self.after(&loaded.standing, &event)),
        };
        tx.add_request_event(&loaded.request, &happening, self.actor, self.now)?;
        tx.commit().await?;
        Ok(word)
    }

    async fn hindered(&self, loaded: &Loaded, error: RightsError) -> Result<String, RightsError> {
        match error {
            RightsError::Held(holds) => self.happen(loaded, Event::Held { holds }).await,
            RightsError::Store(error) => Err(StoreError::into(error)),
            error => {
                let why = vec![("erasure".to_owned(), error.to_string())];
                self.happen(loaded, Event::Stuck { why }).await
            }
        }
    }
}

/// The file in which a package is put together; it goes when this does.
struct Parcel(PathBuf);

impl Parcel {
    fn at(folder: &Path, id: PackageId) -> Result<Self, RightsError> {
        std::fs::create_dir_all(folder).map_err(|error| RightsError::file(folder, error))?;
        let request = id.request.to_string();
        // What a process that was killed left of this request goes.
        let left = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for file in left.filter(|file| file.file_name().to_string_lossy().starts_with(&request)) {
            drop(std::fs::remove_file(file.path()));
        }
        let path = folder.join(format!("{request}-{}.zip", id.package));
        Ok(Self(path))
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

fn unreadable(loaded: &Loaded) -> RightsError {
    RightsError::Corrupt(format!(
        "request `{}` does not say what carries it out",
        loaded.request.id
    ))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
