//! Rows for tables of every kind.

use limbeck_compiler::proof::{Engine, Rows};

use super::support::database;

/// How many rows a table gets of which nothing else is asked.
const HARD: usize = 6;

/// Makes the tables and fills them: what no rows could be made for, and the rows of one table.
fn check(statements: &[&str], rows: Rows, table: &str) -> Vec<String> {
    let mut database = database();
    database.sound(statements);
    assert_eq!(database.filled(rows), []);
    database.rows_of(table)
}

#[test]
fn plain_rows_have_a_value_everywhere_and_null_in_the_second() {
    let rows = check(
        &[
            "CREATE TYPE mood AS ENUM ('sad', 'glad')",
            "CREATE TABLE a (id serial PRIMARY KEY, name text NOT NULL, n int, big bigint, small smallint, \
             r real, d numeric(6,2), b boolean NOT NULL, on_day date, at timestamptz, u uuid, j json, \
             jb jsonb NOT NULL, x bytea, m mood NOT NULL, tags text[], short varchar(3), c char(2) NOT NULL, \
             made timestamptz DEFAULT now(), twice int GENERATED ALWAYS AS (n * 2) STORED)",
        ],
        Rows::Plain,
        "a",
    );
    insta::assert_snapshot!(rows.join("\n"), @r#"
(1,Value-1,1,1,1,1.5,1.50,t,2024-01-01,"2024-01-01 10:00:00+00",00000000-0000-4000-8000-000000000001,{},{},"\\x01",sad,{value-1},V1,V1,"2024-01-01 10:00:00+00",2)
(2,Value-2,,,,,,f,,,,,{},,glad,,,V2,,)
"#);
}

#[test]
fn hard_rows_are_equal_large_and_small() {
    let rows = check(
        &[
            "CREATE TABLE a (id text PRIMARY KEY, n int, d numeric(4,1), v varchar(9), t text CHECK (length(t) < 12), at date)",
        ],
        Rows::Hard,
        "a",
    );
    insta::assert_snapshot!(rows.join("\n"), @r#"
(Value-1,1,1.5,Value-1,Value-1,2024-01-01)
(Value-2,,,,,)
(vALUE-1,1,1.5,Value-1,Value-1,2024-01-01)
(wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww4,2147483647,999.9,wwwwwwww4,wwwwwwwwww4,9999-12-31)
("",-2147483648,-999.9,"","",0001-01-01)
(Value-6,2,6.5,Value-1,Value-2,2024-01-06)
"#);
}

#[test]
fn every_type_that_the_server_has_gets_a_value() {
    let types = "int2 int4 int8 oid float4 float8 numeric numeric(3,3) numeric(30) text varchar varchar(2) char(5) \
        name \"char\" bool date timestamp timestamptz uuid json jsonb bytea money time timetz interval inet \
        cidr macaddr macaddr8 tsvector tsquery xml jsonpath point line lseg box path polygon circle pg_lsn \
        bit bit(5) varbit(4) int4range int8range numrange tsrange tstzrange daterange int4[] text[][] varchar(3)[] \
        bool[] date[] uuid[] jsonb[] inet[] numeric(4,2)[] regclass regtype regrole mood mood[] pair pair[] \
        positive positive[] floatrange mood_range";
    let mut database = database();
    database.sound(&[
        "CREATE TYPE mood AS ENUM ('sad', 'it''s \"fine\"')",
        "CREATE TYPE pair AS (a int, b text)",
        "CREATE DOMAIN number AS int NOT NULL",
        "CREATE DOMAIN positive AS number CHECK (VALUE > 10)",
        "CREATE TYPE floatrange AS RANGE (subtype = float8)",
        "CREATE DOMAIN mood_range AS floatrange",
    ]);
    for (number, name) in types.split_whitespace().enumerate() {
        database.sound(&[&format!(
            "CREATE TABLE t{number} (x {name} NOT NULL, y {name})"
        )]);
    }
    assert_eq!(database.filled(Rows::Hard), []);
    for (number, name) in types.split_whitespace().enumerate() {
        let rows = database.rows_of(&format!("t{number}"));
        assert!(rows.len() == HARD, "{name}: {rows:?}");
    }
    if database.value("SELECT current_setting('server_version_num')::int >= 140000") == "t" {
        database
            .sound(&["CREATE TABLE multi (a int4multirange NOT NULL, b tstzmultirange NOT NULL)"]);
        assert_eq!(database.filled(Rows::Hard), []);
        assert_eq!(database.rows_of("multi").len(), HARD);
    }
}

#[test]
fn checks_are_met_by_their_own_literals() {
    let rows = check(
        &[
            "CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^@]+@[a-z]+\\.[a-z]{2,}$')",
            "CREATE TABLE a (status text NOT NULL CHECK (status IN ('open', 'closed')), \
             age int NOT NULL CHECK (age BETWEEN 18 AND 99), rate numeric NOT NULL CHECK (rate > 0 AND rate <= 0.5), \
             code char(4) NOT NULL CHECK (code ~ '^[A-Z]{2}[0-9]{2}$'), mail email NOT NULL, \
             starts date NOT NULL, ends date NOT NULL CHECK (ends > starts), \
             name text NOT NULL CHECK (char_length(name) >= 20), path text NOT NULL CHECK (path LIKE '/%/x'), \
             meta jsonb NOT NULL CHECK (jsonb_typeof(meta) = 'array'), \
             a text, b text, CHECK (num_nonnulls(a, b) = 1), even int NOT NULL CHECK (even % 7 = 0))",
        ],
        Rows::Plain,
        "a",
    );
    insta::assert_snapshot!(rows.join("\n"), @r#"
(open,18,0.5,AA00,aa@aa.aa,2024-01-01,2024-06-01,wwwwwwwwwwwwwwwwwww1,/%/x,[],Value-1,,7)
(closed,18,0.5,BB11,bb@bb.bb,2024-01-02,2024-06-02,wwwwwwwwwwwwwwwwwww2,/%/x,[],,Value-2,7)
"#);
}

#[test]
fn references_take_whole_rows_of_parents_and_circles_are_closed() {
    let mut database = database();
    database.sound(&[
        "CREATE TABLE children (p_a int NOT NULL, p_b text NOT NULL, nick text, \
         UNIQUE (p_a, p_b, nick))",
        "CREATE TABLE parents (a int, b text, PRIMARY KEY (a, b))",
        "ALTER TABLE children ADD FOREIGN KEY (p_a, p_b) REFERENCES parents",
        "CREATE TABLE tree (id uuid PRIMARY KEY, parent uuid NOT NULL REFERENCES tree)",
        "CREATE TABLE line (id serial PRIMARY KEY, before int REFERENCES line)",
        "CREATE TABLE users (id serial PRIMARY KEY, team int)",
        "CREATE TABLE teams (id serial PRIMARY KEY, owner int NOT NULL REFERENCES users)",
        "ALTER TABLE users ADD FOREIGN KEY (team) REFERENCES teams",
        "CREATE TABLE one (id text PRIMARY KEY, two text NOT NULL)",
        "CREATE TABLE two (id text PRIMARY KEY, one text NOT NULL REFERENCES one DEFERRABLE)",
        "ALTER TABLE one ADD FOREIGN KEY (two) REFERENCES two DEFERRABLE INITIALLY DEFERRED",
        "CREATE TABLE messages (agent_id text)",
    ]);
    assert_eq!(database.filled(Rows::Hard), []);
    assert_eq!(
        database.value("SELECT count(*) FROM line WHERE before IS NOT NULL"),
        (HARD - 1).to_string()
    );
    assert_eq!(
        database.value("SELECT count(*) FROM users WHERE team IS NULL"),
        "1"
    );
    assert_eq!(database.value("SELECT count(*) FROM two"), HARD.to_string());
    assert_eq!(
        database.value("SELECT count(*) FROM children JOIN parents ON (a, b) = (p_a, p_b)"),
        HARD.to_string()
    );
    // A foreign key that a later revision puts on columns that are there already.
    database.clear().unwrap();
    assert_eq!(database.filled(Rows::Plain), []);
    database.sound(&["ALTER TABLE messages ADD FOREIGN KEY (agent_id) REFERENCES one"]);
}

#[test]
fn uniques_of_every_form_are_kept() {
    let mut database = database();
    database.sound(&[
        "CREATE TABLE a (x int UNIQUE, y text, z text, during int4range NOT NULL, EXCLUDE USING gist (during WITH &&))",
        "CREATE UNIQUE INDEX ON a (lower(y))",
        "CREATE UNIQUE INDEX ON a (z) WHERE x > 0",
        "CREATE TABLE flags (single boolean PRIMARY KEY CHECK (single))",
        "CREATE TABLE labels (label text PRIMARY KEY CHECK (label IN ('p', 'q')))",
        "CREATE TABLE parts (region text, n int, UNIQUE (region, n)) PARTITION BY LIST (region)",
        "CREATE TABLE parts_eu PARTITION OF parts FOR VALUES IN ('eu', 'uk')",
        "CREATE TABLE ranges (at date NOT NULL) PARTITION BY RANGE (at)",
        "CREATE TABLE ranges_old PARTITION OF ranges FOR VALUES FROM ('1990-01-01') TO ('1990-02-01')",
    ]);
    assert_eq!(database.filled(Rows::Hard), []);
    assert_eq!(database.rows_of("a").len(), HARD);
    assert_eq!(database.rows_of("flags"), ["(t)"]);
    assert_eq!(database.rows_of("labels").len(), 2);
    assert!(database.rows_of("parts").len() > 2);
    assert!(!database.rows_of("ranges").is_empty());
}

#[test]
fn numbers_of_sequences_are_not_used_up_by_rows_that_were_refused() {
    let rows = check(
        &[
            "CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY, s serial, kind text NOT NULL CHECK (kind IN ('p', 'q')))",
        ],
        Rows::Plain,
        "a",
    );
    assert_eq!(rows, ["(1,1,p)", "(2,2,q)"]);
}

#[test]
fn a_table_that_takes_no_row_is_named_with_the_servers_words() {
    let mut database = database();
    database.sound(&[
        "CREATE TABLE never (x int CHECK (x > 5 AND x < 5 AND x IS NOT NULL))",
        "CREATE TABLE child (id int PRIMARY KEY, x int NOT NULL)",
        "CREATE TABLE silent (x int)",
        "CREATE RULE nothing AS ON INSERT TO silent DO INSTEAD NOTHING",
        "CREATE TABLE strict (x int)",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'on principle'; END$$",
        "CREATE TRIGGER t BEFORE INSERT ON strict FOR EACH ROW EXECUTE FUNCTION refuse()",
        "CREATE TABLE nowhere (x int) PARTITION BY LIST (x)",
        "CREATE TABLE base (id int PRIMARY KEY CHECK (id <> id))",
        "ALTER TABLE child ADD FOREIGN KEY (x) REFERENCES base",
    ]);
    let told: Vec<_> = database
        .filled(Rows::Hard)
        .into_iter()
        .map(|(table, reason)| format!("{table}: {reason}"))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
base: new row for relation "base" violates check constraint "base_id_check": Failing row contains (-1)
child: it refers to `base`, which has no rows either
never: new row for relation "never" violates check constraint "never_x_check": Failing row contains (null)
nowhere: no partition of relation "nowhere" found for row: Partition key of the failing row contains (x) = (null)
silent: a trigger or a rule of the table leaves the row out
strict: on principle (in PL/pgSQL function refuse() line 1 at RAISE)
"#);
    // A table that can be filled after all is not named any more.
    database.sound(&[
        "DROP RULE nothing ON silent",
        "ALTER TABLE never DROP CONSTRAINT never_x_check",
    ]);
    let told = database.filled(Rows::Hard);
    assert!(
        told.iter()
            .all(|(table, _)| table != "silent" && table != "never"),
        "{told:?}"
    );
}

#[test]
fn tables_with_rows_are_left_alone_and_triggers_may_write_into_others() {
    let mut database = database();
    database.sound(&[
        "CREATE TABLE a (x int)",
        "INSERT INTO a VALUES (9)",
        "CREATE TABLE audit (what text)",
        "CREATE TABLE b (x int)",
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS \
         $$BEGIN INSERT INTO audit VALUES ('noted'); RETURN NEW; END$$",
        "CREATE TRIGGER t AFTER INSERT ON b FOR EACH ROW EXECUTE FUNCTION note()",
    ]);
    assert_eq!(database.filled(Rows::Plain), []);
    assert_eq!(database.rows_of("a"), ["(9)"]);
    assert_eq!(database.rows_of("b").len(), 2);
    assert_eq!(
        database.rows_of("audit").len(),
        4,
        "its own, and the trigger's"
    );
    assert_eq!(database.filled(Rows::None), []);
}
