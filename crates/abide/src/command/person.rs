//! Who a command is about, and which sources it looks in: arguments that several commands share.

use abide_map::plan::{Identities, KnownAs};
use abide_store::Identifier;
use anyhow::{Context, Result, bail};

use crate::config::Config;

/// By what a person is known.
#[derive(Debug, Clone, clap::Args)]
pub struct Person {
    /// An identifier that was verified, such as `email:ann@example.org`; several if the person has several
    #[arg(long = "as", value_name = "KIND:VALUE", required = true)]
    known: Vec<String>,
}

impl Person {
    /// The person, in the spelling that sources are asked with.
    pub fn identities(&self) -> Result<Identities> {
        let mut identities = Identities::default();
        for (number, text) in self.known.iter().enumerate() {
            let nth = number + 1;
            let (kind, value) = text.split_once(':').with_context(|| {
                format!("the {nth}. `--as` has no kind; write `--as email:ann@example.org`")
            })?;
            // The message of what is wrong never repeats the identifier.
            let known = Identifier::new(kind, value)
                .with_context(|| format!("the {nth}. `--as` is no identifier"))?;
            identities.0.push(KnownAs {
                kind: known.kind().to_owned(),
                value: known.value().to_owned(),
            });
        }
        Ok(identities)
    }
}

/// Which sources.
#[derive(Debug, Clone, clap::Args)]
pub struct Which {
    /// Only this source of `abide.kdl`; several may be named. All of them if none is
    #[arg(long = "source", value_name = "NAME")]
    names: Vec<String>,
}

impl Which {
    /// Those that are meant, out of all that the configuration names.
    pub fn names(&self, config: &Config) -> Result<Vec<String>> {
        let all: Vec<&str> = config.sources.iter().map(|it| it.name.as_str()).collect();
        if all.is_empty() {
            bail!(
                "{}; add `source NAME {{ url \"…\"; map \"map.kdl\" }}`",
                config.names_none("source")
            );
        }
        for name in &self.names {
            if !all.contains(&name.as_str()) {
                bail!(
                    "there is no source `{name}` in `abide.kdl`; there are `{}`",
                    all.join("`, `")
                );
            }
        }
        let is_meant =
            |name: &&str| self.names.is_empty() || self.names.iter().any(|it| it == name);
        Ok(all
            .into_iter()
            .filter(is_meant)
            .map(str::to_owned)
            .collect())
    }
}
