//! `GET /privacy`: what can be done here, and how to reach the company. Asks for nothing.

use std::sync::Arc;

use abide_policy::nouns::Noun;
use abide_policy::vocabulary::{Kind, Slot};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::frame::Framed;
use super::visit::{HOME, SignInWay, Visit};
use super::{archive, ask, choices, follow, opt_out, request_words, verify};
use crate::http::app::App;

/// The page.
pub async fn show(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let words = visit.words();
    let body = match visit.policy {
        None => choose(&app, &visit),
        Some(_) => html! {
            p.lead { (words.home.lead) }
            (ways(&visit))
            (contacts(&visit))
        },
    };
    let title = match visit.policy {
        None => words.home.choose,
        Some(_) => words.home.title,
    };
    Framed::new(&visit, title, body).into_response()
}

/// Several policies are in force: which one?
fn choose(app: &App, visit: &Visit) -> Markup {
    let state = app.decider.state();
    html! {
        ul.ways {
            @for policy in state.policies() {
                @let labels = policy.policy().controllers.iter();
                @let label = labels.min_by_key(|found| found.part).map_or(policy.name(), |found| &found.label);
                li { a.way href=(visit.link_with(HOME, &[("policy", policy.name())])) { (label) } p { (policy.name()) } }
            }
        }
    }
}

fn ways(visit: &Visit) -> Markup {
    let words = visit.words();
    let mut ways = vec![
        (
            visit.link(opt_out::PATH),
            words.opt_out.title,
            words.home.opt_out_about,
        ),
        (
            visit.notice().unwrap_or_default(),
            words.home.notice,
            words.home.notice_about,
        ),
        (
            visit.link(archive::PATH),
            words.archive.title,
            words.home.archive_about,
        ),
        (
            visit.link(verify::PATH),
            words.verify.title,
            words.home.verify_about,
        ),
    ];
    let requests = request_words::of(visit.lang);
    ways.insert(
        1,
        (
            visit.link(ask::PATH),
            requests.ask.title,
            requests.ask.about,
        ),
    );
    ways.insert(
        2,
        (
            visit.link(follow::PATH),
            requests.follow.title,
            requests.follow.about,
        ),
    );
    if visit.sign_in == SignInWay::Login {
        ways.insert(
            1,
            (
                visit.link(choices::PATH),
                words.choices.title,
                words.choices.about,
            ),
        );
    }
    html! {
        ul.ways {
            @for (link, title, about) in &ways { li { a.way href=(link) { (title) } p { (about) } } }
        }
    }
}

/// The company's own contacts with an address: those that a part of the policy does not keep for some people.
fn contacts(visit: &Visit) -> Markup {
    let words = &visit.words().home;
    let Some(in_force) = &visit.policy else {
        return html! {};
    };
    let policy = in_force.policy();
    let is_ours = |noun: &&Noun| {
        noun.kind == Kind::Contact
            && noun.own_line().is_some_and(|line| line.part.is_none())
            && [Slot::Email, Slot::Phone, Slot::Address]
                .iter()
                .any(|way| noun.slots(*way).next().is_some())
    };
    let contacts: Vec<&Noun> = policy
        .nouns
        .iter()
        .map(|(_, noun)| noun)
        .filter(is_ours)
        .collect();
    html! {
        @if !contacts.is_empty() {
            h2 { (words.reach) }
            p { (words.reach_about) }
            @for contact in contacts {
                h3 { (contact.label(visit.lang.tag())) }
                dl {
                    @for mail in contact.texts(Slot::Email) {
                        dt { (words.email) } dd { a href={ "mailto:" (mail) } { (mail) } }
                    }
                    @for phone in contact.texts(Slot::Phone) { dt { (words.phone) } dd { (phone) } }
                    @for post in contact.texts(Slot::Address) { dt { (words.post) } dd { (post) } }
                    @for web in contact.texts(Slot::Url) { dt { (words.web) } dd { (web) } }
                }
            }
        }
    }
}
