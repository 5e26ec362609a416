//! Tables filled in a database that is a few lines of Rust.

use std::collections::BTreeMap;

use super::*;
use crate::proof::{Fault, Rows};

type Row = Vec<Option<Value>>;
/// The columns that are to blame; none where the row is sound.
type Check = fn(&dyn Fn(&str) -> Value) -> Vec<String>;

/// Keeps rows, and every constraint of a shape; checks are functions of the test.
#[derive(Default)]
struct Memory {
    tables: Vec<TableShape>,
    rows: BTreeMap<String, Vec<Row>>,
    checks: BTreeMap<String, Check>,
    deferred: Option<BTreeMap<String, Vec<Row>>>,
    tries: usize,
}

impl Memory {
    fn new(tables: &[TableShape]) -> Self {
        Self {
            tables: tables.to_vec(),
            ..Self::default()
        }
    }

    fn check(mut self, table: &str, check: Check) -> Self {
        self.checks.insert(table.to_owned(), check);
        self
    }

    fn fill(&mut self, rows: Rows) -> BTreeMap<String, String> {
        let tables = self.tables.clone();
        fill(&tables, rows, self).unwrap()
    }

    fn table(&self, name: &str) -> &TableShape {
        self.tables.iter().find(|table| table.name == name).unwrap()
    }

    /// The values of one column, row by row.
    fn column(&self, table: &str, column: &str) -> Vec<Value> {
        let place = self.table(table).position(column).unwrap();
        let rows = self.rows.get(table).into_iter().flatten();
        rows.map(|row| row[place].clone().unwrap()).collect()
    }

    fn orphan(&self, table: &TableShape) -> Option<Vec<String>> {
        let value = |table: &TableShape, row: &Row, column: &String| {
            row[table.position(column).unwrap()].clone().unwrap()
        };
        for row in self.rows.get(&table.name).into_iter().flatten() {
            for reference in &table.references {
                let columns = reference.columns.iter();
                let values: Vec<_> = columns.map(|column| value(table, row, column)).collect();
                let parent = self.table(&reference.table);
                let mut parents = self.rows.get(&reference.table).into_iter().flatten();
                let is_parent = |row: &Row| {
                    let columns = reference.parent_columns.iter();
                    columns
                        .map(|column| value(parent, row, column))
                        .eq(values.clone())
                };
                if !values.contains(&Value::Null) && !parents.any(is_parent) {
                    return Some(reference.columns.clone());
                }
            }
        }
        None
    }

    fn refusal(&self, table: &TableShape) -> Option<Rejection> {
        let refuse = |columns: &[String], message: &str| {
            Some(Rejection {
                columns: columns.to_vec(),
                message: message.to_owned(),
            })
        };
        let rows = &self.rows[&table.name];
        let (last, others) = rows.split_last().unwrap();
        let at = |row: &Row, column: &str| row[table.position(column).unwrap()].clone();
        for column in &table.columns {
            if at(last, &column.name) == Some(Value::Null) && !column.may_be_null {
                return refuse(std::slice::from_ref(&column.name), "null");
            }
        }
        let value = |column: &str| at(last, column).unwrap();
        if let Some(check) = self.checks.get(&table.name) {
            let blamed = check(&value);
            if !blamed.is_empty() {
                return refuse(&blamed, "check");
            }
        }
        for unique in &table.uniques {
            let is_same = |row: &Row| {
                unique
                    .iter()
                    .all(|column| at(row, column) == at(last, column))
            };
            if others.iter().any(is_same) {
                return refuse(unique, "unique");
            }
        }
        if self.deferred.is_none()
            && let Some(columns) = self.orphan(table)
        {
            return refuse(&columns, "orphan");
        }
        None
    }
}

impl Target for Memory {
    fn has_rows(&mut self, table: &TableShape) -> Result<bool, Fault> {
        Ok(self
            .rows
            .get(&table.name)
            .is_some_and(|rows| !rows.is_empty()))
    }

    fn parents(&mut self, reference: &Reference) -> Result<Vec<Vec<Value>>, Fault> {
        let parent = self.table(&reference.table);
        let columns = reference.parent_columns.iter();
        let places: Vec<_> = columns
            .map(|column| parent.position(column).unwrap())
            .collect();
        let rows = self.rows.get(&reference.table).into_iter().flatten();
        let tuple = |row: &Row| {
            places
                .iter()
                .map(|&place| row[place].clone().unwrap())
                .collect()
        };
        Ok(rows.map(tuple).collect())
    }

    fn insert(
        &mut self,
        table: &TableShape,
        row: &[Option<Value>],
    ) -> Result<Result<(), Rejection>, Fault> {
        self.tries += 1;
        let rows = self.rows.entry(table.name.clone()).or_default();
        let number = i64::try_from(rows.len()).unwrap() + 1;
        let given = |value: &Option<Value>| value.clone().or(Some(Value::Integer(number)));
        rows.push(row.iter().map(given).collect());
        Ok(match self.refusal(table) {
            Some(rejection) => {
                self.rows.get_mut(&table.name).unwrap().pop();
                Err(rejection)
            }
            None => Ok(()),
        })
    }

    fn defer(&mut self) -> Result<(), Fault> {
        self.deferred = Some(self.rows.clone());
        Ok(())
    }

    fn settle(&mut self) -> Result<Result<(), Rejection>, Fault> {
        let before = self.deferred.take().unwrap();
        let refused = self.tables.iter().find_map(|table| self.orphan(table));
        Ok(match refused {
            Some(columns) => {
                self.rows = before;
                Err(Rejection {
                    columns,
                    message: "orphan at the end".to_owned(),
                })
            }
            None => Ok(()),
        })
    }
}

const TEXT: ValueKind = ValueKind::Text { max_length: None };
const INTEGER: ValueKind = ValueKind::Integer {
    min: i64::MIN,
    max: i64::MAX,
};

/// A table of columns, each `name`, `name?` where it may be null, or `name#` where the database gives it.
fn table(name: &str, kind: &ValueKind, columns: &[&str]) -> TableShape {
    let columns = columns.iter().map(|column| ColumnShape {
        name: column.trim_end_matches(['?', '#']).to_owned(),
        kind: kind.clone(),
        may_be_null: column.ends_with('?'),
        is_given_by_database: column.ends_with('#'),
    });
    TableShape {
        name: name.to_owned(),
        columns: columns.collect(),
        ..TableShape::default()
    }
}

impl TableShape {
    fn unique(mut self, columns: &[&str]) -> Self {
        self.uniques
            .push(columns.iter().map(ToString::to_string).collect());
        self
    }

    fn refers(mut self, columns: &[&str], table: &str, parent_columns: &[&str]) -> Self {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        self.references.push(Reference {
            columns: names(columns),
            table: table.to_owned(),
            parent_columns: names(parent_columns),
        });
        self
    }

    fn checked(mut self, sql: &str) -> Self {
        self.checks.push(sql.to_owned());
        self
    }
}

fn texts(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| Value::text(*text)).collect()
}

fn integers(integers: &[i64]) -> Vec<Value> {
    integers
        .iter()
        .map(|integer| Value::Integer(*integer))
        .collect()
}

#[test]
fn plain_rows_have_equal_values_in_equal_rows_and_null_in_the_second() {
    let mut memory = Memory::new(&[
        table("agents", &TEXT, &["id", "name?"]).unique(&["id"]),
        table("messages", &TEXT, &["agent_id"]),
    ]);
    assert!(memory.fill(Rows::Plain).is_empty());
    assert_eq!(
        memory.column("agents", "id"),
        texts(&["Value-1", "Value-2"])
    );
    assert_eq!(
        memory.column("agents", "name"),
        [Value::text("Value-1"), Value::Null]
    );
    assert_eq!(
        memory.column("messages", "agent_id"),
        memory.column("agents", "id")
    );
    let before = memory.rows.clone();
    memory.fill(Rows::Plain);
    assert_eq!(memory.rows, before, "tables with rows are left alone");
    assert!(memory.fill(Rows::None).is_empty());
}

#[test]
fn hard_rows_are_equal_where_they_need_not_differ() {
    let mut memory = Memory::new(&[table("t", &INTEGER, &["id", "n"]).unique(&["id"])]);
    assert!(memory.fill(Rows::Hard).is_empty());
    let (least, most) = (i64::MIN, i64::MAX);
    assert_eq!(
        memory.column("t", "id"),
        integers(&[1, 2, 3, most, least, 6])
    );
    assert_eq!(
        memory.column("t", "n"),
        integers(&[1, 2, 1, most, least, 2])
    );
}

#[test]
fn a_twin_differs_in_one_column_of_a_unique_pair() {
    let mut memory = Memory::new(&[
        table("users", &TEXT, &["id"]).unique(&["id"]),
        table("members", &TEXT, &["user", "team"])
            .unique(&["user", "team"])
            .refers(&["user"], "users", &["id"]),
    ]);
    assert!(memory.fill(Rows::Hard).is_empty());
    assert_eq!(memory.column("members", "user")[2], Value::text("Value-1"));
    assert_eq!(memory.column("members", "team")[2], Value::text("Value-3"));
}

#[test]
fn several_checks_are_met_one_after_the_other() {
    let shape = table("t", &TEXT, &["status", "kind", "size", "code"])
        .checked("status IN ('open', 'closed')")
        .checked("kind IN ('a', 'b')")
        .checked("size = 'large' AND code = 'x9'");
    let mut memory = Memory::new(&[shape]).check("t", |value| {
        let is = |column, text: &str| value(column) == Value::text(text);
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        if !is("status", "closed") {
            names(&["status"])
        } else if !is("kind", "b") {
            names(&["kind"])
        } else if !is("size", "large") || !is("code", "x9") {
            names(&["size", "code"])
        } else {
            Vec::new()
        }
    });
    assert!(memory.fill(Rows::Plain).is_empty());
    assert_eq!(memory.rows["t"].len(), 2);
    assert!(memory.tries < 60, "{}", memory.tries);

    let shape = table("t", &INTEGER, &["age", "size"]).checked("age > 17 AND age < size");
    let mut memory =
        Memory::new(&[shape]).check("t", |value| match (value("age"), value("size")) {
            (Value::Integer(age), Value::Integer(size)) if age > 17 && age < size => Vec::new(),
            _ => vec!["age".to_owned(), "size".to_owned()],
        });
    assert!(memory.fill(Rows::Hard).is_empty());
    assert_eq!(memory.rows["t"].len(), 6);
}

#[test]
fn a_table_that_takes_no_row_is_named_with_the_reason_and_so_are_its_children() {
    let mut memory = Memory::new(&[
        table("child", &TEXT, &["parent"]).refers(&["parent"], "parent", &["id"]),
        table("parent", &TEXT, &["id"]),
        table("other", &TEXT, &["parent?"]).refers(&["parent"], "parent", &["id"]),
    ])
    .check("parent", |_| vec!["id".to_owned()]);
    let without = memory.fill(Rows::Plain);
    assert_eq!(without["parent"], "check");
    assert_eq!(
        without["child"],
        "it refers to `parent`, which has no rows either"
    );
    assert_eq!(memory.column("other", "parent"), [Value::Null, Value::Null]);
}

#[test]
fn composite_keys_take_whole_rows_of_their_parents() {
    let mut memory = Memory::new(&[
        table("parents", &INTEGER, &["a", "b"]).unique(&["a", "b"]),
        table("children", &INTEGER, &["b", "a", "c?"])
            .refers(&["a", "b"], "parents", &["a", "b"])
            .refers(&["a"], "firsts", &["a"]),
        table("firsts", &INTEGER, &["a"]).unique(&["a"]),
    ]);
    assert!(memory.fill(Rows::Hard).is_empty());
    assert_eq!(memory.rows["children"].len(), 6);
}

#[test]
fn a_row_refers_to_itself_where_no_other_is_there() {
    let tree = table("tree", &TEXT, &["id", "parent"])
        .unique(&["id"])
        .refers(&["parent"], "tree", &["id"]);
    let numbered = table("numbered", &INTEGER, &["id#", "parent?"])
        .unique(&["id"])
        .refers(&["parent"], "numbered", &["id"]);
    let strict = table("strict", &INTEGER, &["id#", "parent"])
        .unique(&["id"])
        .refers(&["parent"], "strict", &["id"]);
    let mut memory = Memory::new(&[tree, numbered, strict]);
    assert!(memory.fill(Rows::Plain).is_empty());
    assert_eq!(memory.column("tree", "parent")[0], Value::text("Value-1"));
    assert_eq!(
        memory.column("numbered", "parent"),
        [Value::Null, Value::Integer(1)],
        "one of the two refers to something"
    );
    assert_eq!(memory.column("strict", "parent")[0], Value::Integer(1));
}

#[test]
fn a_circle_is_broken_by_null_or_checked_at_its_end() {
    let users = table("users", &TEXT, &["id", "team?"])
        .unique(&["id"])
        .refers(&["team"], "teams", &["id"]);
    let teams = table("teams", &TEXT, &["id", "owner"])
        .unique(&["id"])
        .refers(&["owner"], "users", &["id"]);
    let mut memory = Memory::new(&[users, teams]);
    assert!(memory.fill(Rows::Plain).is_empty());
    let team = memory.column("users", "team");
    assert!(team.contains(&Value::Null) && team.contains(&Value::text("Value-1")));

    let one = table("one", &TEXT, &["id", "two"]).unique(&["id"]);
    let two = table("two", &TEXT, &["id", "one"]).unique(&["id"]);
    let mut memory = Memory::new(&[
        one.refers(&["two"], "two", &["id"]),
        two.refers(&["one"], "one", &["id"]),
    ]);
    assert!(memory.fill(Rows::Hard).is_empty());
    assert_eq!(memory.rows["one"].len(), 6);
    assert_eq!(memory.rows["two"].len(), 6);

    let mut memory = Memory::new(&memory.tables).check("two", |_| vec!["id".to_owned()]);
    let without = memory.fill(Rows::Plain);
    assert_eq!(without.into_keys().collect::<Vec<_>>(), ["one", "two"]);
    assert!(!memory.rows.contains_key("one"));
}

#[test]
fn neighbours_differ_in_the_mixed_row_and_keys_in_their_case() {
    let mut memory = Memory::new(&[
        table("pages", &TEXT, &["path", "title", "body"]).unique(&["path"]),
        table("links", &TEXT, &["path"]),
    ]);
    assert!(memory.fill(Rows::Hard).is_empty());
    assert_eq!(memory.column("pages", "path")[2], Value::text("vALUE-1"));
    assert_eq!(memory.column("pages", "title")[5], Value::text("Value-2"));
    assert_eq!(memory.column("pages", "body")[5], Value::text("Value-6"));
    // A foreign key may be added later.
    let paths = memory.column("pages", "path");
    let links = memory.column("links", "path");
    assert!(links.iter().all(|link| paths.contains(link)));
}
