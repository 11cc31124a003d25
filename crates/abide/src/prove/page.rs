//! The board as a page: what is broken first, then every promise with its controls. Runs no script and loads nothing.

use abide_policy::model::Policy;
use abide_policy::sentence::{Language, sentence};
use abide_promise::{Board, ClauseStatus, Status};
use maud::{DOCTYPE, Markup, html as markup};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ccc}\
.broken{color:#a40000;font-weight:600}.unmet,.unknown,.stale{color:#6b4e00}";

/// The page of a board.
pub fn page(board: &Board, policy: &Policy) -> String {
    let mut clauses: Vec<&ClauseStatus> = board.clauses.iter().collect();
    clauses.sort_by_key(|clause| (clause.status != Status::Broken, clause.id.clone()));
    let drawn: Markup = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Promises of " (board.policy) }
                style { (STYLE) }
            }
            body {
                main {
                    h1 { "Promises of " (board.policy) }
                    p { (board.bound) " of " (board.clauses.len()) " bound on " (board.day) ", version " code { (board.version) } }
                    ul {
                        @for status in Status::ALL {
                            @if let Some(count) = board.counts.get(&status) {
                                li { (count) " " span class=(status.word()) { (status.word()) } }
                            }
                        }
                    }
                    table {
                        thead { tr { th scope="col" { "Promise" } th scope="col" { "Status" } th scope="col" { "Controls" } th scope="col" { "Evidence" } } }
                        tbody { @for clause in clauses { (row(clause, policy)) } }
                    }
                }
            }
        }
    };
    drawn.into_string()
}

fn row(clause: &ClauseStatus, policy: &Policy) -> Markup {
    let said = policy.norms_of(&clause.id).next();
    let said = said.map(|norm| sentence(norm, policy, Language::of_policy(policy)));
    markup! {
        tr id=(clause.id) {
            th scope="row" {
                (clause.id)
                @if let Some(said) = said { br; small { (said) } }
            }
            td class=(clause.status.word()) {
                (clause.status.word())
                @if let Some(since) = clause.since { " since " (since) }
                @for breach in &clause.broken { br; (breach.what) " at " (breach.place) ": " (breach.count) }
            }
            td {
                @for control in &clause.controls {
                    (control.name) ": " (control.status.word())
                    @if let Some(why) = &control.why { ", " (why) }
                    br;
                }
                @for lack in &clause.lacks { "no control for " (lack) br; }
            }
            td {
                @if let Some(evidence) = &clause.evidence {
                    (evidence.day)
                    @if let Some(entry) = evidence.entry { ", entry " (entry) }
                }
            }
        }
    }
}
