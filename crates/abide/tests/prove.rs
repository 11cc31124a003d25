//! Every control, one row each: what breaks a promise that it keeps is blocked or found, and without the control the promise
//! is not bound. Then the commands, as a person runs them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod desk;

use std::collections::{BTreeMap, BTreeSet};

use abide::prove::{self, Answer, Database, Found, Late, Looked, Overdue, Standing, World};
use abide_policy::decide::{Effect, Known, Question, Tables};
use abide_policy::model::Policy;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use abide_promise::{Bindings, Board, CONTROLS, Facts, Status, board};
use abide_rights::request::{
    Ask, Desk as RequestDesk, Details, Kind as Asking, Reason, Rules, Standing as Course, Step,
    advance,
};
use abide_store::Acting;
use desk::{at, check, installed, with_store};
use serde_json::json;

/// How a promise is broken.
enum Breach {
    /// Somebody asks whether they may, while this is known; the answer is no permit and names the promise.
    Asked(&'static str, &'static str),
    /// Something of the world is wrong; the board says so.
    Made(fn(&mut World<'_>), Status),
    /// Something is tried with a request; whether it is held back.
    Held(fn() -> bool),
}

use Breach::{Asked, Held, Made};

/// A control, a policy with the promise `T-001` that it keeps, and a breach of it.
const ROWS: &[(&str, &str, Breach)] = &[
    (
        "notice",
        r#"(T-001) say "We care.""#,
        Made(unprinted, Status::Broken),
    ),
    (
        "addenda",
        r#"(T-001) part local in=US-CA { never sell personal }"#,
        Made(unprinted, Status::Broken),
    ),
    (
        "versions",
        r#"(T-001) tell version via=web"#,
        Made(replaced, Status::Unmet),
    ),
    (
        "classes",
        r#"(T-001) must tell policy when=weaker"#,
        Made(replaced, Status::Unmet),
    ),
    (
        "terms",
        r#"(T-001) never change weaker unless=explicit-consent"#,
        Made(replaced, Status::Unmet),
    ),
    (
        "data-map",
        r#"(T-001) data badge is=name"#,
        Made(unmapped, Status::Broken),
    ),
    (
        "forbidden-fields",
        r#"(T-001) never keep card"#,
        Made(forbidden, Status::Broken),
    ),
    (
        "password-hashes",
        "(T-001) never keep password { except as=hash }",
        Made(plain, Status::Broken),
    ),
    (
        "collect-gate",
        r#"(T-001) never collect name"#,
        Asked(r#"{"action":"collect","data":["name"]}"#, "{}"),
    ),
    (
        "purpose-gate",
        r#"(T-001) never use email for=analytics"#,
        Asked(
            r#"{"action":"use","data":["email"],"for":"analytics"}"#,
            "{}",
        ),
    ),
    (
        "exclusive-use",
        r#"(T-001) never use card { except for=payment }"#,
        Asked(
            r#"{"action":"use","data":["card"],"for":"marketing"}"#,
            "{}",
        ),
    ),
    (
        "link-gate",
        r#"(T-001) never link email card"#,
        Asked(r#"{"action":"link","data":["email","card"]}"#, "{}"),
    ),
    (
        "advertising-gate",
        r#"(T-001) never use email for=advertising"#,
        Asked(
            r#"{"action":"use","data":["email"],"for":"advertising"}"#,
            "{}",
        ),
    ),
    (
        "consent-gate",
        "(T-001) never use name unless=consent; use name for=payment",
        Asked(r#"{"action":"use","data":["name"],"for":"payment"}"#, "{}"),
    ),
    (
        "consent-ledger",
        r#"(T-001) must ask consent before=collection"#,
        Asked(r#"{"action":"collect","data":["email"]}"#, "{}"),
    ),
    (
        "withdrawal",
        "(T-001) right withdraw; (T-001) use name for=newsletter if=consent",
        Asked(
            r#"{"action":"use","data":["name"],"for":"newsletter"}"#,
            r#"{"held":[{"fact":"consent","holds":false}]}"#,
        ),
    ),
    (
        "acceptance",
        r#"(T-001) must ask accepted before=collection"#,
        Asked(r#"{"action":"collect","data":["email"]}"#, "{}"),
    ),
    (
        "exemption-gate",
        r#"(T-001) use ip for=law-enforcement if=criminal-case"#,
        Asked(
            r#"{"action":"use","data":["ip"],"for":"law-enforcement"}"#,
            "{}",
        ),
    ),
    (
        "egress-gate",
        r#"(T-001) never share email with=data-buyer"#,
        Asked(
            r#"{"action":"share","data":["email"],"with":"data-buyer"}"#,
            "{}",
        ),
    ),
    (
        "contract-gate",
        r#"(T-001) share email with=service-provider if=dpa"#,
        Asked(
            r#"{"action":"share","data":["email"],"with":"service-provider"}"#,
            "{}",
        ),
    ),
    (
        "no-share",
        r#"(T-001) never share grades with=public"#,
        Asked(
            r#"{"action":"share","data":["grades"],"with":"public"}"#,
            "{}",
        ),
    ),
    (
        "release-gate",
        r#"(T-001) share email with=court if=court-order"#,
        Asked(
            r#"{"action":"share","data":["email"],"with":"court"}"#,
            "{}",
        ),
    ),
    (
        "succession-gate",
        "(T-001) never share any with=successor unless=told; share any with=successor for=any",
        Asked(
            r#"{"action":"share","data":["email"],"with":"successor"}"#,
            "{}",
        ),
    ),
    (
        "message-gate",
        r#"(T-001) never use email for=marketing via=email"#,
        Asked(
            r#"{"action":"message","data":["email"],"for":"marketing","via":["email"]}"#,
            "{}",
        ),
    ),
    (
        "age-gate",
        "people child age=<16; (T-001) never collect email about=child",
        Asked(
            r#"{"action":"collect","data":["email"]}"#,
            r#"{"subject":{"age":{"below":12}}}"#,
        ),
    ),
    (
        "sale-gate",
        r#"(T-001) never sell personal"#,
        Asked(
            r#"{"action":"sell","data":["email"],"with":"data-buyer"}"#,
            "{}",
        ),
    ),
    (
        "signal-gate",
        "(T-001) must honour dnt; use ip for=analytics",
        Asked(
            r#"{"action":"use","data":["ip"],"for":"analytics"}"#,
            r#"{"signals":["dnt"]}"#,
        ),
    ),
    (
        "objection-gate",
        "(T-001) right object; use name for=marketing",
        Asked(
            r#"{"action":"use","data":["name"],"for":"marketing"}"#,
            r#"{"held":[{"right":"object"}]}"#,
        ),
    ),
    (
        "retention",
        r#"(T-001) keep ip when=visit within="2 years""#,
        Made(overdue, Status::Broken),
    ),
    (
        "legal-hold",
        r#"(T-001) must keep invoice when=invoice-issued within="7 years" because=tax-law"#,
        Asked(
            r#"{"action":"erase","data":["invoice"]}"#,
            r#"{"occurrences":[{"event":"invoice-issued","at":"2026-01-01T00:00:00Z"}]}"#,
        ),
    ),
    (
        "access",
        r#"(T-001) right access"#,
        Made(silent, Status::Unknown),
    ),
    (
        "portability",
        r#"(T-001) right portability"#,
        Made(silent, Status::Unknown),
    ),
    (
        "erasure",
        r#"(T-001) right erase"#,
        Made(left, Status::Broken),
    ),
    (
        "device-gate",
        r#"(T-001) never collect precise-location"#,
        Asked(r#"{"action":"collect","data":["precise-location"]}"#, "{}"),
    ),
    (
        "place-gate",
        r#"(T-001) never keep email in=US"#,
        Asked(r#"{"action":"keep","data":["email"],"in":"US"}"#, "{}"),
    ),
    (
        "origin-gate",
        r#"(T-001) never collect name from=third-party"#,
        Asked(
            r#"{"action":"collect","data":["name"],"from":["third-party"]}"#,
            "{}",
        ),
    ),
    (
        "form-gate",
        "(T-001) never use email for=research { except as=aggregate }; use email for=research",
        Asked(
            r#"{"action":"use","data":["email"],"for":"research"}"#,
            "{}",
        ),
    ),
    (
        "actor-gate",
        "(T-001) never use email by=staff unless=job-need; use email for=payment",
        Asked(
            r#"{"action":"use","data":["email"],"for":"payment","by":["staff"]}"#,
            "{}",
        ),
    ),
    (
        "role-gate",
        "(T-001) never use email by=third-party",
        Asked(
            r#"{"action":"use","data":["email"],"for":"payment","by":["third-party"]}"#,
            "{}",
        ),
    ),
    (
        "parent-gate",
        "people child age=<16; (T-001) never collect email about=child unless=parent-consent",
        Asked(
            r#"{"action":"collect","data":["email"]}"#,
            r#"{"subject":{"age":{"below":12}}}"#,
        ),
    ),
    (
        "school-gate",
        r#"(T-001) never use grades { except for=education }"#,
        Asked(
            r#"{"action":"use","data":["grades"],"for":"analytics"}"#,
            "{}",
        ),
    ),
    (
        "fairness-gate",
        r#"(T-001) never use email for=pricing"#,
        Asked(r#"{"action":"use","data":["email"],"for":"pricing"}"#, "{}"),
    ),
    (
        "told-gate",
        r#"(T-001) must tell purposes before=collection"#,
        Asked(r#"{"action":"collect","data":["email"]}"#, "{}"),
    ),
    (
        "sign-in-gate",
        r#"(T-001) never collect third-party-password"#,
        Asked(
            r#"{"action":"collect","data":["third-party-password"]}"#,
            "{}",
        ),
    ),
    (
        "stop-gate",
        "(T-001) right stop-newsletter; use email for=newsletter via=email",
        Asked(
            r#"{"action":"message","data":["email"],"for":"newsletter","via":["email"]}"#,
            r#"{"held":[{"right":"stop-newsletter"}]}"#,
        ),
    ),
    (
        "cookie-gate",
        "(T-001) right refuse-cookies; collect cookie",
        Asked(
            r#"{"action":"collect","data":["cookie"]}"#,
            r#"{"held":[{"right":"refuse-cookies"}]}"#,
        ),
    ),
    (
        "scope-gate",
        r#"(T-001) never apply linked-site"#,
        Asked(
            r#"{"action":"share","data":["email"],"with":"linked-site"}"#,
            "{}",
        ),
    ),
    (
        "post-gate",
        r#"(T-001) share forum-posts with=public for=publication if=user-posted"#,
        Asked(
            r#"{"action":"share","data":["forum-posts"],"with":"public","for":"publication"}"#,
            "{}",
        ),
    ),
    (
        "request-desk",
        "contact front email=\"desk@wheels.example\"; (T-001) right access via=front",
        Made(late, Status::Broken),
    ),
    (
        "proof-gate",
        r#"(T-001) must ask identity when=request"#,
        Held(unproven),
    ),
    (
        "agent-gate",
        r#"(T-001) right access by=agent"#,
        Held(unauthorised),
    ),
    (
        "refusal-ground",
        r#"(T-001) refuse erase if=legal-duty"#,
        Held(|| is_refused_to_refuse("ground", Reason::Other)),
    ),
    (
        "request-count",
        r#"(T-001) refuse access over="2 per 12 months""#,
        Held(|| is_refused_to_refuse("count", Reason::TooManyRequests)),
    ),
    (
        "attestation",
        r#"(T-001) assure staff-training by=person"#,
        Made(|_| (), Status::Unknown),
    ),
];

fn unprinted(world: &mut World<'_>) {
    world.notices = vec!["<p id=\"T-000\">".to_owned()];
}

fn replaced(world: &mut World<'_>) {
    world.standing = Standing::NotInForce;
}

fn found(code: &str, clauses: &[&str]) -> Found {
    Found {
        code: code.to_owned(),
        place: "members.badge".to_owned(),
        clauses: clauses.iter().map(ToString::to_string).collect(),
    }
}

fn unmapped(world: &mut World<'_>) {
    world.databases[0].found.push(found("M0204", &[]));
}

fn forbidden(world: &mut World<'_>) {
    world.databases[0].found.push(found("M0303", &["T-001"]));
}

fn plain(world: &mut World<'_>) {
    world.databases[0].found.push(found("M0311", &["T-001"]));
}

fn left(world: &mut World<'_>) {
    world.databases[0].found.push(found("M0306", &["T-001"]));
}

fn silent(world: &mut World<'_>) {
    world.databases[0].answer = Answer::Silent;
}

fn overdue(world: &mut World<'_>) {
    world.databases[0].overdue.push(Overdue {
        table: "visits".to_owned(),
        rows: 3,
        clauses: vec!["T-001".to_owned()],
    });
}

fn late(world: &mut World<'_>) {
    world.late.push(Late {
        kind: "access".to_owned(),
        rights: vec!["access".to_owned(), "copy".to_owned()],
        clauses: Vec::new(),
        requests: 2,
    });
}

/// Whether a request that was acknowledged is carried out.
fn is_carried_out(standing: &Course) -> bool {
    let now = at("2026-11-22T09:00:00Z");
    let step = advance(standing, &Rules::default(), Library::standard(), now);
    matches!(step, Step::CarryOut(_))
}

fn acknowledged(acting: Acting) -> Course {
    let mut standing = Course::new(Asking::Erase, acting, "2026-11-20".parse().unwrap());
    standing.acknowledged_at = Some(at("2026-11-20T09:00:00Z"));
    standing
}

fn unproven() -> bool {
    let mut standing = acknowledged(Acting::Subject);
    let is_held = !is_carried_out(&standing);
    standing.verified.insert(0, "code".to_owned());
    is_held && is_carried_out(&standing)
}

fn unauthorised() -> bool {
    let mut standing = acknowledged(Acting::Agent);
    standing.verified.insert(0, "document".to_owned());
    let is_held = !is_carried_out(&standing);
    standing.authorised = Some("power-of-attorney".to_owned());
    is_held && is_carried_out(&standing)
}

/// Whether staff who refuse a request for that reason, without a ground, are not let.
fn is_refused_to_refuse(name: &str, reason: Reason) -> bool {
    let desk = installed(&format!("prove-{name}"));
    let policy = policy("right access");
    let mut is_refused = false;
    with_store(&desk, async |store| {
        let rules = Rules::default();
        let requests = RequestDesk {
            store: &store,
            policy: &policy,
            policy_hash: "00",
            library: Library::standard(),
            sources: &[],
            source_names: &[],
            rules: &rules,
            assumed_residence: None,
            folder: &desk.folder,
            actor: "staff",
            now: at("2026-11-22T09:00:00Z"),
        };
        let ask = Ask {
            kind: Asking::Access,
            acting: Acting::Subject,
            received: None,
            lang: "en".to_owned(),
            details: Details {
                people: vec![("email".to_owned(), "ann@example.org".to_owned())],
                ..Details::default()
            },
            verified: Some("account".to_owned()),
        };
        let opened = requests.open(&ask).await.unwrap();
        is_refused = requests.refuse(opened.id, reason, None).await.is_err();
    });
    is_refused
}

fn policy(lines: &str) -> Policy {
    let text = format!("policy test version=\"2026-01-01\" {{ collect email; {lines} }}\n");
    let text = text.replace("; ", "\n");
    let compiled = compile(
        Library::standard(),
        &[SourceFile::new("test.kdl", text)],
        None,
    );
    let broken: Vec<_> = compiled
        .findings
        .iter()
        .filter(|it| it.is_of_reading())
        .collect();
    assert!(broken.is_empty(), "{broken:?}");
    compiled.policies.into_iter().next().unwrap()
}

fn world(policy: &Policy) -> World<'_> {
    World {
        policy,
        version: "00",
        standing: Standing::InForce,
        observed: BTreeSet::new(),
        switched_off: &[],
        databases: vec![Database {
            name: "shop".to_owned(),
            passwords: 1,
            timed: vec!["T-001".to_owned()],
            ..Database::default()
        }],
        notices: prove::notices(policy),
        late: Vec::new(),
    }
}

fn status(policy: &Policy, looked: &[Looked]) -> Status {
    let day = "2026-11-22".parse().unwrap();
    let mut facts = Facts::of("00");
    looked
        .iter()
        .for_each(|looked| facts.add(None, &looked.public("00", day)));
    let board = board("test", "00", &Bindings::of(policy), &facts, day);
    board
        .clauses
        .iter()
        .find(|clause| clause.id == "T-001")
        .unwrap()
        .status
}

/// How a promise stands for one control alone, whatever else its clause needs.
fn of_control(policy: &Policy, looked: &[Looked], control: &str) -> Status {
    let day = "2026-11-22".parse().unwrap();
    let mut facts = Facts::of("00");
    looked
        .iter()
        .for_each(|looked| facts.add(None, &looked.public("00", day)));
    let board: Board = board("test", "00", &Bindings::of(policy), &facts, day);
    let clause = board
        .clauses
        .into_iter()
        .find(|clause| clause.id == "T-001")
        .unwrap();
    let of = clause.controls.iter().find(|it| it.name == control);
    let of = of.unwrap_or_else(|| panic!("{control} does not keep it: {:?}", clause.needs));
    of.status
}

#[test]
fn what_breaks_a_promise_is_blocked_or_found_and_without_its_control_it_is_not_bound() {
    let named: BTreeSet<&str> = ROWS.iter().map(|row| row.0).collect();
    let all: BTreeSet<&str> = CONTROLS.iter().map(|control| control.name).collect();
    assert_eq!(named, all, "each control has a row, and each row a control");
    for (control, lines, breach) in ROWS {
        let policy = policy(lines);
        let looked = prove::look(&world(&policy));
        let well = of_control(&policy, &looked, control);
        assert!(
            well.is_bound() || *control == "attestation",
            "{control}: {well:?}"
        );
        match breach {
            Asked(question, known) => {
                let question: Question = serde_json::from_str(question).unwrap();
                let known: Known = serde_json::from_str(known).unwrap();
                let tables = Tables::new(&policy, Library::standard());
                let decision = tables
                    .decide(&question, &known, at("2026-11-22T09:00:00Z"))
                    .unwrap();
                assert_ne!(decision.effect, Effect::Permit, "{control}: {decision:?}");
                let missing = decision
                    .missing
                    .iter()
                    .filter_map(|missing| missing.line.as_ref());
                let mut named = decision.lines.iter().chain(missing);
                assert!(
                    named.any(|line| line.clauses.iter().any(|clause| clause == "T-001")),
                    "{control}: {decision:?}"
                );
            }
            Held(is_held) => assert!(is_held(), "{control}"),
            Made(make, expected) => {
                let mut broken = world(&policy);
                make(&mut broken);
                let looked = prove::look(&broken);
                assert_eq!(
                    status(&policy, &looked).max(of_control(&policy, &looked, control)),
                    *expected,
                    "{control}"
                );
            }
        }
        let off = [(*control).to_owned()];
        let without = World {
            switched_off: &off,
            ..world(&policy)
        };
        let looked = prove::look(&without);
        assert_eq!(
            of_control(&policy, &looked, control),
            Status::Unmet,
            "{control}"
        );
        assert!(!status(&policy, &looked).is_bound(), "{control}");
    }
}

#[test]
fn a_promise_is_kept_once_the_log_shows_its_controls_at_work_and_stale_when_nobody_looks() {
    let policy = policy("(T-001) never use email for=analytics");
    let day = "2026-11-22".parse().unwrap();
    let bindings = Bindings::of(&policy);
    let mut facts = Facts::of("00");
    prove::look(&world(&policy))
        .iter()
        .for_each(|looked| facts.add(None, &looked.public("00", day)));
    let status = |facts: &Facts, day: &str| {
        board("test", "00", &bindings, facts, day.parse().unwrap()).clauses[0].clone()
    };
    assert_eq!(status(&facts, "2026-11-22").status, Status::Enforced);
    let mut counted = abide_ledger::Public::new("decisions.counted", day);
    counted.clauses = vec!["T-001".to_owned()];
    counted.counts = BTreeMap::from([("T-001:deny".to_owned(), 2)]);
    facts.add(Some(7), &counted);
    let kept = status(&facts, "2026-11-23");
    assert_eq!(kept.status, Status::Kept);
    assert_eq!(kept.evidence.unwrap().entry, Some(7));
    assert_eq!(status(&facts, "2027-11-22").status, Status::Stale);
}

#[test]
fn the_rights_that_are_used_by_a_request_are_those_that_the_desk_knows() {
    let known: BTreeSet<&str> = Asking::ALL
        .iter()
        .flat_map(|kind| kind.rights())
        .copied()
        .collect();
    assert_eq!(
        abide_promise::ASKED_FOR
            .iter()
            .copied()
            .collect::<BTreeSet<_>>(),
        known
    );
}

#[test]
fn what_is_only_observed_says_so() {
    let policy = policy("(T-001) never use email for=analytics");
    let observing = World {
        observed: BTreeSet::from(["T-001".to_owned()]),
        ..world(&policy)
    };
    assert_eq!(status(&policy, &prove::look(&observing)), Status::Observing);
}

#[test]
fn the_page_of_what_is_covered_is_up_to_date() {
    let desk = desk::Desk::new("coverage");
    let out = check(&desk, "prove --coverage", 0, "# Coverage");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/coverage.md");
    let page = std::fs::read_to_string(path).unwrap();
    assert!(
        out == page,
        "docs/coverage.md is out of date: `abide prove --coverage >docs/coverage.md` writes it"
    );
}

#[test]
fn a_board_comes_from_the_log_of_an_installation_and_a_person_confirms_what_only_people_know() {
    let desk = installed("prove");
    desk.write(
        "wheels.kdl",
        "policy wheels version=\"2026-03-01\" {\n    controller \"Wheels Ltd\" contact=desk\n    \
         contact desk email=\"privacy@wheels.example\"\n    (WH-001) never use email for=analytics\n    \
         (WH-002) assure staff-training by=person every=\"12 months\"\n    collect email\n}\n",
    );
    check(
        &desk,
        "prove wheels.kdl",
        0,
        "this version is not in force here",
    );
    check(&desk, "policy publish wheels.kdl --activate", 0, "in force");
    check(
        &desk,
        "attest WH-001 --by Eva --text so --until 2099-12-31",
        2,
        "nothing that a person confirms",
    );
    check(
        &desk,
        "attest WH-003 --by Eva --text so --until 2099-12-31",
        2,
        "did you mean",
    );
    check(
        &desk,
        "attest WH-002 --by Eva --text so --until 2001-12-31",
        2,
        "over already",
    );
    check(
        &desk,
        "prove wheels.kdl",
        0,
        "nobody has confirmed it: WH-002",
    );
    check(
        &desk,
        "attest WH-002 --by Eva --text so --until 2099-12-31",
        0,
        "confirmed until 2099-12-31",
    );
    with_store(&desk, async |store| {
        let now = abide::clock::now();
        let mut evidence = abide_store::Evidence::new("decisions.counted", "server", now);
        evidence.clauses = vec!["WH-001".to_owned()];
        evidence.counts = [("WH-001:deny".to_owned(), 1)].into();
        store.begin(evidence).unwrap().commit().await.unwrap();
    });
    let out = check(&desk, "prove wheels.kdl --format json", 0, "\"kept\"");
    let board: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(board["bound"], json!(2), "{out}");
    assert_eq!(board["clauses"][0]["status"], json!("kept"));
    assert_eq!(board["clauses"][1]["status"], json!("attested"));
    assert!(board["clauses"][0]["evidence"]["entry"].is_u64());
    assert!(!out.contains("Eva"));
    check(&desk, "prove wheels.kdl --bundle wheels.proof", 0, "2 of 2");
    check(
        &desk,
        "prove wheels.kdl --bundle wheels.proof",
        2,
        "is left as it is",
    );
    let keys = check(&desk, "keys list", 0, "+");
    let key = keys.lines().last().unwrap();
    check(
        &desk,
        &format!("verify wheels.proof --key {key}"),
        0,
        "board: proven",
    );
    check(&desk, "verify wheels.proof", 2, "not proven");
    let mut proof = std::fs::read(desk.folder.join("wheels.proof")).unwrap();
    let at = proof.len() / 2;
    proof[at] ^= 1;
    desk.write("changed.proof", &proof);
    check(
        &desk,
        &format!("verify changed.proof --key {key}"),
        1,
        "refuted",
    );
    check(
        &desk,
        "prove wheels.kdl --format html",
        0,
        "<th scope=\"row\">WH-001",
    );
    let config = std::fs::read_to_string(desk.folder.join("abide.kdl")).unwrap();
    desk.write("abide.kdl", format!("{config}switch-off \"purpose-gat\"\n"));
    check(&desk, "prove wheels.kdl", 2, "did you mean `purpose-gate`?");
    desk.write(
        "abide.kdl",
        format!("{config}switch-off \"purpose-gate\"\n"),
    );
    check(
        &desk,
        "prove wheels.kdl",
        0,
        "purpose-gate: it is switched off: WH-001",
    );
}
