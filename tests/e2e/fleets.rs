//! The same history over many databases, of either kind, and the commands for it.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use limbeck::{Canary, ErrorKind, Fleet, History, Members, Migrator, Outcome};
use serde_json::Value;

use crate::support::{Store, compile, full, on_each_database, revision};

fn table(id: &str, parents: &str) -> (String, String) {
    revision(
        id,
        parents,
        &format!("CREATE TABLE {id} (id integer);"),
        &format!("DROP TABLE {id};"),
    )
}

fn history(count: usize) -> &'static History {
    compile("app", &[table("r1", "base"), table("r2", "r1")][..count])
}

/// Empty databases of the same kind.
fn more(store: &Store, count: usize) -> Vec<Store> {
    let one = || match store {
        Store::Sqlite { .. } => Store::sqlite(),
        Store::Postgres(_) => Store::postgres(),
    };
    (0..count).map(|_| one()).collect()
}

fn fleet(stores: &[Store], history: &'static History) -> Fleet {
    Fleet::new(
        Migrator::new(history),
        Members::databases(stores.iter().map(Store::url)),
    )
    .concurrency(3)
}

on_each_database! {
    fn many_databases_are_upgraded_and_one_that_fails_stops_no_other(store: &mut Store) {
        let stores = more(store, 5);
        let report = fleet(&stores, history(1)).upgrade("head").unwrap();
        assert!(report.is_success() && report.done() == 5);
        stores[3].execute("CREATE TABLE r2 (id integer)");
        let report = fleet(&stores, history(2)).upgrade("head").unwrap();
        assert_eq!((report.done(), report.failed(), report.not_started()), (4, 1, 0));
        let (name, error) = report.failures().next().unwrap();
        assert_eq!(error.kind(), ErrorKind::Failed);
        let (_, place) = name.split_once(':').unwrap();
        assert!(stores[3].url().ends_with(place.trim_start_matches("//postgres@")), "{name}");
        stores[3].execute("DROP TABLE r2");
        let report = fleet(&stores, history(2)).upgrade("head").unwrap();
        assert_eq!((report.at_head(), report.done()), (4, 1));
        let status = fleet(&stores, history(2)).status().unwrap();
        assert!(status.members.iter().all(|member| matches!(&member.outcome, Outcome::Done(status) if status.is_at_head())));
        assert!(fleet(&stores, history(2)).downgrade("base").unwrap().is_success());
        assert_eq!(stores[0].dump(), store.dump());
    }

    fn a_database_that_cannot_be_reached_is_a_failure_of_its_own_and_shows_no_password(store: &mut Store) {
        let stores = more(store, 1);
        let urls = [
            stores[0].url(),
            "postgres://me:s3cret@127.0.0.1:1/store".to_owned(),
            "nonsense:s3cret".to_owned(),
            "sqlite:/no/such/folder/store.db".to_owned(),
        ];
        let members = Members::databases(urls);
        assert_eq!(format!("{members:?}"), "Members(4 databases)");
        let report = Fleet::new(Migrator::new(history(1)), members).canary(Canary::None).upgrade("head").unwrap();
        assert_eq!((report.done(), report.failed()), (1, 3));
        let told = format!("{report:?}");
        assert!(told.contains("postgres://me:***@127.0.0.1:1/store") && !told.contains("s3cret"), "{told}");
    }

    fn eight_fleets_at_once_do_each_database_once(store: &mut Store) {
        let stores = more(store, 4);
        let fleets: Vec<_> = (0..8).map(|_| fleet(&stores, history(2))).collect();
        let runs: Vec<_> = fleets
            .into_iter()
            .map(|fleet| std::thread::spawn(move || fleet.upgrade("head").unwrap()))
            .collect();
        let mut steps = 0;
        for run in runs {
            let report = run.join().unwrap();
            let failures: Vec<_> = report.failures().map(|(name, error)| format!("{name}: {}", full(error))).collect();
            assert!(failures.is_empty(), "{failures:?}");
            steps += report.members.iter().map(|member| match &member.outcome {
                Outcome::Done(report) => report.steps.len(),
                _ => 0,
            }).sum::<usize>();
        }
        assert_eq!(steps, 4 * 2);
    }

    fn the_commands_take_a_list_of_databases(store: &mut Store) {
        let stores = more(store, 3);
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("databases");
        let urls: Vec<_> = stores.iter().map(Store::url).collect();
        std::fs::write(&list, urls.join("\n")).unwrap();
        let list = list.to_str().unwrap();
        let output = run(&["upgrade", "+2", "--databases", list], "");
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert!(text(&output).contains("3 members: 3 done  "), "{}", text(&output));
        let (value, code) = json(&["check", "--databases", list]);
        assert_eq!((value["members"].as_array().unwrap().len(), code), (3, Some(3)));
        assert_eq!(value["members"][0]["status"]["applied"].as_array().unwrap().len(), 2);
        assert_eq!(run(&["upgrade", "--databases", "-"], &urls.join("\n")).status.code(), Some(0));
        assert_eq!(run(&["check", "--databases", list], "").status.code(), Some(0));
    }
}

fn run(arguments: &[&str], input: &str) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_memory-store"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A process that reads no input may be gone before it was written.
    let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
    process.wait_with_output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(arguments: &[&str]) -> (Value, Option<i32>) {
    let mut all = arguments.to_vec();
    all.push("--json");
    let output = run(&all, "");
    let value = serde_json::from_str(&text(&output))
        .unwrap_or_else(|error| panic!("{error}: {}", said(&output)));
    (value, output.status.code())
}

#[test]
fn the_commands_take_a_list_of_schemas() {
    let store = Store::postgres();
    let url = store.url();
    let on = |arguments: &[&str], input: &str| {
        let mut all = arguments.to_vec();
        all.extend(["--database", &url]);
        run(&all, input)
    };
    let names = "[\"tenant one\", \"a\\\"b\", \"new\\nline\"]";
    let missing = on(&["upgrade", "--schemas", "-"], names);
    assert_eq!(missing.status.code(), Some(9), "{}", said(&missing));
    insta::assert_snapshot!(
        "schemas_that_are_missing",
        format!("{}{}", without_time(&text(&missing)), said(&missing))
    );
    let made = on(
        &[
            "upgrade",
            "--schemas",
            "-",
            "--create-schemas",
            "--canary",
            "a\"b",
        ],
        names,
    );
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    assert!(text(&made).starts_with("1/3 a\"b  "), "{}", text(&made));
    assert!(text(&made).contains("new\\u{a}line  "), "{}", text(&made));
    assert_eq!(
        on(&["check", "--schemas", "-"], names).status.code(),
        Some(0)
    );
    assert_eq!(
        on(&["upgrade", "--schemas", "-", "--policy", "verify"], names)
            .status
            .code(),
        Some(0)
    );

    let one = on(&["downgrade", "-1", "--schema", "a\"b"], "");
    assert_eq!(one.status.code(), Some(0), "{}", said(&one));
    let current = on(&["current", "--schemas", "-"], names);
    assert_eq!(current.status.code(), Some(0));
    assert!(text(&current).starts_with("a\"b\n  "), "{}", text(&current));
    assert!(
        text(&current).contains("3 members: 2 at head, 1 behind, 0 failed  "),
        "{}",
        text(&current)
    );
    assert_eq!(
        on(&["check", "--schemas", "-"], names).status.code(),
        Some(3)
    );
    assert_eq!(
        on(&["check", "--schema", "tenant one"], "").status.code(),
        Some(0)
    );
    assert_eq!(
        on(&["upgrade", "--schemas", "-", "--policy", "verify"], names)
            .status
            .code(),
        Some(3)
    );
    let query = "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(tenant|a)'";
    let asked = on(&["upgrade", "--schemas-from", query, "--json"], "");
    let value: Value = serde_json::from_str(&text(&asked)).unwrap();
    assert_eq!(
        (value["at_head"].as_u64(), value["done"].as_u64()),
        (Some(1), Some(1)),
        "{value}"
    );
    assert_eq!(
        on(&["stamp", "head", "--schemas", "-"], names)
            .status
            .code(),
        Some(0)
    );
}

#[test]
fn what_does_not_fit_together_on_the_command_line_is_said() {
    for arguments in [
        &["upgrade", "--concurrency", "3"][..],
        &["upgrade", "--schemas", "a", "--databases", "b"],
        &["upgrade", "--schemas", "a", "--schema", "b"],
        &["upgrade", "--databases", "a", "--database", "sqlite:b"],
        &["upgrade", "--schemas", "/no/such/list"],
        &["history", "--schemas", "a"],
        &[
            "upgrade",
            "--databases",
            "a",
            "--canary",
            "x",
            "--no-canary",
        ],
    ] {
        let output = run(arguments, "");
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            said(&output)
        );
    }
    let sqlite = run(
        &["upgrade", "--schema", "a", "--database", "sqlite::memory:"],
        "",
    );
    assert_eq!(sqlite.status.code(), Some(1), "{}", said(&sqlite));
}

/// The last line without its time.
fn without_time(text: &str) -> String {
    let end = text.trim_end().rfind("  ").unwrap();
    format!("{}\n", &text[..end])
}
