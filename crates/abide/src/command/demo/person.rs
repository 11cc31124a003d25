//! People who do not exist, always the same ones. No name here is anyone's.

const FIRST: [&str; 12] = [
    "Ada", "Bram", "Cleo", "Dirk", "Elin", "Finn", "Gita", "Hugo", "Ines", "Jaap", "Kira", "Luuk",
];
const LAST: [&str; 7] = ["Poel", "Brug", "Gracht", "Molen", "Duin", "Wilg", "Haven"];

/// The name of the person of that number.
pub(super) fn name(number: u32) -> String {
    let pick = |names: &[&'static str], number: u32| {
        let at = usize::try_from(number).unwrap_or_default() % names.len().max(1);
        names.get(at).copied().unwrap_or_default()
    };
    format!("{} {}", pick(&FIRST, number), pick(&LAST, number))
}

/// Their address, which nobody can write to.
pub(super) fn email(number: u32) -> String {
    let name = name(number).to_lowercase().replace(' ', ".");
    format!("{name}.{number}@people.example")
}

/// A text with `{n}`, `{name}` and `{email}` filled in.
pub(super) fn fill(text: &str, number: u32) -> String {
    text.replace("{n}", &number.to_string())
        .replace("{name}", &name(number))
        .replace("{email}", &email(number))
}
