//! The statements of a schema make it again.

use limbeck_schema::render::Block;
use limbeck_schema::{Change, diff, postgres};
use limbeck_testkit::Database;

use super::oracle::steps;
use crate::changes::Outcome;

/// Executes what is rendered of one database in an empty one, and compares the two. A superuser, as
/// the tests have, can also execute what is only a comment.
#[track_caller]
pub(crate) fn check(database: &Database, after: &str) -> Outcome {
    let mut client = database.connect();
    let ddl = postgres::ddl(&mut client, "limbeck")?;
    let second = Database::create(limbeck_testkit::postgres());
    let mut other = second.connect();
    // One message for many statements is much faster, but names no statement that is refused.
    let texts: Vec<&str> = ddl.blocks().iter().filter_map(statements).collect();
    for some in texts.chunks(100) {
        if other.batch_execute(&some.join("\n")).is_ok() {
            continue;
        }
        for statement in some {
            let done = other.batch_execute(statement);
            done.map_err(|error| format!("after {after}: {error:?}\n{statement}"))?;
        }
    }
    let (before, now) = (
        postgres::read(&mut client, "limbeck")?,
        postgres::read(&mut other, "limbeck")?,
    );
    // No statement makes an heir whose columns stand in another order than those above it.
    let is_noted = |change: &Change| {
        let Change::Reordered { table, .. } = change else {
            return false;
        };
        let blocks = ddl.blocks().iter();
        let mut notes = blocks.filter(|block| statements(block).is_none());
        notes.any(|note| {
            note.to_string()
                .contains(&format!("{table} stand in another order"))
        })
    };
    let changes = diff(&before, &now);
    let unexplained = changes.iter().filter(|change| !is_noted(change));
    let said: Vec<String> = unexplained.map(ToString::to_string).collect();
    assert_eq!(said, [""; 0], "after {after}");
    if changes.is_empty() {
        assert_eq!(before.fingerprint(), now.fingerprint(), "after {after}");
        let again = postgres::ddl(&mut other, "limbeck")?.to_string();
        assert!(again == ddl.to_string(), "after {after}\n{again}");
    }
    Ok(())
}

fn statements(block: &Block) -> Option<&str> {
    match block {
        Block::Statements(statements) => Some(statements),
        Block::Withheld { statements, .. } => statements.as_deref(),
    }
}

#[test]
fn a_long_history_is_made_again_by_its_statements() -> Outcome {
    let server = limbeck_testkit::postgres();
    let database = Database::create(server);
    let mut client = database.connect();
    let steps: Vec<&str> = steps(server.major_version()).collect();
    for (at, step) in steps.iter().enumerate() {
        client
            .batch_execute(step)
            .map_err(|error| format!("{step}: {error:?}"))?;
        // What is rare, and belongs to no schema, comes at the end.
        if at % 8 == 0 || at + 8 > steps.len() {
            check(&database, step)?;
        }
    }
    Ok(())
}

#[test]
fn rare_objects_are_made_again() -> Outcome {
    let database = Database::create(limbeck_testkit::postgres());
    database.connect().batch_execute(
        "CREATE SCHEMA text_search; CREATE EXTENSION pg_trgm SCHEMA text_search;
         CREATE TABLE a (id int PRIMARY KEY, body text);
         CREATE INDEX by_body ON a USING gin (body text_search.gin_trgm_ops);
         CREATE FOREIGN DATA WRAPPER w OPTIONS (o 'it''s');
         CREATE SERVER s TYPE 't' VERSION '1' FOREIGN DATA WRAPPER w OPTIONS (host 'h');
         CREATE FOREIGN TABLE f (x int OPTIONS (k 'v') NOT NULL, CHECK (x > 0)) SERVER s OPTIONS (a 'b');
         CREATE PUBLICATION p FOR TABLE a WITH (publish = 'insert, delete');
         CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq, commutator = ===);
         CREATE TEXT SEARCH CONFIGURATION words (copy = simple);
         CREATE FUNCTION c(int) RETURNS int LANGUAGE internal AS 'int4abs';
         ALTER TABLE a ADD CHECK (c(id) > 0), ALTER id SET DEFAULT c(1);
         COMMENT ON SERVER s IS 's'; COMMENT ON FOREIGN TABLE f IS 'f'; COMMENT ON COLUMN f.x IS 'x';
         COMMENT ON PUBLICATION p IS 'p'; COMMENT ON OPERATOR === (int, int) IS 'o';
         COMMENT ON TEXT SEARCH CONFIGURATION words IS 'w'; COMMENT ON EXTENSION pg_trgm IS 'e'",
    )?;
    check(&database, "rare objects")
}

#[test]
fn a_schema_is_written_for_reading_and_in_the_order_of_its_needs() -> Outcome {
    let database = Database::create(limbeck_testkit::postgres());
    let mut client = database.connect();
    client.batch_execute(
        "CREATE TABLE messages (id bigserial PRIMARY KEY, agent int NOT NULL, body text DEFAULT '' NOT NULL,
             length int GENERATED ALWAYS AS (length(body)) STORED, sum bigint,
             CONSTRAINT short CHECK (length(body) < 1000));
         CREATE TABLE agents (id int GENERATED ALWAYS AS IDENTITY (START 100) PRIMARY KEY, newest bigint REFERENCES messages);
         ALTER TABLE messages ADD FOREIGN KEY (agent) REFERENCES agents ON DELETE CASCADE NOT VALID;
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
         CREATE TRIGGER touched BEFORE UPDATE ON agents FOR EACH ROW EXECUTE FUNCTION touch();
         ALTER TABLE agents DISABLE TRIGGER touched, ENABLE ROW LEVEL SECURITY;
         CREATE INDEX by_length ON messages (length DESC) INCLUDE (agent) WHERE agent > 0;
         CREATE FUNCTION whole(messages) RETURNS bigint LANGUAGE sql AS 'SELECT 1';
         ALTER TABLE messages ADD CONSTRAINT checked CHECK (whole(messages) > 0);
         CREATE FUNCTION quick(int) RETURNS int LANGUAGE internal AS 'int4abs';
         ALTER TABLE agents ADD CHECK (quick(id) > 0);
         CREATE TABLE log (at date) PARTITION BY RANGE (at);
         CREATE TABLE log_2025 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
         CREATE INDEX log_at ON log (at);
         COMMENT ON COLUMN messages.sum IS 'it''s a sum'",
    )?;
    insta::assert_snapshot!(postgres::ddl(&mut client, "limbeck")?);
    check(&database, "the example")
}
