//! Databases on which can only be read: a streaming standby, a role with no right but to read, a file and a
//! folder that cannot be written.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};
use std::time::Duration;

use limbeck::{ErrorKind, History, Migrator, Policy};
use limbeck_testkit::{Cluster, Database, Options, Server, WireProxy, postgres};

use crate::support::{Store, compile, revision};

fn tables(count: usize) -> &'static History {
    let files: Vec<_> = (1..=count)
        .map(|number| {
            let parent = match number {
                1 => "base".to_owned(),
                _ => format!("r{}", number - 1),
            };
            revision(
                &format!("r{number}"),
                &parent,
                &format!("CREATE TABLE t{number} (id integer);"),
                &format!("DROP TABLE t{number};"),
            )
        })
        .collect();
    compile("app", &files)
}

/// Waits until the standby has all that the primary has.
fn catch_up(primary: &Server, standby: &Server) {
    let written: String = primary
        .connect("postgres")
        .query_one("SELECT pg_current_wal_lsn()::text", &[])
        .unwrap()
        .get(0);
    let mut client = standby.connect("postgres");
    let query = format!("SELECT pg_last_wal_replay_lsn() >= '{written}'::pg_lsn");
    for _ in 0..1_000 {
        if client.query_one(&query, &[]).unwrap().get(0) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the standby has not caught up");
}

#[test]
fn a_streaming_standby_passes_at_head_and_is_refused_whole_behind_it() {
    let cluster = Cluster::start(&Options {
        settings: vec![
            "wal_level = replica".to_owned(),
            "max_wal_senders = 4".to_owned(),
        ],
        ..Options::default()
    })
    .unwrap();
    let database = Database::create(cluster.server());
    Migrator::new(tables(2))
        .upgrade(&database.url(), "head")
        .unwrap();
    let standby = cluster.standby().unwrap();
    catch_up(cluster.server(), standby.server());
    let proxy = WireProxy::start(standby.server());
    let url = proxy.url(database.name());

    assert!(
        Migrator::new(tables(2))
            .upgrade(&url, "head")
            .unwrap()
            .is_up_to_date()
    );
    proxy.wait_until_idle();
    assert_eq!(proxy.queries().len(), 1, "{:?}", proxy.queries());
    assert!(Migrator::new(tables(2)).pending(&url).unwrap().is_empty());
    assert!(Migrator::new(tables(2)).status(&url).unwrap().is_at_head());

    let pending = Migrator::new(tables(4)).pending(&url).unwrap();
    let ids: Vec<_> = pending
        .revisions
        .iter()
        .map(|revision| revision.id.as_str())
        .collect();
    assert_eq!(ids, ["r3", "r4"]);
    let refused = Migrator::new(tables(4)).upgrade(&url, "head").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Preflight);
    insta::assert_snapshot!("a_standby_that_is_behind", format!("error: {refused:#}"));
    assert!(
        refused.report().unwrap().is_up_to_date(),
        "half of it was run"
    );
    let verified = Migrator::new(tables(4))
        .policy(Policy::Verify)
        .upgrade(&url, "head")
        .unwrap_err();
    assert_eq!(verified.kind(), ErrorKind::NotAtHead);

    // A program on the standby waits for the one that migrates the primary.
    let waiting = std::thread::spawn(move || {
        Migrator::new(tables(4))
            .policy(Policy::Wait {
                deadline: Duration::from_mins(1),
            })
            .upgrade(&url, "head")
    });
    std::thread::sleep(Duration::from_millis(100));
    Migrator::new(tables(4))
        .upgrade(&database.url(), "head")
        .unwrap();
    let report = waiting.join().unwrap().unwrap();
    assert!(
        report.is_up_to_date() && report.waited >= Duration::from_millis(50),
        "{report:?}"
    );
}

#[test]
fn a_role_that_may_only_read_the_ledger_is_told_what_is_pending_and_nothing_more_is_sent() {
    let database = Database::create(postgres());
    Migrator::new(tables(2))
        .upgrade(&database.url(), "head")
        .unwrap();
    let role = format!("prober_{}", database.name());
    let grant = format!(
        "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA limbeck TO {role}; \
         GRANT SELECT ON ALL TABLES IN SCHEMA limbeck TO {role}"
    );
    database.connect().batch_execute(&grant).unwrap();
    let proxy = WireProxy::start(postgres());
    let url = proxy
        .url(database.name())
        .replace("postgres@", &format!("{role}@"));
    assert!(url.contains(&role), "{url}");

    assert!(Migrator::new(tables(2)).pending(&url).unwrap().is_empty());
    proxy.wait_until_idle();
    assert_eq!(proxy.queries().len(), 1, "{:?}", proxy.queries());
    assert_eq!(
        Migrator::new(tables(3))
            .pending(&url)
            .unwrap()
            .revisions
            .len(),
        1
    );
    let error = Migrator::new(tables(3))
        .policy(Policy::Verify)
        .upgrade(&url, "head")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotAtHead);
    proxy.wait_until_idle();
    for query in proxy.queries() {
        for word in [
            "INSERT",
            "UPDATE",
            "CREATE",
            "DELETE",
            "lock(",
            "READ WRITE",
        ] {
            assert!(!query.contains(word), "{query}");
        }
    }
    let drop = format!("DROP OWNED BY {role}; DROP ROLE {role}");
    database.connect().batch_execute(&drop).unwrap();
}

/// Runs the store's own program as a user for whom permissions count, on a folder that this user owns.
fn run_on(folder: &std::path::Path, arguments: &[&str]) -> Output {
    let program = folder.join("memory-store");
    if !program.exists() {
        std::fs::copy(env!("CARGO_BIN_EXE_memory-store"), &program).unwrap();
    }
    let mut command = Command::new(&program);
    let url = format!("sqlite:{}", folder.join("data/store.db").display());
    command
        .args(arguments)
        .env("DATABASE_URL", url)
        .current_dir("/");
    let data = folder.join("data");
    // Whose it is tells whether this process is root, for whom no permission counts.
    let fresh = tempfile::tempdir().unwrap();
    let paths = [
        fresh.path(),
        folder,
        &program,
        &data,
        &data.join("store.db"),
    ];
    limbeck_testkit::run_unprivileged(&mut command, &paths).unwrap();
    command.output().unwrap()
}

#[test]
fn an_sqlite_file_in_a_folder_that_cannot_be_written_is_looked_at_and_never_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (data, path) = (
        folder.path().join("data"),
        folder.path().join("data/store.db"),
    );
    std::fs::create_dir(&data).unwrap();
    Migrator::new(memory_store::HISTORY)
        .upgrade(path.as_path(), "-1")
        .unwrap_err();
    Migrator::new(memory_store::HISTORY)
        .upgrade(path.as_path(), "+3")
        .unwrap();
    let lock = |mode: u32| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(mode | 0o111)).unwrap();
    };
    lock(0o444);
    let before = std::fs::read(&path).unwrap();
    let code = |arguments: &[&str]| run_on(folder.path(), arguments).status.code();
    assert_eq!(code(&["check"]), Some(3));
    assert_eq!(code(&["upgrade", "--policy", "verify"]), Some(3));
    let refused = run_on(folder.path(), &["upgrade"]);
    assert_eq!(refused.status.code(), Some(10), "{refused:?}");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    insta::assert_snapshot!("a_file_that_can_only_be_read", said);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = run_on(folder.path(), &["upgrade"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    insta::assert_snapshot!("a_file_in_a_folder_that_can_only_be_read", said);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1);

    lock(0o644);
    Migrator::new(memory_store::HISTORY)
        .upgrade(path.as_path(), "head")
        .unwrap();
    lock(0o444);
    for arguments in [
        &["check"][..],
        &["upgrade"],
        &["upgrade", "--policy", "verify"],
        &["current"],
    ] {
        let output = run_on(folder.path(), arguments);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1);
}

#[test]
fn a_probe_makes_no_file_where_there_is_none() {
    let store = Store::sqlite();
    let Store::Sqlite { path, .. } = &store else {
        unreachable!()
    };
    for policy in [
        Policy::Verify,
        Policy::Wait {
            deadline: Duration::from_millis(30),
        },
    ] {
        let error = Migrator::new(tables(1))
            .policy(policy)
            .upgrade(path.as_path(), "head")
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Database, "{error}");
    }
    Migrator::new(tables(1))
        .pending(path.as_path())
        .unwrap_err();
    assert!(!path.exists());
}
