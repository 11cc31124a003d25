//! The package of a person.

use std::io::Read as _;

use sha2::Digest as _;

use crate::place::{Database, Engine};
use crate::shop::{Shop, at, known};

fn file(zip: &mut zip::ZipArchive<std::fs::File>, name: &str) -> String {
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

on_all! {
    async fn a_package_holds_what_is_hers_and_only_that(shop: Shop) {
        let out = shop.path("ann.zip");
        let person = known("email", "ann@example.org");
        let (manifest, _) = abide_rights::access(&shop.store, &shop.mapped, &person, &out, "test", at(1)).await.unwrap();
        let mut zip = zip::ZipArchive::new(std::fs::File::open(&out).unwrap()).unwrap();
        let data: serde_json::Value = serde_json::from_str(&file(&mut zip, "data.json")).unwrap();
        let rows = |table: &str| {
            let tables = data["tables"].as_array().unwrap().iter();
            let found = tables.filter(|it| it["table"] == table);
            found.flat_map(|it| it["rows"].as_array().unwrap().clone()).collect::<Vec<_>>()
        };
        assert_eq!(rows("users").len(), 1);
        assert_eq!(rows("users")[0]["id"], 1);
        assert_eq!(rows("orders").len(), 2);
        assert_eq!(rows("order_items").len(), 3);
        assert!(rows("order_items")[0].get("note").is_none(), "staff notes are withheld");
        assert_eq!(rows("reviews").len(), 1);
        assert_eq!(rows("messages").len(), 2);
        let page = file(&mut zip, "index.html");
        assert!(page.contains("staff notes") && page.contains("Ann B"), "{page}");
        assert!(!page.contains("for Ann") && !page.contains("cy@example.org"));
        for packed in &manifest.files {
            let mut bytes = Vec::new();
            zip.by_name(&packed.path).unwrap().read_to_end(&mut bytes).unwrap();
            let hash: String = sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!((hash, bytes.len() as u64), (packed.sha256.clone(), packed.bytes), "{}", packed.path);
        }
        assert!(file(&mut zip, "tables/shop/orders.csv").contains("10,1,Ann A\r\n"));
        assert!(!shop.path("ann.zip.part").exists());

        // The same data at the same moment gives the same bytes; a file that is there is not written over.
        let twin = shop.path("twin.zip");
        abide_rights::access(&shop.store, &shop.mapped, &person, &twin, "test", at(1)).await.unwrap();
        assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&twin).unwrap());
        let error = abide_rights::access(&shop.store, &shop.mapped, &person, &twin, "test", at(1)).await.unwrap_err();
        assert!(error.to_string().contains("twin.zip"));
    }

    async fn two_people_of_one_address_are_told(shop: Shop) {
        let explained = async || {
            let person = known("email", "ann@example.org");
            let doing = abide_map::plan::Doing::Access;
            abide_rights::explain(&shop.mapped[0], doing, &person, at(1)).await.unwrap()
        };
        assert!(explained().await.several.is_empty());
        // The column is unique as it is written.
        shop.database.try_run("INSERT INTO users VALUES (8, 'Ann@Example.org', 'Ann', NULL, NULL)").await.ok();
        let explained = explained().await;
        let is_twice = shop.database.engine != Engine::Mariadb;
        assert_eq!(explained.text().contains("2 people in users are known by what was given"), is_twice);
    }

    /// Letters beyond ASCII have a case too, which not every database knows.
    async fn an_address_is_found_in_any_case_of_any_letter(shop: Shop) {
        shop.database.run("UPDATE users SET email = 'ÄRGER.Œuf.ЖУК@Example.org' WHERE id = 1").await;
        let before = shop.dump().await["users"].len();
        let near = known("email", "arger.œuf.жук@example.org");
        shop.eraser(1).erase(&near, &["shop".into()], &[]).await.unwrap();
        assert_eq!(shop.dump().await["users"].len(), before, "letters with an accent are letters of their own");
        let person = known("email", "ärger.œuf.жук@example.org");
        shop.eraser(2).erase(&person, &["shop".into()], &[]).await.unwrap();
        assert_eq!(shop.dump().await["users"].len(), before - 1);
    }

    /// What our records cannot say was given is not given.
    async fn there_is_no_package_without_its_entry(shop: Shop) {
        let ours = Database {
            engine: Engine::Sqlite,
            url: format!("sqlite:{}", shop.path("ours/abide.db").display()),
        };
        ours.run("CREATE TRIGGER full BEFORE INSERT ON evidence BEGIN SELECT RAISE(ABORT, 'no'); END").await;
        let out = shop.path("ann.zip");
        let person = known("email", "ann@example.org");
        abide_rights::access(&shop.store, &shop.mapped, &person, &out, "test", at(1)).await.unwrap_err();
        let left = std::fs::read_dir(shop.path("")).unwrap().map(|it| it.unwrap().file_name());
        let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains("ann.zip")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
