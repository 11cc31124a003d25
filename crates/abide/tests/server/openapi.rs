//! The description of the API: complete, committed, and drawn as a page.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use abide::http::{openapi, router};

use crate::harness::Running;

fn committed() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json")
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let routes: BTreeSet<(String, String)> = router::internal()
        .into_iter()
        .chain(router::public())
        .map(|route| (route.described_path(), route.method.as_str().to_lowercase()))
        .collect();
    let document = openapi::document();
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods
                .map(|method| (path.clone(), method.clone()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(routes, described);
}

#[test]
fn every_reference_leads_somewhere() {
    let text = openapi::document().to_string();
    for path in text.split("\"$ref\":\"#").skip(1) {
        let path = path.split('"').next().unwrap();
        assert!(openapi::document().pointer(path).is_some(), "{path}");
    }
}

/// `ABIDE_BLESS=1` writes the file.
#[test]
fn the_committed_description_is_the_one_that_is_served() {
    let text = serde_json::to_string_pretty(openapi::document()).unwrap() + "\n";
    if std::env::var_os("ABIDE_BLESS").is_some() {
        fs::write(committed(), &text).unwrap();
    }
    let held = fs::read_to_string(committed()).unwrap_or_default();
    assert!(
        held == text,
        "docs/openapi.json is out of date; run this test with ABIDE_BLESS=1"
    );
}

#[test]
fn the_page_shows_every_operation_and_allows_only_its_own_style() {
    let running = Running::start("docs");
    let page = running.get("/docs");
    for route in router::internal() {
        assert!(
            page.body
                .contains(&format!("{} {}", route.method, route.described_path())),
            "{}",
            route.path
        );
    }
    assert!(
        page.header("content-security-policy")
            .contains("style-src 'sha256-")
    );
    assert!(!page.body.contains("<script"));
    assert_eq!(running.get("/openapi.json").json(), *openapi::document());
    assert_eq!(running.get_public("/docs").status, 404);
}
