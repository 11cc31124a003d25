//! Sentences: permissions, prohibitions, duties, parts and readings.

use super::Pools;
use super::text::Statement;
use crate::rng::Rng;

struct Writer<'a> {
    rng: &'a mut Rng,
    pools: &'a Pools,
    /// Clauses that were given.
    clauses: Vec<String>,
    parts: usize,
}

/// The sentences of a policy.
pub fn lines(rng: &mut Rng, pools: &Pools) -> Vec<Statement> {
    let mut writer = Writer {
        rng,
        pools,
        clauses: Vec::new(),
        parts: 0,
    };
    let count = 5 + writer.rng.below(12);
    let mut found: Vec<Statement> = (0..count).map(|_| writer.sentence()).collect();
    while writer.rng.percent(35) && writer.parts < 3 {
        let part = writer.part(0);
        let at = writer.rng.below(found.len() + 1);
        found.insert(at, part);
    }
    while writer.rng.percent(45) && writer.clauses.len() > 1 {
        found.push(writer.reading());
    }
    found
}

fn owned(values: Vec<&'static str>) -> Vec<String> {
    values.into_iter().map(str::to_owned).collect()
}

const DATES: [&str; 4] = ["2025-02-28", "2025-06-30", "2025-12-31", "2026-03-01"];
const LENGTHS: [&str; 10] = [
    "2 hours",
    "0 hours",
    "1 day",
    "30 days",
    "3 business-days",
    "1 month",
    "12 months",
    "2 years",
    "1 calendar-year",
    "0 calendar-years",
];

impl Writer<'_> {
    fn sentence(&mut self) -> Statement {
        let mut line = match self.rng.below(100) {
            0..=41 => self.permission(),
            42..=63 => self.prohibition(),
            64..=67 => self.must_keep(),
            68..=75 => self.gate(),
            76..=80 => self.duty(),
            81..=85 => self.honour(),
            86..=88 => self.never_apply(),
            89..=93 => self.right(),
            94..=96 => self.never_ask(),
            _ => self.aside(),
        };
        self.number(&mut line);
        line
    }

    /// Clause ids: mostly one of its own, sometimes none, that of another line, or two.
    fn number(&mut self, line: &mut Statement) {
        let fresh = format!("C-{}", self.clauses.len());
        match self.rng.below(10) {
            0 => {}
            1 if !self.clauses.is_empty() => {
                line.clauses.push(self.rng.pick(&self.clauses).clone());
            }
            2 => {
                let more = format!("C-{}", self.clauses.len() + 1);
                self.clauses.extend([fresh.clone(), more.clone()]);
                line.clauses.extend([fresh, more]);
            }
            _ => {
                self.clauses.push(fresh.clone());
                line.clauses.push(fresh);
            }
        }
    }

    fn names(&mut self, pool: &[&'static str], most: usize) -> Vec<String> {
        let names = self.rng.some(pool, most);
        let mut names = owned(names);
        names.dedup();
        names
    }

    fn data(&mut self, most: usize) -> String {
        if self.rng.percent(12) {
            return "any".to_owned();
        }
        self.names(&self.pools.data, most).join(" ")
    }

    fn permission(&mut self) -> Statement {
        let action = *self.rng.pick(&[
            "collect", "use", "use", "use", "share", "share", "sell", "keep", "link",
        ]);
        let mut line = Statement::new(&format!("{action} {}", self.data(3)));
        if action == "use" || self.rng.percent(55) {
            self.purpose(&mut line);
        }
        if matches!(action, "share" | "sell") || self.rng.percent(6) {
            self.recipient(&mut line);
        }
        self.slots(&mut line, 18);
        if self.rng.percent(30) {
            self.condition(&mut line, "if");
        }
        if self.rng.percent(12) {
            self.condition(&mut line, "unless");
        }
        self.times(&mut line, 22);
        if self.rng.percent(15) {
            let grounds = self.names(&self.pools.grounds, 2);
            line.add("because", grounds);
        }
        self.excepts(&mut line, 18, true);
        line
    }

    fn prohibition(&mut self) -> Statement {
        let action = *self.rng.pick(&[
            "collect", "use", "use", "share", "share", "sell", "keep", "link", "link", "erase",
        ]);
        let mut line = Statement::new(&format!("never {action} {}", self.data(2)));
        if self.rng.percent(40) {
            self.purpose(&mut line);
        }
        if matches!(action, "share" | "sell") && self.rng.percent(50) || self.rng.percent(6) {
            self.recipient(&mut line);
        }
        self.slots(&mut line, 14);
        if self.rng.percent(20) {
            self.condition(&mut line, "if");
        }
        if self.rng.percent(40) {
            self.condition(&mut line, "unless");
        }
        self.times(&mut line, 20);
        self.excepts(&mut line, 35, true);
        line
    }

    fn must_keep(&mut self) -> Statement {
        let mut line = Statement::new(&format!("must keep {}", self.data(2)));
        self.slots(&mut line, 5);
        self.times(&mut line, 80);
        if self.rng.percent(25) {
            let word = *self.rng.pick(&["if", "unless"]);
            self.condition(&mut line, word);
        }
        self.excepts(&mut line, 20, true);
        line
    }

    fn gate(&mut self) -> Statement {
        let mut line = if self.rng.percent(50) {
            let facts = self.names(
                &["consent", "explicit-consent", "parent-consent", "verified"],
                2,
            );
            Statement::new(&format!("must ask {}", facts.join(" ")))
        } else if self.rng.percent(15) {
            Statement::new("must ask rights email")
        } else {
            let topics = self.names(&self.pools.topics, 2);
            Statement::new(&format!("must tell {}", topics.join(" ")))
        };
        let events = self.names(
            &[
                "collection",
                "collection",
                "use",
                "disclosure",
                "sale",
                "transfer",
                "registration",
                "merger",
            ],
            2,
        );
        line.add("before", events);
        if self.rng.percent(35) {
            let data = self.names(&self.pools.data, 2);
            line.add("of", data);
        } else if self.rng.percent(10) {
            line.add("of", ["purposes".to_owned()]);
        }
        self.duty_slots(&mut line, 14);
        line
    }

    fn duty(&mut self) -> Statement {
        let mut line = match self.rng.below(4) {
            0 => Statement::new(&format!("must erase {}", self.data(2))),
            1 => Statement::new(&format!("must tell {}", self.rng.pick(&self.pools.data))),
            _ => Statement::new(&format!("must tell {}", self.rng.pick(&self.pools.topics))),
        };
        if self.rng.percent(50) {
            let events = self.names(
                &["collection", "use", "disclosure", "sale", "registration"],
                2,
            );
            line.add("when", events);
            if self.rng.percent(40) {
                line.add("within", [(*self.rng.pick(&LENGTHS)).to_owned()]);
            }
        }
        if self.rng.percent(50) {
            let points = self.points();
            line.add("at", points);
        }
        if self.rng.percent(30) {
            let data = self.names(&self.pools.data, 2);
            line.add("of", data);
        }
        self.duty_slots(&mut line, 10);
        line
    }

    fn duty_slots(&mut self, line: &mut Statement, chance: u64) {
        if self.rng.percent(chance) && !line.has("at") {
            let points = self.points();
            line.add("at", points);
        }
        if self.rng.percent(chance) {
            self.purpose(line);
        }
        if self.rng.percent(chance / 2) {
            self.recipient(line);
        }
        if self.rng.percent(chance * 2) {
            let people = self.names(&self.pools.people, 2);
            line.add("about", people);
        }
        if self.rng.percent(chance) {
            self.condition(line, "if");
        }
        if self.rng.percent(chance) {
            self.condition(line, "unless");
        }
        if self.rng.percent(chance) && !line.has("when") {
            let events = self.names(&self.pools.events, 2);
            line.add("when", events);
            if self.rng.percent(40) {
                line.add("within", [(*self.rng.pick(&LENGTHS)).to_owned()]);
            }
        }
        if self.rng.percent(chance) {
            let slot = *self.rng.pick(&["until", "after"]);
            let values = self.moments();
            line.add(slot, values);
        }
        self.excepts(line, chance, false);
    }

    fn honour(&mut self) -> Statement {
        let mode = *self.rng.pick(&["must", "must", "never"]);
        let signals = if self.rng.percent(10) {
            "any".to_owned()
        } else {
            self.names(&self.pools.signals, 2).join(" ")
        };
        let mut line = Statement::new(&format!("{mode} honour {signals}"));
        if self.rng.percent(15) {
            self.purpose(&mut line);
        }
        if self.rng.percent(15) {
            self.recipient(&mut line);
        }
        if self.rng.percent(15) {
            let people = self.names(&self.pools.people, 2);
            line.add("about", people);
        }
        // `opted-out` would depend on what the signal brings.
        if self.rng.percent(20) {
            let word = *self.rng.pick(&["if", "unless"]);
            let facts = self.names(
                &["verified", "feature-on", "no-guidance", "law", "consent"],
                2,
            );
            line.add(word, facts);
        }
        if self.rng.percent(10) {
            let values = self.moments();
            line.add("until", values);
        }
        line
    }

    fn never_apply(&mut self) -> Statement {
        let object = match self.rng.below(6) {
            0 => *self.rng.pick(&self.pools.data),
            1 => *self.rng.pick(&self.pools.people),
            2 => *self.rng.pick(&self.pools.recipients),
            3 => *self.rng.pick(&self.pools.purposes),
            4 if !self.pools.properties.is_empty() => *self.rng.pick(&self.pools.properties),
            _ => *self.rng.pick(&self.pools.points),
        };
        let mut line = Statement::new(&format!("never apply {object}"));
        if self.rng.percent(20) {
            let of = match self.rng.below(3) {
                0 => self.names(&self.pools.people, 2),
                1 => self.names(&["erase", "access"], 2),
                _ => self.names(&self.pools.data, 2),
            };
            line.add("of", of);
        }
        self.slots(&mut line, 8);
        if self.rng.percent(20) {
            let word = *self.rng.pick(&["if", "unless"]);
            self.condition(&mut line, word);
        }
        self.times(&mut line, 20);
        line
    }

    fn right(&mut self) -> Statement {
        let rights = if self.rng.percent(8) {
            "any".to_owned()
        } else {
            self.names(&self.pools.rights, 3).join(" ")
        };
        let mut line = Statement::new(&format!("right {rights}"));
        if self.rng.percent(30) {
            let of = self.names(&self.pools.data, 2);
            line.add("of", of);
        }
        if self.rng.percent(30) {
            self.purpose(&mut line);
        }
        if self.rng.percent(15) {
            self.recipient(&mut line);
        }
        if self.rng.percent(30) {
            line.add("via", ["settings".to_owned()]);
        }
        self.slots(&mut line, 6);
        line
    }

    fn never_ask(&mut self) -> Statement {
        let objects = self.names(
            &["consent", "explicit-consent", "optin-sale", "purposes"],
            2,
        );
        let mut line = Statement::new(&format!("never ask {}", objects.join(" ")));
        if self.rng.percent(70) {
            let events = self.names(&["opt-out", "withdrawal", "objection", "purchase"], 2);
            line.add("when", events);
            if self.rng.percent(80) {
                let length = self.length();
                line.add("within", [length]);
            }
        }
        self.slots(&mut line, 8);
        if self.rng.percent(20) {
            self.condition(&mut line, "unless");
        }
        line
    }

    /// Lines that decide nothing.
    fn aside(&mut self) -> Statement {
        match self.rng.below(5) {
            0 => Statement::new("refuse access").with("if", ["law".to_owned()]),
            1 => Statement::new(&format!("did share {}", self.data(2)))
                .with("last", ["12 months".to_owned()]),
            2 => Statement::new("apply personal"),
            3 => Statement::new("tell purposes"),
            _ => Statement::new("must answer access")
                .with("when", ["request".to_owned()])
                .with("within", ["1 month".to_owned()]),
        }
    }

    fn purpose(&mut self, line: &mut Statement) {
        if line.has("for") {
            return;
        }
        let purposes = if self.rng.percent(8) {
            vec!["any".to_owned()]
        } else {
            self.names(&self.pools.purposes, 2)
        };
        line.add("for", purposes);
    }

    fn recipient(&mut self, line: &mut Statement) {
        if line.has("with") {
            return;
        }
        let recipients = if self.rng.percent(8) {
            vec!["any".to_owned()]
        } else {
            self.names(&self.pools.recipients, 2)
        };
        line.add("with", recipients);
    }

    fn points(&mut self) -> Vec<String> {
        let mut pool = self.pools.points.clone();
        pool.extend(&self.pools.properties);
        pool.push("letter");
        self.names(&pool, 2)
    }

    /// `in`, `from`, `as`, `by`, `at`, `via` and `about`, each so often.
    fn slots(&mut self, line: &mut Statement, chance: u64) {
        if self.rng.percent(chance) {
            let places = self.names(&self.pools.places, 2);
            line.add("in", places);
        }
        if self.rng.percent(chance / 2) {
            let origin = self.names(
                &[
                    "person",
                    "social-network",
                    "checkout",
                    "newsletter",
                    "cookie",
                    "tracker",
                    "email",
                ],
                2,
            );
            line.add("from", origin);
        }
        if self.rng.percent(chance / 2) {
            let forms = self.names(&self.pools.forms, 2);
            line.add("as", forms);
        }
        if self.rng.percent(chance / 2) {
            let mut pool = vec![
                "parent", "guardian", "teacher", "agent", "employee", "staff", "bank",
            ];
            for extra in ["step-parent", "tutor"] {
                if self.pools.people.contains(&extra) {
                    pool.push(extra);
                }
            }
            let actors = self.names(&pool, 2);
            line.add("by", actors);
        }
        if self.rng.percent(chance) && !line.has("at") {
            let points = self.points();
            line.add("at", points);
        }
        if self.rng.percent(chance / 2) && !line.has("via") {
            let channels = self.names(&self.pools.channels, 2);
            line.add("via", channels);
        }
        if self.rng.percent(chance + 4) && !line.has("about") {
            let people = self.names(&self.pools.people, 2);
            line.add("about", people);
        }
    }

    /// One condition or two of a polarity.
    fn condition(&mut self, line: &mut Statement, word: &str) {
        let is_permission = !matches!(line.words[0].as_str(), "never" | "must");
        loop {
            let mut facts = self.names(&self.pools.facts, 3);
            // A permission that waits for itself says nothing.
            if is_permission {
                facts.retain(|fact| fact != "stated");
            }
            if !facts.is_empty() {
                line.add(word, facts);
            }
            if self.rng.percent(80) {
                return;
            }
        }
    }

    fn moments(&mut self) -> Vec<String> {
        match self.rng.below(10) {
            0..=3 => vec![(*self.rng.pick(&DATES)).to_owned()],
            4 => vec!["feature-on".to_owned()],
            5 => vec![
                (*self.rng.pick(&DATES)).to_owned(),
                (*self.rng.pick(&self.pools.events)).to_owned(),
            ],
            _ => self.names(&self.pools.events, 2),
        }
    }

    fn length(&mut self) -> String {
        if self.pools.constants && self.rng.percent(25) {
            return (*self.rng.pick(&["tax-limitation", "quiet-period"])).to_owned();
        }
        (*self.rng.pick(&LENGTHS)).to_owned()
    }

    fn times(&mut self, line: &mut Statement, chance: u64) {
        if !self.rng.percent(chance) {
            return;
        }
        if self.rng.percent(60) {
            let events = if self.rng.percent(10) {
                self.names(&["feature-on", "parent-consent"], 2)
            } else {
                self.names(&self.pools.events, 2)
            };
            line.add("when", events);
            if self.rng.percent(60) {
                let length = self.length();
                line.add("within", [length]);
            }
        }
        for slot in ["until", "before", "after"] {
            if self.rng.percent(25) {
                let values = self.moments();
                line.add(slot, values);
            }
        }
    }

    fn excepts(&mut self, line: &mut Statement, chance: u64, objects: bool) {
        while self.rng.percent(chance) {
            let mut except = Statement::new("except");
            if objects && self.rng.percent(50) {
                let data = self.names(&self.pools.data, 2);
                except.words.extend(data);
            }
            if self.rng.percent(30) {
                self.purpose(&mut except);
            }
            if self.rng.percent(20) {
                self.recipient(&mut except);
            }
            self.slots(&mut except, 15);
            if self.rng.percent(10) {
                self.condition(&mut except, "if");
            }
            self.times(&mut except, 8);
            if except.words.len() == 1 && except.children.is_empty() {
                let people = self.names(&self.pools.people, 2);
                except.add("about", people);
            }
            line.children.push(except);
        }
    }

    fn part(&mut self, depth: usize) -> Statement {
        let mut part = Statement::new(&format!("part part-{}", self.parts));
        self.parts += 1;
        if self.rng.percent(80) {
            let people = self.names(&self.pools.people, 2);
            part.add("about", people);
        } else {
            self.purpose(&mut part);
        }
        if self.rng.percent(10) {
            self.condition(&mut part, "if");
        }
        part.instead = self.rng.percent(30);
        for _ in 0..1 + self.rng.below(4) {
            let line = self.sentence();
            part.children.push(line);
        }
        if depth < 2 && self.rng.percent(25) {
            let inner = self.part(depth + 1);
            part.children.push(inner);
        }
        part
    }

    fn reading(&mut self) -> Statement {
        let clauses = self.rng.some(&self.clauses, 3);
        let mut reading = Statement::new("reading");
        reading.words.extend(clauses.clone());
        let other = self.rng.pick(&self.clauses).clone();
        reading.words.push(other.clone());
        reading.words.push("The one counts.".to_owned());
        let win = self
            .rng
            .pick(&reading.words[1..reading.words.len() - 1])
            .clone();
        if self.rng.percent(95) {
            reading.add("win", [win]);
        }
        reading
    }
}

impl Statement {
    fn has(&self, slot: &str) -> bool {
        self.children.iter().any(|child| child.words[0] == slot)
    }
}
