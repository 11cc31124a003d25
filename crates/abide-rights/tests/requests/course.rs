//! The course of each kind of request, step by step.

use abide_rights::RightsError;
use abide_rights::request::{Holding, Kind, Parcel, Reason, Verified};
use abide_store::{Acting, ConsentState, Identifier, Matter};

use crate::office::{Office, ask};

/// What a refused call says.
fn said<T: std::fmt::Debug>(result: Result<T, RightsError>) -> String {
    result.unwrap_err().to_string()
}

on_both! {
    async fn a_copy_is_packed_once_it_is_known_who_asks_and_handed_over_once(office: Office) {
        let mut office = office;
        let id = office.asked(Kind::Access, "ann@example.org").await;
        assert_eq!(office.events(id).await, ["asked", "acknowledged", "codes-sent"]);
        let standing = office.desk().standing(id).await.unwrap();
        assert_eq!((standing.state(), standing.reason()), ("in_progress", Some("need_user_verification")));
        assert_eq!(standing.due(abide_policy::Library::standard()).date.to_string(), "2026-02-19");
        let letter = &office.letters(id, "acknowledged").await[0];
        assert!(letter.text.contains("19 February 2026") && letter.to == "ann@example.org", "{}", letter.text);

        let code = office.code(id).await;
        let wrong = office.desk().verify_by_code(id, 0, "AAAA2222").await.unwrap();
        assert_eq!(wrong, Verified::No { tries_left: 4 });
        let spaced = format!("{} {}", &code[..4], &code[4..]);
        assert_eq!(office.desk().verify_by_code(id, 0, &spaced).await.unwrap(), Verified::Yes);
        assert_eq!(office.desk().verify_by_code(id, 0, &code).await.unwrap(), Verified::Over, "it counts once");
        assert_eq!(office.desk().advance(id).await.unwrap(), ["packed", "fulfilled"]);
        assert_eq!(office.state(id).await, "fulfilled");
        assert_eq!(office.letters(id, "ready").await.len(), 1);

        let mut package = Vec::new();
        office.desk().deliver(id, &mut package).await.unwrap();
        assert!(package.starts_with(b"PK"), "a zip");
        let again = office.desk().deliver(id, &mut Vec::new()).await;
        assert!(said(again).contains("no package"));
        assert_eq!(office.desk().advance(id).await.unwrap(), ["dropped"]);
        let standing = office.desk().standing(id).await.unwrap();
        assert_eq!(standing.parcel, Parcel::Fetched);

        office.set("2026-03-07");
        assert_eq!(office.desk().advance_due(10).await.unwrap().len(), 1);
        assert_eq!(office.desk().details(id).await.unwrap().people.len(), 0, "nobody knows any more who it was");
        assert_eq!(office.desk().advance_due(10).await.unwrap().len(), 0);
    }

    async fn a_package_that_nobody_fetches_goes_after_its_days(office: Office) {
        let mut office = office;
        let id = office.asked(Kind::Access, "ann@example.org").await;
        let code = office.code(id).await;
        office.desk().verify_by_code(id, 0, &code).await.unwrap();
        office.desk().advance(id).await.unwrap();
        office.set("2026-02-03");
        assert_eq!(office.desk().advance(id).await.unwrap(), Vec::<String>::new());
        office.set("2026-02-04");
        assert_eq!(office.desk().advance(id).await.unwrap(), ["dropped"]);
        let standing = office.desk().standing(id).await.unwrap();
        assert_eq!(standing.parcel, Parcel::Dropped);
        assert!(said(office.desk().deliver(id, &mut Vec::new()).await).contains("no package"));
    }

    async fn an_erasure_goes_through_and_is_certified(office: Office) {
        let mut office = office;
        let mut erase = ask(Kind::Erase, "ann@example.org");
        erase.verified = Some("account".into());
        let id = office.desk().open(&erase).await.unwrap().id;
        assert_eq!(office.desk().advance(id).await.unwrap(), ["acknowledged", "started", "done", "fulfilled"]);
        assert!(!office.is_in_the_shop("ann").await && office.is_in_the_shop("bo").await);
        assert!(office.desk().standing(id).await.unwrap().certificate.is_some());
        let letter = &office.letters(id, "fulfilled").await[0];
        assert_eq!(letter.to, "ann@example.org");
        office.set("2026-06-01");
        office.desk().advance_due(10).await.unwrap();
        assert_eq!(office.events(id).await.last().unwrap(), "forgotten");
    }

    async fn an_opt_out_acts_at_once_and_asks_nobody_who_they_are(office: Office) {
        let id = office.asked(Kind::OptOutSale, "ann@example.org").await;
        assert_eq!(office.events(id).await, ["asked", "recorded", "acknowledged", "fulfilled"]);
        let ann = Identifier::new("email", "ann@example.org").unwrap();
        let subject = office.store.subject(&ann).await.unwrap();
        let said = office.store.current(subject, office.now).await.unwrap();
        let mut matters: Vec<_> = said.iter().map(|choice| (choice.matter.clone(), choice.state)).collect();
        matters.sort_by(|a, b| a.0.cmp(&b.0));
        let used = |right: &str| (Matter::Right(right.into()), ConsentState::ConsentGiven);
        assert_eq!(matters, [used("optout-sale"), used("optout-sharing")]);
    }

    async fn a_hold_stops_an_erasure_until_it_is_lifted(office: Office) {
        let mut office = office;
        let id = office.asked(Kind::Erase, "ann@example.org").await;
        office.desk().hold(id, "case-7", Holding::Lay).await.unwrap();
        office.desk().verify(id, &[], "account").await.unwrap();
        assert_eq!(office.desk().advance(id).await.unwrap(), ["held"]);
        office.set("2026-01-06");
        assert_eq!(office.desk().advance_due(10).await.unwrap()[0].1.as_ref().unwrap(), &["held"]);
        assert!(office.is_in_the_shop("ann").await);
        office.desk().hold(id, "case-7", Holding::Lift).await.unwrap();
        office.set("2026-01-07");
        office.desk().advance_due(10).await.unwrap();
        assert_eq!(office.state(id).await, "fulfilled");
        assert!(!office.is_in_the_shop("ann").await);
    }

    async fn who_does_not_show_who_they_are_gets_nothing_and_is_told(office: Office) {
        let mut office = office;
        let id = office.asked(Kind::Erase, "ann@example.org").await;
        for _ in 0..5 {
            assert_ne!(office.desk().verify_by_code(id, 0, "AAAA2222").await.unwrap(), Verified::Yes);
        }
        let code = office.code(id).await;
        assert_eq!(office.desk().verify_by_code(id, 0, &code).await.unwrap(), Verified::Over, "five tries are all");
        office.set("2026-02-13");
        office.desk().advance_due(10).await.unwrap();
        office.set("2026-02-20");
        office.desk().advance_due(10).await.unwrap();
        assert_eq!(office.events(id).await, ["asked", "acknowledged", "codes-sent", "reminded", "expired"]);
        assert!(office.is_in_the_shop("ann").await);
        assert_eq!(office.letters(id, "expired").await.len(), 1);
        let late = office.desk().verify(id, &[], "account").await;
        assert!(said(late).contains("is over: expired"));
    }

    async fn a_code_is_over_after_its_time(office: Office) {
        let mut office = office;
        let id = office.asked(Kind::Access, "ann@example.org").await;
        let code = office.code(id).await;
        office.now = office.now.checked_add(jiff::SignedDuration::from_mins(61)).unwrap();
        assert_eq!(office.desk().verify_by_code(id, 0, &code).await.unwrap(), Verified::Over);
        office.desk().send_codes_again(id).await.unwrap();
        let code = office.code(id).await;
        assert_eq!(office.desk().verify_by_code(id, 0, &code).await.unwrap(), Verified::Yes);
    }

    async fn the_same_again_is_the_same_request(office: Office) {
        let first = office.desk().open(&ask(Kind::Access, "ann@example.org")).await.unwrap();
        let again = office.desk().open(&ask(Kind::Access, "Ann@Example.org ")).await.unwrap();
        assert_eq!((again.id, again.is_duplicate), (first.id, true));
        for (kind, who) in [(Kind::Access, "bo@example.org"), (Kind::Erase, "ann@example.org")] {
            assert!(!office.desk().open(&ask(kind, who)).await.unwrap().is_duplicate);
        }
        for _ in 0..2 {
            let complaint = ask(Kind::Complaint, "ann@example.org");
            assert!(!office.desk().open(&complaint).await.unwrap().is_duplicate);
        }
        office.desk().revoke(first.id).await.unwrap();
        assert!(!office.desk().open(&ask(Kind::Access, "ann@example.org")).await.unwrap().is_duplicate);
    }

    async fn nobody_is_led_to_a_request_that_names_others_or_that_another_asks(office: Office) {
        let mut of_two = ask(Kind::Access, "ann@example.org");
        of_two.details.people.extend(ask(Kind::Access, "bo@example.org").details.people);
        let mut by_agent = ask(Kind::Access, "ann@example.org");
        by_agent.acting = Acting::Agent;
        let mut elsewhere = ask(Kind::Access, "ann@example.org");
        elsewhere.details.reply_to = Some(("email".to_owned(), "eve@example.org".to_owned()));
        let own = ask(Kind::Access, "ann@example.org");
        let mut seen = Vec::new();
        for one in [&of_two, &by_agent, &own, &elsewhere, &of_two, &by_agent, &elsewhere] {
            let opened = office.desk().open(one).await.unwrap();
            assert!(!opened.is_duplicate && !seen.contains(&opened.id));
            seen.push(opened.id);
        }
        let again = office.desk().open(&own).await.unwrap();
        assert_eq!((again.id, again.is_duplicate), (seen[2], true));
    }

    async fn a_refusal_needs_a_ground_and_more_time_needs_a_rule(office: Office) {
        let mut office = office;
        let id = office.asked(Kind::Erase, "ann@example.org").await;
        let desk = office.desk();
        let none = desk.refuse(id, Reason::ClaimNotCovered, Some("because")).await;
        assert!(said(none).contains("`transaction-open`"));
        let often = desk.refuse(id, Reason::TooManyRequests, None).await;
        assert!(said(often).contains("not asked more often"));
        assert!(said(desk.extend(id, "we are busy").await).contains("`complexity`"));
        desk.extend(id, "complexity").await.unwrap();
        assert!(said(desk.extend(id, "complexity").await).contains("put off already"));
        let due = desk.standing(id).await.unwrap().due(abide_policy::Library::standard());
        assert_eq!(due.date.to_string(), "2026-04-05");
        assert!(office.letters(id, "extended").await[0].text.contains("5 April 2026"));
        office.desk().refuse(id, Reason::ClaimNotCovered, Some("transaction-open")).await.unwrap();
        assert_eq!(office.desk().standing(id).await.unwrap().reason(), Some("claim_not_covered"));
        assert!(office.letters(id, "denied").await[0].text.contains("(transaction open)"));
        // Too late to tell anybody.
        let other = office.asked(Kind::Erase, "bo@example.org").await;
        office.set("2026-02-20");
        assert!(said(office.desk().extend(other, "complexity").await).contains("before that"));
    }

    async fn the_third_in_twelve_months_may_be_refused(office: Office) {
        let mut office = office;
        for day in ["2026-01-05", "2026-02-05", "2026-03-05"] {
            office.set(day);
            let mut access = ask(Kind::Access, "ann@example.org");
            access.verified = Some("account".into());
            let id = office.desk().open(&access).await.unwrap().id;
            let is_third = day == "2026-03-05";
            assert_eq!(office.desk().standing(id).await.unwrap().is_too_often, is_third, "{day}");
            match is_third {
                true => office.desk().refuse(id, Reason::TooManyRequests, None).await.unwrap(),
                false => drop(office.desk().advance(id).await.unwrap()),
            }
        }
    }

    async fn an_appeal_is_decided_by_somebody_else_in_a_time_of_its_own(office: Office) {
        let mut office = office;
        let mut erase = ask(Kind::Correct, "ann@example.org");
        erase.verified = Some("account".into());
        let id = office.desk().open(&erase).await.unwrap().id;
        office.desk().advance(id).await.unwrap();
        assert!(said(office.desk().appeal(id).await).contains("not refused"));
        office.desk_of("jo").refuse(id, Reason::NoMatch, None).await.unwrap();
        office.set("2026-03-01");
        office.desk().appeal(id).await.unwrap();
        let standing = office.desk().standing(id).await.unwrap();
        assert_eq!(standing.state(), "in_progress");
        let due = standing.due(abide_policy::Library::standard()).date;
        assert_eq!(due.to_string(), "2026-03-31");
        assert!(said(office.desk_of("jo").approve(id).await).contains("somebody else"));
        assert!(said(office.desk_of("jo").refuse(id, Reason::NoMatch, None).await).contains("somebody else"));
        office.desk_of("kim").refuse(id, Reason::NoMatch, None).await.unwrap();
        assert!(said(office.desk().appeal(id).await).contains("looked at again already"));
        assert_eq!(office.letters(id, "denied").await.len(), 2);
    }

    async fn somebody_else_has_to_approve(office: Office) {
        let mut office = office;
        office.rules.approve = vec![Kind::Erase];
        let mut erase = ask(Kind::Erase, "ann@example.org");
        erase.verified = Some("account".into());
        let id = office.desk_of("jo").open(&erase).await.unwrap().id;
        assert_eq!(office.desk().advance(id).await.unwrap(), ["acknowledged"]);
        assert!(said(office.desk_of("jo").approve(id).await).contains("somebody else"));
        office.desk_of("kim").approve(id).await.unwrap();
        office.desk().advance(id).await.unwrap();
        assert_eq!(office.state(id).await, "fulfilled");
    }

    async fn an_agent_shows_that_they_may(office: Office) {
        let mut by_agent = ask(Kind::Erase, "ann@example.org");
        by_agent.acting = Acting::Agent;
        by_agent.details.on_behalf = Some("Agents Inc".into());
        let id = office.desk().open(&by_agent).await.unwrap().id;
        office.desk().advance(id).await.unwrap();
        office.desk().verify(id, &[], "account").await.unwrap();
        assert!(office.desk().advance(id).await.unwrap().is_empty());
        office.desk().authorise(id, "permission").await.unwrap();
        office.desk().advance(id).await.unwrap();
        assert_eq!(office.state(id).await, "fulfilled");
    }

    async fn what_is_done_by_hand_is_reminded_of_and_its_missed_time_told(office: Office) {
        let mut office = office;
        let id = office.asked(Kind::Correct, "ann@example.org").await;
        office.desk().verify(id, &[0], "known-data").await.unwrap();
        for day in ["2026-02-12", "2026-02-17", "2026-02-20", "2026-03-20"] {
            office.set(day);
            office.desk().advance_due(10).await.unwrap();
        }
        let events = office.events(id).await;
        assert_eq!(events[3..], ["verified", "reminded", "reminded", "overdue"], "{events:?}");
        office.desk().fulfil(id, "name mended in the shop").await.unwrap();
        office.desk().advance(id).await.unwrap();
        assert_eq!(office.state(id).await, "fulfilled");
        let number = i64::try_from(events.len() + 1).unwrap();
        let note = office.store.event_secret(id, number).await.unwrap().unwrap();
        assert_eq!(note.as_slice(), b"name mended in the shop");
    }

    async fn a_source_that_cannot_be_reached_keeps_the_request_open(office: Office) {
        let mut office = office;
        let sources = std::mem::take(&mut office.sources);
        let mut access = ask(Kind::Access, "ann@example.org");
        access.verified = Some("account".into());
        let id = office.desk().open(&access).await.unwrap().id;
        assert_eq!(office.desk().advance(id).await.unwrap(), ["acknowledged", "stuck"]);
        let mut erase = ask(Kind::Erase, "ann@example.org");
        erase.verified = Some("account".into());
        let other = office.desk().open(&erase).await.unwrap().id;
        assert_eq!(office.desk().advance(other).await.unwrap(), ["acknowledged", "started", "stuck"]);
        office.sources = sources;
        office.set("2026-01-06");
        office.desk().advance_due(10).await.unwrap();
        assert_eq!([office.state(id).await, office.state(other).await], ["fulfilled"; 2]);
    }

    async fn an_erasure_that_is_taken_back_waits_for_somebody_to_decide(office: Office) {
        let mut office = office;
        let sources = std::mem::take(&mut office.sources);
        let mut erase = ask(Kind::Erase, "ann@example.org");
        erase.verified = Some("account".into());
        let id = office.desk().open(&erase).await.unwrap().id;
        office.desk().advance(id).await.unwrap();
        let open = office.store.requests(abide_store::RequestState::Open, None, 2).await.unwrap();
        office.store.intend_undo(open[0].id, &[], "Taken back", "operator", office.now).await.unwrap();
        office.sources = sources;
        for day in ["2026-01-06", "2026-01-07"] {
            office.set(day);
            office.desk().advance_due(10).await.unwrap();
        }
        let events = office.events(id).await;
        assert_eq!(events.last().map(String::as_str), Some("taken-back"), "{events:?}");
        assert_eq!(office.state(id).await, "in_progress");
    }

    async fn a_letter_is_sent_once_and_its_text_is_gone(office: Office) {
        let id = office.asked(Kind::OptOutSale, "ann@example.org").await;
        let letters = office.store.letters(None, 10).await.unwrap();
        assert!(letters.iter().all(|letter| letter.request == id) && letters.len() == 2);
        office.store.letter_sent(&letters[0], "mail", office.now).await.unwrap();
        assert!(office.store.letter_sent(&letters[0], "mail", office.now).await.is_err());
        assert_eq!(office.store.letters(None, 10).await.unwrap().len(), 1);
    }
}
