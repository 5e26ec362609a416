//! Reads what has to be known of tables to give them rows.

use std::collections::BTreeMap;

use limbeck_compiler::proof::Fault;
use limbeck_compiler::proof::rows::{ColumnShape, Reference, TableShape, columns_in};
use serde_json::Value as Json;

use super::kinds::Types;
use super::session::Session;
use super::tables::Table;

const QUERY: &str = include_str!("shapes.sql");
const WHAT: &str = "cannot read what the tables are like";

/// A table that wants rows.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) table: TableShape,
    /// With its schema, as statements need it.
    pub(super) sql: String,
    /// The same of the parent of each foreign key.
    pub(super) parents: Vec<String>,
    /// The sequences that its columns own.
    pub(super) sequences: Vec<String>,
    /// The columns that a constraint is about, by the constraint's name.
    pub(super) constraints: BTreeMap<String, Vec<String>>,
    /// All that was read, so that a change is noticed.
    pub(super) source: String,
}

/// The shapes of these tables, by name.
pub(super) fn shapes(session: &mut Session, tables: &[Table]) -> Result<Vec<Shape>, Fault> {
    let oids: Vec<_> = tables.iter().map(|table| table.oid.as_str()).collect();
    let list = format!("'{{{}}}'::oid[]", oids.join(","));
    let text = format!(
        "SELECT set_config('search_path', 'pg_catalog', true), set_config('jit', 'off', true);{}",
        QUERY.replace("$tables", &list)
    );
    let answers = session.demand(&text, WHAT)?;
    let mut types = Types::default();
    let mut found = Vec::new();
    for row in answers.into_iter().skip(1).flat_map(|answer| answer.rows) {
        let Ok([sort, Some(source)]) = <[_; 2]>::try_from(row) else {
            continue;
        };
        let json: Json =
            serde_json::from_str(&source).map_err(|error| Fault::because(WHAT, error))?;
        match sort.as_deref() {
            Some("type") => types.add(&json),
            _ => found.push((json, source)),
        }
    }
    let mut shapes: Vec<_> = found
        .into_iter()
        .map(|(json, source)| shape(&json, source, &types))
        .collect();
    shapes.sort_by(|one, other| one.table.name.cmp(&other.table.name));
    Ok(shapes)
}

fn shape(json: &Json, source: String, types: &Types) -> Shape {
    let mut constraints = BTreeMap::new();
    let mut checks = Vec::new();
    let mut columns = Vec::new();
    for column in array(&json["columns"]) {
        let (name, oid) = (text(&column["name"]), text(&column["type"]));
        for (constraint, sql) in types.checks(&oid, &name) {
            let about: &mut Vec<String> = constraints.entry(constraint).or_default();
            about.push(name.clone());
            checks.push(sql);
        }
        columns.push(ColumnShape {
            kind: types.kind(&oid, number(&column["modifier"])),
            may_be_null: column["not_null"] == false && !types.keeps_null_out(&oid),
            is_given_by_database: column["is_given"] == true,
            name,
        });
    }
    let mut uniques = Vec::new();
    for unique in array(&json["uniques"]) {
        constraints.insert(text(&unique["name"]), texts(&unique["columns"]));
        uniques.push(texts(&unique["columns"]));
    }
    let mut references = Vec::new();
    let mut parents = Vec::new();
    for reference in array(&json["references"]) {
        constraints.insert(text(&reference["name"]), texts(&reference["columns"]));
        parents.push(text(&reference["sql"]));
        references.push(Reference {
            columns: texts(&reference["columns"]),
            table: text(&reference["table"]),
            parent_columns: texts(&reference["parent_columns"]),
        });
    }
    for check in array(&json["checks"]) {
        constraints.insert(text(&check["name"]), texts(&check["columns"]));
        checks.push(text(&check["sql"]));
    }
    let mut table = TableShape {
        name: text(&json["name"]),
        columns,
        uniques,
        references,
        checks,
    };
    // A row that fits no partition is an error about the table, without the name of a constraint.
    let partitions = texts(&json["partitions"]);
    if !partitions.is_empty() {
        let about = columns_in(&partitions.join(" "), &table);
        constraints.insert(table.name.clone(), about);
        table.checks.extend(partitions);
    }
    Shape {
        table,
        sql: text(&json["sql"]),
        parents,
        sequences: texts(&json["sequences"]),
        constraints,
        source,
    }
}

fn array(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

pub(super) fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

pub(super) fn texts(json: &Json) -> Vec<String> {
    array(json).map(text).collect()
}

pub(super) fn number(json: &Json) -> i64 {
    json.as_i64().unwrap_or_default()
}
