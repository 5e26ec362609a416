//! A lock file's text. The same lock is the same text, and two branches that each add revisions to it
//! are merged by git without a conflict, nearly always.
//!
//! git merges two insertions unless they are at the same place. So there are numbered lines, always all of
//! them, and a block stands below the line that a digest of its id chooses: two new blocks are at the
//! same place only where they share a number. Within a block no four lines that follow each other, nor
//! the first or the last, can be those of another block, so that git never takes a part of one for a
//! part of another, and where there is a conflict each side of it has whole blocks.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use limbeck_model::Dialect;
use limbeck_model::checksum;
use toml_edit::{Key, Value};

use super::contents::{Lock, Locked, LockedSide};
use super::parse::VERSION;

/// How many numbered lines there are.
const LINES: usize = 256;

const HEAD: &str = "\
# Written by `cargo limbeck lock`: what was released, and what was proved about it.
# The numbered lines keep apart what two branches add, so that git can merge it.
";

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}version = {VERSION}\n")?;
        let mut below: BTreeMap<usize, Vec<(&str, &Locked)>> = BTreeMap::new();
        for (id, locked) in &self.revisions {
            below.entry(line(id)).or_default().push((id, locked));
        }
        for number in 0..LINES {
            writeln!(f, "#{number:02x}")?;
            for (id, locked) in below.get(&number).into_iter().flatten() {
                write_block(f, id, locked)?;
            }
        }
        Ok(())
    }
}

/// Below which line a revision stands. A digest, since not all ids are random.
fn line(id: &str) -> usize {
    let digest = checksum::script([[id]]);
    let [first, ..] = *digest.as_bytes();
    usize::from(first) % LINES
}

fn write_block(f: &mut fmt::Formatter<'_>, id: &str, locked: &Locked) -> fmt::Result {
    writeln!(f, "[revision.{}]", Key::new(id))?;
    writeln!(f, "parents = {}", list(&locked.parents))?;
    if !locked.dependencies.is_empty() {
        writeln!(f, "depends-on = {}", list(&locked.dependencies))?;
    }
    for (dialect, side) in &locked.sides {
        write_side(f, id, *dialect, side)?;
    }
    Ok(())
}

fn write_side(
    f: &mut fmt::Formatter<'_>,
    id: &str,
    dialect: Dialect,
    side: &LockedSide,
) -> fmt::Result {
    if !side.statements.is_empty() {
        let mut statements = String::new();
        for statement in &side.statements {
            write!(statements, " {statement:08x}")?;
        }
        writeln!(f, "{dialect}.statements = \"{}\"", statements.trim_start())?;
    }
    for accepted in &side.accepted {
        writeln!(
            f,
            "{dialect}.accepted.{} = {{ at = {}, reason = {} }}",
            accepted.checksum,
            Value::from(&accepted.at),
            Value::from(&accepted.reason),
        )?;
    }
    for proof in &side.proofs {
        writeln!(
            f,
            "{dialect}.proved.{} = {{ schema = \"{}\", evidence = \"{}\" }}",
            Key::new(&proof.engine),
            proof.schema,
            proof.evidence,
        )?;
    }
    // Last, and with the id behind it: two revisions that do nothing have one checksum.
    writeln!(f, "{dialect}.checksum = \"{}\" # {id}", side.checksum)
}

fn list(names: &[String]) -> String {
    let names: Vec<_> = names
        .iter()
        .map(|name| Value::from(name).to_string())
        .collect();
    format!("[{}]", names.join(", "))
}
