//! Values written over a person's own rows, and over nobody else's.

use abide_map::plan::Correction;
use abide_map::schema::TableName;
use abide_map::statement::Value;
use abide_rights::{RightsError, Writing, Written, explain_written, write_values};

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
        let (rows, _) = write_values(&shop.store, &shop.mapped[0], &written, "test", at(1)).await.unwrap();
        assert_eq!(rows, 3);
        let after = shop.dump().await;
        assert!(after["users"].iter().any(|row| row.contains("ann@example.org|Ann O'Lee|")));
        assert_eq!(after["invoices"].iter().filter(|row| row.contains("|∅|")).count(), 2);
        assert!(after["invoices"].iter().any(|row| row.contains("bo@example.org")));
        for table in ["orders", "reviews", "messages", "sessions"] {
            assert_eq!(after[table], before[table], "{table}");
        }
        let (rows, _) = write_values(&shop.store, &shop.mapped[0], &written, "test", at(2)).await.unwrap();
        assert_eq!(rows, 0, "a second time there is nothing to do");
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
