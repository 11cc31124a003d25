//! Draws the notice as HTML. One page, one inlined stylesheet, no script, nothing from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::content::{Body, Content, Head, Item, Said};
use super::grounds::Grounded;
use super::link::{Links, web_link};
use super::section::Section;
use super::words::{self, Words};
use crate::law::Law;
use crate::library::Library;
use crate::model::{Policy, Reading};
use crate::nouns::{Noun, NounId};
use crate::parties::Parties;
use crate::sentence::{self, Language};
use crate::source::Spanned;
use crate::vocabulary::{Kind, Slot};

const STYLE: &str = include_str!("style.css");

struct Page<'a> {
    policy: &'a Policy,
    library: &'a Library,
    lang: Language,
    words: &'static Words,
    links: Links,
    content: &'a Content,
    place: Option<NounId>,
}

/// The page.
pub(super) fn html(
    policy: &Policy,
    library: &Library,
    content: &Content,
    lang: Language,
    place: Option<NounId>,
) -> String {
    let (words, links) = (words::of(lang), Links::of(policy));
    Page {
        policy,
        library,
        lang,
        words,
        links,
        content,
        place,
    }
    .draw()
    .into_string()
}

impl Page<'_> {
    fn draw(&self) -> Markup {
        let (title, bodies) = (self.title(), &self.content.bodies);
        html! {
            (DOCTYPE)
            html lang=(self.lang.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#notice" { (self.words.skip) }
                    header { (self.header(&title)) }
                    nav aria-labelledby="contents" { (self.contents(bodies)) }
                    main id="notice" tabindex="-1" {
                        (self.who())
                        @for body in bodies { (self.body(body)) }
                        (self.readings())
                    }
                    footer { p { (self.words.about_ids) } }
                }
            }
        }
    }

    fn title(&self) -> String {
        let shown = self
            .policy
            .controllers
            .iter()
            .filter(|controller| self.content.scope.shows(controller.part));
        let company = shown.min_by_key(|controller| controller.part);
        let company = company.map_or(self.policy.name.as_str(), |company| &company.label);
        format!("{} {} {company}", self.words.title, self.words.by)
    }

    fn header(&self, title: &str) -> Markup {
        html! {
            h1 { (title) }
            @if let Some(version) = &self.policy.version {
                p {
                    (self.words.version) " " time datetime=(version.value) { (self.lang.date(version.value)) }
                    (self.clauses(&self.policy.clauses, Head::Policy))
                }
            }
            @if let Some(place) = self.place { p { (self.words.people_of) " " (self.label(place)) } }
        }
    }

    fn contents(&self, bodies: &[Body]) -> Markup {
        html! {
            h2 id="contents" { (self.words.contents) }
            ol {
                li { a href="#who" { (words::heading(Section::Who, self.lang)) } }
                @for body in bodies {
                    @match body.part {
                        None => (self.entries(body)),
                        Some(part) => li {
                            a href={ "#" (self.anchor(body)) } { (self.part_title(part)) }
                            ol { (self.entries(body)) }
                        },
                    }
                }
                @if self.readings_shown().next().is_some() {
                    li { a href="#readings" { (words::heading(Section::Readings, self.lang)) } }
                }
            }
        }
    }

    fn entries(&self, body: &Body) -> Markup {
        html! {
            @for (section, _) in &body.sections {
                li { a href={ "#" (self.section_anchor(body, *section)) } { (words::heading(*section, self.lang)) } }
            }
        }
    }

    fn anchor(&self, body: &Body) -> String {
        body.part
            .map(|part| format!("part-{part}"))
            .unwrap_or_default()
    }

    fn section_anchor(&self, body: &Body, section: Section) -> String {
        match body.part {
            Some(part) => format!("part-{part}-{}", words::slug(section)),
            None => words::slug(section).to_owned(),
        }
    }

    fn body(&self, body: &Body) -> Markup {
        let Some(part) = body.part else {
            return html! {
                @for (section, items) in &body.sections {
                    section aria-labelledby=(words::slug(*section)) {
                        h2 id=(words::slug(*section)) { (words::heading(*section, self.lang)) }
                        @if *section == Section::Recipients { (self.parties()) }
                        @if *section == Section::Use { (self.grounds(body)) }
                        (self.items(items))
                    }
                }
            };
        };
        let anchor = self.anchor(body);
        let clauses = self
            .policy
            .parts
            .get(part)
            .map(|part| part.clauses.as_slice())
            .unwrap_or_default();
        html! {
            section.part aria-labelledby=(anchor) {
                h2 id=(anchor) { (self.part_title(part)) }
                p { (sentence::part_sentence(self.policy, part, self.lang)) (self.clauses(clauses, Head::Part(part))) }
                (self.controllers(Some(part)))
                @for (id, noun) in self.contacts(Some(part)) { (self.contact(noun, Head::Contact(id))) }
                @for (section, items) in &body.sections {
                    h3 id=(self.section_anchor(body, *section)) { (words::heading(*section, self.lang)) }
                    @if *section == Section::Use { (self.grounds(body)) }
                    (self.items(items))
                }
            }
        }
    }

    fn part_title(&self, part: usize) -> String {
        let Some(part) = self.policy.parts.get(part) else {
            return String::new();
        };
        let about = part
            .defaults
            .iter()
            .filter(|slot| slot.slot == Slot::About)
            .flat_map(|slot| slot.names());
        let people: Vec<String> = about.map(|people| self.label(people.id)).collect();
        if people.is_empty() {
            return part.name.replace('-', " ");
        }
        words::part_heading(&people.join(self.words.list), self.lang)
    }

    fn items(&self, items: &[Item]) -> Markup {
        html! {
            @if !items.is_empty() {
                ul.clauses {
                    @for item in items {
                        li id=[item.anchors.first()] {
                            @for said in &item.sentences { (self.said(said)) (self.words.gap) }
                            " "
                            @for (clause, anchor) in item.clauses.iter().zip(&item.anchors) {
                                @if item.anchors.first() == Some(anchor) { (self.clause(clause, anchor)) }
                                @else { span id=(anchor) { (self.clause(clause, anchor)) } }
                                " "
                            }
                        }
                    }
                }
            }
        }
    }

    fn said(&self, said: &Said) -> Markup {
        html! {
            @match said.lang {
                Some(lang) => span lang=(lang.tag()) { (self.links.draw(&said.text)) },
                None => (self.links.draw(&said.text)),
            }
        }
    }

    /// A clause's number, which leads to itself.
    fn clause(&self, clause: &str, anchor: &str) -> Markup {
        html! {
            @if self.content.anchors.contains(anchor) {
                a.clause href={ "#" (anchor) } aria-label={ (self.words.clause) " " (clause) } { (clause) }
            } @else {
                span.clause { (clause) }
            }
        }
    }

    /// The numbers of clauses on something above the lines, with the anchors that are its own.
    fn clauses(&self, clauses: &[Spanned<String>], head: Head) -> Markup {
        html! {
            @for clause in clauses {
                " "
                @if self.content.heads.get(&clause.value) == Some(&head) {
                    span id=(clause.value) { (self.clause(&clause.value, &clause.value)) }
                } @else {
                    (self.clause(&clause.value, &clause.value))
                }
            }
        }
    }

    fn who(&self) -> Markup {
        let here = |law: &&Law| match (self.place, law.place) {
            (Some(place), Some(holds)) => self
                .policy
                .nouns
                .set(holds)
                .overlaps(self.policy.nouns.set(place)),
            _ => true,
        };
        let laws = self
            .policy
            .laws
            .iter()
            .filter_map(|law| self.library.law(&law.value));
        let laws: Vec<_> = laws.filter(here).collect();
        let law_clauses = if self.content.scope.shows(None) {
            self.policy.law_clauses.as_slice()
        } else {
            &[]
        };
        let contacts: Vec<_> = self.contacts(None).collect();
        html! {
            section aria-labelledby="who" {
                h2 id="who" { (words::heading(Section::Who, self.lang)) }
                (self.controllers(None))
                @if !laws.is_empty() {
                    p { (sentence::law_sentence(self.policy, &laws, self.lang)) (self.clauses(law_clauses, Head::Laws)) }
                }
                @if !contacts.is_empty() {
                    h3 id="contact" { (self.words.contact) }
                    @for (id, noun) in contacts { (self.contact(noun, Head::Contact(id))) }
                }
            }
        }
    }

    fn controllers(&self, part: Option<usize>) -> Markup {
        let all = self.policy.controllers.iter().enumerate();
        let here =
            all.filter(|(_, controller)| controller.part == part && self.content.scope.shows(part));
        html! {
            @for (index, controller) in here {
                p {
                    (sentence::controller_sentence(self.policy, index, self.lang))
                    (self.clauses(&controller.clauses, Head::Controller(index)))
                }
            }
        }
    }

    /// The ways to reach the company that the base or a part declares. A web page alone is one only if a clause or the
    /// controller says so: others are pages of other companies.
    fn contacts(&self, part: Option<usize>) -> impl Iterator<Item = (NounId, &Noun)> {
        let named: Vec<NounId> = self
            .policy
            .controllers
            .iter()
            .flat_map(|controller| &controller.slots)
            .filter(|slot| slot.slot == Slot::Contact)
            .flat_map(|slot| slot.names())
            .map(|contact| contact.id)
            .collect();
        let reaches = move |id: NounId, noun: &Noun| {
            let direct = [Slot::Email, Slot::Phone, Slot::Address]
                .iter()
                .any(|way| noun.slots(*way).next().is_some());
            let promised = noun
                .declarations
                .iter()
                .any(|line| !line.clauses.is_empty());
            direct || promised || named.contains(&id)
        };
        let contacts = self
            .policy
            .nouns
            .iter()
            .filter(|(_, noun)| noun.kind == Kind::Contact);
        contacts.filter(move |(id, noun)| {
            let here = noun
                .own_line()
                .is_some_and(|line| line.part == part && self.content.scope.shows(part));
            here && reaches(*id, noun)
        })
    }

    fn contact(&self, noun: &Noun, head: Head) -> Markup {
        let rows = [
            (Slot::Email, self.words.email),
            (Slot::Phone, self.words.phone),
            (Slot::Address, self.words.address),
            (Slot::Url, self.words.web),
        ];
        html! {
            div.contact {
                p.name { (noun.label(self.lang.tag())) @for line in &noun.declarations { (self.clauses(&line.clauses, head)) } }
                dl {
                    @for (slot, word) in rows {
                        @for text in noun.texts(slot) {
                            dt { (word) }
                            dd {
                                @match (slot, web_link(text)) {
                                    (Slot::Address, _) | (Slot::Url, None) => (text),
                                    _ => (self.links.draw(text)),
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// A table of the single parties that the policy declares with a role, a place or a contract.
    fn parties(&self) -> Markup {
        let all = self
            .policy
            .nouns
            .iter()
            .filter(|(_, noun)| noun.kind == Kind::Recipient && noun.own_line().is_some());
        let single = all.filter(|(_, noun)| noun.of.is_empty());
        let bound = Parties::of(&self.policy.nouns);
        let row = |(id, noun): (NounId, &Noun)| {
            let contracts = self.labels(bound.contracts(id));
            let roles = self.roles(id, noun).join(self.words.list);
            [
                noun.label(self.lang.tag()),
                roles,
                self.places(noun),
                contracts,
            ]
        };
        let told = |[_, about @ ..]: &[String; 4]| about.iter().any(|cell| !cell.is_empty());
        let rows: Vec<[String; 4]> = single.map(row).filter(told).collect();
        let words = self.words;
        let mut heads = vec![words.recipient, words.role, words.place];
        if rows.iter().any(|[.., contracts]| !contracts.is_empty()) {
            heads.push(words.bound);
        }
        table("parties", words.recipients, &heads, &rows)
    }

    /// A table of the purposes that have their legal ground on their own line.
    fn grounds(&self, body: &Body) -> Markup {
        let row = |found: &Grounded| {
            let grounds = found.grounds.iter().copied();
            [self.label(found.purpose), self.labels(grounds)]
        };
        let rows: Vec<[String; 2]> = body.grounds.iter().map(row).collect();
        let id = format!("{}-grounds", self.section_anchor(body, Section::Use));
        let heads = [self.words.purpose, self.words.ground];
        table(&id, self.words.grounds, &heads, &rows)
    }

    /// The roles of a party: its own, else those of the groups it is in.
    fn roles<'b>(&'b self, id: NounId, party: &'b Noun) -> Vec<&'b str> {
        let own: Vec<&str> = party
            .texts(Slot::Role)
            .map(|role| self.role(role))
            .collect();
        if !own.is_empty() {
            return own;
        }
        let nouns = &self.policy.nouns;
        let groups = nouns.iter().filter(|(group, noun)| {
            noun.of.iter().any(|member| member.id == id)
                || party.is.iter().any(|parent| parent.id == *group)
        });
        let mut roles: Vec<&str> = groups
            .flat_map(|(_, group)| group.texts(Slot::Role))
            .map(|role| self.role(role))
            .collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    fn role<'b>(&self, role: &'b str) -> &'b str {
        match role {
            "processor" => self.words.processor,
            "controller" => self.words.controller,
            "joint" => self.words.joint,
            "successor" => self.words.successor,
            other => other,
        }
    }

    fn places(&self, party: &Noun) -> String {
        let places = party.slots(Slot::In).flat_map(|slot| slot.names());
        self.labels(places.map(|place| place.id))
    }

    /// The readings whose clauses the page shows.
    fn readings_shown(&self) -> impl Iterator<Item = &Reading> {
        let known = |reading: &&Reading| {
            reading
                .clauses
                .iter()
                .filter(|clause| self.content.anchors.contains(&clause.value))
                .count()
                > 1
        };
        self.policy.readings.iter().filter(known)
    }

    fn readings(&self) -> Markup {
        let readings: Vec<&Reading> = self.readings_shown().collect();
        html! {
            @if !readings.is_empty() {
                section aria-labelledby="readings" {
                    h2 id="readings" { (words::heading(Section::Readings, self.lang)) }
                    ul.clauses { @for reading in readings { li { (self.reading(reading)) } } }
                }
            }
        }
    }

    fn reading(&self, reading: &Reading) -> Markup {
        let said = sentence::said(&reading.texts, self.policy, self.lang);
        let text = said
            .or(reading.texts.first())
            .map(|say| say.text.value.as_str())
            .unwrap_or_default();
        let foreign = said
            .is_none()
            .then(|| Language::of_policy(self.policy).tag());
        let last = reading.clauses.len().saturating_sub(1);
        html! {
            @for (at, clause) in reading.clauses.iter().enumerate() {
                @if at > 0 { (if at == last { self.words.and } else { self.words.list }) }
                (self.clause(&clause.value, &clause.value))
            }
            (self.words.colon) " "
            span lang=[foreign] { (text) }
            @if let Some(win) = &reading.win {
                " " (self.words.wins_before) (self.clause(&win.value, &win.value)) (self.words.wins_after)
            }
        }
    }

    fn label(&self, id: NounId) -> String {
        self.policy.nouns.get(id).label(self.lang.tag())
    }

    fn labels(&self, ids: impl IntoIterator<Item = NounId>) -> String {
        let labels: Vec<String> = ids.into_iter().map(|id| self.label(id)).collect();
        labels.join(self.words.list)
    }
}

/// A table whose rows begin with what they are about, as wide as its heads; nothing without rows.
fn table<const CELLS: usize>(
    id: &str,
    caption: &str,
    heads: &[&str],
    rows: &[[String; CELLS]],
) -> Markup {
    html! {
        @if !rows.is_empty() {
            div.scroll tabindex="0" role="region" aria-labelledby=(id) {
                table {
                    caption id=(id) { (caption) }
                    thead { tr { @for head in heads { th scope="col" { (head) } } } }
                    tbody {
                        @for row in rows {
                            tr {
                                @for (column, cell) in row.iter().take(heads.len()).enumerate() {
                                    @if column == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
