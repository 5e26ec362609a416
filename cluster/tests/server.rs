//! A server of our own, from its start to its end.

#![cfg(unix)]

use std::process::Command;
use std::{env, fs};

use limbeck_cluster::{Cluster, Error, Listen, Options, Stop};
use postgres::{Client, Config, NoTls};

fn connect(cluster: &Cluster) -> Result<Client, postgres::Error> {
    Client::connect(&cluster.url("postgres"), NoTls)
}

#[test]
fn a_cluster_takes_its_settings_and_leaves_nothing_behind() -> Result<(), Error> {
    let options = Options {
        max_connections: 17,
        settings: vec!["work_mem = '5MB'".to_owned()],
        ..Options::default()
    };
    let cluster = Cluster::start(&options)?;
    let directory = cluster.socket_directory().to_owned();
    let mut client = connect(&cluster).unwrap();
    for (setting, expected) in [
        ("max_connections", "17"),
        ("work_mem", "5MB"),
        ("fsync", "off"),
        ("server_encoding", "UTF8"),
    ] {
        let row = client
            .query_one("SELECT current_setting($1)", &[&setting])
            .unwrap();
        assert_eq!(row.get::<_, String>(0), expected, "{setting}");
    }
    let socket = format!(".s.PGSQL.{}", cluster.port());
    assert!(directory.join(socket).exists());
    assert!(cluster.log()?.contains("ready to accept connections"));

    let process = client
        .query_one("SELECT pg_backend_pid()", &[])
        .unwrap()
        .get::<_, i32>(0);
    drop(cluster);
    assert!(!directory.exists());
    assert!(
        client.simple_query("SELECT 1").is_err(),
        "session {process} goes on"
    );
    Ok(())
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let options = Options {
        settings: vec!["no_such_setting = 1".to_owned()],
        ..Options::default()
    };
    let error = Cluster::start(&options).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("no_such_setting"), "{error}");

    let options = Options {
        binaries: Some("/nowhere".into()),
        ..Options::default()
    };
    let error = Cluster::start(&options).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("/nowhere"), "{error}");
}

/// This test runs itself a second time: that process starts a server, says where, and is killed.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the environment tells the second process what to do, and only time shows an end"
)]
fn a_server_ends_with_its_process_even_when_that_is_killed() {
    const CHILD: &str = "LIMBECK_CLUSTER_CHILD";
    if let Ok(report) = env::var(CHILD) {
        let cluster = Cluster::start(&Options::default()).unwrap();
        let line = format!(
            "{}\n{}",
            cluster.url("postgres"),
            cluster.socket_directory().display()
        );
        fs::write(format!("{report}.new"), line).unwrap();
        fs::rename(format!("{report}.new"), &report).unwrap();
        loop {
            std::thread::park();
        }
    }

    let scratch = tempfile::tempdir().unwrap();
    let report = scratch.path().join("report");
    let mut child = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "a_server_ends_with_its_process_even_when_that_is_killed",
        ])
        .env(CHILD, &report)
        .spawn()
        .unwrap();
    let pause = || std::thread::sleep(std::time::Duration::from_millis(20));
    while !report.exists() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "the second process ended early"
        );
        pause();
    }
    let text = fs::read_to_string(&report).unwrap();
    let (url, directory) = text.split_once('\n').unwrap();
    let mut client = Client::connect(url, NoTls).unwrap();
    client.simple_query("SELECT 1").unwrap();

    child.kill().unwrap();
    child.wait().unwrap();
    for _ in 0..500 {
        if !fs::exists(directory).unwrap() {
            break;
        }
        pause();
    }
    assert!(!fs::exists(directory).unwrap());
    assert!(client.simple_query("SELECT 1").is_err());
    assert!(Client::connect(url, NoTls).is_err());
}

#[test]
fn nobody_else_is_let_in_where_only_the_socket_is_listened_on() -> Result<(), Error> {
    let cluster = Cluster::start(&Options::default())?;
    let addresses: String = connect(&cluster)
        .unwrap()
        .query_one("SHOW listen_addresses", &[])
        .unwrap()
        .get(0);
    assert_eq!(addresses, "");
    let mode = fs::metadata(cluster.socket_directory())
        .unwrap()
        .permissions();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777,
        0o700
    );
    Ok(())
}

#[test]
fn a_server_can_be_reached_through_a_port_as_well() -> Result<(), Error> {
    let cluster = Cluster::start(&Options {
        listen: Listen::Loopback,
        ..Options::default()
    })?;
    assert_eq!(
        cluster.url("x"),
        format!("postgres://postgres@127.0.0.1:{}/x", cluster.port())
    );
    connect(&cluster).unwrap().simple_query("SELECT 1").unwrap();
    Config::new()
        .host_path(cluster.socket_directory())
        .port(cluster.port())
        .user("postgres")
        .connect(NoTls)
        .unwrap();
    Ok(())
}

#[test]
fn a_server_ends_with_a_panic_too() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let cluster = Cluster::start(&Options::default()).unwrap();
        sender.send(cluster.socket_directory().to_owned()).unwrap();
        panic!("on purpose");
    });
    let directory = receiver.recv().unwrap();
    assert!(thread.join().is_err());
    assert!(!directory.exists());
}

#[test]
fn a_restarted_server_is_at_the_same_place_with_what_was_committed() -> Result<(), Error> {
    let mut cluster = Cluster::start(&Options::default())?;
    let mut client = connect(&cluster).unwrap();
    // The server is set to commit without waiting, which an immediate stop would show.
    let table = "SET synchronous_commit = on; CREATE TABLE kept (number) AS SELECT 1";
    client.batch_execute(table).unwrap();
    for stop in [Stop::Fast, Stop::Immediate] {
        cluster.restart(stop)?;
        assert!(client.simple_query("SELECT 1").is_err());
        client = connect(&cluster).unwrap();
        assert_eq!(client.query("TABLE kept", &[]).unwrap().len(), 1);
    }
    Ok(())
}
