//! Where a connection goes, and what the session is told.

use std::net::TcpListener;
use std::time::Instant;

use limbeck::Migrator;
use limbeck_testkit::{Cluster, Database, Options, Stop};

use crate::server::{failure, history, kept, session};

/// A port on which connections are accepted by the system, and nobody answers.
fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[test]
fn hosts_are_tried_in_turn_until_one_answers() {
    let (_silent, silent) = silent();
    let database = Database::create(limbeck_testkit::postgres());
    let port = database.server().port();
    let url = format!(
        "postgres://postgres@127.0.0.1:1,no-such-host.invalid:2,127.0.0.1:{silent},127.0.0.1:{port}/{}?connect_timeout=1",
        database.name()
    );
    assert_eq!(session(&url, &database), "plain");
}

#[test]
fn a_silent_host_is_given_up_in_time() {
    let (_silent, silent) = silent();
    let watch = Instant::now();
    failure(&format!(
        "postgres://me@127.0.0.1:{silent}/db?connect_timeout=1"
    ));
    let took = watch.elapsed().as_secs_f64();
    assert!((0.9..8.0).contains(&took), "{took}");
}

#[test]
fn a_host_that_refuses_is_not_passed_over() {
    let database = Database::create(limbeck_testkit::postgres());
    let port = database.server().port();
    let url = format!("postgres://postgres@127.0.0.1:{port},127.0.0.1:1/no_such_database");
    let text = format!("{:#}", failure(&url));
    assert!(
        text.contains("3D000") && !text.contains("Connection refused"),
        "{text}"
    );
}

#[test]
fn what_the_session_is_told_reaches_it() {
    let database = Database::create(limbeck_testkit::postgres());
    let url = format!(
        "{}?application_name=the%20store&options=-c%20work_mem%3D123kB&keepalives=1&keepalives_idle=30\
         &keepalives_count=3&tcp_user_timeout=5000&load_balance_hosts=random&client_encoding=utf8",
        database.url()
    );
    session(&url, &database);
    assert_eq!(kept(&database, "application"), "the store");
    assert_eq!(kept(&database, "memory"), "123kB");
    let other = Database::create(limbeck_testkit::postgres());
    session(&other.url(), &other);
    assert_eq!(kept(&other, "application"), "limbeck");
}

#[test]
fn a_session_is_chosen_by_whether_it_can_write() {
    let database = Database::create(limbeck_testkit::postgres());
    let read_only = Database::create(limbeck_testkit::postgres());
    let port = database.server().port();
    database
        .connect()
        .batch_execute(&format!(
            "ALTER DATABASE {} SET default_transaction_read_only = on",
            read_only.name()
        ))
        .unwrap();
    let url = |name: &str, wanted: &str| {
        format!("postgres://postgres@127.0.0.1:{port}/{name}?target_session_attrs={wanted}")
    };
    let text = format!("{:#}", failure(&url(read_only.name(), "read-write")));
    assert!(text.contains("does not allow writes"), "{text}");
    let text = format!("{:#}", failure(&url(database.name(), "read-only")));
    assert!(text.contains("not read only"), "{text}");
    let migrator = Migrator::new(history());
    migrator
        .status(&url(read_only.name(), "read-only"))
        .unwrap();
    session(&url(database.name(), "read-write"), &database);
}

#[test]
fn a_primary_and_a_standby_are_told_apart() {
    let settings = ["wal_level = replica", "max_wal_senders = 1"];
    let mut cluster = Cluster::start(&Options {
        settings: settings.map(str::to_owned).to_vec(),
        ..Options::default()
    })
    .unwrap();
    let mut client = cluster.server().connect("postgres");
    client
        .batch_execute("CHECKPOINT; COPY (SELECT 1) TO PROGRAM 'cat > standby.signal'")
        .unwrap();
    drop(client);
    // Without a primary to follow, it stands where it stood.
    cluster.restart(Stop::Fast).unwrap();
    let primary = limbeck_testkit::postgres().port();
    let standby = cluster.server().port();
    let migrator = Migrator::new(history());
    let attempt = |hosts: &[u16], wanted: &str| {
        let hosts: Vec<_> = hosts
            .iter()
            .map(|port| format!("127.0.0.1:{port}"))
            .collect();
        let url = format!(
            "postgres://postgres@{}/postgres?target_session_attrs={wanted}",
            hosts.join(",")
        );
        migrator
            .status(&url)
            .map(|_| ())
            .map_err(|error| format!("{error:#}"))
    };
    for wanted in [
        "primary",
        "read-write",
        "standby",
        "read-only",
        "prefer-standby",
        "any",
    ] {
        attempt(&[standby, primary], wanted).unwrap();
        attempt(&[primary, standby], wanted).unwrap();
    }
    attempt(&[primary], "prefer-standby").unwrap();
    attempt(&[standby], "standby").unwrap();
    let text = attempt(&[standby], "primary").unwrap_err();
    assert!(text.contains("the server is a standby"), "{text}");
    let text = attempt(&[primary, primary], "standby").unwrap_err();
    assert_eq!(text.matches("the server is a primary").count(), 2, "{text}");
}
