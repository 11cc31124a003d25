//! Tests of the list of migrations.

use super::*;

#[test]
fn applied_migrations_never_change() {
    let listed = include_str!("../migrations/SHA256");
    let mut own = String::new();
    for migration in MIGRATIONS {
        own.push_str(&format!("{}  {}.sql\n", migration.sha256(), migration.name));
    }
    assert_eq!(
        listed, own,
        "a migration that a database may have is never edited; add one, and its line to migrations/SHA256"
    );
}

#[test]
fn a_database_of_another_program_is_refused() {
    let row = |name: &str, sha256: &str| (name.to_owned(), sha256.to_owned());
    let first = &MIGRATIONS[0];
    assert_eq!(check(&[], MIGRATIONS).ok(), Some(0));
    assert_eq!(
        check(&[row(first.name, &first.sha256())], MIGRATIONS).ok(),
        Some(1)
    );
    let edited = check(&[row(first.name, "00")], MIGRATIONS)
        .unwrap_err()
        .to_string();
    assert!(edited.contains("another `0001_core`"), "{edited}");
    let later = check(
        &[row(first.name, &first.sha256()), row("9999_later", "00")],
        &MIGRATIONS[..1],
    );
    let later = later.unwrap_err().to_string();
    assert!(
        later.contains("`9999_later`") && later.contains("later program"),
        "{later}"
    );
}
