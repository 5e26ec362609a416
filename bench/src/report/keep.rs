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
    records.extend_from_slice(new);
    records.sort_by(|a, b| a.key().cmp(&b.key()));
    let machine = &with_what_was_known(machine, &before);
    let value = json!({
        "machine": machine,
        "records": records.iter().map(Record::to_json).collect::<Vec<_>>(),
    });
    let text = format!("{value:#}\n");
    write(&format!("{name}.json"), &text)?;
    write(&format!("{name}.md"), &markdown::page(machine, &records))
}

/// A run that had no use for a server does not know its version.
fn with_what_was_known(machine: &Value, before: &Value) -> Value {
    let mut known = machine.clone();
    for (name, value) in known.as_object_mut().into_iter().flatten() {
        if value.is_null() {
            *value = before[name.as_str()].clone();
        }
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
