//! Columns as tables have them: what is recognised, and what only looks like it.

use abide_policy::library::Library;
use abide_policy::vocabulary::Kind;

use super::{RECOGNISERS, Surroundings, recognise};
use crate::sample::ColumnSample;
use crate::schema::{Column, TypeClass};
use crate::words;

fn column(name: &str, class: TypeClass) -> Column {
    Column {
        name: name.to_owned(),
        type_name: format!("{class:?}"),
        class,
        length: None,
        nullable: true,
        is_generated: false,
        has_default: false,
        allowed: Vec::new(),
    }
}

/// The nouns of a column in a table, `file`, or `-`.
fn nouns(table: &str, name: &str, class: TypeClass, values: &[&str]) -> String {
    let table = words::split(table);
    let sample = ColumnSample {
        nulls: 0,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let around = Surroundings {
        table: &table,
        is_people: true,
        has_address: false,
    };
    match recognise(
        &column(name, class),
        &words::split(name),
        &around,
        Some(&sample),
    ) {
        None => "-".to_owned(),
        Some(found) if found.nouns.is_empty() => "file".to_owned(),
        Some(found) => found.nouns.join(" "),
    }
}

#[test]
fn every_noun_is_in_the_standard_vocabulary() {
    let library = Library::standard();
    for recogniser in RECOGNISERS.iter().copied().flatten() {
        let known =
            recogniser.noun.is_empty() || library.nouns.find(Kind::Data, recogniser.noun).is_some();
        assert!(known, "{}", recogniser.noun);
    }
}

#[test]
fn names_say_what_a_column_holds() {
    let text = |table: &str, name: &str, noun: &str| {
        assert_eq!(
            nouns(table, name, TypeClass::Text, &[]),
            noun,
            "{table}.{name}"
        )
    };
    text("users", "email", "email");
    text("wp_users", "user_email", "email");
    text("Users", "EmailAddress", "email");
    text("customer", "first_name", "first-name");
    text("ps_address", "lastname", "last-name");
    text("reviews", "author_name", "full-name");
    text("Users", "MobilePhone", "mobile-phone");
    text("address", "address2", "street");
    text("customer", "postal_code", "postcode");
    text("Invoice", "BillingCity", "city");
    text("users", "password_digest", "password");
    text("users", "password_reset_token", "access-token");
    text("wp_comments", "comment_author_IP", "ip");
    text("payments", "card_last4", "card");
    text("payments", "card_number", "card-number");
    text("messages", "body", "messages");
    text("support_tickets", "body", "support-history");
    text("attachments", "filename", "file");
    text("sessions", "user_agent", "browser-data");
}

#[test]
fn near_misses_are_not_what_they_sound_like() {
    let none = |name: &str, class| assert_eq!(nouns("things", name, class, &[]), "-", "{name}");
    none("email_count", TypeClass::Integer);
    none("email_verified", TypeClass::Text);
    none("has_phone", TypeClass::Text);
    none("email_template", TypeClass::Text);
    none("created_at", TypeClass::Timestamp);
    none("product_id", TypeClass::Integer);
    none("latency", TypeClass::Float);
    none("sku", TypeClass::Text);
}

#[test]
fn values_decide_where_names_say_nothing() {
    let check = |values: &[&str], noun: &str| {
        assert_eq!(nouns("things", "x1", TypeClass::Text, values), noun)
    };
    check(
        &["a@example.org", "b@example.org", "c@example.org"],
        "email",
    );
    check(&["192.0.2.1", "2001:db8::1", "192.0.2.7"], "ip");
    check(
        &["4242424242424242", "5555555555554444", "378282246310005"],
        "card-number",
    );
    check(
        &[
            "DE89370400440532013000",
            "NL91ABNA0417164300",
            "GB82WEST12345698765432",
        ],
        "bank-account",
    );
    check(&["1", "2", "3"], "-");
    check(&["red", "green", "blue"], "-");
}

#[test]
fn values_that_say_otherwise_take_a_name_back() {
    assert_eq!(
        nouns(
            "things",
            "mail",
            TypeClass::Text,
            &["yes", "no", "often", "rarely", "never"]
        ),
        "-"
    );
    assert_eq!(
        nouns(
            "things",
            "phone",
            TypeClass::Text,
            &["on", "off", "auto", "n", "y"]
        ),
        "-"
    );
}

#[test]
fn json_is_looked_into() {
    let values = [r#"{"contact": {"email": "a@example.org", "shoe": 42}}"#];
    assert_eq!(nouns("things", "extra", TypeClass::Json, &values), "email");
    assert_eq!(
        nouns("things", "extra", TypeClass::Json, &[r#"{"shoe": 42}"#]),
        "-"
    );
}

#[test]
fn numbers_are_addresses_only_where_the_name_says_so() {
    let numbers = ["3232235777", "3232235778", "3232235779"];
    assert_eq!(
        nouns("connections", "ip_address", TypeClass::Integer, &numbers),
        "ip"
    );
    assert_eq!(
        nouns("connections", "changed", TypeClass::Integer, &numbers),
        "-"
    );
}
