//! From the lines of a policy and its laws to what a request sets running. Never lets a line loosen that may not concern
//! the person, or that stands in no text anyone has read.

use jiff::tz::TimeZone;

use super::people::Concern;
use super::{Asking, Citation, Clock, Clocks, Counter, Extension, Ground, Source};
use crate::check::Context;
use crate::deadline::CountingRule;
use crate::decide::truth::Truth;
use crate::leaf_set::LeafSet;
use crate::length::Length;
use crate::library::Library;
use crate::model::{Norm, NounUse, Polarity, Policy, Value, Verified};
use crate::named_law::{NamedLaw, named_laws};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// What a topic is called by which a request is acknowledged.
const ACKNOWLEDGEMENTS: [&str; 2] = ["acknowledgement", "receipt"];

/// A line as a request meets it.
#[derive(Clone, Copy)]
struct Line<'a> {
    norm: &'a Norm,
    /// What it covers, over the policy's names.
    object: &'a LeafSet,
    /// Whether it concerns the person.
    truth: Truth,
}

/// A policy, or one of its laws.
struct Side<'a> {
    law: Option<&'a str>,
    /// Whether it holds for the person at all.
    holds: Truth,
    counting: CountingRule,
    lines: Vec<Line<'a>>,
}

/// Reads everything.
pub(super) fn read(policy: &Policy, library: &Library, asking: &Asking<'_>) -> Clocks {
    let numbers = Concern::numbers(policy, library);
    let concern = Concern::new(policy, &numbers, asking);
    let context = Context {
        policy,
        library,
        today: Some(asking.now.to_zoned(TimeZone::UTC).date()),
    };
    let laws = named_laws(&context);
    let sides = sides(&concern, &laws, context.today);
    let reader = Reader {
        concern: &concern,
        rights: rights(policy, asking),
        events: events(policy, asking),
        sides,
    };
    let mut clocks = Clocks::default();
    for side in &reader.sides {
        reader.times(side, &mut clocks);
    }
    clocks.counters = reader.counters();
    clocks.grounds = reader.grounds();
    reader.fees(&mut clocks);
    clocks
}

fn rights(policy: &Policy, asking: &Asking<'_>) -> LeafSet {
    union(policy, Kind::Right, asking.rights)
}

fn events(policy: &Policy, asking: &Asking<'_>) -> LeafSet {
    let mut set = union(policy, Kind::Event, asking.events);
    // What starts once the request is verified is counted from the request: that is never later.
    let mut names = vec!["verified-request"];
    names.extend(match asking.by {
        "parent" => Some("guardian-request"),
        "agent" => Some("agent-request"),
        _ => None,
    });
    set.add(&union(policy, Kind::Event, &names));
    set
}

fn union(policy: &Policy, kind: Kind, names: &[&str]) -> LeafSet {
    let mut set = LeafSet::EMPTY;
    for name in names {
        if let Some(id) = policy.nouns.find(kind, name) {
            set.add(policy.nouns.set(id));
        }
    }
    set
}

/// The policy and each law that may hold for the person, with the lines that may concern the person.
fn sides<'a>(
    concern: &Concern<'a>,
    laws: &'a [NamedLaw<'a>],
    today: Option<jiff::civil::Date>,
) -> Vec<Side<'a>> {
    let own = concern.policy.norms.iter().map(|norm| Line {
        norm,
        object: &norm.region.object,
        truth: concern.line(norm),
    });
    let mut sides = vec![Side {
        law: None,
        holds: Truth::True,
        counting: CountingRule::Plain,
        lines: own.collect(),
    }];
    for law in laws {
        let holds = concern.lives_in(law.law.place);
        let is_to_come = law
            .law
            .since
            .is_some_and(|since| today.is_some_and(|today| today < since));
        if holds == Truth::False || is_to_come {
            continue;
        }
        let lines = law.lines.iter().map(|line| Line {
            norm: line.norm,
            object: &line.region.object,
            truth: holds.and(concern.line(line.norm)),
        });
        let counting = law.law.counting.as_deref();
        sides.push(Side {
            law: Some(&law.law.name),
            holds,
            counting: counting.and_then(CountingRule::parse).unwrap_or_default(),
            lines: lines.collect(),
        });
    }
    for side in &mut sides {
        side.lines.retain(|line| line.truth != Truth::False);
    }
    sides
}

struct Reader<'a> {
    concern: &'a Concern<'a>,
    rights: LeafSet,
    events: LeafSet,
    sides: Vec<Side<'a>>,
}

impl<'a> Reader<'a> {
    /// Times that a side sets.
    fn times(&self, side: &Side<'a>, clocks: &mut Clocks) {
        for line in &side.lines {
            let norm = line.norm;
            let (Some(length), Mode::Must) = (norm.length(Slot::Within), norm.mode) else {
                continue;
            };
            if !self.starts(norm) {
                continue;
            }
            match norm.action {
                Action::Answer if self.covers(line) => {
                    let extension = self.extension(side, norm);
                    clocks
                        .answer
                        .push(self.clock(side, norm, length, extension));
                }
                Action::Tell if self.acknowledges(norm) => {
                    clocks
                        .acknowledge
                        .push(self.clock(side, norm, length, None));
                }
                _ => {}
            }
        }
    }

    fn clock(
        &self,
        side: &Side<'a>,
        norm: &Norm,
        length: Length,
        extension: Option<Extension>,
    ) -> Clock {
        let calendars = match side.law {
            Some(law) => vec![law.to_owned()],
            // The policy's working days are those of whichever law may hold; the earliest date counts.
            None => self
                .sides
                .iter()
                .filter_map(|side| side.law.map(str::to_owned))
                .collect(),
        };
        Clock {
            length,
            counting: side.counting,
            calendars,
            extension,
            source: source(norm),
        }
    }

    /// Whether the line is about what is asked.
    fn covers(&self, line: &Line<'_>) -> bool {
        line.norm.any_object || line.object.overlaps(&self.rights)
    }

    /// Whether asking is the moment that the line names.
    fn starts(&self, norm: &Norm) -> bool {
        let nouns = &self.concern.policy.nouns;
        let request = nouns.find(Kind::Event, "request");
        norm.names(Slot::When).any(|event| {
            // A narrower event than a request, such as a guardian's, is another's unless it was named.
            let is_any = request.is_some_and(|any| nouns.set(event.id).contains(nouns.set(any)));
            event.kind == Kind::Event && (is_any || nouns.set(event.id).overlaps(&self.events))
        })
    }

    fn acknowledges(&self, norm: &Norm) -> bool {
        let nouns = &self.concern.policy.nouns;
        let topics = |it: &NounUse| {
            ACKNOWLEDGEMENTS
                .iter()
                .any(|name| nouns.is_a(it.id, it.kind, name))
        };
        let mut of = norm
            .names(Slot::Of)
            .filter(|it| it.kind == Kind::Right)
            .peekable();
        let of_this = of.peek().is_none() || of.any(|it| nouns.set(it.id).overlaps(&self.rights));
        norm.objects.iter().any(topics) && of_this
    }

    /// How far this side lets an answer be put off: the least of what it says. A law does so for what the same fact demands.
    fn extension(&self, side: &Side<'a>, answer: &Norm) -> Option<Extension> {
        let lines = side.lines.iter().filter(|line| {
            line.norm.action == Action::Extend
                && line.norm.mode == Mode::May
                && (side.law.is_none() || line.norm.id == answer.id)
                && self.is_told(side, line)
        });
        let all = lines.filter_map(|line| {
            Some(Extension {
                length: line.norm.length(Slot::Within)?,
                source: source(line.norm),
            })
        });
        all.reduce(
            |least, other| match other.length.shorter_than(least.length) {
                Some(true) => other,
                _ => least,
            },
        )
    }

    /// Whether nothing but telling the person stands between the line and its use, so that it certainly holds.
    fn is_told(&self, side: &Side<'a>, line: &Line<'_>) -> bool {
        let nouns = &self.concern.policy.nouns;
        let told = |fact: &NounUse| nouns.is_a(fact.id, Kind::Fact, "told");
        let needs_telling = line
            .norm
            .conditions
            .iter()
            .filter(|it| it.polarity == Polarity::If)
            .all(|it| it.facts.iter().any(told));
        needs_telling && self.is_certain(side, line)
    }

    /// Whether a line certainly concerns the person, whatever the case at hand, and stands in a text that was read.
    fn is_certain(&self, side: &Side<'a>, line: &Line<'_>) -> bool {
        let whatever = Norm {
            conditions: Vec::new(),
            ..line.norm.clone()
        };
        let concerns = side.holds.and(self.concern.line(&whatever));
        is_read(line.norm) && concerns == Truth::True
    }

    /// How often it may be asked: by the policy where each law that gives the right has a limit too, and by the laws.
    fn counters(&self) -> Vec<Counter> {
        let mut counters = Vec::new();
        for side in &self.sides {
            let refusing = side
                .lines
                .iter()
                .filter(|line| self.refuses(line) && self.is_certain(side, line));
            let own = refusing.filter_map(|line| {
                let (count, per) = rate(line.norm)?;
                Some(Counter {
                    count,
                    per,
                    source: source(line.norm),
                })
            });
            let own: Vec<Counter> = own.collect();
            if side.law.is_some() && own.is_empty() && self.gives(side) {
                return Vec::new();
            }
            counters.extend(own);
        }
        counters
    }

    /// Whether a line lets the request be refused as a whole.
    fn refuses(&self, line: &Line<'_>) -> bool {
        line.norm.action == Action::Refuse
            && line.norm.mode == Mode::May
            && line.norm.slot(Slot::Of).is_none()
            && self.covers(line)
    }

    /// Whether a law gives the right.
    fn gives(&self, side: &Side<'a>) -> bool {
        side.lines.iter().any(|line| {
            let gives = matches!(line.norm.action, Action::Right | Action::Answer);
            gives && line.norm.mode != Mode::Never && line.object.overlaps(&self.rights)
        })
    }

    /// On what grounds it may be refused: those of the policy and the laws, but none that a law which lists grounds leaves
    /// out.
    fn grounds(&self) -> Vec<Ground> {
        let nouns = &self.concern.policy.nouns;
        let certain = |line: &Line<'_>, side: &Side<'a>| self.is_certain(side, line);
        let listed = self.sides.iter().map(|side| self.facts_of(side, certain));
        let listed: Vec<Vec<(NounUse, Source)>> = listed.collect();
        // A law that may hold limits as one that does.
        let named = self.sides.iter().filter(|side| side.law.is_some());
        let laws = named.map(|side| self.facts_of(side, |line, _| is_read(line.norm)));
        let laws: Vec<Vec<(NounUse, Source)>> = laws.filter(|facts| !facts.is_empty()).collect();
        let is_same = |a: &NounUse, b: &NounUse| nouns.set(a.id).overlaps(nouns.set(b.id));
        let mut grounds: Vec<Ground> = Vec::new();
        for (fact, source) in listed.iter().flatten() {
            let in_all = laws
                .iter()
                .all(|law| law.iter().any(|(other, _)| is_same(fact, other)));
            if !in_all {
                continue;
            }
            match grounds
                .iter_mut()
                .find(|ground| ground.fact == fact.name.as_ref())
            {
                Some(ground) => ground.sources.push(source.clone()),
                None => grounds.push(Ground {
                    fact: fact.name.to_string(),
                    sources: vec![source.clone()],
                }),
            }
        }
        grounds
    }

    fn facts_of(
        &self,
        side: &Side<'a>,
        counts: impl Fn(&Line<'_>, &Side<'a>) -> bool,
    ) -> Vec<(NounUse, Source)> {
        let mut facts = Vec::new();
        let refusing = side
            .lines
            .iter()
            .filter(|line| self.refuses(line) && counts(line, side));
        for line in refusing {
            let conditions = line.norm.conditions.iter();
            for condition in conditions.filter(|it| it.polarity == Polarity::If) {
                let own = condition.facts.iter();
                facts.extend(own.map(|fact| (fact.clone(), source(line.norm))));
            }
        }
        facts
    }

    /// What it may cost.
    fn fees(&self, clocks: &mut Clocks) {
        let nouns = &self.concern.policy.nouns;
        let mut lifts: Option<Vec<String>> = None;
        for line in self.sides.iter().flat_map(|side| &side.lines) {
            let norm = line.norm;
            let is_fee = norm
                .objects
                .iter()
                .any(|it| nouns.is_a(it.id, it.kind, "fee"));
            if norm.mode != Mode::Never
                || norm.action != Action::Ask
                || !is_fee
                || !self.starts(norm)
            {
                continue;
            }
            clocks.free.push(source(norm));
            let own = norm
                .conditions
                .iter()
                .filter(|it| it.polarity == Polarity::Unless);
            let own: Vec<String> = own
                .flat_map(|it| &it.facts)
                .map(|fact| fact.name.to_string())
                .collect();
            lifts = Some(match lifts {
                None => own,
                Some(before) => before
                    .into_iter()
                    .filter(|fact| own.contains(fact))
                    .collect(),
            });
        }
        clocks.fee_if = lifts.unwrap_or_default();
    }
}

/// Whether a promise is the policy's own, or the law's and read by somebody.
fn is_read(norm: &Norm) -> bool {
    let authority = norm.authority.as_ref();
    authority.is_none_or(|authority| authority.verified > Verified::Unverified)
}

fn source(norm: &Norm) -> Source {
    let clauses: Vec<String> = norm.clauses.iter().map(|id| id.value.clone()).collect();
    Source {
        clauses: match clauses.is_empty() {
            true => vec![norm.id.clone()],
            false => clauses,
        },
        law: norm.authority.as_ref().map(|authority| Citation {
            law: authority.law.clone(),
            cite: authority.cite.clone(),
            is_read: authority.verified > Verified::Unverified,
        }),
    }
}

fn rate(norm: &Norm) -> Option<(u32, Length)> {
    let over = norm.slot(Slot::Over)?;
    over.values.iter().find_map(|value| match value {
        Value::Rate { count, per, .. } => Some((*count, *per)),
        _ => None,
    })
}
