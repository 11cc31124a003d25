//! Schemas of real programs load on their engines and are read whole. They lie beside the repository, and are skipped
//! loudly where they do not.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use abide_map::schema::{Schema, TableName};

use crate::categories;
use crate::keys::{self, Rows};
use crate::place::Place;

/// The folder of real schemas, if it is there.
fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("ABIDE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("schemas");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "SKIPPED: no real schemas at `{}`; set ABIDE_SHARED",
        folder.display()
    );
    None
}

/// The text of a file, unpacked.
fn text(path: &Path) -> Vec<u8> {
    if path.extension().is_some_and(|end| end == "gz") {
        let output = Command::new("gunzip").arg("-c").arg(path).output().unwrap();
        assert!(output.status.success());
        return output.stdout;
    }
    std::fs::read(path).unwrap()
}

fn feed(mut program: Command, input: &[u8]) {
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || drop(std::io::Write::write_all(&mut stdin, input)));
        let output = child.wait_with_output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
    });
}

async fn postgres(files: &[&str]) -> Option<(Place, Schema)> {
    let folder = folder()?;
    let place = Place::postgres("load").await;
    for file in files {
        let mut program = Command::new("psql");
        program.args(["--quiet", "--set=ON_ERROR_STOP=1", &place.url]);
        // Dumps name the owner of their tables and, some, the database to make.
        let dump = String::from_utf8(text(&folder.join(file))).unwrap();
        let dump: Vec<&str> = dump
            .lines()
            .filter(|line| {
                !(line.contains(" OWNER TO ")
                    || line.starts_with("\\c ")
                    || line.starts_with("CREATE DATABASE")
                    || line.starts_with("DROP DATABASE"))
            })
            .collect();
        feed(program, dump.join("\n").as_bytes());
    }
    let schema = place.open().schema().await.unwrap();
    Some((place, schema))
}

async fn mariadb(file: &str) -> Option<(Place, Schema)> {
    let folder = folder()?;
    let place = Place::mariadb("load").await;
    let mut program = Command::new("mariadb");
    let (account, rest) = place
        .url
        .strip_prefix("mysql://")
        .unwrap()
        .rsplit_once('@')
        .unwrap();
    let (user, password) = account.split_once(':').unwrap();
    let (host, database) = rest.split_once('/').unwrap();
    let (host, port) = host.split_once(':').unwrap();
    program.args([
        "--no-defaults",
        "--protocol=tcp",
        "--default-character-set=utf8mb4",
    ]);
    program.args([
        format!("--host={host}"),
        format!("--port={port}"),
        format!("--user={user}"),
        format!("--password={password}"),
    ]);
    program.arg(database);
    let dump = String::from_utf8(text(&folder.join(file))).unwrap();
    let dump: Vec<&str> = dump
        .lines()
        .filter(|line| {
            let line = line.to_uppercase();
            !(line.starts_with("USE ")
                || line.starts_with("CREATE DATABASE")
                || line.starts_with("DROP DATABASE"))
        })
        .collect();
    feed(program, dump.join("\n").as_bytes());
    let schema = place.open().schema().await.unwrap();
    Some((place, schema))
}

async fn sqlite(file: &str) -> Option<(Place, Schema)> {
    let folder = folder()?;
    let place = Place::sqlite("load").await;
    place
        .sql(&String::from_utf8(text(&folder.join(file))).unwrap())
        .await;
    let schema = place.open().schema().await.unwrap();
    Some((place, schema))
}

/// What is counted: tables, declared references, triggers, views.
fn counts(schema: &Schema) -> [usize; 4] {
    let references = schema
        .tables
        .iter()
        .map(|table| table.foreign_keys.len())
        .sum();
    [
        schema.tables.len(),
        references,
        schema.triggers.len(),
        schema.views.len(),
    ]
}

/// Every table can be sampled as it was read.
async fn sampled(place: &Place, schema: &Schema) {
    let source = place.open();
    for table in &schema.tables {
        let sample = source.sample(table, 50).await.unwrap();
        assert_eq!(sample.columns.len(), table.columns.len(), "{}", table.name);
        assert_eq!(sample.rows == 0, table.rows == 0, "{}", table.name);
    }
}

macro_rules! real {
    ($($name:ident: $load:expr => $counts:expr, $truth:literal $rows:expr, $most:expr, $least:expr;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let Some((place, schema)) = $load.await else { return };
            assert_eq!(counts(&schema), $counts);
            sampled(&place, &schema).await;
            keys::measure(&place, &schema, $truth, $rows, $most).await;
            categories::measure(&place, &schema, $truth, $rows, $least).await;
        }
    )*};
}

real! {
    chinook_on_postgres: postgres(&["chinook.pg.sql.gz"]) => [11, 11, 0, 0], "chinook" Rows::Real, [0, 0], 27;
    chinook_on_mariadb: mariadb("chinook.mysql.sql.gz") => [11, 11, 0, 0], "chinook_camel" Rows::Real, [0, 0], 27;
    chinook_on_sqlite: sqlite("chinook.sqlite.sql.gz") => [11, 11, 0, 0], "chinook_camel" Rows::Real, [0, 0], 27;
    request_tracker_on_postgres: postgres(&["rt5.pg.sql"]) => [33, 0, 0, 0], "rt" Rows::None, [1, 8], 31;
    request_tracker_on_mariadb: mariadb("rt5.mysql.sql") => [33, 0, 0, 0], "rt" Rows::None, [1, 8], 31;
    things_on_postgres: postgres(&["tb.pg.sql"]) => [64, 29, 0, 0], "thingsboard" Rows::None, [0, 4], 36;
    shop_on_mariadb: mariadb("prestashop.mysql.sql") => [214, 0, 0, 0], "prestashop" Rows::None, [4, 10], 58;
    blog_on_mariadb: mariadb("wordpress61.mysql.sql") => [18, 0, 0, 0], "wordpress" Rows::None, [0, 1], 24;
    conference_on_mariadb: mariadb("hotcrp.mysql.sql") => [31, 0, 0, 0], "hotcrp" Rows::None, [0, 3], 45;
    forum_on_sqlite: sqlite("lobsters.sqlite.sql") => [38, 64, 0, 0], "lobsters" Rows::None, [0, 0], 37;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rentals_on_postgres() {
    let files = [
        "pagila_fef9675.schema.pg.sql",
        "pagila_fef9675.data.pg.sql.gz",
    ];
    let Some((place, schema)) = postgres(&files).await else {
        return;
    };
    let payment = schema.table(&TableName::new("payment")).unwrap();
    let parts: Vec<_> = schema
        .tables
        .iter()
        .filter(|table| table.partition_of.as_ref() == Some(&payment.name))
        .collect();
    assert!(!parts.is_empty());
    assert_eq!(
        payment.rows,
        parts.iter().map(|table| table.rows).sum::<u64>()
    );
    assert!(payment.rows > 10_000);
    assert!(schema.views.iter().any(|view| view.is_materialised));
    sampled(&place, &schema).await;
    keys::measure(&place, &schema, "pagila", Rows::Real, [0, 0]).await;
    categories::measure(&place, &schema, "pagila", Rows::Real, 13).await;
}
