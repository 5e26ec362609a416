//! Files of results. What was measured again takes the place of what was measured before.

use std::fs;

use serde_json::{Value, json};

use super::markdown;
use crate::error::{Failure, Result};
use crate::place;
use crate::record::Record;

pub(crate) fn keep(name: &str, machine: &Value, new: &[Record]) -> Result<()> {
    let (before, mut records) = read(name)?.unwrap_or_default();
    records.retain(|record| new.iter().all(|other| other.key() != record.key()));
    let machine = &if records.is_empty() {
        machine.clone()
    } else {
        with_what_was_known(machine, &before)
    };
    records.extend_from_slice(new);
    records.sort_by(|a, b| a.key().cmp(&b.key()));
    let value = json!({
        "machine": machine,
        "records": records.iter().map(Record::to_json).collect::<Vec<_>>(),
    });
    let text = format!("{value:#}\n");
    write(&format!("{name}.json"), &text)?;
    write(&format!("{name}.md"), &markdown::page(machine, &records))
}

/// A run that had no use for a server does not know its version, and what is kept from other machines is theirs.
fn with_what_was_known(machine: &Value, before: &Value) -> Value {
    let mut known = machine.clone();
    for (name, value) in known.as_object_mut().into_iter().flatten() {
        let Some(other) = before[name.as_str()].as_str() else {
            continue;
        };
        *value = match value.as_str() {
            Some(own) if other.split("; ").any(|part| part == own) => other.into(),
            Some(own) => format!("{other}; {own}").into(),
            None => other.into(),
        };
    }
    known
}

/// Writes the page again.
pub(crate) fn show(name: &str) -> Result<()> {
    let found = read(name)?;
    let (machine, records) =
        found.ok_or_else(|| Failure::new(format!("there is no results/{name}.json yet")))?;
    write(&format!("{name}.md"), &markdown::page(&machine, &records))
}

fn read(name: &str) -> Result<Option<(Value, Vec<Record>)>> {
    let path = place::results().join(format!("{name}.json"));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::io(format!("read {}", path.display()))(error)),
    };
    let unread = || Failure::new(format!("{} is no file of results", path.display()));
    let value: Value = serde_json::from_str(&text).map_err(|_| unread())?;
    let records = value["records"].as_array().ok_or_else(unread)?;
    let records: Option<Vec<_>> = records.iter().map(Record::from_json).collect();
    Ok(Some((
        value["machine"].clone(),
        records.ok_or_else(unread)?,
    )))
}

fn write(name: &str, text: &str) -> Result<()> {
    let folder = place::results();
    fs::create_dir_all(&folder).map_err(Failure::io(format!("make {}", folder.display())))?;
    let path = folder.join(name);
    fs::write(&path, text).map_err(Failure::io(format!("write {}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_some_results_are_of_stays_beside_the_newest() {
        let first = json!({ "processor": "a", "cores": "2", "PostgreSQL": "15" });
        let second = json!({ "processor": "b", "cores": "2", "PostgreSQL": null });
        let both = json!({ "processor": "a; b", "cores": "2", "PostgreSQL": "15" });
        assert_eq!(with_what_was_known(&second, &first), both);
        assert_eq!(with_what_was_known(&first, &both), both);
        assert_eq!(with_what_was_known(&first, &Value::Null), first);
    }
}
