//! What belongs to no table.

use super::check::given;
use crate::changes::Outcome;

#[test]
fn types_count_with_the_order_of_their_values() -> Outcome {
    given("CREATE TYPE e AS ENUM ('a', 'c'); CREATE DOMAIN d AS int")?
        .then(
            "ALTER TYPE e ADD VALUE 'b' BEFORE 'c'",
            &["enum `e` changed from `'a', 'c'` to `'a', 'b', 'c'`"],
        )?
        .then("DROP TYPE e; CREATE TYPE e AS ENUM ('a', 'b', 'c')", &[])?
        .then(
            "DROP TYPE e; CREATE TYPE e AS ENUM ('a', 'c', 'b')",
            &["enum `e` changed from `'a', 'b', 'c'` to `'a', 'c', 'b'`"],
        )?
        .then(
            "ALTER DOMAIN d SET DEFAULT 3",
            &["domain `d` changed from `integer` to `integer default 3`"],
        )?
        .then(
            "ALTER DOMAIN d SET NOT NULL",
            &["domain `d` changed from `integer default 3` to `integer default 3 not null`"],
        )?
        .then(
            "ALTER DOMAIN d ADD CONSTRAINT k CHECK (VALUE > 0)",
            &["domain constraint `k` of `d` is new"],
        )?
        .then("CREATE TYPE t AS (x int, y text)", &["type `t` is new"])?
        .then(
            "ALTER TYPE t ALTER ATTRIBUTE y TYPE varchar(3)",
            &["attribute `y` of `t` changed from `text` to `character varying(3)`"],
        )?
        .then(
            "ALTER TYPE t ADD ATTRIBUTE z int",
            &["attribute `z` of `t` is new"],
        )?
        .then(
            "DROP TYPE t; DROP DOMAIN d; DROP TYPE e",
            &["enum `e` is gone", "domain `d` is gone", "type `t` is gone"],
        )?;
    Ok(())
}

#[test]
fn a_range_type_is_one_type_with_all_that_it_brings_along() -> Outcome {
    // Version 13 knows no multiranges.
    let (options, news): (_, &[&str]) = match limbeck_testkit::postgres().major_version() {
        ..14 => ("subtype = int", &["type `r` is new"]),
        _ => (
            "subtype = int, multirange_type_name = multi",
            &["type `multi` is new", "type `r` is new"],
        ),
    };
    given("")?.then(&format!("CREATE TYPE r AS RANGE ({options})"), news)?;
    Ok(())
}

#[test]
fn sequences_count_with_their_options_and_owner() -> Outcome {
    given("CREATE SEQUENCE s; CREATE TABLE a (x int)")?
        .then("ALTER SEQUENCE s CACHE 10 CYCLE", &[
            "sequence `s` changed from \
             `as bigint start 1 increment 1 minvalue 1 maxvalue 9223372036854775807 cache 1` to \
             `as bigint start 1 increment 1 minvalue 1 maxvalue 9223372036854775807 cache 10 cycle`",
        ])?
        .then("ALTER SEQUENCE s OWNED BY a.x", &["sequence `s` is gone", "sequence `s` of `a` is new"])?
        .then("SELECT nextval('s')", &[])?
        .then("DROP SEQUENCE s", &["sequence `s` of `a` is gone"])?;
    Ok(())
}

#[test]
fn views_count_with_their_text_and_options() -> Outcome {
    given("CREATE TABLE a (x int, y int); CREATE VIEW v AS SELECT x FROM a")?
        .then(
            "CREATE OR REPLACE VIEW v AS SELECT x FROM a WHERE false",
            &["view `v` changed from `FROM public.a;` to `FROM public.a WHERE false;`"],
        )?
        .then(
            "CREATE OR REPLACE VIEW v WITH (security_barrier) AS SELECT x FROM a WHERE false",
            &["view `v` now has `with security_barrier=true`"],
        )?
        .then(
            "ALTER VIEW v ALTER x SET DEFAULT 1",
            &["view column `x` of `v` is new"],
        )?
        .then(
            "DROP VIEW v; CREATE MATERIALIZED VIEW v AS SELECT x FROM a",
            &["view `v` is gone", "materialized view `v` is new"],
        )?
        .then(
            "CREATE UNIQUE INDEX vx ON v (x)",
            &["index `vx` on `v` is new"],
        )?
        .then("REFRESH MATERIALIZED VIEW v", &[])?;
    Ok(())
}

#[test]
fn functions_count_with_their_body_and_arguments() -> Outcome {
    let function = |arguments: &str, body: &str| {
        format!(
            "CREATE OR REPLACE FUNCTION f({arguments}) RETURNS int LANGUAGE plpgsql AS $${body}$$"
        )
    };
    given(&function("a int", "BEGIN\n  RETURN a;\nEND"))?
        .then(
            &function("a int", "BEGIN\n  RETURN a + 1;\nEND"),
            &["function `f(a integer)` changed from `RETURN a;` to `RETURN a + 1;`"],
        )?
        .then(
            &function("a int", "BEGIN\n    RETURN a + 1;\nEND"),
            &["function `f(a integer)` changed in its white space"],
        )?
        .then(
            &function("a int", "BEGIN\n    RETURN a + 1;\r\nEND"),
            &["function `f(a integer)` changed in its white space"],
        )?
        .then(
            &function("a text", "BEGIN RETURN 1; END"),
            &["function `f(a text)` is new"],
        )?
        .then(
            "ALTER FUNCTION f(text) SET lock_timeout = '5s'",
            &["function `f(a text)` now has `SET lock_timeout TO '5s'`"],
        )?
        .then(
            "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'",
            &["procedure `p()` is new"],
        )?
        .then(
            "CREATE AGGREGATE g(int) (sfunc = int4pl, stype = int)",
            &["aggregate `g(integer)` is new"],
        )?
        .then(
            "DROP AGGREGATE g(int); CREATE AGGREGATE g(int) (sfunc = int4mul, stype = int)",
            &["aggregate `g(integer)` changed from \
             `sfunc int4pl stype integer finalfunc_modify r mfinalfunc_modify r parallel u` to \
             `sfunc int4mul stype integer finalfunc_modify r mfinalfunc_modify r parallel u`"],
        )?;
    Ok(())
}

#[test]
fn comments_count_on_whatever_they_are() -> Outcome {
    given("CREATE TABLE a (x int, CONSTRAINT k CHECK (x > 0)); CREATE SCHEMA s")?
        .then(
            "COMMENT ON TABLE a IS 'one'",
            &["comment on `table public.a` is new"],
        )?
        .then(
            "COMMENT ON TABLE a IS 'two'",
            &["comment on `table public.a` changed from `one` to `two`"],
        )?
        .then(
            "COMMENT ON COLUMN a.x IS 'x'",
            &["comment on `table column public.a.x` is new"],
        )?
        .then(
            "COMMENT ON CONSTRAINT k ON a IS 'k'",
            &["comment on `table constraint k on public.a` is new"],
        )?
        .then(
            "COMMENT ON SCHEMA s IS 's'",
            &["comment on `schema s` is new"],
        )?
        .then(
            "COMMENT ON TABLE a IS NULL",
            &["comment on `table public.a` is gone"],
        )?;
    Ok(())
}

#[test]
fn rare_objects_count_too() -> Outcome {
    given(
        "CREATE TYPE t AS (x int);
         CREATE FUNCTION n() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
    )?
    .then(
        "CREATE COLLATION c (locale = 'C')",
        &["collation `c` is new"],
    )?
    .then(
        "CREATE CAST (t AS text) WITH INOUT",
        &["cast `public.t as text` is new"],
    )?
    .then(
        "CREATE EVENT TRIGGER g ON ddl_command_end EXECUTE FUNCTION n()",
        &["event trigger `g` is new"],
    )?
    .then(
        "ALTER EVENT TRIGGER g DISABLE",
        &[
            "event trigger `g` changed from `on ddl_command_end execute public.n()` to \
         `on ddl_command_end execute public.n() disabled`",
        ],
    )?
    .then(
        "CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq)",
        &["`operator public.===(integer,integer)` is new"],
    )?
    .then(
        "CREATE TEXT SEARCH CONFIGURATION w (copy = simple)",
        &["`text search configuration public.w` is new"],
    )?
    .then(
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER v FOREIGN DATA WRAPPER w",
        &["`foreign-data wrapper w` is new", "`server v` is new"],
    )?
    .then(
        "CREATE FOREIGN TABLE o (x int OPTIONS (k 'v')) SERVER v OPTIONS (a 'b')",
        &["table `o` is new"],
    )?
    .then(
        "ALTER FOREIGN TABLE o OPTIONS (SET a 'c')",
        &["table `o` changed from `server v options a=b` to `server v options a=c`"],
    )?;
    Ok(())
}

#[test]
fn an_extension_counts_as_one_object() -> Outcome {
    given("CREATE TABLE a (x int)")?
        .then(
            "CREATE EXTENSION pg_trgm",
            &[
                "extension `pg_trgm` is new",
                "comment on `extension pg_trgm` is new",
            ],
        )?
        .then(
            "CREATE SCHEMA s; ALTER EXTENSION pg_trgm SET SCHEMA s",
            &[
                "extension `pg_trgm` changed from `schema public` to `schema s`",
                "schema `s` is new",
            ],
        )?
        .then(
            "DROP EXTENSION pg_trgm; DROP SCHEMA s",
            &[
                "extension `pg_trgm` is gone",
                "schema `s` is gone",
                "comment on `extension pg_trgm` is gone",
            ],
        )?;
    Ok(())
}
