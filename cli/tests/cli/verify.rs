//! `verify`: on a server that is given and on one of its own, what it finds, records, refuses and leaves.

use std::ffi::OsString;
use std::process::Stdio;

use limbeck_testkit::{Database, postgres};
use serde_json::{Value, json};

use crate::support::{Package, program};

const LOCK: &str = "migrations/limbeck.lock";

/// A revision with these sections.
fn revision(id: &str, revises: &str, up: &str, down: &str) -> (String, String) {
    let text =
        format!("-- @revision {id}\n-- @revises {revises}\n-- @up\n{up}\n-- @down\n{down}\n");
    (format!("migrations/{id}_x.sql"), text)
}

fn package(revisions: &[(String, String)]) -> Package {
    let package = Package::with(revisions);
    let manifest = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n\n\
        [package.metadata.limbeck]\ndialects = [\"postgres\"]\n";
    package.put("Cargo.toml", manifest);
    package
}

/// Two revisions that a proof finds nothing about.
fn sound() -> Package {
    package(&[
        revision(
            "aaaa0",
            "base",
            "CREATE TABLE items (id serial PRIMARY KEY, price numeric(8,2) CHECK (price > 0));",
            "DROP TABLE items;",
        ),
        revision(
            "bbbb1",
            "aaaa0",
            "ALTER TABLE items ADD COLUMN name text;",
            "ALTER TABLE items DROP COLUMN name;",
        ),
    ])
}

/// Runs `verify` on the server of the tests; the version of the server is `V`.
fn verify(package: &Package, more: &[&str]) -> (i32, String, String) {
    let url = postgres().url("postgres");
    let outcome = package.run(&[&["verify", "--url", &url], more].concat());
    let port = postgres().port().to_string();
    let plain = |text: &str| {
        let text = text.replace(&port, "PORT");
        let version = text.split("PostgreSQL ").nth(1).map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.');
            rest[..end.unwrap_or(rest.len())].to_owned()
        });
        match version {
            Some(version) => text.replace(&format!("PostgreSQL {version}"), "PostgreSQL V"),
            None => text,
        }
    };
    (outcome.code, plain(&outcome.stdout), plain(&outcome.stderr))
}

#[test]
fn a_sound_history_is_proved_and_recorded_once_it_is_locked() {
    let package = sound();
    let (code, stdout, stderr) = verify(&package, &[]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stdout, "proved: 2 revisions, on PostgreSQL V\n");
    insta::assert_snapshot!(stderr, @r#"
proving the history on PostgreSQL V, the server at `postgres://postgres@127.0.0.1:PORT/postgres`
note: all 2 revisions are drafts, and a release takes only what is locked
  help: run `cargo limbeck lock`, and commit `migrations/limbeck.lock` with the revisions
note: it is not proved that 2 revisions apply and reverse on PostgreSQL
  help: run `cargo limbeck verify`, and commit `migrations/limbeck.lock`
"#);
    assert!(!package.path(LOCK).exists(), "drafts have no proofs");

    assert_eq!(package.run(&["lock"]).code, 0);
    assert_eq!(package.run(&["lock", "--check"]).code, 1);
    let (code, _, stderr) = verify(&package, &[]);
    assert_eq!(code, 0);
    assert!(!stderr.contains("note:"), "{stderr}");
    assert_eq!(
        package.run(&["lock", "--check"]).code,
        0,
        "a release may be built"
    );
    let text = std::fs::read_to_string(package.path(LOCK)).unwrap();
    assert!(text.contains("PostgreSQL 1"), "{text}");
    verify(&package, &["--all"]);
    assert_eq!(std::fs::read_to_string(package.path(LOCK)).unwrap(), text);
}

#[test]
fn what_was_proved_on_the_same_version_is_proved_again_only_when_asked() {
    let package = sound();
    let count = |arguments: &[&str]| {
        let (code, stdout, stderr) = verify(&package, &[&["--json"], arguments].concat());
        assert_eq!(code, 0, "{stderr}");
        let json: Value = serde_json::from_str(&stdout).unwrap();
        json["proved"].clone()
    };
    let lock = || assert_eq!(package.run(&["lock"]).code, 0);
    lock();
    assert_eq!(count(&[]), json!([2]));
    let proved = std::fs::read_to_string(package.path(LOCK)).unwrap();
    let (_, stdout, _) = verify(&package, &[]);
    assert_eq!(stdout, "nothing left to prove, on PostgreSQL V\n");
    assert_eq!(count(&["--all"]), json!([2]));

    let (file, text) = revision(
        "cccc2",
        "bbbb1",
        "CREATE INDEX i ON items (name);",
        "DROP INDEX i;",
    );
    package.put(&file, &text);
    lock();
    assert_eq!(count(&[]), json!([1]), "on top of what is not proved again");
    assert_eq!(package.run(&["lock", "--check"]).code, 0);
    let now = std::fs::read_to_string(package.path(LOCK)).unwrap();
    verify(&package, &["--all"]);
    let whole = std::fs::read_to_string(package.path(LOCK)).unwrap();
    assert_eq!(now, whole, "the fingerprints are those of a whole proof");

    // Of another version it proves nothing.
    let version = proved.split("\"PostgreSQL ").nth(1).unwrap();
    let version = version.split('"').next().unwrap();
    package.put(LOCK, &whole.replace(version, "13.0"));
    assert_eq!(count(&[]), json!([3]));
}

#[test]
fn a_server_of_its_own_is_started_and_gone() {
    let mut arguments = vec![OsString::from("verify")];
    if let Some(folder) = limbeck_testkit::server_binaries() {
        arguments.extend(["--server-binaries".into(), folder.into()]);
    }
    let outcome = sound().run(&arguments);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome
            .stdout
            .starts_with("proved: 2 revisions, on PostgreSQL ")
    );
    assert!(
        outcome.stderr.contains(", a server of its own\n"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn what_is_found_is_reported_as_a_build_does_and_nothing_is_recorded() {
    let package = package(&[
        revision("aaaa0", "base", "CREATE TABLE a (x int);", "DROP TABLE a;"),
        revision(
            "bbbb1",
            "aaaa0",
            "CREATE TABLE b (y int);\nALTER TABLE a ADD CONSTRAINT c CHECK (x > z);",
            "DROP TABLE b;",
        ),
        revision("cccc2", "bbbb1", "CREATE INDEX ix ON a (x);", ""),
    ]);
    package.run(&["lock"]);
    let before = std::fs::read_to_string(package.path(LOCK)).unwrap();
    let (code, stdout, _) = verify(&package, &[]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(stdout, @r#"
error[LB0401]: `@up` fails on PostgreSQL: column "z" does not exist
 --> migrations/bbbb1_x.sql:5:1
  |
5 | ALTER TABLE a ADD CONSTRAINT c CHECK (x > z);
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ fails here
  |
  = help: write `x`

error[LB0403]: `@down` does not give the old schema back on PostgreSQL
 --> migrations/cccc2_x.sql:5:1
  |
4 | CREATE INDEX ix ON a (x);
  |              -- it is made here
5 | -- @down
  | ^^^^^^^^ index `ix` on `a` is still there
  |
  = help: write in `@down`:
          DROP INDEX ix;

error: 2 problems in 2 files
for more on a code, run `cargo limbeck explain CODE`
"#);
    assert_eq!(std::fs::read_to_string(package.path(LOCK)).unwrap(), before);
}

#[test]
fn programs_get_one_object() {
    let (code, stdout, stderr) = verify(&sound(), &["--json"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(json["sound"], true);
    assert_eq!(json["engines"][0], "PostgreSQL V");
    assert_eq!(json["revisions"], 2);
    assert_eq!(json["path"], "migrations/limbeck.lock");
    assert_eq!(json["unready"][0]["code"], "LB0607");
    let broken = package(&[revision("aaaa0", "base", "SELECT wrong;", "SELECT 1;")]);
    let (code, stdout, _) = verify(&broken, &["--json"]);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &json["sound"]), (1, &Value::Bool(false)));
    assert_eq!(json["diagnostics"][0]["line"], 4);
}

#[test]
fn what_cannot_be_done_is_refused_with_its_exit_code() {
    let package = sound();
    let refused = |arguments: &[&str]| {
        let outcome = package.run(&[&["verify"], arguments].concat());
        // The number of the error is the system's.
        let told = outcome.stderr.replace(" (os error 111)", "");
        format!("{}\n{told}", outcome.code)
    };
    let told = [
        refused(&["--url", "postgres://me:s3cret@127.0.0.1:1/db"]),
        refused(&["--url", "postgres://me:s3cret@host/db?sslmode=require"]),
        refused(&["--url", "sqlite:a.db"]),
        refused(&["--url", "me:s3cret@host"]),
        refused(&["--server-binaries", "/nowhere"]),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
3
error: cannot connect to the server at `postgres://me:***@127.0.0.1:1/db`: Connection refused

2
error: `sslmode=require` asks for an encrypted connection, and this version of limbeck cannot make one
  help: leave `--url` out, or use `sslmode=disable` where the network is trusted

2
error: `--url` names a server of PostgreSQL
  help: leave it out: SQLite is proved by every build

2
error: cannot read the URL: its scheme is not `postgres` or `postgresql`
  help: write `postgres://user:password@host:port/database`

3
error: there is no `initdb` and `postgres` in `/nowhere`
  help: name the folder of the server's programs, such as `/usr/lib/postgresql/15/bin`
"#);

    let manifest = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n\n\
        [package.metadata.limbeck]\ndialects = [\"sqlite\"]\n";
    package.put("Cargo.toml", manifest);
    insta::assert_snapshot!(refused(&[]), @r#"
2
error: the history is not written for PostgreSQL, so a server can prove nothing
  help: run `cargo limbeck check`, which proves it on SQLite
"#);
    package.put("migrations/stray.sql", "");
    assert!(refused(&[]).starts_with("1\n"));
}

#[test]
fn an_extension_that_the_server_does_not_have_is_named_before_the_history_runs() {
    let package = sound();
    let manifest = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n\n\
        [package.metadata.limbeck]\ndialects = [\"postgres\"]\nextensions = [\"no_such\"]\n";
    package.put("Cargo.toml", manifest);
    let (code, _, stderr) = verify(&package, &[]);
    assert_eq!(code, 3, "{stderr}");
    assert!(stderr.contains("the extension `no_such`"), "{stderr}");
}

#[test]
fn a_table_without_rows_is_named_with_the_reason() {
    let package = package(&[revision(
        "aaaa0",
        "base",
        "CREATE TABLE never (x int NOT NULL CHECK (x > 5 AND x < 5));",
        "DROP TABLE never;",
    )]);
    let (code, stdout, _) = verify(&package, &[]);
    assert_eq!(code, 0);
    insta::assert_snapshot!(stdout, @r#"
proved: 1 revision, on PostgreSQL V
not tried with rows in `never`: new row for relation "never" violates check constraint "never_x_check": Failing row contains (-1)
"#);
}

#[test]
fn a_run_that_is_killed_leaves_nothing_that_the_next_one_does_not_remove() {
    let database = Database::create(postgres());
    let slow = package(&[revision(
        "aaaa0",
        "base",
        "SELECT pg_sleep(30);",
        "SELECT 1;",
    )]);
    let mut child = program(&slow.path(""))
        .args(["verify", "--url", &postgres().url("postgres")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let sleeping = || {
        let query = "SELECT datname FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)' \
            AND datname LIKE 'limbeck\\_proof\\_%'";
        let row = database.connect().query_opt(query, &[]).unwrap();
        row.map(|row| row.get::<_, String>(0))
    };
    let name = loop {
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
        if let Some(name) = sleeping() {
            break name;
        }
    };
    child.kill().unwrap();
    child.wait().unwrap();
    let is_left = || {
        let query = "SELECT count(*) FROM pg_database WHERE datname = $1";
        let row = database.connect().query_one(query, &[&name]).unwrap();
        row.get::<_, i64>(0) > 0
    };
    assert!(is_left());
    // It takes the server a moment to see that the first session has ended.
    let removed = (0..50).any(|_| {
        verify(&sound(), &[]);
        !is_left()
    });
    assert!(removed);
}
