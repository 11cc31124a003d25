//! Values made up for columns: of the right type and length, the same for the same seed. Never looks like anyone's.

use abide_map::schema::{Column, Dialect, TypeClass};

/// A linear congruential generator (Knuth, MMIX): only the high bits are used.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635);
        dice.roll(2);
        dice
    }

    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides.max(1) as u64).unwrap()
    }

    pub(crate) fn in_percent(&mut self, chance: usize) -> bool {
        self.roll(100) < chance
    }
}

const WORDS: &[&str] = &[
    "amber", "birch", "cobalt", "dune", "ember", "fjord", "garnet", "heron", "indigo", "jasper",
    "kelp", "lumen", "maple", "nectar", "opal", "pine", "quartz", "russet", "slate", "topaz",
];

/// A value for a column: another one for each `number` where the type has room for it.
pub(crate) fn value(dialect: Dialect, column: &Column, number: usize, dice: &mut Dice) -> String {
    let day = 1 + number % 28;
    match column.class {
        TypeClass::Integer => integer(column, number, dice),
        TypeClass::Decimal => "1.5".to_owned(),
        TypeClass::Float => "0.5".to_owned(),
        TypeClass::Boolean if dialect == Dialect::Postgresql => {
            if dice.in_percent(50) { "true" } else { "false" }.to_owned()
        }
        TypeClass::Boolean => dice.roll(2).to_string(),
        TypeClass::Text => words(column.length, number, dice),
        TypeClass::Binary => hex(&words(room_of(column), number, dice)),
        TypeClass::Uuid => uuid(number),
        TypeClass::Date => format!("2024-03-{day:02}"),
        TypeClass::Time => format!("10:{:02}:00", number % 60),
        TypeClass::Timestamp => format!("2024-03-{day:02} 10:{:02}:00", number % 60),
        TypeClass::Json => format!("{{\"note\": \"{}\"}}", words(None, number, dice)),
        TypeClass::Network => format!("10.0.{}.{}", number / 250 % 250, 1 + number % 250),
        TypeClass::Enum => {
            let allowed = column.allowed.get(number % column.allowed.len().max(1));
            allowed.cloned().unwrap_or_default()
        }
        TypeClass::Array => "{}".to_owned(),
        TypeClass::Geometry | TypeClass::Other => "0".to_owned(),
    }
}

/// Moments are written in whole numbers by some: in milliseconds where there is room.
fn integer(column: &Column, number: usize, dice: &mut Dice) -> String {
    let (name, kind) = (column.name.to_lowercase(), column.type_name.to_lowercase());
    let is_small = kind.contains("tiny") || kind.contains("small") || kind.contains("int2");
    let is_moment = ["time", "_ts", "created"]
        .iter()
        .any(|part| name.contains(part))
        || name == "ts";
    if is_small || kind.contains("year") || kind.contains("bit") {
        return (number % 100).to_string();
    }
    if is_moment && kind.contains("bigint") {
        let days_ago = dice.roll(1500) as u64;
        return ((1_794_000_000 - days_ago * 86_400) * 1000).to_string();
    }
    number.to_string()
}

/// Words, with a number in them that makes them differ, in as many letters as there is room for.
fn words(length: Option<u64>, number: usize, dice: &mut Dice) -> String {
    let room = usize::try_from(length.unwrap_or(60).min(60)).unwrap();
    let word = |dice: &mut Dice| WORDS[dice.roll(WORDS.len())];
    let digits = format!("{number:x}");
    let text = match room {
        0..=3 => digits,
        4..=12 => format!("{}{digits}", &word(dice)[..1]),
        _ => format!("{} {} {digits}", word(dice), word(dice)),
    };
    let start = text.len().saturating_sub(room);
    text[start..].to_owned()
}

/// How many letters or bytes a column takes, as its type says: `varbinary(39)`.
pub(crate) fn room_of(column: &Column) -> Option<u64> {
    let (_, rest) = column.type_name.split_once('(').unwrap_or_default();
    let said = rest.split_once(')').and_then(|(room, _)| room.parse().ok());
    column
        .length
        .or(said.filter(|_| column.class == TypeClass::Binary))
}

/// Bytes as hex.
pub(crate) fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn uuid(number: usize) -> String {
    format!("1b{number:06x}-4d1c-4a5e-8f00-{number:012x}")
}
