//! Copies of an SQLite database that are made before the first change.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use limbeck::{ErrorKind, Event, History, Migrator};
use rusqlite::Connection;

use crate::support::{Store, compile, full, revision};

fn history() -> &'static History {
    compile(
        "app",
        &[
            revision(
                "r1",
                "base",
                "CREATE TABLE a (id integer PRIMARY KEY, text text);",
                "DROP TABLE a;",
            ),
            revision("r2", "r1", "CREATE TABLE b (id integer);", "DROP TABLE b;"),
        ],
    )
}

fn path(store: &Store) -> &PathBuf {
    let Store::Sqlite { path, .. } = store else {
        unreachable!()
    };
    path
}

/// Everything below the folder of a database, but for the database itself.
fn others(store: &Store) -> Vec<String> {
    let folder = path(store).parent().unwrap();
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("store.db"))
        .collect();
    names.sort();
    names
}

fn rows(path: &Path) -> i64 {
    let connection = Connection::open(path).unwrap();
    connection
        .query_row("SELECT count(*) FROM a", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_backup_is_the_database_before_the_first_change_and_can_be_migrated_itself() {
    let store = Store::sqlite();
    store.upgrade(history(), "r1");
    store.execute("INSERT INTO a VALUES (1, 'one'), (2, 'two')");
    let before = (store.dump(), store.rows());
    let target = path(&store).with_file_name("before.db");
    let (sender, events) = mpsc::channel();
    let report = Migrator::new(history())
        .backup_to(&target)
        .observer(move |event: &Event| {
            if let Event::BackedUp { path, .. } = event {
                sender.send(path.clone()).unwrap();
            }
        })
        .upgrade(&store.url(), "head")
        .unwrap_or_else(|error| panic!("{}", full(&error)));
    assert_eq!(report.backup.as_ref(), Some(&target));
    assert_eq!(events.try_iter().next().as_ref(), Some(&target));
    assert_eq!(others(&store), ["before.db"]);
    // Restored, it is where the database was.
    let restored = Store::sqlite();
    fs::copy(&target, path(&restored)).unwrap();
    assert_eq!((restored.dump(), restored.rows()), before);
    assert_eq!(restored.applied(), ["r1"]);
    restored.upgrade(history(), "head");
    assert_eq!(
        (restored.dump(), restored.rows()),
        (store.dump(), store.rows())
    );
}

#[test]
fn what_stands_only_in_the_write_ahead_log_is_copied_too() {
    let store = Store::sqlite();
    store.upgrade(history(), "r1");
    let writer = Connection::open(path(&store)).unwrap();
    writer
        .execute_batch("PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0; INSERT INTO a VALUES (1, 'in the log')")
        .unwrap();
    assert!(
        fs::metadata(path(&store).with_extension("db-wal"))
            .unwrap()
            .len()
            > 0
    );
    let target = path(&store).with_file_name("before.db");
    Migrator::new(history())
        .backup_to(&target)
        .upgrade(&store.url(), "head")
        .unwrap();
    assert_eq!(rows(&target), 1);
    assert_eq!(others(&store), ["before.db"]);
}

#[test]
fn a_backup_is_of_one_moment_while_others_write() {
    let store = Store::sqlite();
    store.upgrade(history(), "r1");
    store.execute(
        "PRAGMA journal_mode = wal; CREATE TABLE twin (id integer); \
         CREATE TRIGGER both AFTER INSERT ON a BEGIN INSERT INTO twin VALUES (new.id); END;",
    );
    let (stop, stopped) = mpsc::channel::<()>();
    let database = path(&store).clone();
    let writing = std::thread::spawn(move || {
        let connection = Connection::open(database).unwrap();
        connection.busy_timeout(Duration::from_secs(30)).unwrap();
        let mut written = 0;
        while stopped.try_recv().is_err() {
            connection
                .execute_batch("INSERT INTO a (text) VALUES (hex(randomblob(500)))")
                .unwrap();
            written += 1;
            std::thread::sleep(Duration::from_millis(1));
        }
        written
    });
    let folder = tempfile::tempdir().unwrap();
    for target in ["r2", "r1"].into_iter().cycle().take(6) {
        let mut migrator = Migrator::new(history()).backup_to(folder.path());
        let report = if target == "r2" {
            migrator.upgrade(&store.url(), target)
        } else {
            migrator.downgrade(&store.url(), target)
        };
        let copy = report.unwrap().backup.unwrap();
        let connection = Connection::open(&copy).unwrap();
        let differences: i64 = connection
            .query_row(
                "SELECT (SELECT count(*) FROM a) - (SELECT count(*) FROM twin)",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(differences, 0);
    }
    stop.send(()).unwrap();
    assert!(writing.join().unwrap() > 10);
    // Each got a name of its own, though many fall into one second.
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 6, "{names:?}");
    let is_named = |name: &String| {
        let stem = name
            .strip_prefix("store-2")
            .and_then(|rest| rest.strip_suffix(".db"));
        stem.is_some_and(|stem| stem.ends_with('Z') || stem.contains("Z-"))
    };
    assert!(names.iter().all(is_named), "{names:?}");
}

#[test]
fn a_file_that_is_there_is_never_overwritten() {
    let store = Store::sqlite();
    store.upgrade(history(), "r1");
    let target = path(&store).with_file_name("before.db");
    fs::write(&target, "precious").unwrap();
    let error = Migrator::new(history())
        .backup_to(&target)
        .upgrade(&store.url(), "head")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Preflight);
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    assert_eq!(
        (store.applied(), others(&store)),
        (vec!["r1".to_owned()], vec!["before.db".to_owned()])
    );
    let folder = path(&store).parent().unwrap().display().to_string();
    insta::assert_snapshot!(format!("error: {error:#}").replace(&folder, "FOLDER"));
}

#[test]
fn a_backup_that_cannot_be_made_stops_the_run_before_anything_is_changed() {
    let store = Store::sqlite();
    store.upgrade(history(), "r1");
    let target = path(&store)
        .with_file_name("no such folder")
        .join("before.db");
    let nowhere = Migrator::new(history())
        .backup_to(&target)
        .upgrade(&store.url(), "head")
        .unwrap_err();
    assert_eq!(nowhere.kind(), ErrorKind::Preflight);
    assert_eq!(store.applied(), ["r1"]);
    let mut memory = Connection::open_in_memory().unwrap();
    let in_memory = Migrator::new(history())
        .backup_to(&target)
        .upgrade(&mut memory, "head")
        .unwrap_err();
    let server = Store::postgres();
    let on_postgres = Migrator::new(history())
        .backup_to(&target)
        .upgrade(&server.url(), "head")
        .unwrap_err();
    let folder = path(&store).parent().unwrap().display().to_string();
    insta::assert_snapshot!(
        format!("error: {nowhere:#}\n\nerror: {in_memory:#}\n\nerror: {on_postgres:#}")
            .replace(&folder, "FOLDER")
    );
}

#[test]
fn a_damaged_database_has_no_backup_and_is_left_alone() {
    let store = Store::sqlite();
    store.upgrade(history(), "r1");
    store.execute(
        "WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 200) \
         INSERT INTO a SELECT value, hex(randomblob(300)) FROM n",
    );
    let mut bytes = fs::read(path(&store)).unwrap();
    let page = bytes.len() - 4096 * 2;
    bytes[page..page + 4096].fill(0xa5);
    fs::write(path(&store), &bytes).unwrap();
    let target = path(&store).with_file_name("before.db");
    let error = Migrator::new(history())
        .backup_to(&target)
        .upgrade(&store.url(), "head")
        .unwrap_err();
    assert!(
        full(&error).contains("the database is damaged"),
        "{}",
        full(&error)
    );
    assert_eq!(others(&store), Vec::<String>::new());
    assert_eq!(fs::read(path(&store)).unwrap(), bytes);
}

#[test]
fn nothing_to_do_and_nothing_to_lose_make_no_backup() {
    let store = Store::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        Migrator::new(history())
            .backup_to(folder.path())
            .upgrade(&store.url(), "head")
            .unwrap()
    };
    // A new database, and one at head.
    for steps in [2, 0] {
        let report = run();
        assert_eq!((report.steps.len(), report.backup), (steps, None));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn whoever_may_not_read_the_database_may_not_read_its_copy() {
    use std::os::unix::fs::PermissionsExt as _;

    let store = Store::sqlite();
    store.upgrade(history(), "r1");
    fs::set_permissions(path(&store), fs::Permissions::from_mode(0o600)).unwrap();
    let target = path(&store).with_file_name("before.db");
    Migrator::new(history())
        .backup_to(&target)
        .upgrade(&store.url(), "head")
        .unwrap();
    let mode = fs::metadata(&target).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_process_that_is_killed_while_it_copies_leaves_no_backup_that_is_none() {
    let store = Store::sqlite();
    store.upgrade(memory_store::HISTORY, "+1");
    store.execute(
        "CREATE TABLE large (content blob); \
         WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 600) \
         INSERT INTO large SELECT randomblob(100000) FROM n",
    );
    let before = store.applied();
    let target = path(&store).with_file_name("before.db");
    let mut killed = 0;
    for _ in 0..5 {
        let mut process = Command::new(env!("CARGO_BIN_EXE_memory-store"))
            .args(["upgrade", "--database", &store.url(), "--backup"])
            .arg(&target)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let is_growing = || {
            let entries = fs::read_dir(path(&store).parent().unwrap()).unwrap();
            let lengths = entries.filter_map(|entry| {
                let entry = entry.ok()?;
                let is_partial = entry.file_name().to_str()?.ends_with(".partial");
                is_partial.then(|| entry.metadata().map_or(0, |metadata| metadata.len()))
            });
            lengths.max().is_some_and(|length| length > 0)
        };
        while process.try_wait().unwrap().is_none() && !is_growing() {
            std::thread::yield_now();
        }
        process.kill().unwrap();
        process.wait().unwrap();
        if target.exists() {
            // Whole, if it was too late: the run had gone on.
            assert_eq!(
                Connection::open(&target)
                    .unwrap()
                    .query_row("PRAGMA quick_check", [], |row| row.get::<_, String>(0))
                    .unwrap(),
                "ok"
            );
            break;
        }
        killed += 1;
        assert_eq!(store.applied(), before);
        for rest in others(&store) {
            assert!(
                rest.starts_with(".before.db.") && rest.contains(".partial"),
                "{rest}"
            );
            fs::remove_file(path(&store).with_file_name(rest)).unwrap();
        }
    }
    assert!(killed > 0, "no kill came while the copy grew");
}

#[test]
fn a_script_that_is_taken_up_has_its_backup_first() {
    let store = Store::sqlite();
    store.upgrade(history(), "r1");
    let mut outside = revision(
        "r2",
        "r1",
        "CREATE TABLE IF NOT EXISTS b (id integer);\nINSERT INTO missing VALUES (1);",
        "DROP TABLE b;",
    );
    outside.1 = outside.1.replace("-- @up", "-- @up no-transaction");
    let first = revision(
        "r1",
        "base",
        "CREATE TABLE a (id integer PRIMARY KEY, text text);",
        "DROP TABLE a;",
    );
    let outside = compile("app", &[first, outside]);
    Migrator::new(outside)
        .upgrade(&store.url(), "head")
        .unwrap_err();
    store.execute("CREATE TABLE missing (id integer)");
    let target = path(&store).with_file_name("before.db");
    let report = Migrator::new(outside)
        .backup_to(&target)
        .resume(&store.url(), "head")
        .unwrap_or_else(|error| panic!("{}", full(&error)));
    assert_eq!(report.backup.as_ref(), Some(&target));
    let copied = Connection::open(&target).unwrap();
    let rows: i64 = copied
        .query_row("SELECT count(*) FROM missing", [], |row| row.get(0))
        .unwrap();
    assert_eq!(
        (rows, store.query("SELECT count(*) FROM missing")),
        (0, vec!["1".to_owned()])
    );
}
