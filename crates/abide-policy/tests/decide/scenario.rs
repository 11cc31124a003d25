//! One test per thing a policy can say about use: a small policy, and questions with their answers.

use crate::text::{check_decisions, check_decisions_at};

#[test]
fn what_no_line_permits_is_denied_and_the_missing_line_named() {
    check_decisions(
        r#"(A)use email for=newsletter
           (B)share phone with=delivery-provider for=delivery"#,
        &[
            ("use email for=newsletter", "", "permit A"),
            (
                "use email for=ads",
                "",
                "refused: no purpose is called `ads`, in `for`; use a name of the policy or of the standard vocabulary",
            ),
            (
                "use email for=newsleter",
                "",
                "refused: no purpose is called `newsleter`, in `for`; did you mean `newsletter`?",
            ),
            ("use email", "", "ask A: slot for"),
            (
                "use email phone for=newsletter",
                "",
                "deny: line `use phone for=newsletter`",
            ),
            (
                "share phone for=delivery with=delivery-provider",
                "",
                "permit B",
            ),
            ("share phone for=delivery", "", "ask B: slot with"),
            (
                "sell phone for=delivery with=delivery-provider",
                "",
                "deny: line `sell phone for=delivery with=delivery-provider`",
            ),
            (
                "message email for=delivery via=sms,email",
                "",
                "deny: line `use email for=delivery { via sms email }`",
            ),
            (
                "message email for=newsletter",
                "",
                "refused: a question about `message` leaves `via` out; give it",
            ),
            (
                "transfer phone with=delivery-provider",
                "",
                "refused: a question about `transfer` leaves `in` out; give it",
            ),
            (
                "link phone",
                "",
                "refused: a question about `link` names fewer than two data; give all that are joined",
            ),
        ],
    );
}

#[test]
fn a_group_is_permitted_when_each_member_is() {
    check_decisions(
        r#"(A)use email phone fax address for=delivery
           (B)never use home-address
           (C)use contact-details for=billing { except fax }"#,
        &[
            ("use contact-details for=delivery", "", "deny B"),
            ("use email phone for=delivery", "", "permit A"),
            ("use contact-details for=billing", "", "deny B"),
            (
                "use email fax for=billing",
                "",
                "deny: line `use fax for=billing`",
            ),
        ],
    );
}

#[test]
fn consent_is_for_its_data_purpose_and_recipient() {
    check_decisions(
        r#"(A)use email for=newsletter if=consent
           (B)use usage for=targeted-ads if=explicit-consent
           (C)share usage with=analytics-provider for=analytics if=consent"#,
        &[
            ("use email for=newsletter", "", "ask A: fact consent"),
            ("use email for=newsletter", "+consent", "permit A"),
            ("use email for=newsletter", "+explicit-consent", "permit A"),
            (
                "use usage for=targeted-ads",
                "+consent",
                "ask B: fact explicit-consent",
            ),
            (
                "use email for=newsletter",
                "+consent(for=marketing)",
                "permit A",
            ),
            (
                "use email for=newsletter",
                "+consent(for=analytics)",
                "ask A: fact consent",
            ),
            (
                "use email for=newsletter",
                "+consent(data=phone)",
                "ask A: fact consent",
            ),
            ("use email for=newsletter", "+consent(line=A)", "permit A"),
            (
                "use email for=newsletter",
                "+consent(line=B)",
                "ask A: fact consent",
            ),
            (
                "share usage for=analytics with=analytics-provider",
                "+consent(with=analytics-provider)",
                "permit C",
            ),
            (
                "share usage for=analytics with=analytics-provider",
                "+consent(with=advertiser)",
                "ask C: fact consent",
            ),
            (
                "use email for=newsletter",
                "+consent@2026-01-01..2026-06-15",
                "ask A: fact consent",
            ),
            (
                "use email for=newsletter",
                "+consent@2026-06-16",
                "ask A: fact consent",
            ),
        ],
    );
}

#[test]
fn the_younger_of_giving_and_withdrawing_counts() {
    check_decisions(
        "(A)use email for=newsletter if=explicit-consent",
        &[
            (
                "use email for=newsletter",
                "+explicit-consent@2026-01-01 -consent@2026-02-01",
                "deny A: fact explicit-consent",
            ),
            (
                "use email for=newsletter",
                "+explicit-consent@2026-02-01 -consent@2026-01-01",
                "permit A",
            ),
            (
                "use email for=newsletter",
                "+explicit-consent@2026-02-01 -consent@2026-02-01",
                "deny A: fact explicit-consent",
            ),
            (
                "use email for=newsletter",
                "+explicit-consent@2026-01-01 -explicit-consent(for=newsletter)@2026-02-01",
                "deny A: fact explicit-consent",
            ),
            (
                "use email for=newsletter",
                "+explicit-consent@2026-01-01 -explicit-consent(for=analytics)@2026-02-01",
                "permit A",
            ),
            (
                "use email for=newsletter",
                "+explicit-consent@2026-01-01 -explicit-consent(for=newsletter)@2026-02-01 +explicit-consent(for=newsletter)@2026-03-01",
                "permit A",
            ),
            (
                "use email for=newsletter",
                "-explicit-consent(for=newsletter)@2026-02-01 +explicit-consent(data=email)@2026-03-01",
                "permit A",
            ),
            (
                "use email for=newsletter",
                "-explicit-consent(data=phone)@2026-02-01",
                "ask A: fact explicit-consent",
            ),
        ],
    );
}

#[test]
fn nobody_is_asked_twice() {
    check_decisions(
        r#"(A)use email for=newsletter if=consent
           (B)collect analytical-cookie at=visit
           (C)must ask explicit-consent before=collection of=analytical-cookie"#,
        &[
            (
                "use email for=newsletter",
                "-consent",
                "deny A: fact consent",
            ),
            (
                "collect analytical-cookie at=visit",
                "",
                "ask C: duty ask explicit-consent",
            ),
            ("collect analytical-cookie at=visit", "-consent", "deny C"),
            (
                "collect analytical-cookie at=visit",
                "+explicit-consent",
                "permit B",
            ),
        ],
    );
}

#[test]
fn a_denial_names_the_fact_that_would_lift_it() {
    check_decisions(
        r#"part inside {
               (A)keep health
               (B)never apply health { about employee; unless court-order }
           }
           (C)use email for=newsletter { except at=visit unless=consent }"#,
        &[
            (
                "keep health",
                "people=employee -court-order",
                "deny A: fact court-order",
            ),
            ("keep health", "people=employee", "ask A: fact court-order"),
            ("keep health", "people=employee +court-order", "permit A"),
            (
                "use email for=newsletter at=visit",
                "-consent",
                "deny C: fact consent",
            ),
        ],
    );
}

#[test]
fn a_ground_of_consent_waits_for_consent() {
    check_decisions(
        r#"purpose analytics because=consent
           purpose delivery because=contract
           (A)use usage { for analytics delivery }
           (B)use email for=newsletter because=explicit-consent
           (C)use phone for=newsletter { because consent legitimate-interests }"#,
        &[
            ("use usage for=analytics", "", "ask A: fact consent"),
            ("use usage for=delivery", "", "permit A"),
            (
                "use email for=newsletter",
                "+consent",
                "ask B: fact explicit-consent",
            ),
            ("use phone for=newsletter", "", "permit C"),
        ],
    );
}

#[test]
fn selling_stops_at_the_opt_out() {
    check_decisions(
        r#"(A)sell email with=data-buyer unless=opted-out
           (B)right optout-sale of=email
           (C)sell phone with=data-buyer
           (D)share phone with=data-buyer for=third-party-marketing"#,
        &[
            ("sell email with=data-buyer", "", "permit A"),
            ("sell email with=data-buyer", "right:optout-sale", "deny B"),
            (
                "sell phone with=data-buyer",
                "right:optout-sale",
                "permit C",
            ),
            (
                "sell email with=data-buyer",
                "right:optout-sale@2026-01-01 right:optin-sale@2026-02-01",
                "permit A",
            ),
            (
                "sell email with=data-buyer",
                "right:optin-sale@2026-01-01 right:optout-sale@2026-02-01",
                "deny B",
            ),
            (
                "sell email with=data-buyer",
                "right:optout-sale@2026-01-01 -right:optout-sale@2026-03-01",
                "permit A",
            ),
            (
                "sell email with=data-buyer",
                "right:optout-sale(with=data-buyer)",
                "deny B",
            ),
            (
                "sell email with=data-buyer",
                "right:optout-sale(with=advertiser)",
                "permit A",
            ),
            (
                "share phone with=data-buyer for=third-party-marketing",
                "right:optout-sale",
                "permit D",
            ),
            (
                "share phone with=data-buyer for=third-party-marketing",
                "right:optout-sharing",
                "deny right optout-sharing",
            ),
            (
                "sell email with=data-buyer",
                "+opted-out",
                "deny: line `sell email with=data-buyer`",
            ),
        ],
    );
}

#[test]
fn who_opted_out_is_not_asked_again_for_twelve_months() {
    let policy = r#"(A)never ask optin-sale when=opt-out within="12 months"
                    (B)sell email with=data-buyer"#;
    check_decisions_at(
        policy,
        "2026-06-15T12:00:00Z",
        &[
            ("prompt optin-sale", "", "permit"),
            (
                "prompt optin-sale",
                "right:optout-sale@2026-01-01",
                "deny A",
            ),
            (
                "prompt optin-sale",
                "right:optout-sale@2026-01-01 -right:optout-sale@2026-02-01",
                "deny A",
            ),
            (
                "prompt optin-sale",
                "event:opt-out@2025-06-15T12:00:01Z",
                "deny A",
            ),
            (
                "prompt optin-sale",
                "event:opt-out@2025-06-15T12:00:00Z",
                "permit",
            ),
            ("prompt consent", "right:optout-sale@2026-01-01", "permit"),
        ],
    );
}

#[test]
fn the_sale_of_young_peoples_data_needs_an_opt_in() {
    check_decisions(
        r#"people young in=US-CA age=<16
           (A)sell email with=data-buyer
           (B)never sell personal about=young unless=opted-in"#,
        &[
            (
                "sell email with=data-buyer",
                "age=15 in=US-CA",
                "ask B: fact opted-in",
            ),
            (
                "sell email with=data-buyer",
                "age=15 in=US-CA right:optin-sale",
                "permit A",
            ),
            (
                "sell email with=data-buyer",
                "age=15 in=US-CA right:optin-sale@2026-01-01 -right:optin-sale@2026-02-01",
                "deny B",
            ),
            (
                "sell email with=data-buyer",
                "age=15 in=US-CA right:optin-sale@2026-01-01 -opted-in@2026-02-01",
                "deny B",
            ),
            (
                "sell email with=data-buyer",
                "age=15 in=US-CA right:optin-sale@2026-02-01 -opted-in@2026-01-01",
                "permit A",
            ),
            ("sell email with=data-buyer", "age=16 in=US-CA", "permit A"),
            ("sell email with=data-buyer", "age=15 in=NL", "permit A"),
            (
                "sell email with=data-buyer",
                "age=15 in=US",
                "ask B: subject residence, fact opted-in",
            ),
            (
                "sell email with=data-buyer",
                "in=US-CA",
                "ask B: subject age, fact opted-in",
            ),
            (
                "sell email with=data-buyer",
                "born=2010-06-15 in=US-CA",
                "permit A",
            ),
            (
                "sell email with=data-buyer",
                "born=2010-06-16 in=US-CA",
                "ask B: fact opted-in",
            ),
        ],
    );
}

#[test]
fn a_signal_counts_as_the_rights_it_stands_for() {
    check_decisions(
        r#"law us-ca
           (A)sell email with=data-buyer
           (B)must honour gpc
           (C)use usage for=targeted-ads
           (D)never honour dnt
           (E)use usage for=analytics"#,
        &[
            ("sell email with=data-buyer", "signal:gpc", "deny B"),
            ("use usage for=targeted-ads", "signal:gpc", "deny B"),
            ("use usage for=analytics", "signal:gpc", "permit E"),
            ("use usage for=analytics", "signal:dnt", "permit E"),
            ("sell email with=data-buyer", "", "permit A"),
        ],
    );
    check_decisions(
        r#"law us-ca
           (A)sell email with=data-buyer
           (B)must honour gpc about=california
           (C)never honour gpc unless=local-law"#,
        &[
            ("sell email with=data-buyer", "signal:gpc", "deny B"),
            ("sell email with=data-buyer", "signal:gpc in=NL", "permit A"),
            (
                "sell email with=data-buyer",
                "signal:gpc in=US-CA",
                "deny B",
            ),
        ],
    );
}

#[test]
fn a_signal_is_honoured_in_the_slots_of_its_line() {
    check_decisions(
        r#"recipient birdsong label="Birdsong" is=social-network
           (A)share usage for=personalised-ads { with birdsong advertiser }
           (B)never honour dnt
           (C)must honour dnt with=birdsong for=personalised-ads
           reading B C "The ad tag of Birdsong reacts." { win C }"#,
        &[
            (
                "share usage for=personalised-ads with=birdsong",
                "signal:dnt",
                "deny C",
            ),
            (
                "share usage for=personalised-ads with=advertiser",
                "signal:dnt",
                "permit A",
            ),
        ],
    );
}

#[test]
fn a_right_that_opts_out_counts_for_the_lines_about_signals() {
    check_decisions(
        r#"(A)use email for=targeted-ads
           (B)must honour dnt if=opted-out"#,
        &[
            (
                "use email for=targeted-ads",
                "right:optout-ads signal:dnt",
                "deny B right optout-ads",
            ),
            ("use email for=targeted-ads", "signal:dnt", "permit A"),
        ],
    );
}

#[test]
fn a_hold_and_a_duty_to_keep_stand_against_erasing() {
    check_decisions(
        r#"(A)must keep invoice when=invoice-issued within="7 years"
           (B)must erase card when=transaction-end within="1 day"
           (C)must keep log-data"#,
        &[
            ("erase invoice", "", "permit"),
            ("erase invoice", "event:invoice-issued@2020-01-01", "deny A"),
            (
                "erase invoice",
                "event:invoice-issued@2019-06-15T12:00:00Z",
                "permit",
            ),
            ("erase email", "+legal-hold", "deny fact legal-hold"),
            ("erase email", "+legal-hold(data=phone)", "permit"),
            ("erase log-data", "", "deny C"),
            ("erase card when=transaction-end", "", "permit then B"),
            ("erase email", "right:object right:optout-ads", "permit"),
            (
                "erase email",
                "right:restrict",
                "ask right restrict: fact explicit-consent",
            ),
        ],
    );
}

#[test]
fn restriction_and_objection_stop_everything_but_keeping() {
    check_decisions(
        r#"(A)use email { for newsletter delivery }
           (B)keep email until=account-deletion
           (C)right object restrict"#,
        &[
            (
                "use email for=delivery",
                "right:restrict",
                "ask C: fact explicit-consent",
            ),
            (
                "use email for=delivery",
                "right:restrict -explicit-consent",
                "deny C",
            ),
            (
                "use email for=delivery",
                "right:restrict +explicit-consent",
                "permit A",
            ),
            ("keep email", "right:restrict", "permit B"),
            ("use email for=newsletter", "right:object", "deny C"),
            ("use email for=delivery", "right:object", "permit A"),
            (
                "use email for=delivery",
                "right:object(for=delivery)",
                "deny C",
            ),
            (
                "use email for=delivery",
                "right:object(data=phone)",
                "permit A",
            ),
            ("keep email", "right:object(data=email)", "permit B"),
        ],
    );
}

#[test]
fn data_of_some_people_goes_another_way() {
    check_decisions(
        r#"people asian-rider in=apac
           recipient sg-barn label="SG Barn" is=hosting-provider role=processor in=SG if=dpa
           recipient eu-barn label="EU Barn" is=hosting-provider role=processor in=EE if=dpa
           (A)share personal about=asian-rider with=sg-barn for=hosting
           (B)share personal with=eu-barn for=hosting
           (C)never share personal with=sg-barn { except about=asian-rider }
           (D)never share personal in=SG { except about=asian-rider }"#,
        &[
            (
                "share email with=sg-barn for=hosting",
                "in=SG +dpa(with=sg-barn)",
                "permit A",
            ),
            (
                "share email with=sg-barn for=hosting",
                "in=NL +dpa(with=sg-barn)",
                "deny C D",
            ),
            (
                "share email with=sg-barn for=hosting",
                "+dpa(with=sg-barn)",
                "ask A C D: subject residence",
            ),
            (
                "share email with=eu-barn for=hosting",
                "in=NL",
                "ask: fact dpa",
            ),
            (
                "share email with=eu-barn for=hosting",
                "in=NL +dpa(with=eu-barn)",
                "permit B",
            ),
            (
                "share email with=eu-barn for=hosting in=SG",
                "in=NL +dpa(with=eu-barn)",
                "deny D",
            ),
        ],
    );
}

#[test]
fn a_part_is_for_its_people_and_may_stand_instead() {
    check_decisions(
        r#"people local in=CN
           (A)use email for=newsletter
           (B)use phone for=delivery
           part mainland about=local instead=#true {
               (C)use email for=delivery
               part young about=young { (D)never use email }
           }
           people young age=<18"#,
        &[
            ("use email for=newsletter", "in=NL age=30", "permit A"),
            (
                "use email for=newsletter",
                "in=CN age=30",
                "deny: line `use email for=newsletter`",
            ),
            ("use email for=delivery", "in=CN age=30", "permit C"),
            ("use email for=delivery", "in=CN age=12", "deny D"),
            (
                "use email for=delivery",
                "in=NL age=12",
                "deny: line `use email for=delivery`",
            ),
            ("use phone for=delivery", "", "ask B: subject residence"),
        ],
    );
}

#[test]
fn data_is_personal_while_something_links_it() {
    check_decisions(
        r#"data device-note is=personal if=linked
           data diary is=personal
           (A)never use personal for=analytics
           (B)use device-note diary { for analytics }"#,
        &[
            ("use device-note for=analytics", "", "deny A"),
            ("use device-note for=analytics", "+linked", "deny A"),
            ("use device-note for=analytics", "-linked", "permit B"),
            ("use device-note diary for=analytics", "-linked", "deny A"),
        ],
    );
}

#[test]
fn joining_is_about_all_that_is_joined() {
    check_decisions(
        r#"(A)link device-id account-id
           (B)never link cookie-id health
           (C)link cookie-id health usage
           (D)never link ip"#,
        &[
            ("link device-id account-id", "", "permit A"),
            (
                "link device-id cookie-id",
                "",
                "deny: line `link device-id cookie-id`",
            ),
            ("link cookie-id usage", "", "permit C"),
            ("link cookie-id health", "", "deny B"),
            ("link ip device-id", "", "deny D"),
        ],
    );
}

#[test]
fn a_gate_waits_until_people_are_told() {
    check_decisions(
        r#"(A)sell email with=data-buyer
           (B)must tell opt-out-info before=sale
           (C)share personal with=successor for=corporate-transaction when=merger
           (D)must tell transfer when=merger before=transfer
           (E)must tell security at=checkout"#,
        &[
            (
                "sell email with=data-buyer",
                "",
                "ask B: duty tell opt-out-info",
            ),
            ("sell email with=data-buyer", "+told(line=B)", "permit A"),
            (
                "sell email with=data-buyer",
                "+told(line=D)",
                "ask B: duty tell opt-out-info",
            ),
            (
                "sell email with=data-buyer at=checkout",
                "+told",
                "permit A then E",
            ),
            (
                "share email with=successor for=corporate-transaction",
                "",
                "ask C: event merger",
            ),
            (
                "share email with=successor for=corporate-transaction when=merger",
                "",
                "permit C then D",
            ),
            (
                "share email with=successor for=corporate-transaction when=merger,transfer",
                "",
                "ask D: duty tell transfer",
            ),
        ],
    );
}

#[test]
fn stated_is_what_the_permissions_say() {
    check_decisions(
        r#"(A)share email with=delivery-provider for=delivery if=consent
           (B)never share personal { unless stated explicit-consent }"#,
        &[
            (
                "share email with=delivery-provider for=delivery",
                "",
                "ask A B: fact consent, fact explicit-consent",
            ),
            (
                "share email with=delivery-provider for=delivery",
                "+consent",
                "permit A",
            ),
            (
                "share phone with=delivery-provider for=delivery",
                "",
                "deny: line `share phone for=delivery with=delivery-provider`",
            ),
            (
                "share phone with=delivery-provider for=delivery",
                "-explicit-consent",
                "deny B",
            ),
        ],
    );
}

#[test]
fn whoever_acts_for_somebody_must_be_shown_to() {
    check_decisions(
        r#"(A)use grades for=education by=teacher
           (B)never use grades { except by=teacher }"#,
        &[
            (
                "use grades for=education by=teacher",
                "",
                "ask A B: relation teacher",
            ),
            (
                "use grades for=education by=teacher",
                "relation:teacher",
                "permit A",
            ),
            ("use grades for=education by=employee", "", "deny B"),
            ("use grades for=education", "", "ask A B: slot by"),
        ],
    );
}

#[test]
fn the_ages_and_numbers_of_laws_are_those_of_the_residence() {
    check_decisions(
        r#"law eu-gdpr nl
           people kid age="<consent-age" in=EEA
           (A)use email for=newsletter
           (B)never use email about=kid
           (C)keep invoice when=invoice-issued within=tax-limitation"#,
        &[
            ("use email for=newsletter", "age=15 in=NL", "deny B"),
            ("use email for=newsletter", "age=15 in=BE", "permit A"),
            (
                "use email for=newsletter",
                "age=14 in=EU",
                "ask B: subject residence",
            ),
            ("use email for=newsletter", "age=17", "permit A"),
            (
                "use email for=newsletter",
                "age=15",
                "ask B: subject residence",
            ),
            (
                "keep invoice",
                "event:invoice-issued@2020-01-01 in=NL",
                "permit C",
            ),
            (
                "keep invoice",
                "event:invoice-issued@2019-01-01 in=NL",
                "deny: line `keep invoice`",
            ),
        ],
    );
}

#[test]
fn time_opens_and_closes_lines() {
    check_decisions(
        r#"(A)keep usage when=collection within="13 months"
           (B)keep email until=account-deletion
           (C)use phone for=delivery until="2026-06-15"
           (D)use fax for=delivery before="2026-06-15"
           (E)use name for=delivery after="2026-06-14"
           (F)never keep health after=purpose-end
           (G)keep health
           (H)keep nickname when=parent-consent within="1 month""#,
        &[
            ("keep usage", "", "ask A: event collection"),
            (
                "keep usage",
                "event:registration@2026-01-01",
                "ask A: event collection",
            ),
            ("keep usage", "event:collection@2026-01-01", "permit A"),
            (
                "keep usage",
                "event:collection@2025-05-15T12:00:00Z",
                "deny: line `keep usage`",
            ),
            ("keep email", "", "permit B"),
            (
                "keep email",
                "event:account-deletion@2026-06-15T12:00:00Z",
                "deny: line `keep email`",
            ),
            (
                "keep email",
                "event:account-deletion@2026-06-15T12:00:01Z",
                "permit B",
            ),
            ("use phone for=delivery", "", "permit C"),
            (
                "use fax for=delivery",
                "",
                "deny: line `use fax for=delivery`",
            ),
            ("use name for=delivery", "", "permit E"),
            ("keep health", "event:purpose-end", "deny F"),
            ("keep nickname", "", "ask H: fact parent-consent"),
            ("keep nickname", "+parent-consent@2026-06-01", "permit H"),
            (
                "keep nickname",
                "+parent-consent@2026-05-01",
                "deny: line `keep nickname`",
            ),
        ],
    );
}

#[test]
fn what_the_policy_does_not_cover_it_does_not_permit() {
    check_decisions(
        r#"(A)use email for=support
           (B)never apply linked-site
           (C)share email with=any for=support
           part west about=california {
               (D)never use phone
               (E)never apply phone { of employee }
           }
           (F)use phone for=support"#,
        &[
            ("share email with=linked-site for=support", "", "deny B"),
            ("use email for=support by=linked-site", "", "deny B"),
            ("use email for=support", "", "permit A"),
            ("use phone for=support", "in=US-CA", "deny D"),
            (
                "use phone for=support",
                "in=US-CA people=employee",
                "permit F",
            ),
        ],
    );
}

#[test]
fn old_data_of_a_form_and_origin() {
    check_decisions(
        r#"(A)keep password
           (B)never keep password { except as=hash }
           (C)use usage for=analytics from=cookie"#,
        &[
            ("keep password", "", "deny B"),
            ("keep password as=hash", "", "permit A"),
            ("use usage for=analytics", "", "ask C: slot from"),
            ("use usage for=analytics from=cookie,person", "", "permit C"),
            (
                "use usage for=analytics from=person",
                "",
                "deny: line `use usage for=analytics from=person`",
            ),
        ],
    );
}

#[test]
fn a_reading_lets_one_line_win() {
    check_decisions(
        r#"(A)never share card
           (B)share card with=payment-provider for=payment
           reading A B "Cards go to the payment service." { win B }"#,
        &[
            (
                "share card with=payment-provider for=payment",
                "",
                "permit B",
            ),
            ("share card with=advertiser for=payment", "", "deny A"),
            ("sell card with=payment-provider", "", "deny A"),
        ],
    );
}

#[test]
fn a_right_of_ones_own_forbids_what_each_nearest_right_does() {
    check_decisions(
        r#"right no-deal label="no deal" { is optout-sale optout-ads }
           (A)sell email with=data-buyer
           (B)use email for=advertising
           (C)right no-deal"#,
        &[
            ("sell email with=data-buyer", "right:no-deal", "deny C"),
            ("use email for=advertising", "right:no-deal", "deny C"),
            (
                "sell email with=data-buyer",
                "right:optout-ads",
                "ask right optout-ads: slot for",
            ),
        ],
    );
}

#[test]
fn what_links_joined_data_is_asked_for_each_datum() {
    check_decisions(
        r#"data device-note is=personal if=linked
           (A)link personal statistics"#,
        &[
            ("link device-note statistics", "", "permit A"),
            ("link device-note email", "", "permit A"),
            (
                "link device-note email",
                "-linked",
                "deny: line `link device-note email`",
            ),
            ("link device-note email", "-linked(data=email)", "permit A"),
        ],
    );
}
