//! Servers that are given or started, what is left on them, and what they refuse.

use limbeck_compiler::proof::Engine;

use super::super::engine::Postgres;
use super::support::{database, server};
use crate::verify::Server;

fn refused(server: &Server, extensions: &[&str]) -> String {
    let extensions: Vec<_> = extensions.iter().map(ToString::to_string).collect();
    match Postgres::create(server, &extensions) {
        Ok(_) => "it was made".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_server_of_its_own_is_started_and_used() {
    let folder = limbeck_testkit::server_binaries();
    let server = Server::start(folder.as_deref()).unwrap();
    let mut database = Postgres::create(&server, &[]).unwrap();
    assert!(database.version().unwrap().starts_with("PostgreSQL 1"));
    database.sound(&["CREATE TABLE a ()"]);
    let image = database.save().unwrap();
    database.restore(Some(&image)).unwrap();
    database.sound(&["DROP TABLE a"]);
}

#[test]
fn nothing_is_left_on_a_server_not_even_by_a_run_that_was_killed() {
    let mut client = limbeck_testkit::postgres().connect("postgres");
    // The first part of the name is a session that there never was.
    client
        .batch_execute("CREATE DATABASE limbeck_proof_4194305_1_1 TEMPLATE template0")
        .unwrap();
    let mut database = database();
    let mut left = |name: &str| {
        let query = "SELECT count(*) FROM pg_database WHERE datname = $1";
        client.query_one(query, &[&name]).unwrap().get::<_, i64>(0)
    };
    assert_eq!(left("limbeck_proof_4194305_1_1"), 0);
    let image = database.save().unwrap();
    let name = database.value("SELECT current_database()");
    assert!(name.starts_with("limbeck_proof_"), "{name}");
    // Another run does not take away what this one uses.
    drop(super::support::database());
    assert_eq!((left(&name), left(&image.name)), (1, 1));
    let kept = image.name.clone();
    drop(database);
    assert_eq!((left(&name), left(&kept)), (0, 0));
}

#[test]
fn a_user_who_may_not_make_databases_is_told_what_helps() {
    let testkit = limbeck_testkit::postgres();
    let mut client = testkit.connect("postgres");
    client
        .batch_execute(
            "DROP ROLE IF EXISTS plain_user; CREATE ROLE plain_user LOGIN PASSWORD 's3cret'",
        )
        .unwrap();
    let url = format!(
        "postgres://plain_user:s3cret@{}:{}/postgres",
        testkit.host(),
        testkit.port()
    );
    let server = Server::given(&url).unwrap();
    let told = refused(&server, &[]).replace(&testkit.port().to_string(), "PORT");
    insta::assert_snapshot!(told, @r#"
error: `plain_user` may not make databases on the server at `postgres://plain_user:***@127.0.0.1:PORT/postgres`, and a proof is run in a database of its own
  help: run `ALTER ROLE plain_user CREATEDB` as a superuser, or leave `--url` out
"#);

    client
        .batch_execute("ALTER ROLE plain_user CREATEDB")
        .unwrap();
    let mut database = Postgres::create(&server, &[]).unwrap();
    database.sound(&["CREATE TABLE a (id serial PRIMARY KEY)"]);
    database.fill(limbeck_compiler::proof::Rows::Hard).unwrap();
    let image = database.save().unwrap();
    database.clear().unwrap();
    database.restore(Some(&image)).unwrap();
    drop((database, image));
    client.batch_execute("DROP ROLE plain_user").unwrap();
}

#[test]
fn extensions_are_there_before_the_history() {
    let mut database = Postgres::create(&server(), &["plpgsql".to_owned()]).unwrap();
    database.restore(None).unwrap();
    database.sound(&["SELECT 1 FROM pg_extension WHERE extname = 'plpgsql'"]);
    let told = refused(&server(), &["no_such_extension"]);
    assert!(
        told.contains("the extension `no_such_extension`, which `extensions` in Cargo.toml names"),
        "{told}"
    );
    assert!(
        told.contains("help: install the package that brings `no_such_extension`"),
        "{told}"
    );
}

#[test]
fn a_server_that_is_not_there_is_named_without_a_password() {
    let server = Server::given("postgres://me:s3cret@127.0.0.1:1/db").unwrap();
    let told = refused(&server, &[]);
    assert!(
        told.contains("cannot connect to the server at `postgres://me:***@127.0.0.1:1/db`"),
        "{told}"
    );
    assert!(
        told.contains("refused") && !told.contains("s3cret"),
        "{told}"
    );
    let server = Server::given("postgres://me:s3cret@host/db?no_such=1").unwrap();
    let told = refused(&server, &[]);
    assert!(
        told.contains("no_such") && !told.contains("s3cret"),
        "{told}"
    );
}
