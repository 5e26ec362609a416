//! Tries rows, within one transaction of which every refused row is undone by itself.

use std::collections::BTreeMap;

use limbeck_compiler::proof::rows::{Reference, Rejection, TableShape, Target, Value, fill};
use limbeck_compiler::proof::{Fault, Rows};

use super::session::{Refusal, Said, Session, literal, quoted};
use super::shapes::{Shape, shapes};
use super::tables::{empty, tables};

const WHAT: &str = "cannot fill the tables";

/// A row takes its time only where a trigger does something that a proof need not wait for.
const STATEMENT_TIMEOUT_MS: u32 = 5_000;

/// More parents than this are not chosen from.
const MOST_PARENTS: usize = 8;

/// What is known of earlier attempts.
#[derive(Default)]
pub(super) struct Filler {
    /// The tables that no row could be made for, with the reason.
    pub(super) without_rows: BTreeMap<String, String>,
    /// What was tried in vain: with the same tables the same would come of it again.
    in_vain: BTreeMap<String, String>,
}

impl Filler {
    pub(super) fn fill(&mut self, session: &mut Session, rows: Rows) -> Result<(), Fault> {
        if rows == Rows::None {
            return Ok(());
        }
        let all = tables(session)?;
        let mut wanting = empty(session, all.clone())?;
        self.without_rows.retain(|name, _| {
            let is_there = all.iter().any(|table| table.name == *name);
            !is_there || wanting.iter().any(|table| table.name == *name)
        });
        if wanting.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = wanting.iter().map(|table| table.name.clone()).collect();
        let shapes = shapes(session, &wanting)?;
        // Whatever a table needs is among the empty ones, or has rows.
        let state = |shape: &Shape| {
            let parents = shape
                .table
                .references
                .iter()
                .map(|reference| &reference.table);
            let parents: Vec<_> = parents.filter(|parent| names.contains(parent)).collect();
            format!("{rows:?} {parents:?} {}", shape.source)
        };
        wanting.retain(|table| {
            let shape = shapes.iter().find(|shape| shape.table.name == table.name);
            let before = self.in_vain.get(&table.name);
            shape.is_some_and(|shape| before != Some(&state(shape)))
        });
        let is_wanting =
            |shape: &&Shape| wanting.iter().any(|table| table.name == shape.table.name);
        let wanted: Vec<&Shape> = shapes.iter().filter(is_wanting).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let begin = format!(
            "SET statement_timeout = {STATEMENT_TIMEOUT_MS}; BEGIN; SET CONSTRAINTS ALL IMMEDIATE"
        );
        session.demand(&begin, WHAT)?;
        let shapes_of_tables: Vec<TableShape> =
            wanted.iter().map(|shape| shape.table.clone()).collect();
        let mut attempt = Attempt {
            session,
            shapes: &wanted,
        };
        let without = fill(&shapes_of_tables, rows, &mut attempt)?;
        session.demand("COMMIT", WHAT)?;
        session.reset()?;
        for shape in wanted {
            let name = &shape.table.name;
            self.without_rows.remove(name);
            self.in_vain.remove(name);
            if let Some(reason) = without.get(name) {
                self.without_rows.insert(name.clone(), reason.clone());
                self.in_vain.insert(name.clone(), state(shape));
            }
        }
        Ok(())
    }
}

struct Attempt<'a> {
    session: &'a mut Session,
    shapes: &'a [&'a Shape],
}

impl<'a> Attempt<'a> {
    fn shape(&self, table: &TableShape) -> Result<&'a Shape, Fault> {
        let mut shapes = self.shapes.iter();
        let found = shapes.find(|shape| shape.table.name == table.name);
        found.copied().ok_or_else(|| Fault::new(WHAT))
    }

    /// How far the sequences of a table have come, as statements that bring them back there.
    fn sequences(&mut self, table: &TableShape) -> Result<String, Fault> {
        let sequences = self.shape(table)?.sequences.clone();
        let mut text = String::new();
        for sequence in sequences {
            let query = format!(
                "SELECT last_value || ', ' || CASE WHEN is_called THEN 'true' ELSE 'false' END FROM {sequence}"
            );
            let state = self.session.value(&query, WHAT)?.unwrap_or_default();
            let sequence = literal(&sequence);
            text.extend([";SELECT pg_catalog.setval(", &sequence, ", ", &state, ")"]);
        }
        Ok(text)
    }
}

impl Target for Attempt<'_> {
    fn has_rows(&mut self, table: &TableShape) -> Result<bool, Fault> {
        // A trigger on another table may have written some.
        let query = format!("SELECT EXISTS (SELECT FROM {})", self.shape(table)?.sql);
        Ok(self.session.value(&query, WHAT)?.as_deref() == Some("t"))
    }

    fn parents(&mut self, reference: &Reference) -> Result<Vec<Vec<Value>>, Fault> {
        let mut shapes = self.shapes.iter();
        let parent = shapes.find_map(|shape| {
            let mut places = shape.table.references.iter();
            let place = places.position(|known| known == reference)?;
            shape.parents.get(place)
        });
        let parent = parent.ok_or_else(|| Fault::new(WHAT))?;
        let columns: Vec<_> = reference
            .parent_columns
            .iter()
            .map(|name| quoted(name))
            .collect();
        let columns = columns.join(", ");
        let query = format!(
            "SELECT {columns} FROM {parent} WHERE ({columns}) IS NOT NULL LIMIT {MOST_PARENTS}"
        );
        let rows = self.session.rows(&query, WHAT)?;
        let tuple = |row: Vec<Option<String>>| {
            row.into_iter()
                .map(|value| value.map_or(Value::Null, Value::Text))
                .collect()
        };
        Ok(rows.into_iter().map(tuple).collect())
    }

    fn insert(
        &mut self,
        table: &TableShape,
        row: &[Option<Value>],
    ) -> Result<Result<(), Rejection>, Fault> {
        let back = self.sequences(table)?;
        let shape = self.shape(table)?;
        let given = table.columns.iter().zip(row);
        let given = given.filter_map(|(column, value)| Some((column, value.as_ref()?)));
        let (columns, values): (Vec<_>, Vec<_>) = given
            .map(|(column, value)| (quoted(&column.name), spelled(value)))
            .unzip();
        let statement = if columns.is_empty() {
            format!("INSERT INTO {} DEFAULT VALUES", shape.sql)
        } else {
            let (columns, values) = (columns.join(", "), values.join(", "));
            format!("INSERT INTO {} ({columns}) VALUES ({values})", shape.sql)
        };
        let text = format!("SAVEPOINT limbeck_row;{statement};RELEASE limbeck_row");
        let rejection = match self.session.send(&text) {
            Ok(answers) if answers.get(1).is_some_and(|answer| answer.count > 0) => {
                return Ok(Ok(()));
            }
            Ok(_) => {
                return Ok(Err(Rejection {
                    columns: Vec::new(),
                    message: "a trigger or a rule of the table leaves the row out".to_owned(),
                }));
            }
            Err(Refusal::Said(said)) => Rejection {
                columns: blamed(shape, &said),
                message: said.words(),
            },
            Err(refusal) => return Err(refusal.fault(WHAT)),
        };
        self.session
            .demand(&format!("ROLLBACK TO limbeck_row{back}"), WHAT)?;
        Ok(Err(rejection))
    }

    fn defer(&mut self) -> Result<(), Fault> {
        let text = "SAVEPOINT limbeck_circle; SET CONSTRAINTS ALL DEFERRED";
        self.session.demand(text, WHAT)?;
        Ok(())
    }

    fn settle(&mut self) -> Result<Result<(), Rejection>, Fault> {
        let rejection = match self.session.send("SET CONSTRAINTS ALL IMMEDIATE") {
            Ok(_) => return Ok(Ok(())),
            Err(Refusal::Said(said)) => Rejection {
                columns: Vec::new(),
                message: said.words(),
            },
            Err(refusal) => return Err(refusal.fault(WHAT)),
        };
        let text = "ROLLBACK TO limbeck_circle; SET CONSTRAINTS ALL IMMEDIATE";
        self.session.demand(text, WHAT)?;
        Ok(Err(rejection))
    }
}

/// The columns whose values were the reason, as far as the server says.
fn blamed(shape: &Shape, said: &Said) -> Vec<String> {
    if let Some(column) = &said.column {
        return vec![column.clone()];
    }
    let by_name =
        |name: &Option<String>| name.as_ref().and_then(|name| shape.constraints.get(name));
    if let Some(columns) = by_name(&said.constraint) {
        return columns.clone();
    }
    match said.code.as_str() {
        // No partition takes the row.
        "23514" => shape.constraints.get(&shape.table.name).cloned(),
        // The index of a partition, which has another name than that of the whole.
        "23505" => Some(shape.table.uniques.concat()),
        _ => None,
    }
    .unwrap_or_default()
}

fn spelled(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Boolean(value) => literal(&value.to_string()),
        Value::Integer(value) => literal(&value.to_string()),
        Value::Real(value) => literal(&value.to_string()),
        Value::Text(value) => literal(value),
        Value::Bytes(value) => {
            let digits: Vec<_> = value.iter().map(|byte| format!("{byte:02x}")).collect();
            literal(&format!("\\x{}", digits.concat()))
        }
    }
}
