//! A made-up database: tables, links between them, rows. Made from a seed, so that a failure can be seen again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use abide_map::schema::Dialect;

/// A linear congruential generator (Knuth, MMIX): only the high bits are used.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635);
        dice.roll(2);
        dice
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides.max(1) as u64).unwrap()
    }

    pub fn in_percent(&mut self, chance: usize) -> bool {
        self.roll(100) < chance
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    OwnedBy,
    Owns,
    AccessibleBy,
    Accesses,
    Refers,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::OwnedBy => "owned-by",
            Self::Owns => "owns",
            Self::AccessibleBy => "accessible-by",
            Self::Accesses => "accesses",
            Self::Refers => "refers",
        }
    }

    pub fn pulls(self) -> bool {
        matches!(self, Self::OwnedBy | Self::AccessibleBy)
    }

    pub fn owning(self) -> bool {
        matches!(self, Self::OwnedBy | Self::Owns)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableErase {
    Delete,
    Anonymise,
    Detach,
    Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    Delete,
    Anonymise,
    Detach,
    Leave,
}

/// A column `l0`, `l1` … that leads to the `id` of a table; with `when`, only in rows where `w0`, `w1` … is `yes`.
#[derive(Debug, Clone)]
pub struct Link {
    pub kind: Kind,
    pub target: usize,
    pub declared: bool,
    pub nullable: bool,
    pub when: bool,
    pub hides: bool,
    pub erase: Option<Edge>,
}

#[derive(Debug, Clone)]
pub struct Table {
    pub subject: bool,
    /// Whether it has a column `mail` that names people.
    pub named: bool,
    pub links: Vec<Link>,
    pub erase: TableErase,
}

/// A row: `id`, `data`, `mail` where there is one, links and their conditions.
pub type Cells = BTreeMap<String, Option<String>>;

#[derive(Debug, Clone)]
pub struct World {
    pub tables: Vec<Table>,
    pub rows: BTreeMap<(usize, usize), Cells>,
}

/// Worlds from this seed on have three tables more.
pub const WIDE: u64 = 1_000_000;

impl World {
    pub fn made_from(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let count = 2 + dice.roll(5) + if seed < WIDE { 0 } else { 3 };
        let subjects = 1 + usize::from(dice.in_percent(25));
        let mut tables = Vec::new();
        for place in 0..count {
            let subject = place < subjects;
            let links = if subject {
                usize::from(dice.in_percent(20))
            } else {
                1 + dice.roll(3)
            };
            tables.push(Table {
                subject,
                named: subject || dice.in_percent(15),
                links: (0..links).map(|_| link(&mut dice, place, count)).collect(),
                erase: match dice.roll(10) {
                    0 => TableErase::Anonymise,
                    1 if !subject => TableErase::Detach,
                    2 if !subject => TableErase::Keep,
                    _ => TableErase::Delete,
                },
            });
        }
        // What is detached may be empty; any other map is refused for good.
        for table in &mut tables {
            let is_detached = table.erase == TableErase::Detach;
            for link in table.links.iter_mut().filter(|link| link.kind.pulls()) {
                let is_own = is_detached && link.kind.owning();
                link.nullable |= is_own || link.erase == Some(Edge::Detach);
            }
        }
        let mut world = Self {
            tables,
            rows: BTreeMap::new(),
        };
        world.fill(&mut dice);
        world
    }

    fn fill(&mut self, dice: &mut Dice) {
        let sizes: Vec<usize> = self.tables.iter().map(|_| 1 + dice.roll(6)).collect();
        for (place, table) in self.tables.iter().enumerate() {
            for id in 1..=sizes[place] {
                let mut cells = Cells::new();
                cells.insert("id".to_owned(), Some(id.to_string()));
                cells.insert("data".to_owned(), Some(format!("d{place}-{id}")));
                if table.named {
                    let mail = if table.subject {
                        Some(format!("p{place}.{id}@example.org"))
                    } else {
                        match dice.roll(4) {
                            0 => None,
                            1 => Some(format!("guest{}@example.org", dice.roll(3))),
                            // People type their address in any case.
                            _ if id % 2 == 1 => {
                                Some(format!("P0.{}@Example.org", 1 + dice.roll(sizes[0])))
                            }
                            _ => Some(format!("p0.{}@example.org", 1 + dice.roll(sizes[0]))),
                        }
                    };
                    cells.insert("mail".to_owned(), mail);
                }
                for (nth, link) in table.links.iter().enumerate() {
                    let none = link.nullable && dice.in_percent(20);
                    let over = usize::from(!link.declared && dice.in_percent(10));
                    let value = 1 + dice.roll(sizes[link.target]) + 10 * over;
                    let value = (!none).then(|| value.to_string());
                    cells.insert(format!("l{nth}"), value);
                    if link.when {
                        let word = if dice.in_percent(70) { "yes" } else { "no" };
                        cells.insert(format!("w{nth}"), Some(word.to_owned()));
                    }
                }
                self.rows.insert((place, id), cells);
            }
        }
    }

    /// Statements that make it. Declared references come last, so that rings are no trouble.
    pub fn statements(&self, dialect: Dialect) -> Vec<String> {
        let (number, text) = match dialect {
            Dialect::Mariadb => ("bigint", "varchar(60)"),
            _ => ("bigint", "text"),
        };
        let inline = dialect == Dialect::Sqlite;
        let mut made = Vec::new();
        let mut later = Vec::new();
        if inline {
            made.push("PRAGMA defer_foreign_keys = ON".to_owned());
        }
        for (place, table) in self.tables.iter().enumerate() {
            let mut columns = vec![format!("id {number} PRIMARY KEY"), format!("data {text}")];
            if table.named {
                columns.push(format!("mail {text}"));
            }
            let mut keys = Vec::new();
            for (nth, link) in table.links.iter().enumerate() {
                let null = if link.nullable { "" } else { " NOT NULL" };
                columns.push(format!("l{nth} {number}{null}"));
                if link.when {
                    columns.push(format!("w{nth} {text}"));
                }
                if link.declared {
                    let key = format!("FOREIGN KEY (l{nth}) REFERENCES t{}(id)", link.target);
                    later.push(format!("ALTER TABLE t{place} ADD {key}"));
                    keys.push(key);
                }
            }
            if inline {
                columns.extend(keys);
            }
            made.push(format!("CREATE TABLE t{place} ({})", columns.join(", ")));
        }
        for ((place, _), cells) in &self.rows {
            let names: Vec<&str> = cells.keys().map(String::as_str).collect();
            let values: Vec<String> = cells
                .values()
                .map(|cell| {
                    cell.as_ref()
                        .map_or("NULL".to_owned(), |cell| format!("'{cell}'"))
                })
                .collect();
            made.push(format!(
                "INSERT INTO t{place} ({}) VALUES ({})",
                names.join(", "),
                values.join(", ")
            ));
        }
        if !inline {
            made.extend(later);
        }
        made
    }

    pub fn map(&self) -> String {
        let mut text = "map world {\n    source test\n".to_owned();
        for (place, table) in self.tables.iter().enumerate() {
            let _ = writeln!(text, "    table t{place} {{");
            if table.subject {
                text.push_str("        subject\n");
            }
            if table.named {
                text.push_str("        identity email mail\n");
            }
            for (nth, link) in table.links.iter().enumerate() {
                let _ = write!(
                    text,
                    "        {} l{nth} to=t{} {{",
                    link.kind.word(),
                    link.target
                );
                if link.when {
                    let _ = write!(text, " when w{nth} yes;");
                }
                if link.hides {
                    text.push_str(" hide data because=\"somebody else's\";");
                }
                text.push_str(match link.erase {
                    None => "",
                    Some(Edge::Delete) => " erase delete",
                    Some(Edge::Anonymise) => " erase anonymise { overwrite data with=gone }",
                    Some(Edge::Detach) => " erase detach",
                    Some(Edge::Leave) => " erase leave",
                });
                text.push_str(" }\n");
            }
            if !table.subject
                && !table.named
                && table.links.iter().all(|link| link.kind == Kind::Refers)
            {
                text.push_str("        ordinary because=\"nobody's\"\n    }\n");
                continue;
            }
            text.push_str(match table.erase {
                TableErase::Delete => "        erase delete\n",
                TableErase::Anonymise => "        erase anonymise { overwrite data with=gone }\n",
                TableErase::Detach => "        erase detach\n",
                TableErase::Keep => "        erase keep because=\"tax law\"\n",
            });
            text.push_str("    }\n");
        }
        text.push_str("}\n");
        text
    }
}

fn link(dice: &mut Dice, place: usize, count: usize) -> Link {
    let kind = match dice.roll(20) {
        0..=10 => Kind::OwnedBy,
        11 | 12 => Kind::Owns,
        13..=16 => Kind::AccessibleBy,
        17 => Kind::Accesses,
        _ => Kind::Refers,
    };
    let target = if dice.in_percent(60) {
        dice.roll(place.max(1))
    } else {
        dice.roll(count)
    };
    let erase = match dice.roll(10) {
        0 => Some(Edge::Leave),
        1 => Some(Edge::Anonymise),
        2 if kind != Kind::Refers => Some(Edge::Delete),
        3 if kind.pulls() => Some(Edge::Detach),
        _ => None,
    };
    let when = kind != Kind::Refers && dice.in_percent(12);
    Link {
        kind,
        target,
        declared: !when && dice.in_percent(60),
        nullable: dice.in_percent(75),
        when,
        hides: kind.pulls() && dice.in_percent(20),
        erase: erase.filter(|_| kind != Kind::Refers),
    }
}
