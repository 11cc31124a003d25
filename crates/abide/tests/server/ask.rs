//! Asking, following and fetching in the privacy centre: a person's whole way, and what nobody else gets to see.

use std::time::Duration;

use abide_store::WhichRequests;
use serde_json::json;

use crate::harness::{Reply, await_until};
use crate::sign_in::{Desk, between};

/// A ticket of a form that was open for a minute.
fn ticket(desk: &Desk, path: &str, cookie: &str) -> String {
    let page = desk.get(path, cookie);
    let ticket = between(&page.body, "name=\"ticket\" value=\"", "\"").to_owned();
    desk.pass(Duration::from_mins(1));
    ticket
}

fn ask(desk: &Desk, kind: &str, email: &str) -> Reply {
    let ticket = ticket(desk, "/privacy/ask", "");
    let fields = [
        ("ticket", ticket.as_str()),
        ("kind", kind),
        ("email", email),
        ("text", "Please."),
    ];
    desk.post("/privacy/ask", "", &fields)
}

/// The texts of the letters to an address that wait to be sent, oldest first.
fn letters(desk: &Desk, to: &str) -> Vec<String> {
    let store = &desk.running.server().app().store;
    let letters = desk.running.wait(store.letters(None, 100)).unwrap();
    let texts = letters.into_iter().filter_map(|queued| queued.letter);
    texts
        .filter(|letter| letter.to == to)
        .map(|letter| letter.text)
        .collect()
}

/// Number and code from the latest letter with a code to an address, once there are so many.
fn code(desk: &Desk, to: &str, count: usize) -> (String, String) {
    let has_code = |text: &String| text.contains("The code is ");
    let text = await_until(|| {
        letters(desk, to)
            .into_iter()
            .filter(has_code)
            .nth(count - 1)
    });
    let code = between(&text, "The code is ", ".").to_owned();
    (between(&text, "Request ", "\n").to_owned(), code)
}

fn enter(desk: &Desk, number: &str, code: &str) -> Reply {
    let ticket = ticket(desk, "/privacy/request", "");
    let fields = [
        ("ticket", ticket.as_str()),
        ("number", number),
        ("code", code),
    ];
    desk.post("/privacy/request", "", &fields)
}

fn cookie(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{reply:?}");
    reply
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

#[test]
fn a_person_asks_follows_and_fetches_once() {
    let desk = Desk::open("ask-journey");
    let received = ask(&desk, "access", "ann@example.org");
    assert!(
        received.body.contains("We have your request"),
        "{}",
        received.body
    );
    let (number, code) = code(&desk, "ann@example.org", 1);
    assert!(!received.body.contains(&number));
    let spaced = format!("{} {}", &code[..4].to_lowercase(), &code[4..]);
    let entered = enter(&desk, &number.to_uppercase(), &spaced.to_uppercase());
    let cookie = cookie(&entered);
    let path = format!("/privacy/request/{number}");
    assert_eq!(entered.header("location"), path);
    let page = await_until(|| {
        Some(desk.get(&path, &cookie)).filter(|page| page.body.contains("Download my data"))
    });
    assert!(
        page.body.contains("you showed that it is you"),
        "{}",
        page.body
    );
    assert!(page.body.contains("your data was packed"));
    let ticket = between(&page.body, "name=\"ticket\" value=\"", "\"").to_owned();
    let package = format!("{path}/package");
    assert_eq!(desk.post(&package, &cookie, &[("ticket", "")]).status, 403);
    let fetched = desk.post(&package, &cookie, &[("ticket", &ticket)]);
    assert_eq!(fetched.status, 200, "{fetched:?}");
    assert_eq!(fetched.header("content-type"), "application/zip");
    assert!(
        fetched
            .header("content-disposition")
            .starts_with("attachment")
    );
    assert!(fetched.body.starts_with("PK"));
    let again = desk.post(&package, &cookie, &[("ticket", &ticket)]);
    assert!(!again.body.starts_with("PK"));
    let page = desk.get(&path, &cookie);
    assert!(
        page.body.contains("You downloaded your data"),
        "{again:?} {page:?}"
    );
}

#[test]
fn a_request_says_by_when_and_who_says_so() {
    let desk = Desk::open("ask-due");
    ask(&desk, "correct", "ann@example.org");
    let (number, code) = code(&desk, "ann@example.org", 1);
    let cookie = cookie(&enter(&desk, &number, &code));
    let page = desk.get(&format!("/privacy/request/{number}"), &cookie);
    assert!(
        page.body.contains("You have our answer by 1 June 2026"),
        "{}",
        page.body
    );
    assert!(page.body.contains("because of EU GDPR"), "{}", page.body);
    let ticket = between(&page.body, "name=\"ticket\" value=\"", "\"").to_owned();
    let revoke = format!("/privacy/request/{number}/revoke");
    assert_eq!(desk.post(&revoke, &cookie, &[("ticket", "")]).status, 403);
    assert_eq!(
        desk.post(&revoke, &cookie, &[("ticket", &ticket)]).status,
        303
    );
    let page = desk.get(&format!("/privacy/request/{number}"), &cookie);
    assert!(page.body.contains("You took it back."));
}

#[test]
fn nobody_else_learns_that_a_request_exists() {
    let desk = Desk::open("ask-apart");
    let first = ask(&desk, "access", "ann@example.org");
    let same = ask(&desk, "access", "ann@example.org");
    let other = ask(&desk, "access", "bob@example.org");
    assert_eq!((first.status, &first.body), (same.status, &same.body));
    assert_eq!((first.status, &first.body), (other.status, &other.body));
    let (ann, _) = code(&desk, "ann@example.org", 1);
    let (bob, bobs) = code(&desk, "bob@example.org", 1);
    let cookie = cookie(&enter(&desk, &bob, &bobs));
    let nothing = desk.get("/privacy/request/00000000000000000000000000000000", &cookie);
    for cookie in ["", cookie.as_str()] {
        let page = desk.get(&format!("/privacy/request/{ann}"), cookie);
        assert_eq!(
            (page.status, &page.body.replace(&ann, "")),
            (404, &nothing.body.replace(&"0".repeat(32), ""))
        );
    }
    let unsaid = |reply: Reply| {
        (
            reply.status,
            reply.body.contains("Number and code do not fit"),
        )
    };
    assert_eq!(
        unsaid(enter(&desk, &"0".repeat(32), "ABCD2345")),
        (422, true)
    );
    assert_eq!(unsaid(enter(&desk, "../../keys", "ABCD2345")), (422, true));
    assert_eq!(unsaid(enter(&desk, &ann, &bobs)), (422, true));
    // The code was used.
    assert_eq!(unsaid(enter(&desk, &bob, &bobs)), (422, true));
}

#[test]
fn a_code_has_few_tries_and_another_is_sent_only_so_often() {
    let desk = Desk::open("ask-tries");
    ask(&desk, "access", "ann@example.org");
    let (number, right) = code(&desk, "ann@example.org", 1);
    for _ in 0..20 {
        assert_eq!(enter(&desk, &number, "22222222").status, 422);
    }
    assert_eq!(enter(&desk, &number, &right).status, 422);
    let again = |number: &str| {
        let page = desk.get("/privacy/request", "");
        let (_, second) = page
            .body
            .split_once("action=\"/privacy/request/code\"")
            .unwrap();
        let ticket = between(second, "name=\"ticket\" value=\"", "\"").to_owned();
        desk.pass(Duration::from_secs(5));
        desk.post(
            "/privacy/request/code",
            "",
            &[("ticket", &ticket), ("again", number)],
        )
    };
    desk.pass(Duration::from_mins(10));
    let (known, unknown) = (again(&number), again(&"0".repeat(32)));
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    let (_, fresh) = code(&desk, "ann@example.org", 2);
    again(&number);
    let codes = letters(&desk, "ann@example.org");
    let codes = codes.iter().filter(|text| text.contains("The code is "));
    assert_eq!(codes.count(), 2);
    let entered = enter(&desk, &number, &fresh);
    assert_eq!(entered.status, 303);
    // Whoever comes back once it is over gets a code of their own.
    let path = format!("/privacy/request/{number}");
    let cookie = cookie(&entered);
    await_until(|| {
        desk.get(&path, &cookie)
            .body
            .contains("Download my data")
            .then_some(())
    });
    desk.pass(Duration::from_hours(1));
    assert_eq!(desk.get(&path, &cookie).status, 404);
    again(&number);
    let (_, late) = code(&desk, "ann@example.org", 3);
    assert_eq!(enter(&desk, &number, &late).status, 303);
}

#[test]
fn whoever_is_signed_in_needs_no_code_and_sees_no_other() {
    let desk = Desk::open("ask-signed-in");
    let (ada, bob) = (desk.sign_in("ada"), desk.sign_in("bob"));
    let ticket = ticket(&desk, "/privacy/ask", &ada);
    let fields = [("ticket", ticket.as_str()), ("kind", "access")];
    assert_eq!(desk.post("/privacy/ask", &bob, &fields).status, 422);
    let asked = desk.post("/privacy/ask", &ada, &fields);
    assert_eq!(asked.status, 303, "{asked:?}");
    let path = asked.header("location").to_owned();
    await_until(|| {
        desk.get(&path, &ada)
            .body
            .contains("Download my data")
            .then_some(())
    });
    assert_eq!(desk.get(&path, &bob).status, 404);
    assert_eq!(desk.get(&path, "").status, 404);
}

#[test]
fn what_is_missing_in_a_request_is_said_at_its_field() {
    let desk = Desk::open("ask-missing");
    let form = ticket(&desk, "/privacy/ask", "");
    for (fields, field) in [
        (vec![("email", "ann@example.org")], "kind-0"),
        (
            vec![("kind", "opt-out-sale"), ("email", "ann@example.org")],
            "kind-0",
        ),
        (
            vec![("kind", "complaint"), ("email", "ann@example.org")],
            "text",
        ),
        (vec![("kind", "access")], "email"),
        (vec![("kind", "access"), ("email", "ann")], "email"),
        (
            vec![
                ("kind", "access"),
                ("email", "ann@example.org"),
                ("phone", "+31205550100"),
            ],
            "phone",
        ),
        (
            vec![
                ("kind", "access"),
                ("email", "ann@example.org"),
                ("acting", "agent"),
            ],
            "name",
        ),
    ] {
        let mut sent = vec![("ticket", form.as_str())];
        sent.extend(fields);
        let page = desk.post("/privacy/ask", "", &sent);
        assert_eq!(page.status, 422);
        assert!(
            page.body.contains(&format!("href=\"#{field}\"")),
            "{field}: {}",
            page.body
        );
    }
    let evil = [
        ("kind", "access"),
        ("text", "</textarea><script>alert(1)</script>"),
        ("name", "\"><script>"),
    ];
    assert!(
        !desk
            .post("/privacy/ask", "", &evil)
            .body
            .contains("<script")
    );
}

#[test]
fn a_form_that_is_sent_twice_asks_once() {
    let desk = Desk::open("ask-twice");
    let ticket = ticket(&desk, "/privacy/ask", "");
    let fields = [
        ("ticket", ticket.as_str()),
        ("kind", "complaint"),
        ("email", "ann@example.org"),
        ("text", "You wrote to me."),
    ];
    let (first, second) = std::thread::scope(|scope| {
        let press = || desk.post("/privacy/ask", "", &fields);
        let (first, second) = (scope.spawn(press), scope.spawn(press));
        (first.join().unwrap(), second.join().unwrap())
    });
    assert_eq!((first.status, &first.body), (200, &second.body));
    let store = &desk.running.server().app().store;
    let asked = store.subject_requests(WhichRequests::All, None, 10);
    assert_eq!(desk.running.wait(asked).unwrap().len(), 1);
}

#[test]
fn a_refusal_is_looked_at_again_once_and_what_the_person_did_has_a_receipt() {
    let desk = Desk::open("ask-appeal");
    let ada = desk.sign_in("ada");
    let form = ticket(&desk, "/privacy/ask", &ada);
    let fields = [
        ("ticket", form.as_str()),
        ("kind", "correct"),
        ("text", "My name is Ada."),
    ];
    let asked = desk.post("/privacy/ask", &ada, &fields);
    let path = asked.header("location").to_owned();
    let id = path.rsplit('/').next().unwrap().to_owned();
    let no = json!({"reason": "no_match"});
    let refuse = format!("/v1/requests/{id}/refuse");
    // The server goes on with it by itself first.
    await_until(|| {
        let page = desk.get(&path, &ada);
        page.body.contains("we confirmed").then_some(())
    });
    assert_eq!(desk.running.post(&refuse, &no).status, 201);
    let page = desk.get(&path, &ada);
    assert!(page.body.contains("Look at it again"), "{}", page.body);
    // Who refused is nobody's to learn from a receipt.
    assert_eq!(page.body.matches(">Receipt<").count(), 2, "{}", page.body);
    let receipt = between(&page.body, "href=\"/privacy/receipt/", "\"").replace("&amp;", "&");
    let receipt = desk.get(&format!("/privacy/receipt/{receipt}"), "");
    assert_eq!(receipt.status, 200, "{receipt:?}");
    assert!(!receipt.body.contains("api:"), "{}", receipt.body);
    let ticket = between(&page.body, "name=\"ticket\" value=\"", "\"").to_owned();
    let appeal = format!("{path}/appeal");
    assert_eq!(desk.post(&appeal, &ada, &[("ticket", "")]).status, 403);
    let bob = desk.sign_in("bob");
    assert_eq!(desk.post(&appeal, &bob, &[("ticket", &ticket)]).status, 404);
    for _ in 0..2 {
        assert_eq!(desk.post(&appeal, &ada, &[("ticket", &ticket)]).status, 303);
    }
    let page = desk.get(&path, &ada);
    assert!(page.body.contains("you asked us to look at it again"));
    assert!(page.body.contains("A second person looks at it"));
    // Whoever refused does not decide again, and a second refusal is the last.
    assert_eq!(desk.running.post(&refuse, &no).status, 409);
    let other = desk.running.key_with(&["requests:write"]);
    assert_eq!(desk.running.post_as(&other, &refuse, &no).status, 201);
    assert!(!desk.get(&path, &ada).body.contains("Look at it again"));
}

#[test]
fn whoever_asks_for_somebody_else_is_told_what_is_missing() {
    let desk = Desk::open("ask-agent");
    let ticket = ticket(&desk, "/privacy/ask", "");
    let fields = [
        ("ticket", ticket.as_str()),
        ("kind", "access"),
        ("email", "ann@example.org"),
        ("acting", "agent"),
        ("name", "Bo Agent"),
        ("reply", "bo@example.org"),
    ];
    assert_eq!(desk.post("/privacy/ask", "", &fields).status, 200);
    // The code is the person's, whoever asks.
    let (number, code) = code(&desk, "ann@example.org", 1);
    assert!(
        letters(&desk, "bo@example.org")
            .iter()
            .all(|text| !text.contains("The code is "))
    );
    let cookie = cookie(&enter(&desk, &number, &code));
    let path = format!("/privacy/request/{number}");
    let page = desk.get(&path, &cookie);
    assert!(page.body.contains("a signed permission"), "{}", page.body);
    assert!(!page.body.contains("Download my data"));
    let said = json!({"how": "permission"});
    let authorise = format!("/v1/requests/{number}/authorise");
    assert_eq!(desk.running.post(&authorise, &said).status, 201);
    await_until(|| {
        desk.get(&path, &cookie)
            .body
            .contains("Download my data")
            .then_some(())
    });
}
