//! Policies: published versions, which is in force, what another one would change, and the archive.

pub mod activate;
pub mod list;
pub mod mode;
pub mod preview;
pub mod publish;
pub mod read;
pub mod rollback;
pub mod version;

use abide_policy::diagnostic;
use abide_store::PolicyVersion;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::app::App;
use crate::http::problem::Problem;
use crate::policies::{Files, Publishable, Unpublishable, check};

/// A file of a policy.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name, such as `policy.kdl`.
    #[schema(example = "policy.kdl")]
    name: String,
    /// Its text.
    text: String,
}

/// A published version.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// SHA-256 over names and texts of its files, in hex.
    version: String,
    /// The date that the source gives as its version.
    date: String,
    /// When it was published.
    published: String,
    /// The notice that people read, on the public listener.
    notice: String,
}

impl From<&PolicyVersion> for Version {
    fn from(version: &PolicyVersion) -> Self {
        Self {
            notice: format!("/notice/{}/{}", version.policy, version.hash),
            version: version.hash.clone(),
            date: version.version_date.clone(),
            published: version.published_at.to_string(),
        }
    }
}

/// Compiles what a caller sent. Off the threads that answer: a large policy takes a while.
async fn compile(app: &App, files: Vec<File>) -> Result<Publishable, Problem> {
    let mut named: Files = files
        .into_iter()
        .map(|file| (file.name, file.text))
        .collect();
    named.sort();
    let is_name = |name: &str| {
        let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ' ');
        !name.is_empty() && name.len() <= 128 && name.chars().all(is_letter)
    };
    let names: std::collections::BTreeSet<_> = named.iter().map(|(name, _)| name).collect();
    if names.len() != named.len() || !named.iter().all(|(name, _)| is_name(name)) {
        return Err(Problem::invalid(
            "files",
            "files with names of their own, without folders",
        ));
    }
    if named.iter().any(|(_, text)| text.contains('\0')) {
        return Err(Problem::invalid("files", "text without NUL"));
    }
    let today = app.clock.today();
    let compiling = tokio::task::spawn_blocking(move || check(named, today));
    let compiled = compiling
        .await
        .map_err(|error| Problem::broken("compiling a policy", &error))?;
    compiled.map_err(|wrong| match wrong {
        Unpublishable::NotOne(_) => Problem::invalid("files", "exactly one policy"),
        Unpublishable::Wrong(findings, sources) => Problem::PolicyWrong(
            findings
                .iter()
                .map(|finding| diagnostic::to_json(finding, &sources))
                .collect(),
        ),
    })
}

/// The version of a policy that a caller names by its hash or, where one version alone has it, its date.
pub(super) async fn find(app: &App, policy: &str, named: &str) -> Result<PolicyVersion, Problem> {
    let no_such = Problem::NoSuch("version of a policy");
    if named.len() == 64 {
        return app.store.version(policy, named).await?.ok_or(no_such);
    }
    let mut versions = app.store.versions(policy).await?;
    versions.retain(|version| version.version_date == named);
    // Of several texts with one date the last counts: it was published to mend the others.
    versions.pop().ok_or(no_such)
}
