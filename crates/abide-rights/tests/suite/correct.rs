//! Values written over a person's own rows, and over nobody else's.

use abide_map::plan::Correction;
use abide_map::schema::TableName;
use abide_map::statement::Value;
use abide_rights::{RightsError, Writing, Written, explain_written, write_values};

use crate::meddle::{Between, between};
use crate::shop::{Shop, at, known};

fn correction(table: &str, column: &str, value: Option<&str>) -> Correction {
    Correction {
        table: TableName::new(table),
        column: column.to_owned(),
        value: Value(value.map(str::to_owned)),
    }
}

on_all! {
    async fn what_is_right_stands_in_her_rows_and_in_no_others(shop: Shop) {
        let before = shop.dump().await;
        let person = known("email", "ann@example.org");
        let values = [correction("users", "name", Some("Ann O'Lee")), correction("invoices", "mail", None)];
        let written = Written { writing: Writing::Correction, people: &person, values: &values };
        let told = explain_written(&shop.store, &shop.mapped[0], &written, at(1)).await.unwrap();
        let rows: u64 = told.steps.iter().map(|step| step.rows).sum();
        assert_eq!(rows, 3, "{}", told.text());
        assert!(!told.text().contains("O'Lee"), "no value is told");
        assert_eq!(shop.dump().await, before, "nothing was done yet");
        let wrote = write_values(&shop.store, &shop.mapped[0], &written, "test", at(1)).await.unwrap();
        assert_eq!(wrote.rows, 3);
        let after = shop.dump().await;
        assert!(after["users"].iter().any(|row| row.contains("ann@example.org|Ann O'Lee|")));
        assert_eq!(after["invoices"].iter().filter(|row| row.contains("|∅|")).count(), 2);
        assert!(after["invoices"].iter().any(|row| row.contains("bo@example.org")));
        for table in ["orders", "reviews", "messages", "sessions"] {
            assert_eq!(after[table], before[table], "{table}");
        }
        let wrote = write_values(&shop.store, &shop.mapped[0], &written, "test", at(2)).await.unwrap();
        assert_eq!(wrote.rows, 0, "a second time there is nothing to do");
    }

    async fn what_somebody_else_owns_too_is_named_and_on_hold_left_alone(shop: Shop) {
        let person = known("email", "ann@example.org");
        let values = [correction("messages", "body", Some("hi"))];
        let written = Written { writing: Writing::Correction, people: &person, values: &values };
        let told = explain_written(&shop.store, &shop.mapped[0], &written, at(1)).await.unwrap().text();
        assert!(told.contains("overwrite 1 row of messages: corrected; someone else owns it too"), "{told}");
        shop.hold("case-7", "account", "2").await;
        let told = explain_written(&shop.store, &shop.mapped[0], &written, at(1)).await.unwrap().text();
        assert!(told.contains("keep 1 row of messages: the hold `case-7`"), "{told}");
        let wrote = write_values(&shop.store, &shop.mapped[0], &written, "test", at(1)).await.unwrap();
        assert_eq!(wrote.rows, 1);
        let after = &shop.dump().await["messages"];
        assert_eq!(after, &["1|1|2|hello Bo", "2|1|∅|hi", "3|2|3|not Ann"]);
    }

    async fn nobody_and_what_is_nobodys_are_not_corrected(shop: Shop) {
        let before = shop.dump().await;
        for (person, table, column, why) in [
            ("ann@example.org", "products", "title", "no row of `products` is anybody's"),
            ("zoe@example.org", "users", "name", "no row of `users` in source `shop` is this person's"),
        ] {
            let (person, values) = (known("email", person), [correction(table, column, Some("x"))]);
            let written = Written { writing: Writing::Correction, people: &person, values: &values };
            let error = write_values(&shop.store, &shop.mapped[0], &written, "test", at(1)).await.unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        }
        assert_eq!(shop.dump().await, before);
    }

    async fn what_is_about_to_be_written_is_recorded_before(shop: Shop) {
        let person = known("email", "ann@example.org");
        let values = [correction("users", "name", Some("Anne"))];
        let written = Written { writing: Writing::Correction, people: &person, values: &values };
        // The connection is lost with the answer to the COMMIT.
        let cut = between(&shop, Between::losing_commits()).await;
        write_values(&shop.store, &cut, &written, "test", at(1)).await.unwrap_err();
        assert!(shop.dump().await["users"].iter().any(|row| row.contains("|Anne|")));
        // Done again, nothing is left to change; what was about to be written stands before it.
        write_values(&shop.store, &shop.mapped[0], &written, "test", at(2)).await.unwrap();
        assert_eq!(shop.counts_of("request.answered").await[0]["rows"], 0);
        let intended = shop.counts_of("request.intended").await;
        assert_eq!((intended.len(), intended[0]["rows"]), (1, 1));
    }

    async fn nothing_is_written_over_what_is_on_hold_or_not_there(shop: Shop) {
        let before = shop.dump().await;
        let person = known("email", "ann@example.org");
        for (table, column) in [("users", "nickname"), ("wallets", "id")] {
            let values = [correction(table, column, Some("x"))];
            let written = Written { writing: Writing::Restriction, people: &person, values: &values };
            let error = write_values(&shop.store, &shop.mapped[0], &written, "test", at(1)).await.unwrap_err();
            assert!(error.to_string().contains(table), "{error}");
        }
        shop.hold("case-7", "account", "1").await;
        let values = [correction("users", "name", Some("x"))];
        let written = Written { writing: Writing::Correction, people: &person, values: &values };
        let error = write_values(&shop.store, &shop.mapped[0], &written, "test", at(1)).await.unwrap_err();
        assert!(matches!(error, RightsError::Held(_)), "{error}");
        assert_eq!(shop.dump().await, before);
    }
}
