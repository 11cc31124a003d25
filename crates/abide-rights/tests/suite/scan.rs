//! The scan for what was left behind, and people who come back with a backup.

use abide_rights::{
    Excuses, Grade, Mapped, Needles, Progress, came_back, files_erased, scan, scan_requests,
    scan_some,
};
use abide_sources::SourceOptions;
use abide_store::RequestState;

use crate::place::Engine;
use crate::shop::{MAP, Shop, at, known, mapped_with};

/// Erases Ann, with her files.
async fn erased(shop: &Shop) -> Progress {
    let person = known("email", "ann@example.org");
    let progress = shop
        .eraser(1)
        .erase(&person, &["shop".into()], &[])
        .await
        .unwrap();
    assert!(progress.certified.is_some(), "{:?}", progress.stuck);
    files_erased(&shop.store, progress.request, "test", at(1))
        .await
        .unwrap();
    progress
}

/// What people are told apart by.
#[derive(Clone, Copy)]
enum Kind {
    Uuid,
    Number,
}

/// People with such keys, of whom Lee is one, and a map of all of them; her key as SQL.
async fn people(shop: &Shop, kind: Kind, erase: &str) -> (&'static str, String) {
    let (sort, ann, ben) = match (kind, shop.database.engine) {
        (Kind::Number, _) => ("BIGINT", "4815162342108", "4815162342109"),
        (Kind::Uuid, engine) => (
            if engine == Engine::Sqlite {
                "VARCHAR(36)"
            } else {
                "UUID"
            },
            "'9f1c0c2e-55aa-4b1f-8a10-0123456789ab'",
            "'9f1c0c2e-55aa-4b1f-8a10-0123456789ac'",
        ),
    };
    let sql = format!(
        "DROP TABLE IF EXISTS people; DROP TABLE IF EXISTS events; DROP TABLE IF EXISTS purchases; DROP TABLE IF EXISTS visits; DROP TABLE IF EXISTS notes;
         CREATE TABLE people (id {sort} NOT NULL PRIMARY KEY, email VARCHAR(200) NOT NULL UNIQUE);
         CREATE TABLE events (id INTEGER NOT NULL PRIMARY KEY, who {sort});
         CREATE TABLE purchases (id INTEGER NOT NULL PRIMARY KEY, person_id {sort}, note VARCHAR(90));
         CREATE TABLE visits (id INTEGER NOT NULL PRIMARY KEY, person_id {sort}, note VARCHAR(90));
         CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, about {sort});
         INSERT INTO people VALUES ({ann}, 'lee@example.org'), ({ben}, 'ben@example.org');
         INSERT INTO events VALUES (1, {ann}), (2, {ben});
         INSERT INTO purchases VALUES (1, {ann}, 'hers'), (2, {ben}, 'his');
         INSERT INTO visits VALUES (1, {ann}, NULL);
         INSERT INTO notes VALUES (1, {ann})"
    );
    shop.database.run(&sql).await;
    let map = format!(
        "map shop {{
    source shop
    table people {{ subject; identity account-id id; identity email email; {erase} }}
    table events {{ identity account-id who; erase delete }}
    table purchases {{ owned-by person_id to=people; erase delete }}
    table visits {{ refers person_id to=people; column note is=content; erase delete }}
    table notes {{ ordinary because=x; refers about to=people }}
}}"
    );
    (ann, map)
}

async fn people_erased(shop: &Shop, sources: &[Mapped]) -> Progress {
    let person = known("email", "lee@example.org");
    let eraser = shop.eraser_over(sources, 1);
    let progress = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
    assert!(progress.certified.is_some(), "{:?}", progress.stuck);
    progress
}

on_all! {
    async fn what_no_map_names_is_found_and_reopens_the_request(shop: Shop) {
        shop.database.run("INSERT INTO scribbles VALUES (7, '{\"asked\": \"Ann@Example.org\"}')").await;
        let eraser = shop.eraser(1);
        let progress = eraser.erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap();
        files_erased(&shop.store, progress.request, "test", at(1)).await.unwrap();
        let cleared = scan_requests(&eraser).await.unwrap();
        assert_eq!(cleared.len(), 1);
        assert!(cleared[0].certified.is_none());
        let residue = &cleared[0].residues[0];
        assert_eq!((residue.table.to_string().as_str(), residue.column.as_str(), residue.rows), ("scribbles", "text", 1));
        assert_eq!(residue.keys, [[Some("7".to_owned())]]);
        assert_eq!(shop.store.requests(RequestState::Open, None, 10).await.unwrap().len(), 1);

        shop.database.run("DELETE FROM scribbles WHERE id = 7").await;
        eraser.advance(progress.request).await.unwrap();
        let cleared = scan_requests(&eraser).await.unwrap();
        let (_, certificate) = cleared[0].certified.as_ref().unwrap();
        assert_eq!(certificate.grade, Grade::Scanned);
        let closed = shop.store.request(progress.request).await.unwrap().unwrap();
        assert_eq!(closed.state, RequestState::Closed);
        assert!(closed.sealed.is_none(), "whom it was about is forgotten");
    }

    async fn a_kept_row_is_excused_and_the_row_beside_it_is_not(shop: Shop) {
        let eraser = shop.eraser(1);
        let progress = eraser.erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap();
        files_erased(&shop.store, progress.request, "test", at(1)).await.unwrap();
        shop.database.run("UPDATE invoices SET mail = 'ann@example.org' WHERE id = 100").await;
        shop.database.run("INSERT INTO invoices VALUES (900, NULL, 'x', 'ann@example.org', '2026-02-05 10:00:00')").await;
        let cleared = scan_requests(&eraser).await.unwrap();
        assert!(cleared[0].certified.is_none());
        let [residue] = cleared[0].residues.as_slice() else {
            panic!("{:?}", cleared[0].residues);
        };
        assert_eq!((residue.column.as_str(), residue.rows), ("mail", 1));
        assert_eq!(residue.keys, [[Some("900".to_owned())]]);
        shop.database.run("DELETE FROM invoices WHERE id = 900").await;
        eraser.advance(progress.request).await.unwrap();
        let cleared = scan_requests(&eraser).await.unwrap();
        let (_, certificate) = cleared[0].certified.as_ref().unwrap();
        let text = certificate.text();
        assert!(text.contains("found in invoices.mail: 1 row (rows kept: tax-law)"), "{text}");
        assert!(text.contains("Looked through source shop"), "{text}");
    }

    async fn what_the_source_knew_a_person_by_is_looked_for_too(shop: Shop) {
        shop.database.run("INSERT INTO scribbles VALUES (7, 'call ann@example.org')").await;
        let eraser = shop.eraser(1);
        let progress = eraser.erase(&known("account-id", "1"), &["shop".into()], &[]).await.unwrap();
        files_erased(&shop.store, progress.request, "test", at(1)).await.unwrap();
        let cleared = scan_requests(&eraser).await.unwrap();
        let found: Vec<String> = cleared[0].residues.iter().map(|it| it.table.to_string()).collect();
        assert!(found.contains(&"scribbles".to_owned()), "{cleared:?}");
    }

    async fn a_key_that_is_given_out_again_is_somebody_elses(shop: Shop) {
        erased(&shop).await;
        shop.database.run("INSERT INTO users VALUES (1, 'dee@example.org', 'Dee', NULL, NULL)").await;
        shop.database.run("INSERT INTO orders VALUES (10, 1, 'Dee')").await;
        shop.database.run("INSERT INTO sessions VALUES ('t1', 1, '2026-06-02 00:00:00')").await;
        let before = shop.dump().await;
        let cleared = scan_requests(&shop.eraser(2)).await.unwrap();
        assert_eq!(shop.dump().await, before, "a scan only looks");
        let (_, certificate) = cleared[0].certified.as_ref().expect("nothing is left");
        assert_eq!(certificate.grade, Grade::Scanned);
        assert_eq!(certificate.counts()["deleted"], 9, "{}", certificate.text());
    }

    async fn somebody_who_comes_back_is_told_and_not_erased(shop: Shop) {
        erased(&shop).await;
        shop.database.run("INSERT INTO users VALUES (8, 'ann@example.org', 'Ann', NULL, NULL)").await;
        shop.database.run("INSERT INTO sessions VALUES ('t8', 8, '2026-06-02 00:00:00')").await;
        shop.database.run("INSERT INTO reviews VALUES (9, 1, 'ann@example.org', 'still bright')").await;
        let before = shop.dump().await;
        let cleared = scan_requests(&shop.eraser(2)).await.unwrap();
        assert_eq!(shop.dump().await, before);
        let (_, certificate) = cleared[0].certified.as_ref().expect("nothing of what was asked for is left");
        assert_eq!(certificate.sources[0].came_back, 3, "{certificate:?}");
        let text = certificate.text();
        assert!(text.contains("has come to own 3 rows: not erased by this"), "{text}");
        assert!(text.contains("found in users.email: 1 row (written after the erasure"), "{text}");
        // Her address elsewhere may be an old one.
        assert_eq!(certificate.counts()["deleted"], 9, "{text}");
    }

    async fn rows_that_somebody_wrote_late_open_the_request_again(shop: Shop) {
        let progress = erased(&shop).await;
        // Nobody has an account with this address, so nobody can tell that it is not an old review.
        shop.database.run("INSERT INTO reviews VALUES (9, 1, 'ann@example.org', 'late')").await;
        let before = shop.dump().await;
        let cleared = scan_requests(&shop.eraser(2)).await.unwrap();
        assert!(cleared[0].certified.is_none());
        let [left] = cleared[0].left.as_slice() else {
            panic!("{cleared:?}");
        };
        assert_eq!((left.source.as_str(), left.table.as_str(), left.rows), ("shop", "reviews", 1));
        assert_eq!(shop.store.requests(RequestState::Open, None, 10).await.unwrap().len(), 1);
        assert!(shop.eraser(3).advance(progress.request).await.unwrap().certified.is_none());
        assert_eq!(shop.dump().await, before);
    }

    async fn a_scan_of_some_sources_closes_nothing(shop: Shop) {
        let progress = erased(&shop).await;
        let cleared = scan_some(&shop.eraser(2), &["crm".to_owned()]).await.unwrap();
        assert!(cleared[0].certified.is_none());
        let why = cleared[0].stuck.as_ref().unwrap();
        assert!(why.contains("nobody looked in `crm`"), "{why}");
        let stored = shop.store.request(progress.request).await.unwrap().unwrap();
        assert_eq!(stored.state, RequestState::Checked);
        assert!(stored.sealed.is_some(), "somebody may have to look there yet");
        // What it finds it tells all the same.
        shop.database.run("INSERT INTO scribbles VALUES (7, 'ann@example.org')").await;
        let cleared = scan_some(&shop.eraser(3), &["crm".to_owned()]).await.unwrap();
        assert_eq!(cleared[0].residues.len(), 1);
        assert_eq!(shop.store.requests(RequestState::Open, None, 10).await.unwrap().len(), 1);
    }

    async fn a_row_that_stays_is_the_same_row_when_it_is_overwritten(shop: Shop) {
        let gone = "column avatar file\n        erase delete";
        assert!(MAP.contains(gone));
        let stays = "column avatar file\n        erase anonymise { overwrite email with=unique; overwrite name with=\"removed\"; overwrite avatar }";
        let map = MAP.replace(gone, stays);
        let sources = [mapped_with(&shop.database.url, SourceOptions::new("shop"), &map).await];
        let eraser = shop.eraser_over(&sources, 1);
        let person = known("email", "ann@example.org");
        let progress = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
        assert!(progress.certified.is_some(), "{:?}", progress.stuck);
        files_erased(&shop.store, progress.request, "test", at(1)).await.unwrap();
        let cleared = scan_requests(&eraser).await.unwrap();
        let (_, certificate) = cleared[0].certified.as_ref().expect("nothing is left");
        // The source knows nobody else by her account.
        assert!(certificate.shared.is_empty(), "{certificate:?}");
    }

    async fn a_key_of_no_text_is_found_wherever_the_map_puts_it(shop: Shop) {
        for kind in [Kind::Uuid, Kind::Number] {
            let (person, map) = people(&shop, kind, "erase delete").await;
            let sources = [mapped_with(&shop.database.url, SourceOptions::new("shop"), &map).await];
            let progress = people_erased(&shop, &sources).await;
            // A table that nobody brought the identifier of, and a queue that writes for somebody who is gone.
            shop.database.run(&format!("INSERT INTO purchases VALUES (9, {person}, 'late')")).await;
            let cleared = scan_requests(&shop.eraser_over(&sources, 2)).await.unwrap();
            let own = cleared.iter().find(|it| it.request == progress.request).unwrap();
            let mut found: Vec<String> = own.residues.iter().map(|it| format!("{}.{}", it.table, it.column)).collect();
            found.sort();
            assert_eq!(found, ["events.who", "notes.about", "purchases.person_id", "visits.person_id"]);
        }
    }

    async fn the_key_of_a_row_that_stays_reopens_nothing(shop: Shop) {
        for kind in [Kind::Uuid, Kind::Number] {
            let stays = "erase anonymise { overwrite email with=unique }";
            let (person, map) = people(&shop, kind, stays).await;
            shop.database.run("DELETE FROM events; DELETE FROM notes").await;
            let sources = [mapped_with(&shop.database.url, SourceOptions::new("shop"), &map).await];
            let progress = people_erased(&shop, &sources).await;
            // Beside its place the same key is a residue, and so it is in what the map says is nobody's.
            shop.database.run(&format!("INSERT INTO notes VALUES (1, {person}); UPDATE visits SET note = 'of {}'", person.trim_matches('\''))).await;
            let cleared = scan_requests(&shop.eraser_over(&sources, 2)).await.unwrap();
            let mut found: Vec<String> = cleared[0].residues.iter().map(|it| format!("{}.{}", it.table, it.column)).collect();
            found.sort();
            assert_eq!(found, ["notes.about", "visits.note"]);
            shop.database.run("DELETE FROM notes; UPDATE visits SET note = NULL").await;
            let again = shop.eraser_over(&sources, 3).advance(progress.request).await.unwrap();
            assert!(again.certified.is_some(), "{:?}", again.stuck);
            let cleared = scan_requests(&shop.eraser_over(&sources, 4)).await.unwrap();
            let (_, certificate) = cleared[0].certified.as_ref().expect("only keys are left");
            let text = certificate.text();
            assert!(text.contains("found in people.id: 1 row (the key of a row that stays"), "{text}");
            assert!(text.contains("found in visits.person_id: 1 row (the key of a row that stays"), "{text}");
        }
    }

    /// A table that no map names, with columns that hold no text.
    async fn numbers_and_identifiers_are_found_in_columns_that_hold_no_text(shop: Shop) {
        let uuid = if shop.database.engine == Engine::Sqlite { "VARCHAR(36)" } else { "UUID" };
        shop.database.run(&format!(
            "CREATE TABLE events (id INTEGER NOT NULL PRIMARY KEY, who {uuid}, phone BIGINT, at DATE, body VARCHAR(400));
             INSERT INTO events VALUES (1, '9f1c0c2e-55aa-4b1f-8a10-0123456789ab', NULL, '2026-01-01', NULL);
             INSERT INTO events VALUES (2, NULL, 442079460018, '2026-01-01', NULL);
             INSERT INTO events VALUES (3, NULL, NULL, NULL, 'call +44 20 7946 0018 10:30');
             INSERT INTO events VALUES (4, '9f1c0c2e-55aa-4b1f-8a10-0123456789ac', 442079460019, '2026-01-01', '- bo@example.org')"
        )).await;
        let needles = Needles::of(&[
            known("account-id", "9F1C0C2E-55AA-4B1F-8A10-0123456789AB"),
            known("phone", "+442079460018"),
            known("email", "bo@example.org"),
        ]).unwrap();
        let schema = shop.source().schema().await.unwrap();
        let found = scan(shop.source(), &schema, &needles, &Excuses::default()).await.unwrap();
        let mut places: Vec<(usize, &str, &str)> = found.residues.iter()
            .filter(|it| it.table.name == "events")
            .map(|it| (it.person, it.column.as_str(), it.keys[0][0].as_deref().unwrap()))
            .collect();
        places.sort_unstable();
        assert_eq!(places, [(0, "who", "1"), (1, "body", "3"), (1, "phone", "2"), (2, "body", "4")]);
        let needles = Needles::of(&[known("email", "bo@example.org")]).unwrap();
        let found = scan(shop.source(), &schema, &needles, &Excuses::default()).await.unwrap();
        let not_read: Vec<&str> = found.not_read.keys().map(String::as_str).collect();
        match shop.database.engine {
            Engine::Sqlite => assert!(not_read.is_empty(), "{not_read:?}"),
            Engine::Postgres => assert_eq!(not_read, ["bigint", "date", "integer", "timestamp without time zone", "uuid"]),
            Engine::Mariadb => assert_eq!(not_read, ["bigint", "date", "int", "timestamp", "uuid"]),
        }
    }

    async fn people_who_come_back_with_a_backup_are_found(shop: Shop) {
        let eraser = shop.eraser(100);
        eraser.erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap();
        shop.database.run("INSERT INTO users VALUES (1, 'ann@example.org', 'Ann', NULL, NULL)").await;
        let erasures = shop.journal.read().await.unwrap();
        let found = came_back(&shop.store, &shop.mapped[0], &erasures, at(50)).await.unwrap();
        assert_eq!(found.people.len(), 1);
        eraser.erase(&found.people[0], &["shop".into()], &[]).await.unwrap();
        assert!(!shop.dump().await["users"].iter().any(|row| row.contains("ann@")));
        // Who registers again after the moment of the backup is somebody else to us.
        shop.database.run("INSERT INTO users VALUES (1, 'ann@example.org', 'Ann', NULL, NULL)").await;
        let found = came_back(&shop.store, &shop.mapped[0], &erasures, at(150)).await.unwrap();
        assert!(found.people.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_that_keeps_copies_is_read_where_it_may_be() {
    let shop = Shop::open(Engine::Postgres, "stored_views").await;
    let sql = "CREATE MATERIALIZED VIEW copies AS SELECT email, name FROM users;
        CREATE MATERIALIZED VIEW nothing_yet AS SELECT email FROM users WITH NO DATA";
    shop.database.run(sql).await;
    let needles = Needles::of(&[known("email", "bo@example.org")]).unwrap();
    let schema = shop.source().schema().await.unwrap();
    let excuses = Excuses::default();
    let found = scan(shop.source(), &schema, &needles, &excuses)
        .await
        .unwrap();
    let mut residues = found.residues.iter();
    let copied = residues.find(|residue| residue.table.name == "copies");
    let copied = copied.unwrap();
    assert_eq!((copied.column.as_str(), copied.rows), ("email", 1));
    let not_read: Vec<&String> = found.not_read.keys().collect();
    assert!(not_read.contains(&&"materialised view nothing_yet".to_owned()));
    assert!(!not_read.contains(&&"materialised view copies".to_owned()));
}
