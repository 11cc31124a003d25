//! Everything that can be asked for: one list, from which words, rights, proof and work derive.

use abide_store::{ConsentState, Duplicates, Matter};
use serde::{Deserialize, Serialize};

/// Whether somebody has to show who they are before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// Nothing is shown or changed that could harm: it is done at once.
    None,
    /// Only what was verified is looked for.
    Verified,
}

/// What doing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Everything that the sources hold is packed for the person.
    Package,
    /// The sources are erased from.
    Erasure,
    /// What the person says is recorded, so that every decision from then on knows it.
    Choice,
    /// Somebody does it by hand and says so.
    Hands,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal, rights $rights:expr, events $events:expr, $proof:ident, $work:ident;)*) => {
        /// What is asked for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The word it is written as.
            pub fn word(self) -> &'static str {
                match self { $(Self::$kind => $word,)* }
            }

            /// The rights of a policy that it uses.
            pub fn rights(self) -> &'static [&'static str] {
                match self { $(Self::$kind => &$rights,)* }
            }

            /// What asking for it is, besides a request.
            pub fn events(self) -> &'static [&'static str] {
                match self { $(Self::$kind => &$events,)* }
            }

            /// What doing it is.
            pub fn work(self) -> Work {
                match self { $(Self::$kind => Work::$work,)* }
            }

            fn proof(self) -> Proof {
                match self { $(Self::$kind => Proof::$proof,)* }
            }
        }
    };
}

kinds! {
    /// Whether and what is held, from where, why and who got it.
    Know = "know", rights ["know"], events [], Verified, Package;
    /// A copy of everything.
    Access = "access", rights ["access", "copy"], events [], Verified, Package;
    /// A copy to take elsewhere.
    Portability = "portability", rights ["portability"], events [], Verified, Package;
    /// Wrong data mended.
    Correct = "correct", rights ["correct", "supplement"], events [], Verified, Hands;
    /// Everything erased.
    Erase = "erase", rights ["erase", "close-account"], events [], Verified, Erasure;
    /// Use stopped for a while.
    Restrict = "restrict", rights ["restrict"], events [], Verified, Choice;
    /// No to a use.
    Object = "object", rights ["object"], events ["objection"], Verified, Choice;
    /// Made anonymous.
    Anonymise = "anonymise", rights ["anonymise"], events [], Verified, Hands;
    /// Consent taken back.
    WithdrawConsent = "withdraw-consent", rights ["withdraw"], events ["withdrawal"], None, Choice;
    /// No sale and no sharing for advertising.
    OptOutSale = "opt-out-sale", rights ["optout-sale", "optout-sharing"], events ["opt-out"], None, Choice;
    /// Sensitive data only for what is needed.
    LimitSensitive = "limit-sensitive", rights ["limit-sensitive"], events ["opt-out"], None, Choice;
    /// No more advertising mail, calls or messages.
    StopMarketing = "stop-marketing", rights ["stop-marketing"], events ["opt-out", "objection"], None, Choice;
    /// Who got what for their own marketing.
    Disclosures = "disclosures", rights ["disclosures"], events [], Verified, Hands;
    /// Something went wrong.
    Complaint = "complaint", rights ["complain-to-us"], events ["complaint"], None, Hands;
    /// No to a change of the policy.
    ObjectToChange = "object-to-change", rights ["object"], events ["objection"], Verified, Hands;
}

impl Kind {
    /// The kind with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }

    /// Whether somebody has to show who they are first.
    pub fn needs_proof(self) -> bool {
        self.proof() == Proof::Verified
    }

    /// Whether a second request while one is open is the same again.
    pub(crate) fn duplicates(self) -> Duplicates {
        match self {
            // Each says something of its own.
            Self::Correct
            | Self::Complaint
            | Self::ObjectToChange
            | Self::WithdrawConsent
            | Self::Object => Duplicates::Kept,
            _ => Duplicates::Refused,
        }
    }

    /// Whether requests of the two are counted together.
    pub(crate) fn counts_with(self, other: Self) -> bool {
        let looks = |kind: Self| kind.work() == Work::Package;
        self == other || (looks(self) && looks(other))
    }

    /// What is recorded of the person, where doing it is that.
    pub(crate) fn choices(self) -> Vec<(Matter, ConsentState)> {
        let used = |right: &&str| {
            (
                Matter::Right((*right).to_owned()),
                ConsentState::ConsentGiven,
            )
        };
        match (self, self.work()) {
            (Self::WithdrawConsent, _) => {
                vec![(
                    Matter::Fact("consent".to_owned()),
                    ConsentState::ConsentWithdrawn,
                )]
            }
            (_, Work::Choice) => self.rights().iter().map(used).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use abide_policy::Library;
    use abide_policy::vocabulary::Kind as Noun;

    use super::*;

    #[test]
    fn every_word_is_one_kind_and_every_right_and_event_is_in_the_vocabulary() {
        let nouns = &Library::standard().nouns;
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.word()), Some(*kind));
            let as_json = serde_json::to_value(kind).unwrap();
            assert_eq!(as_json, kind.word());
            for right in kind.rights() {
                assert!(nouns.find(Noun::Right, right).is_some(), "{right}");
            }
            for event in kind.events() {
                assert!(nouns.find(Noun::Event, event).is_some(), "{event}");
            }
            assert_eq!(kind.choices().is_empty(), kind.work() != Work::Choice);
        }
    }

    #[test]
    fn what_needs_no_proof_shows_nothing_and_erases_nothing() {
        for kind in Kind::ALL.iter().filter(|kind| !kind.needs_proof()) {
            assert!(
                matches!(kind.work(), Work::Choice | Work::Hands),
                "{kind:?}"
            );
        }
    }
}
