//! Every sentence about a difference, as a reader meets it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and its examples are one list"
)]

use std::fmt::Write as _;

use limbeck_model::Dialect;
use limbeck_schema::{Change, Kind, Object};

fn object(kind: Kind, parent: Option<&str>, name: &str, definition: &str) -> Object {
    Object {
        kind,
        parent: parent.map(str::to_owned),
        name: name.to_owned(),
        definition: definition.to_owned(),
    }
}

fn changed(kind: Kind, parent: Option<&str>, name: &str, before: &str, after: &str) -> Change {
    Change::Changed {
        before: object(kind, parent, name, before),
        after: object(kind, parent, name, after),
    }
}

/// The sentences about each change, and the statements that would mend it.
fn told(changes: &[Change], dialect: Dialect) -> String {
    let mut text = String::new();
    for change in changes {
        writeln!(text, "{change}").unwrap();
        writeln!(text, "  {}", change.left_behind()).unwrap();
        writeln!(text, "  {}", change.drifted()).unwrap();
        if let Some(statement) = change.mend(dialect) {
            writeln!(text, "  help: {statement}").unwrap();
        }
    }
    text
}

/// One object of each kind, as PostgreSQL has them.
fn one_of_each() -> Vec<Object> {
    let a = Some("a");
    Kind::ALL
        .into_iter()
        .map(|kind| match kind {
            Kind::Extension => object(kind, None, "pg_trgm", "schema public"),
            Kind::Schema => object(kind, None, "billing", ""),
            Kind::Collation => object(kind, None, "ci", "provider i locale 'und'"),
            Kind::Enum => object(kind, None, "mood", "'sad', 'ok'"),
            Kind::Domain => object(kind, None, "amount", "integer not null"),
            Kind::Type => object(kind, None, "pair", "columns x, y"),
            Kind::Sequence => object(kind, None, "numbers", "as bigint start 1 increment 1"),
            Kind::Table => object(kind, None, "a", "columns x, y"),
            Kind::Column => object(kind, a, "x", "integer default 1"),
            Kind::Attribute => object(kind, Some("pair"), "y", "text"),
            Kind::ViewColumn => object(kind, Some("v"), "x", "integer default 1"),
            Kind::Constraint => object(kind, a, "a_x_key", "UNIQUE (x)"),
            Kind::DomainConstraint => object(kind, Some("amount"), "positive", "CHECK ((VALUE > 0))"),
            Kind::Index => object(
                kind,
                Some("billing.a"),
                "a_x",
                "CREATE INDEX a_x ON billing.a USING btree (x)",
            ),
            Kind::Statistics => object(kind, a, "st", "CREATE STATISTICS public.st ON x, y FROM public.a"),
            Kind::View => object(kind, None, "v", " SELECT a.x\n   FROM public.a;"),
            Kind::MaterializedView => object(kind, None, "mv", " SELECT a.x\n   FROM public.a;"),
            Kind::Rule => object(kind, a, "r", "CREATE RULE r AS\n    ON DELETE TO public.a DO INSTEAD NOTHING;"),
            Kind::Trigger => object(
                kind,
                a,
                "t",
                "CREATE TRIGGER t BEFORE UPDATE ON public.a FOR EACH ROW EXECUTE FUNCTION public.f()",
            ),
            Kind::Policy => object(kind, a, "po", "permissive for all to public using ((x > 0))"),
            Kind::Function => object(
                kind,
                None,
                "f(a integer)",
                "CREATE OR REPLACE FUNCTION public.f(a integer)\n RETURNS integer\n LANGUAGE sql\n\
                 AS $function$SELECT 1$function$\n",
            ),
            Kind::Procedure => object(kind, None, "p()", "CREATE OR REPLACE PROCEDURE public.p()"),
            Kind::Aggregate => object(kind, None, "g()", "sfunc int8inc stype bigint"),
            Kind::Cast => object(kind, None, "public.pair as text", "inout"),
            Kind::EventTrigger => object(kind, None, "et", "on sql_drop execute public.f()"),
            Kind::Other => object(kind, None, "publication pub", "CREATE PUBLICATION pub;"),
            Kind::Comment => object(kind, a, "table column public.a.x", "why"),
            _ => panic!("an example of {kind} is missing"),
        })
        .collect()
}

#[test]
fn what_is_new_or_gone_is_said_for_every_kind() {
    let changes: Vec<Change> = one_of_each()
        .into_iter()
        .flat_map(|object| [Change::New(object.clone()), Change::Gone(object)])
        .collect();
    insta::assert_snapshot!(told(&changes, Dialect::Postgres));
}

#[test]
fn what_changed_is_said_with_what_differs() {
    let a = Some("a");
    let function = |body: &str| {
        format!(
            "CREATE OR REPLACE FUNCTION public.f()\n RETURNS integer\n LANGUAGE sql\nAS $function${body}$function$\n"
        )
    };
    let long = |condition: &str| {
        format!(
            " SELECT {}\n   FROM public.a\n  WHERE {condition};",
            "a.x,\n    ".repeat(40)
        )
    };
    let trigger = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()";
    let switched = |state: &str| format!("{trigger}\n{state}");
    let changes = [
        changed(Kind::Trigger, a, "t", trigger, &switched("disabled")),
        changed(Kind::Trigger, a, "t", &switched("disabled"), trigger),
        changed(
            Kind::Rule,
            a,
            "t",
            &switched("always"),
            &switched("on replicas"),
        ),
        changed(
            Kind::Constraint,
            a,
            "c",
            "CHECK ((x > 0))",
            "CHECK ((x > 0)) NOT VALID",
        ),
        changed(
            Kind::Constraint,
            a,
            "c",
            "CHECK ((x > 0)) NOT VALID",
            "CHECK ((x > 0))",
        ),
        changed(Kind::Column, a, "x", "text", "text default '1'::text"),
        changed(Kind::Column, a, "x", "text default '1'::text", "text"),
        changed(
            Kind::Column,
            a,
            "x",
            "text default '1'::text",
            "text default '2'::text",
        ),
        changed(Kind::Column, a, "x", "integer", "bigint"),
        changed(Kind::Column, a, "x", "integer", "integer not null"),
        changed(Kind::Column, a, "x", "integer not null", "integer"),
        changed(Kind::Column, a, "x", "integer", "bigint default 0 not null"),
        changed(
            Kind::Column,
            a,
            "x",
            "timestamp with time zone storage main",
            "timestamp with time zone",
        ),
        changed(
            Kind::Enum,
            None,
            "mood",
            "'sad', 'ok'",
            "'sad', 'ok', 'happy'",
        ),
        changed(Kind::Enum, None, "mood", "'sad', 'ok'", "'sad'"),
        changed(Kind::Enum, None, "mood", "'sad', 'ok'", "'ok', 'sad'"),
        changed(Kind::Domain, None, "amount", "integer", "integer not null"),
        changed(
            Kind::Sequence,
            None,
            "s",
            "as bigint start 1 increment 1 minvalue 1 maxvalue 9223372036854775807 cache 1",
            "as bigint start 1 increment 1 minvalue 1 maxvalue 9223372036854775807 cache 10 cycle",
        ),
        changed(Kind::Table, None, "a", "", "unlogged"),
        changed(Kind::Table, None, "a", "with fillfactor=70", ""),
        changed(
            Kind::Table,
            None,
            "a",
            "with fillfactor=70",
            "with fillfactor=80",
        ),
        changed(
            Kind::Constraint,
            a,
            "fk",
            "FOREIGN KEY (x) REFERENCES public.p(id)",
            "FOREIGN KEY (x) REFERENCES public.p(id) ON DELETE CASCADE",
        ),
        changed(
            Kind::Index,
            a,
            "i",
            "CREATE INDEX i ON public.a USING btree (x)",
            "CREATE INDEX i ON public.a USING btree (y)",
        ),
        changed(
            Kind::Trigger,
            a,
            "t",
            "CREATE TRIGGER t",
            "CREATE TRIGGER t\ndisabled",
        ),
        changed(
            Kind::View,
            None,
            "v",
            " SELECT a.x\n   FROM public.a;",
            " SELECT a.x,\n    a.y\n   FROM public.a;",
        ),
        changed(Kind::View, None, "v", &long("true"), &long("false")),
        changed(Kind::View, None, "v", "SELECT 1;", &long("false")),
        changed(
            Kind::Function,
            None,
            "f()",
            &function("SELECT 1"),
            &function("SELECT 2"),
        ),
        changed(
            Kind::Function,
            None,
            "f()",
            &function("SELECT\n 1"),
            &function("SELECT\n  1"),
        ),
        changed(
            Kind::Extension,
            None,
            "pg_trgm",
            "schema public",
            "schema s",
        ),
        changed(Kind::Comment, a, "table public.a", "one", "two"),
        Change::Reordered {
            table: "a".to_owned(),
            before: ["x", "y", "z"].map(str::to_owned).to_vec(),
            after: ["y", "z", "x"].map(str::to_owned).to_vec(),
        },
    ];
    insta::assert_snapshot!(told(&changes, Dialect::Postgres));
}

#[test]
fn sqlite_is_mended_in_its_own_words() {
    let a = Some("a");
    let changes = [
        Change::New(object(Kind::Table, None, "\"order\"", "columns x")),
        Change::New(object(Kind::Column, a, "x", "TEXT DEFAULT 'n' NOT NULL")),
        Change::New(object(Kind::Column, a, "x", "INTEGER PRIMARY KEY")),
        Change::Gone(object(Kind::Column, a, "x", "INTEGER")),
        Change::New(object(Kind::Constraint, a, "UNIQUE (x)", "UNIQUE (x)")),
        Change::New(object(Kind::Index, a, "i", "CREATE INDEX i ON a(x)")),
        Change::Gone(object(Kind::Index, a, "i", "CREATE INDEX i ON a(x)")),
        Change::New(object(Kind::View, None, "v", "CREATE VIEW v AS SELECT 1")),
        Change::Gone(object(Kind::View, None, "v", "CREATE VIEW v AS SELECT 1")),
        Change::New(object(
            Kind::Trigger,
            a,
            "t",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
        )),
        changed(Kind::Column, a, "x", "TEXT", "TEXT DEFAULT 1"),
        changed(Kind::Column, a, "x", "TEXT NOT NULL", "TEXT"),
        changed(Kind::Column, a, "x", "VARCHAR(20)", "TEXT"),
        changed(Kind::Table, None, "a", "STRICT", "STRICT, WITHOUT ROWID"),
        changed(
            Kind::View,
            None,
            "v",
            "CREATE VIEW v AS SELECT 1",
            "CREATE VIEW v AS SELECT 2",
        ),
    ];
    insta::assert_snapshot!(told(&changes, Dialect::Sqlite));
}
