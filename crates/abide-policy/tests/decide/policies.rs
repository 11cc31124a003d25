//! The policies that ship, as data: what they permit is permitted when all it waits for is there.

use std::fs;
use std::path::{Path, PathBuf};

use abide_policy::decide::{
    Decision, Deed, Effect, Held, Known, Matter, Needed, Occurrence, Question, Scope, Tables,
};
use abide_policy::model::{Norm, Policy};
use abide_policy::source::SourceFile;
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};
use abide_policy::{Library, compile};
use jiff::Timestamp;

fn units() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut units: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    units.sort();
    units
}

fn read(unit: &Path) -> Policy {
    let mut paths: Vec<PathBuf> = fs::read_dir(unit)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "kdl"))
        .collect();
    paths.sort();
    let files: Vec<SourceFile> = paths
        .iter()
        .map(|path| {
            SourceFile::new(
                path.display().to_string(),
                fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    compile(Library::standard(), &files, None)
        .policies
        .remove(0)
}

fn deed(action: Action) -> Option<Deed> {
    Some(match action {
        Action::Collect => Deed::Collect,
        Action::Use => Deed::Use,
        Action::Share => Deed::Share,
        Action::Sell => Deed::Sell,
        Action::Keep => Deed::Keep,
        _ => return None,
    })
}

/// The question that a permission answers, taken as it stands.
fn question(norm: &Norm) -> Option<Question> {
    let many = |slot: Slot| -> Vec<String> {
        norm.names(slot)
            .map(|name| name.name.to_string())
            .take(1)
            .collect()
    };
    let one = |slot: Slot| many(slot).pop();
    let data = norm.objects.first()?.name.to_string();
    Some(Question {
        action: deed(norm.action)?,
        data: vec![data],
        purpose: one(Slot::For),
        recipient: one(Slot::With),
        place: one(Slot::In),
        origin: many(Slot::From),
        form: one(Slot::As),
        actor: many(Slot::By),
        point: many(Slot::At),
        channel: many(Slot::Via),
        events: norm
            .names(Slot::When)
            .filter(|name| name.kind == Kind::Event)
            .map(|name| name.name.to_string())
            .take(1)
            .collect(),
    })
}

/// Gives what was missing, as far as it can be known.
fn give(known: &mut Known, decision: &Decision, now: Timestamp) {
    for missing in &decision.missing {
        match &missing.needed {
            Needed::Fact(name) => known.held.push(Held {
                matter: Matter::Fact(name.clone()),
                holds: true,
                scope: Scope::default(),
                since: now,
                until: None,
            }),
            Needed::Event(event) => known.occurrences.push(Occurrence {
                event: event.clone(),
                at: now,
            }),
            Needed::Duty(_) => known.held.push(Held {
                matter: Matter::Fact("told".to_owned()),
                holds: true,
                scope: Scope::default(),
                since: now,
                until: None,
            }),
            Needed::Relation(name) => known.relations.push(name.clone()),
            Needed::Subject(_) => {
                known.subject.residence.get_or_insert("BR".to_owned());
                known.subject.age.at_least = Some(40);
                known.subject.age.below = Some(41);
            }
            Needed::Slot(_) | Needed::Line(_) => {}
        }
    }
}

#[test]
fn every_permission_is_permitted_once_all_it_waits_for_is_there_or_a_line_says_why_not() {
    let now: Timestamp = "2026-06-15T12:00:00Z".parse().unwrap();
    for unit in units() {
        let policy = read(&unit);
        let tables = Tables::new(&policy, Library::standard());
        let mut permitted = 0;
        for norm in policy.norms.iter().filter(|norm| norm.mode == Mode::May) {
            let Some(question) = question(norm) else {
                continue;
            };
            let mut known = Known::default();
            known.subject.people = norm
                .names(Slot::About)
                .map(|name| name.name.to_string())
                .collect();
            let mut decision = tables.decide(&question, &known, now).unwrap();
            for _ in 0..8 {
                if decision.effect != Effect::Ask {
                    break;
                }
                give(&mut known, &decision, now);
                decision = tables.decide(&question, &known, now).unwrap();
            }
            match decision.effect {
                Effect::Permit => permitted += 1,
                Effect::Deny => assert!(
                    !decision.lines.is_empty() || !decision.missing.is_empty(),
                    "{} is refused without a reason",
                    norm.id
                ),
                Effect::Ask => assert!(
                    decision.missing.iter().any(|missing| matches!(
                        missing.needed,
                        Needed::Slot(_) | Needed::Duty(_) | Needed::Fact(_) | Needed::Subject(_)
                    )),
                    "{} still waits: {decision:?}",
                    norm.id
                ),
            }
        }
        println!("{}: {permitted}", unit.display());
        assert!(permitted > 0, "{} permits nothing", unit.display());
    }
}
