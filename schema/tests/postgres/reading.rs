//! How a schema is read: what is left out, and what reading leaves as it was.

use limbeck_schema::{Kind, Schema, diff, postgres};
use limbeck_testkit::Database;

use super::check::given;
use crate::changes::Outcome;

/// Statements of which each needs only those of the lines above it.
const LAYERS: [&[&str]; 3] = [
    &[
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "CREATE SCHEMA billing",
        "CREATE SEQUENCE numbers",
        "CREATE DOMAIN amount AS numeric CHECK (VALUE > 0)",
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
    ],
    &[
        "CREATE TABLE agents (id int PRIMARY KEY, mood mood, note text)",
        "CREATE TABLE billing.items (id int PRIMARY KEY, agent int, amount amount)",
        "CREATE TABLE events (at int NOT NULL) PARTITION BY RANGE (at)",
    ],
    &[
        "CREATE INDEX by_note ON agents (note)",
        "CREATE INDEX by_mood ON agents (mood)",
        "ALTER TABLE billing.items ADD CONSTRAINT fk FOREIGN KEY (agent) REFERENCES agents",
        "CREATE VIEW happy AS SELECT id FROM agents",
        "CREATE TRIGGER touched BEFORE UPDATE ON agents FOR EACH ROW EXECUTE FUNCTION touch()",
        "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (9)",
        "COMMENT ON TABLE agents IS 'who'",
    ],
];

#[test]
fn a_schema_does_not_depend_on_the_order_in_which_it_was_made() -> Outcome {
    let mut seen: Option<(Schema, String)> = None;
    for turn in 0..4 {
        let database = Database::create(limbeck_testkit::postgres());
        let mut client = database.connect();
        for layer in LAYERS {
            let mut statements = layer.to_vec();
            statements.rotate_left(turn % layer.len());
            if turn % 2 == 1 {
                statements.reverse();
            }
            client.batch_execute(&statements.join(";"))?;
        }
        let now = (
            postgres::read(&mut client, "limbeck")?,
            database.pg_dump_schema(&[]),
        );
        let first = seen.get_or_insert_with(|| now.clone());
        assert_eq!(diff(&first.0, &now.0), []);
        assert_eq!(first.0.to_string(), now.0.to_string());
        assert_eq!(first.0.fingerprint(), now.0.fingerprint());
        assert_eq!(first.1, now.1);
    }
    Ok(())
}

#[test]
fn limbecks_own_schema_is_left_out_whatever_its_name() -> Outcome {
    let ledger = "CREATE TYPE limbeck.e AS ENUM ('a'); CREATE TABLE limbeck.state (x limbeck.e);
        CREATE INDEX ON limbeck.state (x); CREATE VIEW limbeck.v AS SELECT 1 AS one;
        CREATE FUNCTION limbeck.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE OPERATOR limbeck.=== (leftarg = int, rightarg = int, function = int4eq);
        CREATE TABLE limbeck.keyed (id serial PRIMARY KEY, CHECK (id > 0));
        COMMENT ON COLUMN limbeck.state.x IS 'x'; COMMENT ON SCHEMA limbeck IS 'ours';
        COMMENT ON CONSTRAINT keyed_pkey ON limbeck.keyed IS 'key'";
    given("CREATE TABLE a (x int)")?.then(&format!("CREATE SCHEMA limbeck; {ledger}"), &[])?;

    let database = Database::create(limbeck_testkit::postgres());
    let mut client = database.connect();
    let name = r#"it's \ "odd""#;
    let quoted = r#""it's \ ""odd""""#;
    client.batch_execute("CREATE TABLE a (x int)")?;
    let before = postgres::read(&mut client, name)?;
    client.batch_execute(&format!(
        "CREATE SCHEMA {quoted}; {}",
        ledger.replace("limbeck", quoted)
    ))?;
    assert_eq!(diff(&before, &postgres::read(&mut client, name)?), []);
    assert_ne!(diff(&before, &postgres::read(&mut client, "limbeck")?), []);
    Ok(())
}

#[test]
fn temporary_objects_rows_and_privileges_do_not_count() -> Outcome {
    given("CREATE TABLE a (x int)")?.then(
        "CREATE TEMPORARY TABLE t (id serial PRIMARY KEY); COMMENT ON TABLE t IS 't';
         CREATE TEMPORARY VIEW v AS SELECT * FROM t; INSERT INTO a VALUES (1);
         GRANT SELECT ON a TO PUBLIC",
        &[],
    )?;
    Ok(())
}

#[test]
fn the_sessions_settings_decide_nothing_and_stay() -> Outcome {
    let database = Database::create(limbeck_testkit::postgres());
    let mut client = database.connect();
    client.batch_execute(
        r"CREATE SCHEMA s; CREATE TABLE s.a (
            at timestamptz DEFAULT '2024-05-06 07:08+00', span interval DEFAULT '1 day 2 hours',
            path text DEFAULT 'a\b', bytes bytea DEFAULT '\x00ff');
          CREATE VIEW s.v AS SELECT at FROM s.a WHERE path <> 'c\d'",
    )?;
    let plain = postgres::read(&mut client, "limbeck")?;
    let settings = [
        ("search_path", "s, public"),
        ("datestyle", "SQL, DMY"),
        ("intervalstyle", "iso_8601"),
        ("timezone", "Asia/Tokyo"),
        ("standard_conforming_strings", "off"),
        ("quote_all_identifiers", "on"),
        ("bytea_output", "escape"),
    ];
    for (name, value) in settings {
        client.execute("SELECT set_config($1, $2, false)", &[&name, &value])?;
    }
    assert_eq!(
        postgres::read(&mut client, "limbeck")?.to_string(),
        plain.to_string()
    );

    let path = "SELECT current_setting('search_path')";
    client.batch_execute("BEGIN; SET LOCAL search_path = public; CREATE TABLE b ()")?;
    let within = postgres::read(&mut client, "limbeck")?;
    let said: Vec<String> = diff(&plain, &within)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        said,
        ["table `b` is new"],
        "it reads what its own transaction has done"
    );
    assert_eq!(
        client.query_one(path, &[])?.get::<_, String>(0),
        "\"public\""
    );
    client.batch_execute("ROLLBACK")?;
    for (name, value) in settings {
        let row = client.query_one("SELECT current_setting($1)", &[&name])?;
        assert_eq!(row.get::<_, String>(0), value, "{name}");
    }
    Ok(())
}

#[test]
fn an_index_that_was_left_invalid_is_told_from_a_valid_one() -> Outcome {
    let database = Database::create(limbeck_testkit::postgres());
    let mut client = database.connect();
    client.batch_execute("CREATE TABLE a (x int); INSERT INTO a VALUES (1), (1)")?;
    let before = postgres::read(&mut client, "limbeck")?;
    let build = client.batch_execute("CREATE UNIQUE INDEX CONCURRENTLY i ON a (x)");
    assert!(build.is_err(), "the rows are not unique");
    let after = postgres::read(&mut client, "limbeck")?;
    assert_ne!(before.fingerprint(), after.fingerprint());
    let index = after
        .objects()
        .iter()
        .find(|object| object.kind == Kind::Index);
    let definition = index.map(|index| index.definition.as_str());
    assert_eq!(
        definition,
        Some("CREATE UNIQUE INDEX i ON public.a USING btree (x) invalid")
    );
    Ok(())
}

#[test]
fn anybody_who_may_connect_can_read_and_in_one_round_trip() -> Outcome {
    let server = limbeck_testkit::postgres();
    let database = Database::create(server);
    database.connect().batch_execute("CREATE TABLE a (x int)")?;
    let plain = postgres::read(&mut database.connect(), "limbeck")?;

    let proxy = limbeck_testkit::WireProxy::start(server);
    let mut client = ::postgres::Client::connect(&proxy.url(database.name()), ::postgres::NoTls)?;
    client.batch_execute(
        "SET SESSION AUTHORIZATION pg_monitor; SET default_transaction_read_only = on",
    )?;
    proxy.reset();
    assert_eq!(postgres::read(&mut client, "limbeck")?, plain);
    assert_eq!((proxy.count('Q'), proxy.round_trips()), (1, 1));
    Ok(())
}

#[test]
fn a_broken_connection_is_an_error_with_its_cause() {
    let database = Database::create(limbeck_testkit::postgres());
    let mut client = database.connect();
    drop(database);
    let error = postgres::read(&mut client, "limbeck")
        .map(|_| ())
        .unwrap_err();
    assert_eq!(error.to_string(), "cannot read the catalogs");
    assert!(std::error::Error::source(&error).is_some());
}
