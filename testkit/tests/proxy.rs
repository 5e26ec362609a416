//! What the proxy counts, and how it cuts.

use ::postgres::{Client, NoTls};
use limbeck_testkit::{Database, WireProxy, postgres};

fn connect(proxy: &WireProxy, database: &Database) -> Result<Client, ::postgres::Error> {
    Client::connect(&proxy.url(database.name()), NoTls)
}

#[test]
fn messages_and_round_trips_after_the_start_are_counted() {
    let database = Database::create(postgres());
    let proxy = WireProxy::start(postgres());
    let mut client = connect(&proxy, &database).unwrap();
    assert!(proxy.sent().is_empty(), "a session's start does not count");
    assert_eq!(proxy.round_trips(), 0);

    client.batch_execute("SELECT 1; SELECT 2").unwrap();
    assert_eq!(proxy.queries(), ["SELECT 1; SELECT 2"]);
    assert_eq!((proxy.count('Q'), proxy.round_trips()), (1, 1));

    client.query_one("SELECT $1::int", &[&3]).unwrap();
    assert_eq!(proxy.prepared(), ["SELECT $1::int"]);
    assert_eq!(
        (proxy.count('P'), proxy.count('B'), proxy.count('E')),
        (1, 1, 1)
    );
    assert_eq!(proxy.round_trips(), 3, "one to prepare, one to execute");

    proxy.reset();
    assert_eq!((proxy.count('Q'), proxy.round_trips()), (0, 0));
    drop(client);
    proxy.wait_until_idle();
    assert_eq!(proxy.count('X'), 1);
}

#[test]
fn large_messages_pass_whole_in_both_directions() {
    let database = Database::create(postgres());
    let proxy = WireProxy::start(postgres());
    let mut client = connect(&proxy, &database).unwrap();
    let text = "x".repeat(3_000_000);
    let row = client.query_one("SELECT $1::text", &[&text]).unwrap();
    assert!(row.get::<_, String>(0) == text);
}

#[test]
fn a_message_before_which_the_connection_is_cut_has_no_effect() {
    let database = Database::create(postgres());
    let proxy = WireProxy::start(postgres());
    let mut client = connect(&proxy, &database).unwrap();
    proxy.cut_before_message(2);
    client.batch_execute("CREATE TABLE one ()").unwrap();
    assert!(proxy.is_armed());
    assert!(client.batch_execute("CREATE TABLE two ()").is_err());
    assert!(!proxy.is_armed());
    proxy.wait_until_idle();

    let mut direct = database.connect();
    direct.batch_execute("TABLE one").unwrap();
    assert!(direct.batch_execute("TABLE two").is_err());
}

#[test]
fn a_message_after_which_the_connection_is_cut_is_carried_out_unheard() {
    let database = Database::create(postgres());
    let proxy = WireProxy::start(postgres());
    let mut client = connect(&proxy, &database).unwrap();
    proxy.cut_after_message(1);
    let statement = "SELECT pg_sleep(0.2); CREATE TABLE one ()";
    assert!(client.batch_execute(statement).is_err());
    proxy.wait_until_idle();
    database.connect().batch_execute("TABLE one").unwrap();

    let mut again = connect(&proxy, &database).unwrap();
    again.batch_execute("TABLE one").unwrap();
}

#[test]
fn an_open_transaction_is_rolled_back_when_its_connection_is_cut() {
    let database = Database::create(postgres());
    let proxy = WireProxy::start(postgres());
    let mut client = connect(&proxy, &database).unwrap();
    client.batch_execute("BEGIN").unwrap();
    proxy.cut_after_message(1);
    assert!(client.batch_execute("CREATE TABLE one ()").is_err());
    proxy.wait_until_idle();
    assert!(database.connect().batch_execute("TABLE one").is_err());
}

#[test]
fn a_client_that_asks_for_encryption_goes_on_without() {
    let database = Database::create(postgres());
    let proxy = WireProxy::start(postgres());
    let output = std::process::Command::new("psql")
        .arg(format!("{}?sslmode=prefer", proxy.url(database.name())))
        .args(["-XAtc", "SELECT 41 + 1"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "42\n");
    assert_eq!(proxy.queries(), ["SELECT 41 + 1"]);
}
