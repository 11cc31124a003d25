//! Noun lines: what a policy adds to the vocabulary.

use super::Pools;
use super::text::Statement;
use crate::rng::Rng;

type Pool = fn(&mut Pools) -> &mut Vec<&'static str>;

/// A noun line, the name it adds and how often it is taken.
struct Offer {
    chance: u64,
    pool: Option<Pool>,
    name: &'static str,
    line: &'static str,
    slots: &'static [(&'static str, &'static str)],
}

const fn offer(
    chance: u64,
    pool: Option<Pool>,
    name: &'static str,
    line: &'static str,
    slots: &'static [(&'static str, &'static str)],
) -> Offer {
    Offer {
        chance,
        pool,
        name,
        line,
        slots,
    }
}

fn data(pools: &mut Pools) -> &mut Vec<&'static str> {
    &mut pools.data
}
fn purposes(pools: &mut Pools) -> &mut Vec<&'static str> {
    &mut pools.purposes
}
fn people(pools: &mut Pools) -> &mut Vec<&'static str> {
    &mut pools.people
}
fn recipients(pools: &mut Pools) -> &mut Vec<&'static str> {
    &mut pools.recipients
}
fn places(pools: &mut Pools) -> &mut Vec<&'static str> {
    &mut pools.places
}
fn points(pools: &mut Pools) -> &mut Vec<&'static str> {
    &mut pools.points
}
fn properties(pools: &mut Pools) -> &mut Vec<&'static str> {
    &mut pools.properties
}
fn facts(pools: &mut Pools) -> &mut Vec<&'static str> {
    &mut pools.facts
}
fn events(pools: &mut Pools) -> &mut Vec<&'static str> {
    &mut pools.events
}
fn rights(pools: &mut Pools) -> &mut Vec<&'static str> {
    &mut pools.rights
}
fn signals(pools: &mut Pools) -> &mut Vec<&'static str> {
    &mut pools.signals
}
fn grounds(pools: &mut Pools) -> &mut Vec<&'static str> {
    &mut pools.grounds
}

/// In order: a line may use names of the lines before it.
const OFFERS: &[Offer] = &[
    offer(
        30,
        Some(data),
        "device-log",
        "data device-log",
        &[("is", "personal"), ("if", "linked")],
    ),
    offer(
        20,
        Some(data),
        "wifi-log",
        "data wifi-log",
        &[("is", "sensitive"), ("if", "linked feature-on")],
    ),
    offer(
        15,
        Some(data),
        "scan-log",
        "data scan-log",
        &[("is", "usage"), ("if", "linked"), ("if", "registered")],
    ),
    offer(
        15,
        Some(data),
        "twin-log",
        "data twin-log",
        &[("is", "company-data")],
    ),
    offer(
        15,
        None,
        "twin-log",
        "data twin-log",
        &[("is", "location"), ("if", "linked")],
    ),
    offer(
        30,
        Some(data),
        "invoice",
        "data invoice",
        &[("of", "name email card")],
    ),
    offer(
        15,
        Some(data),
        "only-email",
        "data only-email",
        &[("of", "email")],
    ),
    offer(
        20,
        Some(data),
        "night-gps",
        "data night-gps",
        &[("is", "gps interests")],
    ),
    offer(
        25,
        None,
        "",
        "purpose newsletter",
        &[("because", "consent")],
    ),
    offer(
        20,
        None,
        "",
        "purpose marketing",
        &[("because", "legitimate-interests")],
    ),
    offer(
        15,
        None,
        "",
        "purpose advertising",
        &[("because", "explicit-consent")],
    ),
    offer(
        15,
        None,
        "",
        "purpose promotion",
        &[("because", "contract consent")],
    ),
    offer(
        20,
        None,
        "",
        "purpose analytics",
        &[("because", "consent explicit-consent")],
    ),
    offer(
        15,
        None,
        "",
        "purpose payment support",
        &[("because", "contract")],
    ),
    offer(
        25,
        Some(purposes),
        "club-news",
        "purpose club-news",
        &[("is", "newsletter security")],
    ),
    offer(
        15,
        Some(purposes),
        "wide-use",
        "purpose wide-use",
        &[("of", "newsletter analytics payment")],
    ),
    offer(
        25,
        None,
        "",
        "people child",
        &[("age", "<13"), ("in", "US")],
    ),
    offer(
        25,
        None,
        "",
        "people child",
        &[("age", "<consent-age"), ("in", "EEA")],
    ),
    offer(
        20,
        Some(people),
        "minor",
        "people minor",
        &[("is", "child"), ("age", "<18")],
    ),
    offer(
        15,
        Some(people),
        "young",
        "people young",
        &[("age", "<consent-age")],
    ),
    offer(20, None, "", "people adult", &[("age", ">=18")]),
    offer(
        20,
        Some(people),
        "member",
        "people member",
        &[("if", "registered")],
    ),
    offer(
        15,
        Some(people),
        "buyer-or-member",
        "people buyer-or-member",
        &[("if", "feature-on verified")],
    ),
    offer(20, Some(people), "dutch", "people dutch", &[("in", "NL")]),
    offer(
        15,
        Some(people),
        "french-user",
        "people french-user",
        &[("is", "user"), ("in", "FR NO")],
    ),
    offer(
        15,
        Some(people),
        "teen",
        "people teen",
        &[("is", "user"), ("age", "<=17"), ("in", "EU US")],
    ),
    offer(
        15,
        Some(people),
        "teen",
        "people teen",
        &[("age", ">12 <20"), ("if", "registered")],
    ),
    offer(
        15,
        Some(people),
        "circle",
        "people circle",
        &[("of", "employee child")],
    ),
    offer(
        10,
        Some(people),
        "only-child",
        "people only-child",
        &[("of", "child")],
    ),
    offer(
        20,
        Some(people),
        "step-parent",
        "people step-parent",
        &[("is", "parent")],
    ),
    offer(
        10,
        Some(people),
        "tutor",
        "people tutor",
        &[("acts-for", "user")],
    ),
    offer(
        40,
        Some(recipients),
        "north-pay",
        "recipient north-pay",
        &[
            ("label", "North"),
            ("is", "payment-provider"),
            ("role", "processor"),
            ("in", "DE"),
            ("if", "dpa"),
        ],
    ),
    offer(
        30,
        Some(recipients),
        "list-broker",
        "recipient list-broker",
        &[
            ("label", "Broker"),
            ("is", "data-buyer"),
            ("role", "controller"),
            ("in", "US-CA"),
            ("if", "no-resale court-order"),
        ],
    ),
    offer(
        25,
        Some(recipients),
        "tally",
        "recipient tally",
        &[
            ("label", "Tally"),
            ("is", "analytics-provider hosting-provider"),
            ("in", "NL US"),
        ],
    ),
    offer(
        15,
        None,
        "",
        "recipient tally",
        &[("label", "Tally"), ("if", "dpa"), ("if", "verified")],
    ),
    offer(
        15,
        None,
        "",
        "recipient service-provider",
        &[("if", "contract")],
    ),
    offer(
        15,
        None,
        "",
        "recipient service-provider",
        &[("role", "processor")],
    ),
    offer(
        15,
        Some(recipients),
        "circle-two",
        "recipient circle-two",
        &[("label", "Circle"), ("of", "bank court")],
    ),
    offer(
        15,
        Some(recipients),
        "own-bank",
        "recipient own-bank",
        &[("label", "Bank"), ("is", "bank processor")],
    ),
    offer(
        15,
        Some(places),
        "benelux",
        "place benelux",
        &[("of", "NL DE")],
    ),
    offer(
        10,
        Some(places),
        "bavaria",
        "place bavaria",
        &[("is", "DE")],
    ),
    offer(20, Some(points), "kiosk", "point kiosk", &[("is", "visit")]),
    offer(
        25,
        Some(properties),
        "site",
        "property site",
        &[("label", "the site")],
    ),
    offer(
        20,
        Some(properties),
        "old-shop",
        "property old-shop",
        &[("label", "the old shop")],
    ),
    offer(
        20,
        Some(facts),
        "city-permit",
        "fact city-permit",
        &[("is", "contract"), ("from", "register")],
    ),
    offer(
        20,
        Some(facts),
        "strict-consent",
        "fact strict-consent",
        &[("is", "explicit-consent"), ("from", "ledger")],
    ),
    offer(15, None, "", "fact dispute-open", &[("is", "law")]),
    offer(
        10,
        Some(facts),
        "intake-fact",
        "fact intake-fact",
        &[("from", "intake")],
    ),
    offer(
        10,
        Some(facts),
        "diff-fact",
        "fact diff-fact",
        &[("from", "diff")],
    ),
    offer(
        10,
        Some(facts),
        "set-fact",
        "fact set-fact",
        &[("from", "dataset")],
    ),
    offer(
        10,
        Some(facts),
        "global-fact",
        "fact global-fact",
        &[("from", "global")],
    ),
    offer(
        20,
        Some(events),
        "big-purchase",
        "event big-purchase",
        &[("is", "purchase"), ("from", "map")],
    ),
    offer(
        15,
        Some(events),
        "any-end",
        "event any-end",
        &[("of", "account-deletion purpose-end"), ("from", "map")],
    ),
    offer(
        20,
        Some(rights),
        "quiet",
        "right quiet",
        &[("is", "stop-marketing"), ("label", "be left alone")],
    ),
    offer(
        15,
        Some(rights),
        "no-mail",
        "right no-mail",
        &[("is", "unsubscribe"), ("label", "get no mail")],
    ),
    offer(
        15,
        Some(rights),
        "no-deal",
        "right no-deal",
        &[("is", "optout-sale optout-ads"), ("label", "no deal")],
    ),
    offer(
        20,
        Some(signals),
        "no-ads",
        "signal no-ads",
        &[("is", "dnt"), ("label", "no ads")],
    ),
    offer(
        20,
        Some(signals),
        "hush",
        "signal hush",
        &[("label", "hush")],
    ),
    offer(
        15,
        Some(grounds),
        "own-consent",
        "ground own-consent",
        &[("is", "consent")],
    ),
    offer(
        15,
        Some(grounds),
        "parent-consent",
        "ground parent-consent",
        &[("is", "consent")],
    ),
];

/// Some noun lines and laws; their names go into the pools.
pub fn declare(rng: &mut Rng, pools: &mut Pools) -> Vec<Statement> {
    let mut found = Vec::new();
    for law in ["eu-gdpr", "nl", "us-coppa", "us-ca"] {
        if rng.percent(40) {
            found.push(Statement::new(&format!("law {law}")));
            pools.constants = true;
        }
    }
    for offer in OFFERS {
        if !rng.percent(offer.chance) {
            continue;
        }
        let mut line = Statement::new(offer.line);
        for (slot, values) in offer.slots {
            if *slot == "label" {
                line.add(slot, [(*values).to_owned()]);
            } else {
                line.add(slot, values.split_whitespace().map(str::to_owned));
            }
        }
        found.push(line);
        if let Some(pool) = offer.pool {
            let names = pool(pools);
            names.extend([offer.name, offer.name]);
        }
    }
    found
}
