//! The words of the pages: one struct, one file per language, so that a text that one language lacks does not compile.
//! Never says what a policy promises: see `abide_policy::sentence`.

mod en;
mod zh;

use abide_policy::sentence::Language;

/// A heading and what stands below it.
pub type Said = (&'static str, &'static str);

/// The words of one language.
#[derive(Debug)]
pub struct Words {
    /// The language, in itself.
    pub language: &'static str,
    /// The name of the whole.
    pub centre: &'static str,
    pub skip: &'static str,
    pub languages: &'static str,
    pub ways: &'static str,
    /// Before the title of a page on which something has to be mended.
    pub title_of_wrong: &'static str,
    pub no_tracking: &'static str,
    pub home: Home,
    pub archive: Archive,
    pub opt_out: OptOut,
    pub opted_out: OptedOut,
    pub verify: Verify,
    pub choices: Choices,
    pub sign_in: SignIn,
    pub unsubscribe: Unsubscribe,
    pub doubt: Doubts,
    pub trouble: Trouble,
}

/// The first page.
#[derive(Debug)]
pub struct Home {
    pub title: &'static str,
    pub lead: &'static str,
    pub choose: &'static str,
    pub notice: &'static str,
    pub notice_about: &'static str,
    pub opt_out_about: &'static str,
    pub verify_about: &'static str,
    pub archive_about: &'static str,
    pub reach: &'static str,
    pub reach_about: &'static str,
    pub email: &'static str,
    pub phone: &'static str,
    pub post: &'static str,
    pub web: &'static str,
}

/// Earlier versions of the notice.
#[derive(Debug)]
pub struct Archive {
    pub title: &'static str,
    pub lead: &'static str,
    /// `{}` is the version's date.
    pub version: &'static str,
    /// `{}` is the day since when it holds.
    pub since: &'static str,
    /// `{}` is the first day and the last.
    pub between: &'static str,
}

/// The form of opt-outs.
#[derive(Debug)]
pub struct OptOut {
    pub title: &'static str,
    pub lead: &'static str,
    pub nothing: &'static str,
    pub signal: Said,
    pub what: &'static str,
    pub whom: &'static str,
    pub whom_hint: &'static str,
    pub email: &'static str,
    pub email_hint: &'static str,
    pub phone: &'static str,
    pub phone_hint: &'static str,
    pub browser: &'static str,
    pub browser_hint: &'static str,
    pub send: &'static str,
    pub trap: &'static str,
    pub wrong: &'static str,
    pub wrong_what: &'static str,
    pub wrong_whom: &'static str,
    pub wrong_email: &'static str,
    pub wrong_phone: &'static str,
    /// What can be stopped, by the name of the right.
    pub rights: &'static [(&'static str, &'static str, &'static str)],
}

/// What is said once an opt-out is recorded.
#[derive(Debug)]
pub struct OptedOut {
    pub title: &'static str,
    pub done: &'static str,
    /// `{}` is what was stopped and for whom.
    pub stopped: &'static str,
    pub for_email: &'static str,
    pub for_phone: &'static str,
    pub for_browser: &'static str,
    pub receipt: &'static str,
    pub receipts: Said,
    /// `{}` is the hours for which they can be downloaded.
    pub receipts_end: &'static str,
    pub same_for_all: &'static str,
}

/// The page that checks a receipt.
#[derive(Debug)]
pub struct Verify {
    pub title: &'static str,
    pub lead: &'static str,
    pub file: &'static str,
    pub file_hint: &'static str,
    pub text: &'static str,
    pub text_hint: &'static str,
    pub send: &'static str,
    pub wrong: &'static str,
    pub wrong_none: &'static str,
    pub wrong_form: &'static str,
    pub proven: Said,
    pub refuted: Said,
    pub untrusted: Said,
    pub what: &'static str,
    pub day: &'static str,
    pub place: &'static str,
    /// `{}` is its number, how many there are, and the name of the log.
    pub place_of: &'static str,
    pub said: &'static str,
    pub opened: &'static str,
    pub withheld: &'static str,
    pub shown: &'static str,
    pub unsealed: &'static str,
    pub proves: &'static str,
    pub proves_list: &'static [&'static str],
    pub proves_not: &'static str,
    pub proves_not_list: &'static [&'static str],
    pub offline: Said,
    pub keys: &'static str,
    /// Kinds of entries.
    pub kinds: &'static [(&'static str, &'static str)],
}

/// What the person who is signed in can decide.
#[derive(Debug)]
pub struct Choices {
    pub title: &'static str,
    pub about: &'static str,
    pub lead: &'static str,
    pub closed: &'static str,
    pub sign_in: &'static str,
    pub without: &'static str,
    pub done: &'static str,
    /// `{}` is since when.
    pub agreed: &'static str,
    /// `{}` is since when.
    pub not_agreed: &'static str,
    pub never_asked: &'static str,
    /// `{}` is since when.
    pub stopped: &'static str,
    pub running: &'static str,
    pub agree: &'static str,
    pub take_back: &'static str,
    pub stop: &'static str,
    pub allow: &'static str,
    /// `{}` is how many words there are.
    pub history: &'static str,
    pub receipt: &'static str,
    pub other: &'static str,
    pub sign_out: &'static str,
    /// In these, `{}` is what it was about.
    pub was_yes: &'static str,
    pub was_no: &'static str,
    pub was_back: &'static str,
    pub was_over: &'static str,
    pub was_asked: &'static str,
    pub was_unclear: &'static str,
}

/// Signing in.
#[derive(Debug)]
pub struct SignIn {
    pub refused: Said,
    pub again: &'static str,
}

/// Stopping messages.
#[derive(Debug)]
pub struct Unsubscribe {
    pub title: &'static str,
    /// `{}` is what the messages are for.
    pub lead: &'static str,
    pub send: &'static str,
    /// `{}` is what the messages are for.
    pub done: &'static str,
    pub notices: &'static str,
    pub more: &'static str,
}

/// Why a form was not taken.
#[derive(Debug)]
pub struct Doubts {
    pub too_soon: &'static str,
    pub too_late: &'static str,
    pub forged: &'static str,
    pub trap: &'static str,
}

/// What went wrong, and what to do.
#[derive(Debug)]
pub struct Trouble {
    pub home: &'static str,
    pub not_found: Said,
    pub too_often: Said,
    pub busy: Said,
    pub too_large: Said,
    pub elsewhere: Said,
    pub unreadable: Said,
    pub broken: Said,
}

/// The words of a language.
pub fn of(lang: Language) -> &'static Words {
    match lang {
        Language::English => &en::WORDS,
        Language::Chinese => &zh::WORDS,
    }
}

/// A text with its `{}` filled in, in order.
pub fn fill(text: &str, with: &[&str]) -> String {
    let mut filled = String::new();
    let mut with = with.iter();
    let mut parts = text.split("{}");
    filled.push_str(parts.next().unwrap_or_default());
    for part in parts {
        filled.push_str(with.next().copied().unwrap_or_default());
        filled.push_str(part);
    }
    filled
}
