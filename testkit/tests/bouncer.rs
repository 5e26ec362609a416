//! What the real PgBouncer does to sessions, which the tests that use it rely on.

#![cfg(unix)]

use ::postgres::{Client, NoTls};
use limbeck_testkit::{Bouncer, Database, PoolMode, postgres};

fn setting(client: &mut Client) -> Option<String> {
    let messages = client.simple_query("SHOW work_mem").ok()?;
    messages.iter().find_map(|message| match message {
        ::postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}

#[test]
fn clients_of_a_transaction_pool_meet_in_one_session() {
    let database = Database::create(postgres());
    let bouncer = Bouncer::start_with_pool(postgres(), PoolMode::Transaction, 1);
    let connect = || Client::connect(&bouncer.url(database.name()), NoTls).unwrap();
    let (mut one, mut other) = (connect(), connect());
    one.batch_execute("SET work_mem = '77MB'").unwrap();
    let left = setting(&mut other);
    assert_eq!(left.as_deref(), Some("77MB"), "what one client leaves");
}

#[test]
fn clients_of_a_session_pool_have_their_own() {
    let database = Database::create(postgres());
    let bouncer = Bouncer::start(postgres(), PoolMode::Session);
    let connect = || Client::connect(&bouncer.url(database.name()), NoTls).unwrap();
    let (mut one, mut other) = (connect(), connect());
    one.batch_execute("SET work_mem = '77MB'").unwrap();
    assert_ne!(setting(&mut other).as_deref(), Some("77MB"));
    assert_eq!(setting(&mut one).as_deref(), Some("77MB"));
}

#[test]
fn a_pooler_is_gone_when_it_is_dropped() {
    let bouncer = Bouncer::start(postgres(), PoolMode::Transaction);
    let url = bouncer.url("postgres");
    Client::connect(&url, NoTls).unwrap();
    assert!(bouncer.log().contains("process up"));
    drop(bouncer);
    assert!(Client::connect(&url, NoTls).is_err());
}
