//! Files that erased rows named: a step of their own, because they are kept where no plan reaches. Erases no file; somebody
//! does, and says so here.

use std::collections::BTreeMap;

use abide_store::{EntryId, Intended, Intent, IntentState, Sensitive, Settlement, Store};
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::error::RightsError;
use crate::memory::{Memory, NamedFiles};

/// What the intent of a step over files says in the place of a hash of statements.
const FILES: &str = "files";

/// Files of one request in one source that somebody has to erase where they are kept.
#[derive(Clone, PartialEq, Eq)]
pub struct FileStep {
    /// Which; an intent of the request.
    pub id: EntryId,
    /// The source whose rows named them.
    pub source: String,
    /// Whether somebody said that they are gone.
    pub is_erased: bool,
    /// The files: `table.column` and the name. They are personal; none once the request is closed.
    pub names: Vec<(String, String)>,
    pub(crate) named: Vec<NamedFiles>,
}

/// Hides the names.
impl std::fmt::Debug for FileStep {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "FileStep({} in {}, {} names)",
            self.id,
            self.source,
            self.names.len()
        )
    }
}

/// Whether an intent is a step over files, which no marker and no plan settles.
pub(crate) fn is_of_files(intent: &Intent) -> bool {
    intent.intended.statements == FILES
}

/// The steps over files of a request, oldest first.
pub async fn files(store: &Store, request: EntryId) -> Result<Vec<FileStep>, RightsError> {
    let mut steps = Vec::new();
    for intent in store.intents(request).await? {
        if is_of_files(&intent) {
            steps.push(FileStep::of(&intent)?);
        }
    }
    Ok(steps)
}

impl FileStep {
    /// The step that an intent records.
    pub(crate) fn of(intent: &Intent) -> Result<Self, RightsError> {
        let named = Memory::of(intent)?.files;
        let mut names = Vec::new();
        for files in &named {
            let place = format!("{}.{}", files.table, files.column);
            names.extend(files.names.iter().map(|name| (place.clone(), name.clone())));
        }
        Ok(Self {
            id: intent.id,
            source: intent.intended.source.clone(),
            is_erased: intent.state == IntentState::Done,
            names,
            named,
        })
    }
}

/// Records that the files of a request are erased where they were kept, on the word of whoever did it. Gives how many.
pub async fn files_erased(
    store: &Store,
    request: EntryId,
    actor: &str,
    now: Timestamp,
) -> Result<u64, RightsError> {
    let mut count = 0;
    for step in files(store, request).await? {
        if step.is_erased {
            continue;
        }
        let files = step.names.len() as u64;
        let outcome = serde_json::json!({ "how": "said", "files": files }).to_string();
        let settlement = Settlement {
            state: IntentState::Done,
            outcome: &outcome,
            counts: BTreeMap::from([("files".to_owned(), files)]),
            is_void: false,
        };
        store
            .settle_intent(step.id, &settlement, actor, now)
            .await?;
        count += files;
    }
    Ok(count)
}

/// Makes a step of the files that are remembered and that no step names.
pub(crate) async fn intend_files(
    store: &Store,
    request: EntryId,
    source: &str,
    memory: &Memory,
    actor: &str,
    now: Timestamp,
) -> Result<(), RightsError> {
    let mut known = Memory::default();
    for step in files(store, request).await? {
        if step.source == source {
            known.add(Memory {
                files: step.named,
                ..Memory::default()
            });
        }
    }
    let beyond = memory.files_beyond(&known);
    if beyond.is_empty() {
        return Ok(());
    }
    let counts = beyond.iter().map(|files| {
        let place = format!("{}.{}", files.table, files.column);
        (place, files.names.len())
    });
    let expected: BTreeMap<String, usize> = counts.collect();
    let sealed = Memory {
        files: beyond,
        ..Memory::default()
    };
    let intended = Intended {
        request,
        source: source.to_owned(),
        fingerprint: String::new(),
        statements: FILES.to_owned(),
        expected: String::from_utf8_lossy(&crate::erase::to_json(&expected)?).into_owned(),
        clauses: Vec::new(),
        sealed: Sensitive(Zeroizing::new(crate::erase::to_json(&sealed)?)),
        capsule: None,
    };
    store.record_intent(&intended, actor, now).await?;
    Ok(())
}
