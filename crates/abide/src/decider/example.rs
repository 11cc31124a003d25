//! A question to begin with: what the first fitting line of a policy permits.

use abide_policy::decide::{Deed, Effect, Known, Question};
use abide_policy::model::{Norm, NounUse};
use abide_policy::vocabulary::{Action, Mode, Slot};
use jiff::Timestamp;

use super::in_force::InForce;

/// A question that the policy permits to someone of whom nothing is known; if there is none, one that it answers in
/// another way.
pub fn example(policy: &InForce, now: Timestamp) -> Option<Question> {
    let permissions = policy.policy().norms.iter();
    let questions: Vec<Question> = permissions
        .filter(|norm| norm.mode == Mode::May)
        .filter_map(of_norm)
        .collect();
    let answer = |question: &Question| {
        let facts = policy.facts(Known::default(), now);
        Some(policy.lasting().decide(question, &facts, now).ok()?.effect)
    };
    let wanted = [Effect::Permit, Effect::Ask, Effect::Deny];
    wanted
        .into_iter()
        .find_map(|effect| questions.iter().find(|asked| answer(asked) == Some(effect)))
        .cloned()
}

/// The question that asks for just what a line speaks of.
fn of_norm(norm: &Norm) -> Option<Question> {
    let first = |slot| names(norm, slot).next();
    Some(Question {
        action: match norm.action {
            Action::Collect => Deed::Collect,
            Action::Use => Deed::Use,
            Action::Share => Deed::Share,
            Action::Keep => Deed::Keep,
            _ => return None,
        },
        data: vec![norm.objects.first()?.name.to_string()],
        purpose: first(Slot::For),
        recipient: first(Slot::With),
        place: first(Slot::In),
        origin: names(norm, Slot::From).take(1).collect(),
        form: first(Slot::As),
        actor: Vec::new(),
        point: names(norm, Slot::At).take(1).collect(),
        channel: names(norm, Slot::Via).take(1).collect(),
        events: Vec::new(),
    })
}

fn names(norm: &Norm, slot: Slot) -> impl Iterator<Item = String> {
    norm.names(slot).map(|used: &NounUse| used.name.to_string())
}
