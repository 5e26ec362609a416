//! What one kind of database has alone: roles, scratch databases and lent connections, or files.

use limbeck::{Comparison, Evidence, Migrator};
use limbeck_testkit::{Database, postgres};
use memory_store::HISTORY;

use super::support::{
    assert_equal, assert_gone, compare, drafts, found, reason, scratch_databases,
};
use crate::support::{Store, compile, revision};

#[test]
fn a_disabled_trigger_and_a_constraint_that_was_never_checked_are_found() {
    let store = Store::postgres();
    let history = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE TABLE a (id integer CONSTRAINT positive CHECK (id > 0));\n\
             CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';\n\
             CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();",
            "DROP TABLE a;\nDROP FUNCTION f();",
        )],
    );
    store.upgrade(history, "head");
    assert_eq!(
        compare(&store, history),
        Comparison::Equal(Evidence::Replay)
    );
    store.execute(
        "ALTER TABLE a DISABLE TRIGGER t; ALTER TABLE a DROP CONSTRAINT positive; \
         ALTER TABLE a ADD CONSTRAINT positive CHECK (id > 0) NOT VALID",
    );
    let comparison = compare(&store, history);
    insta::assert_snapshot!(found(&comparison));
    let Comparison::Different(differences) = comparison else {
        unreachable!()
    };
    for difference in differences {
        store.execute(&difference.mend.unwrap());
    }
    assert_eq!(
        compare(&store, history),
        Comparison::Equal(Evidence::Replay)
    );
}

#[test]
fn what_others_have_in_the_database_is_no_drift() {
    let store = Store::postgres();
    store.upgrade(HISTORY, "head");
    store.execute(
        "CREATE SCHEMA analytics; CREATE TABLE analytics.facts (id integer PRIMARY KEY); \
         COMMENT ON TABLE analytics.facts IS 'theirs'; CREATE EXTENSION pg_stat_statements",
    );
    assert_equal(&store);
    store.execute("CREATE TABLE public.facts (id integer)");
    assert_eq!(
        found(&compare(&store, HISTORY)),
        "table `facts` is there, and no revision makes it\n  help: DROP TABLE facts;"
    );
}

#[test]
fn a_role_that_may_make_no_database_learns_that_there_is_drift_and_what_would_be_needed() {
    let database = Database::create(postgres());
    Migrator::new(HISTORY)
        .upgrade(&database.url(), "head")
        .unwrap();
    let role = format!("looker_{}", database.name());
    database
        .connect()
        .batch_execute(&format!(
            "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA limbeck TO {role}; \
             GRANT SELECT ON ALL TABLES IN SCHEMA limbeck TO {role}; CREATE TABLE by_hand (id integer)"
        ))
        .unwrap();
    let url = database.url().replace("postgres@", &format!("{role}@"));
    let verification = Migrator::new(HISTORY).verify(&url).unwrap();
    let scratch = Migrator::new(HISTORY)
        .scratch(database.url())
        .verify(&url)
        .unwrap();
    database
        .connect()
        .batch_execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .unwrap();
    if postgres().major_version() == 15 {
        assert!(!verification.is_sound());
        let Comparison::Unlike(reason) = &verification.comparison else {
            panic!("{verification:?}")
        };
        insta::assert_snapshot!(format!(
            "{reason}\n  help: {}",
            reason.help.as_deref().unwrap()
        ));
    }
    // Another way to a server is the way out.
    assert_eq!(
        found(&scratch.comparison),
        "table `by_hand` is there, and no revision makes it\n  help: DROP TABLE by_hand;"
    );
}

#[test]
fn a_revision_that_reaches_beyond_its_database_is_not_run_again_on_the_same_server() {
    let store = Store::postgres();
    let role = match &store {
        Store::Postgres(database) => format!("role_of_{}", database.name()),
        Store::Sqlite { .. } => unreachable!(),
    };
    let up = format!("CREATE ROLE {role};\nCREATE TABLE a (id integer);");
    let down = format!("DROP TABLE a;\nDROP ROLE {role};");
    let history = compile("app", &[revision("r1", "base", &up, &down)]);
    store.upgrade(history, "head");
    let comparison = compare(&store, history);
    let reason = reason(&comparison);
    insta::assert_snapshot!(format!(
        "{reason}\n  help: {}",
        reason.help.as_deref().unwrap()
    ));
    store.downgrade(history, "base");
}

#[test]
fn a_lent_connection_is_compared_by_fingerprint_alone() {
    let store = Store::postgres();
    store.upgrade(HISTORY, "head");
    let Store::Postgres(database) = &store else {
        unreachable!()
    };
    let mut client = database.connect();
    if postgres().major_version() == 15 {
        let verification = Migrator::new(HISTORY).verify(&mut client).unwrap();
        assert_eq!(verification.comparison, Comparison::Equal(Evidence::Proof));
        client
            .batch_execute("CREATE TABLE by_hand (id integer)")
            .unwrap();
        let verification = Migrator::new(HISTORY).verify(&mut client).unwrap();
        assert_eq!(
            reason(&verification.comparison).message,
            "a connection that was lent cannot be opened again for another database"
        );
        assert!(verification.comparison.is_drift());
    }
    // It is as usable as before.
    client.batch_execute("SELECT 1").unwrap();
}

#[test]
fn several_histories_and_revisions_that_are_ahead_have_no_fingerprint() {
    let store = Store::sqlite();
    let other = compile(
        "other",
        &[revision(
            "o1",
            "base",
            "CREATE TABLE o (id integer);",
            "DROP TABLE o;",
        )],
    );
    Migrator::with([HISTORY, other])
        .upgrade(&store.url(), "heads")
        .unwrap();
    let both = Migrator::with([HISTORY, other])
        .verify(&store.url())
        .unwrap();
    assert_eq!(both.comparison, Comparison::Equal(Evidence::Replay));
    // Whoever knows one of them sees the tables of the other.
    let one = Migrator::new(HISTORY).verify(&store.url()).unwrap();
    assert_eq!(
        found(&one.comparison),
        "table `o` is there, and no revision makes it\n  help: DROP TABLE o;"
    );

    let store = Store::sqlite();
    store.upgrade(drafts(), "heads");
    let older = compile(
        "app",
        &[revision(
            "r1",
            "base",
            "CREATE TABLE a (id integer PRIMARY KEY, note text DEFAULT 'x');",
            "DROP TABLE a;",
        )],
    );
    let verification = Migrator::new(older).verify(&store.url()).unwrap();
    assert_eq!(
        reason(&verification.comparison).message,
        "the database has revisions that this program does not know"
    );
}

#[test]
fn scratch_databases_are_gone_afterwards_also_those_that_were_left() {
    let store = Store::postgres();
    let left = "limbeck_scratch_999999999_1";
    postgres()
        .connect("postgres")
        .batch_execute(&format!("CREATE DATABASE {left}"))
        .unwrap();
    let before: Vec<String> = Vec::new();
    store.upgrade(drafts(), "heads");
    assert_eq!(
        compare(&store, drafts()),
        Comparison::Equal(Evidence::Replay)
    );
    assert!(!scratch_databases().contains(&left.to_owned()));
    assert_gone(&before);
}

#[test]
fn files_are_left_alone_when_revisions_are_run_again() {
    let store = Store::sqlite();
    let Store::Sqlite { path, .. } = &store else {
        unreachable!()
    };
    let other = path.with_file_name("other.db");
    let mut attaching = revision(
        "r1",
        "base",
        &format!(
            "VACUUM;\nATTACH '{}' AS other;\nCREATE TABLE IF NOT EXISTS other.t (id integer);\nDETACH other;",
            other.display()
        ),
        "SELECT 1;",
    );
    attaching.1 = attaching.1.replace("-- @up", "-- @up no-transaction");
    let history = compile("app", &[attaching]);
    store.upgrade(history, "head");
    std::fs::remove_file(&other).unwrap();
    let comparison = compare(&store, history);
    assert!(!other.exists());
    assert!(
        reason(&comparison).message.contains("not authorized"),
        "{comparison:?}"
    );
}
