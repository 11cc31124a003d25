//! A topic that a named law wants in the notice and that no line of the policy lets the notice state.

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity};
use crate::model::{Norm, Policy, Verified};
use crate::named_law::{self, LawLine, NamedLaw, listed};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0405",
    name: "notice-element-missing",
    severity: Severity::Warning,
    manual: r#"
The notice is written from the lines of the policy, so it can only say what some line says: how long data is kept is told
by `keep … within=`, the right to complain by `right complaint`. This finding lists, for each law, what its notice must
hold and no line gives. Any topic may also be promised outright: `must tell retention at=notice`.

```kdl wrong
policy shop {
    controller "Harbour Shop B.V."
    law cn
    contact help email="help@example.org"
    collect email for=billing
    use email for=billing
    right access
}
```

```kdl right
policy shop {
    controller "Harbour Shop B.V."
    law cn
    contact help email="help@example.org"
    collect email for=billing
    use email for=billing
    keep email when=purchase within="2 years"
    right access
}
```
"#,
    run: Some(run),
};

/// What states a topic.
struct Element {
    /// The topics, as laws name them.
    topics: &'static [&'static str],
    /// What an author can write.
    write: &'static str,
    /// Whether a line states it. `None` for a topic that is owed only where something is done that the policy need not do.
    stated: Option<fn(&Lines<'_>) -> bool>,
}

/// The lines of a policy that speak to the people of one law.
struct Lines<'a> {
    policy: &'a Policy,
    norms: Vec<&'a Norm>,
}

impl Lines<'_> {
    fn any(&self, test: impl Fn(&Norm) -> bool) -> bool {
        self.norms.iter().any(|norm| test(norm))
    }

    fn action(&self, actions: &[Action]) -> bool {
        self.any(|norm| actions.contains(&norm.action))
    }

    fn permission(&self, action: Action) -> bool {
        self.any(|norm| norm.mode == Mode::May && norm.action == action)
    }

    fn right(&self, right: &str) -> bool {
        let nouns = &self.policy.nouns;
        let wanted = nouns.find(Kind::Right, right).map(|id| nouns.set(id));
        self.any(|norm| {
            norm.action == Action::Right
                && wanted.is_some_and(|wanted| norm.region.object.overlaps(wanted))
        })
    }

    fn slot(&self, slot: Slot) -> bool {
        self.any(|norm| norm.slot(slot).is_some())
    }

    fn own_noun(&self, kind: Kind) -> bool {
        self.policy
            .nouns
            .iter()
            .any(|(_, noun)| noun.kind == kind && noun.own_line().is_some())
    }
}

/// Which lines state which topic: the one table.
const ELEMENTS: &[Element] = &[
    Element {
        topics: &["controller"],
        write: "controller \"…\"",
        stated: Some(|lines| !lines.policy.controllers.is_empty()),
    },
    Element {
        topics: &["contact"],
        write: "contact NAME email=\"…\"",
        stated: Some(|lines| lines.own_noun(Kind::Contact)),
    },
    Element {
        topics: &["purposes", "use", "planned-use", "methods"],
        write: "use … for=…",
        stated: Some(|lines| {
            lines.permission(Action::Use)
                || lines.any(|norm| norm.mode == Mode::May && norm.slot(Slot::For).is_some())
        }),
    },
    Element {
        topics: &["categories", "collection"],
        write: "collect …",
        stated: Some(|lines| lines.permission(Action::Collect)),
    },
    Element {
        topics: &["legal-basis"],
        write: "because=contract",
        stated: Some(has_basis),
    },
    Element {
        topics: &["recipients", "recipient-names"],
        write: "share … with=…",
        stated: Some(|lines| lines.action(&[Action::Share, Action::Sell])),
    },
    Element {
        topics: &["transfer"],
        write: "share … in=…",
        stated: Some(names_place),
    },
    Element {
        topics: &["retention"],
        write: "keep … within=…",
        stated: Some(|lines| {
            lines.action(&[Action::Keep]) || lines.any(|norm| norm.action == Action::Erase)
        }),
    },
    Element {
        topics: &["rights"],
        write: "right access",
        stated: Some(|lines| lines.action(&[Action::Right])),
    },
    Element {
        topics: &["parental-rights"],
        write: "right access about=child by=parent",
        stated: Some(|lines| {
            lines.any(|norm| norm.action == Action::Right && is_by(lines.policy, norm, "parent"))
        }),
    },
    Element {
        topics: &["withdraw"],
        write: "right withdraw",
        stated: Some(|lines| lines.right("withdraw")),
    },
    Element {
        topics: &["complaint"],
        write: "right complaint",
        stated: Some(|lines| lines.right("complaint")),
    },
    Element {
        topics: &["sue"],
        write: "right sue",
        stated: Some(|lines| lines.right("sue")),
    },
    Element {
        topics: &["remove-post"],
        write: "right remove-post",
        stated: Some(|lines| lines.right("remove-post")),
    },
    Element {
        topics: &["mandatory"],
        write: "collect … need=must",
        stated: Some(|lines| lines.slot(Slot::Need)),
    },
    Element {
        topics: &["consequences"],
        write: "right decline costs=…",
        stated: Some(|lines| lines.slot(Slot::Costs)),
    },
    Element {
        topics: &["origin", "sources"],
        write: "collect … from=…",
        stated: Some(|lines| {
            lines.any(|norm| norm.action == Action::Collect && norm.slot(Slot::From).is_some())
        }),
    },
    Element {
        topics: &["sale-status", "sales-list"],
        write: "never sell personal",
        stated: Some(|lines| lines.action(&[Action::Sell]) || lines.right("sales-list")),
    },
    Element {
        topics: &["disclosure-list"],
        write: "did share … last=\"12 months\"",
        stated: Some(|lines| {
            lines.any(|norm| norm.action == Action::Share && norm.mode == Mode::Did)
                || !lines.permission(Action::Share)
        }),
    },
    Element {
        topics: &["minors-sale"],
        write: "never sell personal about=ca-under-16",
        stated: Some(states_minors_sale),
    },
    Element {
        topics: &["verification-process"],
        write: "refuse … unless=verified",
        stated: Some(|lines| {
            lines.any(|norm| {
                matches!(norm.action, Action::Refuse | Action::Answer | Action::Ask)
                    && norm.needs_fact(&lines.policy.nouns, "verified")
                    || asks_identity(norm)
            })
        }),
    },
    Element {
        topics: &["signal-handling"],
        write: "must honour gpc",
        stated: Some(|lines| lines.action(&[Action::Honour])),
    },
    Element {
        topics: &["dnt-response"],
        write: "never honour dnt",
        stated: Some(|lines| {
            lines.any(|norm| {
                norm.action == Action::Honour
                    && norm
                        .objects
                        .iter()
                        .any(|signal| signal.name.as_ref() == "dnt")
            })
        }),
    },
    Element {
        topics: &["agent-info"],
        write: "right … by=agent",
        stated: Some(|lines| lines.any(|norm| is_by(lines.policy, norm, "agent"))),
    },
    Element {
        topics: &["last-modified", "effective-date"],
        write: "version=\"…\"",
        stated: Some(|lines| lines.policy.version.is_some()),
    },
    Element {
        topics: &["change-notice"],
        write: "must tell change …",
        stated: Some(|lines| lines.action(&[Action::Change])),
    },
    Element {
        topics: &["review-process"],
        write: "right access",
        stated: Some(|lines| lines.right("access") || lines.right("correct")),
    },
    Element {
        topics: &["third-party-tracking"],
        write: "never collect tracker by=third-party",
        stated: Some(states_tracking),
    },
    // Owed only where there is such an officer, such an interest or such a decision.
    Element {
        topics: &[
            "dpo-contact",
            "interests",
            "automated-decisions",
            "internal-identifiers",
        ],
        write: "",
        stated: None,
    },
];

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    for law in named_law::named_laws(context) {
        let lines = Lines {
            policy,
            norms: policy
                .norms
                .iter()
                .filter(|norm| law.concerns(policy, norm))
                .collect(),
        };
        let mut missing: Vec<(&str, &LawLine<'_>, Option<&Element>)> = Vec::new();
        for line in law.lines.iter().filter(|line| is_notice(policy, line)) {
            let topics = line.norm.objects.iter().map(|topic| {
                (
                    topic,
                    ELEMENTS
                        .iter()
                        .find(|element| element.topics.contains(&topic.name.as_ref())),
                )
            });
            missing.extend(
                topics
                    .filter(|(topic, element)| {
                        !is_told(&lines, topic) && !is_stated(&lines, *element)
                    })
                    .map(|(topic, element)| (topic.name.as_ref(), line, element)),
            );
        }
        if !missing.is_empty() {
            findings.push(finding(&law, &missing));
        }
    }
}

/// Whether the law's line says what a notice holds, for people that the policy speaks of.
fn is_notice(policy: &Policy, line: &LawLine<'_>) -> bool {
    let concerned = || {
        policy.norms.iter().any(|norm| {
            norm.mode != Mode::Never
                && norm
                    .names(Slot::About)
                    .any(|people| policy.nouns.set(people.id).overlaps(&line.region.people))
        })
    };
    line.norm.action == Action::Tell
        && line.norm.mode == Mode::Must
        && line.norm.conditions.is_empty()
        && line
            .norm
            .names(Slot::At)
            .any(|point| point.name.as_ref() == "notice")
        && (line.norm.names(Slot::About).next().is_none() || concerned())
}

fn is_told(lines: &Lines<'_>, topic: &crate::model::NounUse) -> bool {
    let wanted = lines.policy.nouns.set(topic.id);
    lines.any(|norm| {
        norm.action == Action::Tell
            && norm.mode == Mode::Must
            && norm.objects.iter().any(|told| {
                wanted.overlaps(lines.policy.nouns.set(told.id)) || told.name == topic.name
            })
    })
}

/// A topic that the table does not know needs a `must tell`.
fn is_stated(lines: &Lines<'_>, element: Option<&Element>) -> bool {
    element.is_some_and(|element| element.stated.is_none_or(|stated| stated(lines)))
}

fn finding(
    law: &NamedLaw<'_>,
    missing: &[(&str, &LawLine<'_>, Option<&Element>)],
) -> crate::diagnostic::Diagnostic {
    let mut cites: Vec<&str> = missing
        .iter()
        .map(|(_, line, _)| line.authority.cite.as_str())
        .collect();
    cites.dedup();
    let topics = |all: bool| {
        listed(
            missing
                .iter()
                .filter(|(_, line, _)| all || line.authority.verified == Verified::Unverified)
                .map(|(topic, _, _)| *topic),
        )
    };
    let unread = topics(false);
    let caveat = if unread.is_empty() {
        String::new()
    } else {
        format!("; the pack has not read this in the text: {unread}")
    };
    let mut write: Vec<String> = missing
        .iter()
        .map(|(topic, _, element)| {
            element.map_or_else(
                || format!("must tell {topic} at=notice"),
                |element| element.write.to_owned(),
            )
        })
        .collect();
    write.dedup();
    let write = listed(write.iter().map(String::as_str));
    CHECK
        .at(
            law.name.span,
            format!(
                "no line says what the notice must hold under `{}`: {}",
                law.law.name,
                topics(true)
            ),
        )
        .here("asks for more than the policy states")
        .help(format!("write {write} ({}){caveat}", cites.join("; ")))
}

fn has_basis(lines: &Lines<'_>) -> bool {
    lines.slot(Slot::Because)
        || lines
            .any(|norm| norm.mode == Mode::May && norm.needs_fact(&lines.policy.nouns, "consent"))
        || lines.any(|norm| {
            norm.names(Slot::For).any(|purpose| {
                lines
                    .policy
                    .nouns
                    .get(purpose.id)
                    .slots(Slot::Because)
                    .next()
                    .is_some()
            })
        })
}

fn names_place(lines: &Lines<'_>) -> bool {
    let in_place = |norm: &Norm| norm.all_slots().any(|slot| slot.slot == Slot::In);
    let placed_party = |norm: &Norm| {
        norm.names(Slot::With).any(|party| {
            lines
                .policy
                .nouns
                .get(party.id)
                .slots(Slot::In)
                .next()
                .is_some()
        })
    };
    lines.any(|norm| {
        matches!(norm.action, Action::Share | Action::Keep | Action::Use)
            && (in_place(norm) || placed_party(norm))
    })
}

fn is_by(policy: &Policy, norm: &Norm, people: &str) -> bool {
    norm.names(Slot::By)
        .any(|actor| policy.nouns.is_a(actor.id, Kind::People, people))
}

fn asks_identity(norm: &Norm) -> bool {
    norm.action == Action::Ask
        && norm.mode != Mode::Never
        && norm
            .objects
            .iter()
            .any(|topic| topic.name.as_ref() == "identity")
}

fn states_minors_sale(lines: &Lines<'_>) -> bool {
    let nouns = &lines.policy.nouns;
    let minors = nouns
        .find(Kind::People, "ca-under-16")
        .map(|id| nouns.set(id));
    let covers = |norm: &Norm| {
        norm.names(Slot::About).any(|people| {
            nouns.is_a(people.id, Kind::People, "child")
                || minors.is_some_and(|minors| minors.overlaps(nouns.set(people.id)))
                || nouns.get(people.id).slots(Slot::Age).next().is_some()
        })
    };
    let never = |norm: &Norm| {
        norm.mode == Mode::Never
            && norm.names(Slot::About).next().is_none()
            && norm.conditions.is_empty()
            && norm.excepts.iter().all(|except| except.implied)
    };
    lines.any(|norm| norm.action == Action::Sell && (covers(norm) || never(norm)))
}

fn states_tracking(lines: &Lines<'_>) -> bool {
    let nouns = &lines.policy.nouns;
    let tracker = nouns.find(Kind::Data, "tracker").map(|id| nouns.set(id));
    lines.any(|norm| {
        let others = norm.slot(Slot::With).is_some()
            || norm.slot(Slot::By).is_some()
            || norm.slot(Slot::From).is_some();
        others
            && matches!(
                norm.action,
                Action::Collect | Action::Share | Action::Keep | Action::Sell
            )
            && tracker.is_some_and(|tracker| norm.region.object.overlaps(tracker))
    })
}
