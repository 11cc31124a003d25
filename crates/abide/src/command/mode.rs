//! `abide mode`: whether a policy is enforced or only observed, by property and purpose. Decides nothing itself.

use abide_policy::model::Policy;
use abide_policy::source::SourceFile;
use abide_policy::suggest::closest;
use abide_policy::vocabulary::Kind;
use abide_policy::{Library, compile};
use abide_store::{Mode, ModeSetting, Store};
use anyhow::{Context, Result, bail};

use super::{OPERATOR, Outcome};
use crate::clock;
use crate::installation::Place;
use crate::output::print;

/// Arguments of `abide mode`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// List what is set
    Show {
        /// The policy
        policy: String,
    },
    /// Permit, and record what would have been denied
    Observe(Extent),
    /// Deny what the policy does not permit
    Enforce(Extent),
}

#[derive(clap::Args)]
struct Extent {
    /// The policy
    policy: String,
    /// Only for this property, such as a site; every one if it is not given
    #[arg(long)]
    property: Option<String>,
    /// Only for this purpose; every one if it is not given
    #[arg(long = "for", value_name = "PURPOSE")]
    purpose: Option<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let (policy, change) = match &arguments.action {
        Action::Show { policy } => (policy, None),
        Action::Observe(extent) => (&extent.policy, Some((extent, Mode::Observe))),
        Action::Enforce(extent) => (&extent.policy, Some((extent, Mode::Enforce))),
    };
    let settings = arguments.place.work(clock::now(), async |installation| {
        let store = &installation.store;
        let active = active(store, policy).await?;
        if let Some((extent, mode)) = change {
            let setting = setting(&active, extent, mode)?;
            store
                .set_mode(policy, &setting, OPERATOR, installation.now)
                .await?;
        }
        Ok(store.modes(policy).await?)
    })?;
    if settings.is_empty() {
        print(
            "nothing is set: what `observe` in `abide.kdl` says holds, and everything else is enforced",
        )?;
    }
    settings
        .iter()
        .try_for_each(|setting| print(&line(setting)))?;
    Ok(Outcome::Clean)
}

fn setting(policy: &Policy, extent: &Extent, mode: Mode) -> Result<ModeSetting> {
    for (kind, word, name) in [
        (Kind::Property, "property", &extent.property),
        (Kind::Purpose, "purpose", &extent.purpose),
    ] {
        if let Some(name) = name {
            check_name(policy, kind, word, name)?;
        }
    }
    Ok(ModeSetting {
        property: extent.property.clone().unwrap_or_default(),
        purpose: extent.purpose.clone().unwrap_or_default(),
        mode,
    })
}

fn check_name(policy: &Policy, kind: Kind, word: &str, name: &str) -> Result<()> {
    if policy.nouns.find(kind, name).is_some() {
        return Ok(());
    }
    let nouns = policy.nouns.iter().map(|(_, noun)| noun);
    let known = nouns
        .filter(|noun| noun.kind == kind)
        .map(|noun| noun.name.as_ref());
    match closest(name, known) {
        Some(near) => bail!("no {word} is called `{name}`; did you mean `{near}`?"),
        None => bail!("policy `{}` declares no {word} `{name}`", policy.name),
    }
}

async fn active(store: &Store, name: &str) -> Result<Policy> {
    let version = store.active(name).await?;
    let version = version.with_context(|| {
        format!("no version of `{name}` is in force; see `abide policy activate`")
    })?;
    let files: Vec<SourceFile> = version
        .files
        .iter()
        .map(|(name, text)| SourceFile::new(name.as_str(), text.as_str()))
        .collect();
    let policies = compile(Library::standard(), &files, None).policies;
    let policy = policies.into_iter().find(|policy| policy.name == name);
    policy.with_context(|| format!("the version of `{name}` in force cannot be read"))
}

fn line(setting: &ModeSetting) -> String {
    let of = |name: &str, all: &str| match name {
        "" => all.to_owned(),
        name => format!("`{name}`"),
    };
    format!(
        "{:<8} {}, {}",
        setting.mode.word(),
        of(&setting.property, "every property"),
        of(&setting.purpose, "every purpose"),
    )
}
