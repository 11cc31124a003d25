//! What is observed and what is enforced, by property and purpose. The most precise setting counts; without one, Abide
//! enforces.

use abide_store::ModeSetting;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::config::Observe;

/// What the server does about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Permits, and says what it would have answered.
    Observe,
    /// Answers what it decided.
    Enforce,
}

impl From<abide_store::Mode> for Mode {
    fn from(mode: abide_store::Mode) -> Self {
        match mode {
            abide_store::Mode::Observe => Self::Observe,
            abide_store::Mode::Enforce => Self::Enforce,
        }
    }
}

impl From<Mode> for abide_store::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Observe => Self::Observe,
            Mode::Enforce => Self::Enforce,
        }
    }
}

/// Settings, the later of two alike last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Modes {
    settings: Vec<Setting>,
}

/// One setting; what is not named is everything.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Setting {
    policy: Option<String>,
    property: Option<String>,
    purpose: Option<String>,
    mode: Mode,
}

impl Modes {
    /// What the configuration observes.
    pub fn observing(observe: &[Observe]) -> Self {
        let of = |observe: &Observe| Setting {
            policy: None,
            property: observe.property.clone(),
            purpose: observe.purpose.clone(),
            mode: Mode::Observe,
        };
        Self {
            settings: observe.iter().map(of).collect(),
        }
    }

    /// These settings and those of a policy, which count before earlier ones alike.
    #[must_use]
    pub fn and(mut self, policy: &str, settings: &[ModeSetting]) -> Self {
        let named = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
        self.settings.extend(settings.iter().map(|setting| Setting {
            policy: Some(policy.to_owned()),
            property: named(&setting.property),
            purpose: named(&setting.purpose),
            mode: setting.mode.into(),
        }));
        self
    }

    /// What to do about a question under a policy.
    pub fn of(&self, policy: &str, property: Option<&str>, purpose: Option<&str>) -> Mode {
        let mut found = (0, Mode::Enforce);
        for setting in &self.settings {
            let rank = [
                precision(setting.purpose.as_deref(), purpose, 4),
                precision(setting.property.as_deref(), property, 2),
                precision(setting.policy.as_deref(), Some(policy), 1),
            ];
            let Some(rank) = rank.into_iter().sum::<Option<u32>>() else {
                continue;
            };
            if rank >= found.0 {
                found = (rank, setting.mode);
            }
        }
        found.1
    }
}

/// How precisely a setting names what is asked about; `None` if it names something else.
fn precision(named: Option<&str>, asked: Option<&str>, weight: u32) -> Option<u32> {
    match named {
        None => Some(0),
        Some(_) if named == asked => Some(weight),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use abide_store::{Mode as Stored, ModeSetting};

    use super::{Mode, Modes};

    fn setting(property: &str, purpose: &str, mode: Stored) -> ModeSetting {
        ModeSetting {
            property: property.to_owned(),
            purpose: purpose.to_owned(),
            mode,
        }
    }

    #[test]
    fn the_most_precise_setting_counts_and_the_later_of_two_alike() {
        let modes = Modes::default().and(
            "shop",
            &[
                setting("", "newsletter", Stored::Observe),
                setting("web", "newsletter", Stored::Enforce),
                setting("app", "", Stored::Observe),
                setting("app", "", Stored::Enforce),
            ],
        );
        let of = |property, purpose| modes.of("shop", property, purpose);
        assert_eq!(of(None, None), Mode::Enforce);
        assert_eq!(of(None, Some("newsletter")), Mode::Observe);
        assert_eq!(of(Some("app"), Some("newsletter")), Mode::Observe);
        assert_eq!(of(Some("web"), Some("newsletter")), Mode::Enforce);
        assert_eq!(of(Some("app"), Some("orders")), Mode::Enforce);
        assert_eq!(modes.of("other", None, Some("newsletter")), Mode::Enforce);
    }
}
