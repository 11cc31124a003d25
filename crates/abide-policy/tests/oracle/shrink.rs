//! A difference made small: whatever can be left out of the policy, the question and what is known is left out.

use abide_policy::decide::{Held, Known, Question};

use crate::compare::Ask;
use crate::generate::text::Statement;

/// The smallest policy and case found for which `differs` stays true.
pub fn shrink(
    mut policy: Vec<Statement>,
    mut ask: Ask,
    differs: &dyn Fn(&[Statement], &Ask) -> bool,
) -> (Vec<Statement>, Ask) {
    loop {
        let before = (policy.clone(), format!("{ask:?}"));
        for smaller in asks(&ask) {
            if differs(&policy, &smaller) {
                ask = smaller;
                break;
            }
        }
        for smaller in smaller_lists(&policy) {
            if differs(&smaller, &ask) {
                policy = smaller;
                break;
            }
        }
        if before == (policy.clone(), format!("{ask:?}")) {
            return (policy, ask);
        }
    }
}

/// Every list with one statement, or something in one statement, left out.
fn smaller_lists(statements: &[Statement]) -> Vec<Vec<Statement>> {
    let mut found = Vec::new();
    let half = statements.len() / 2;
    if half > 2 {
        found.push(statements[..half].to_vec());
        found.push(statements[half..].to_vec());
    }
    for at in 0..statements.len() {
        let mut less = statements.to_vec();
        less.remove(at);
        found.push(less);
    }
    for (at, statement) in statements.iter().enumerate() {
        for smaller in smaller_statements(statement) {
            let mut less = statements.to_vec();
            less[at] = smaller;
            found.push(less);
        }
        if statement.words[0] == "part" {
            let mut less = statements.to_vec();
            let inner = statement.children.clone();
            less.splice(at..=at, inner.into_iter().filter(is_line));
            found.push(less);
        }
    }
    found
}

fn is_line(statement: &Statement) -> bool {
    !statement.clauses.is_empty()
        || matches!(
            statement.words[0].as_str(),
            "never" | "must" | "use" | "share"
        )
}

fn smaller_statements(statement: &Statement) -> Vec<Statement> {
    let mut found = Vec::new();
    for children in smaller_lists(&statement.children) {
        found.push(Statement {
            children,
            ..statement.clone()
        });
    }
    let first = match statement.words[0].as_str() {
        "never" | "must" | "did" => 3,
        _ => 2,
    };
    if statement.words.len() > first {
        for at in first - 1..statement.words.len() {
            let mut less = statement.clone();
            less.words.remove(at);
            found.push(less);
        }
    }
    if statement.clauses.len() > 1 {
        let mut less = statement.clone();
        less.clauses.pop();
        found.push(less);
    }
    if statement.instead {
        found.push(Statement {
            instead: false,
            ..statement.clone()
        });
    }
    found
}

fn asks(ask: &Ask) -> Vec<Ask> {
    let with_question = |question: Question| Ask {
        question,
        ..ask.clone()
    };
    let with_known = |known: Known| Ask {
        known,
        ..ask.clone()
    };
    let mut found: Vec<Ask> = knowns(&ask.known).into_iter().map(with_known).collect();
    if ask.made != ask.now {
        found.push(Ask {
            made: ask.now,
            ..ask.clone()
        });
    }
    found.extend(questions(&ask.question).into_iter().map(with_question));
    found
}

fn without<T: Clone>(list: &[T], change: impl Fn(Vec<T>)) {
    for at in 0..list.len() {
        let mut less = list.to_vec();
        less.remove(at);
        change(less);
    }
}

fn knowns(known: &Known) -> Vec<Known> {
    let found = std::cell::RefCell::new(Vec::new());
    let push = |known: Known| found.borrow_mut().push(known);
    without(&known.held, |held| {
        push(Known {
            held,
            ..known.clone()
        });
    });
    without(&known.occurrences, |occurrences| {
        push(Known {
            occurrences,
            ..known.clone()
        });
    });
    without(&known.signals, |signals| {
        push(Known {
            signals,
            ..known.clone()
        });
    });
    without(&known.relations, |relations| {
        push(Known {
            relations,
            ..known.clone()
        });
    });
    without(&known.subject.people, |people| {
        let mut less = known.clone();
        less.subject.people = people;
        push(less);
    });
    for (at, held) in known.held.iter().enumerate() {
        for smaller in helds(held) {
            let mut less = known.clone();
            less.held[at] = smaller;
            push(less);
        }
    }
    let subject = [
        |known: &mut Known| known.subject.residence = None,
        |known: &mut Known| known.subject.age.born = None,
        |known: &mut Known| known.subject.age.at_least = None,
        |known: &mut Known| known.subject.age.below = None,
    ];
    for forget in subject {
        let mut less = known.clone();
        forget(&mut less);
        if less != *known {
            push(less);
        }
    }
    found.into_inner()
}

fn helds(held: &Held) -> Vec<Held> {
    let forget = [
        |held: &mut Held| held.until = None,
        |held: &mut Held| held.scope.data.clear(),
        |held: &mut Held| held.scope.purposes.clear(),
        |held: &mut Held| held.scope.recipients.clear(),
        |held: &mut Held| held.scope.actors.clear(),
        |held: &mut Held| held.scope.lines.clear(),
    ];
    let all = forget.iter().map(|forget| {
        let mut less = held.clone();
        forget(&mut less);
        less
    });
    all.filter(|less| less != held).collect()
}

fn questions(question: &Question) -> Vec<Question> {
    let found = std::cell::RefCell::new(Vec::new());
    let push = |question: Question| found.borrow_mut().push(question);
    type List = fn(&mut Question) -> &mut Vec<String>;
    let lists: [List; 6] = [
        |question| &mut question.data,
        |question| &mut question.origin,
        |question| &mut question.actor,
        |question| &mut question.point,
        |question| &mut question.channel,
        |question| &mut question.events,
    ];
    for list in lists {
        let all = list(&mut question.clone()).clone();
        without(&all, |fewer| {
            let mut less = question.clone();
            *list(&mut less) = fewer;
            push(less);
        });
    }
    let forget = [
        |question: &mut Question| question.purpose = None,
        |question: &mut Question| question.recipient = None,
        |question: &mut Question| question.place = None,
        |question: &mut Question| question.form = None,
    ];
    for forget in forget {
        let mut less = question.clone();
        forget(&mut less);
        if less != *question {
            push(less);
        }
    }
    found.into_inner()
}
