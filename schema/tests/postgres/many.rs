//! Hundreds of schemas at once, each in a namespace of its own in one database: two of them have
//! equal fingerprints exactly when `pg_dump` says the same of both.
//!
//! One dump is the judge of all pairs, so every step is compared with every other one.

use std::collections::{BTreeMap, BTreeSet};

use limbeck_schema::{Object, Schema, diff, postgres};
use limbeck_testkit::Database;

use crate::changes::Outcome;

pub(crate) const BASE: &str = include_str!("base.sql");
const STEPS: &str = include_str!("steps.sql");

/// Every step that the templates of `steps.sql` stand for.
pub(crate) fn all_steps() -> Vec<String> {
    let lines = STEPS.lines().filter(|line| !line.starts_with("--"));
    lines.flat_map(expand).collect()
}

/// `a {b|c}` stands for `a b` and `a c`.
fn expand(template: &str) -> Vec<String> {
    let Some((start, (words, end))) = template
        .split_once('{')
        .and_then(|(start, rest)| Some((start, rest.split_once('}')?)))
    else {
        return vec![template.to_owned()];
    };
    let each = words.split('|');
    each.flat_map(|word| expand(&format!("{start}{word}{end}")))
        .collect()
}

/// A number that decides the next, the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        // Source: Knuth's MMIX generator, of which the high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}

/// The parts of the base that some steps are about, with what these need.
fn base_for(steps: &[String]) -> String {
    let text = steps.concat();
    let words = text.split(|character: char| !character.is_ascii_alphabetic());
    let mut needed: BTreeSet<&str> = words.collect();
    let parts: Vec<(&str, &str, &str)> = BASE
        .split("\n\n-- ")
        .skip(1)
        .map(|part| {
            let (heading, statements) = part.split_once('\n').unwrap_or((part, ""));
            let (name, needs) = heading.split_once(" needs ").unwrap_or((heading, ""));
            (name, needs, statements)
        })
        .collect();
    // Each needs only what stands above it.
    for (name, needs, _) in parts.iter().rev() {
        if needed.contains(name) {
            needed.extend(needs.split(' '));
        }
    }
    let made = parts.iter().filter(|(name, ..)| needed.contains(name));
    made.map(|(_, _, statements)| *statements).collect()
}

/// Steps upon a base.
struct Variant {
    base: String,
    steps: Vec<String>,
}

/// Each of these sequences of steps upon its base, and each base without steps.
fn variants(sequences: Vec<Vec<String>>) -> Vec<Variant> {
    let bases: BTreeSet<String> = sequences.iter().map(|steps| base_for(steps)).collect();
    let plain = bases.into_iter().map(|base| Variant {
        base,
        steps: Vec::new(),
    });
    let changed = sequences.into_iter().map(|steps| Variant {
        base: base_for(&steps),
        steps,
    });
    plain.chain(changed).collect()
}

/// Makes a namespace for each variant, and returns those of which at least one step could be taken.
fn build(
    database: &Database,
    variants: &[Variant],
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut client = database.connect();
    let mut built = Vec::new();
    for (at, Variant { base, steps }) in variants.iter().enumerate() {
        let name = namespace(at);
        client.batch_execute(&format!(
            "CREATE SCHEMA {name}; SET search_path = {name}, public; \
             SET client_min_messages = error; {base}"
        ))?;
        let mut taken = steps.is_empty();
        for step in steps {
            taken |= client.batch_execute(step).is_ok();
        }
        if taken {
            built.push(name);
        }
    }
    Ok(built)
}

fn namespace(number: usize) -> String {
    format!("v{number:04}")
}

/// The namespace that a text names first.
fn named(text: &str) -> Option<&str> {
    let mut at = 0;
    loop {
        at += text.get(at..)?.find('v')?;
        let name = text.get(at..at + 5)?;
        if name.bytes().skip(1).all(|byte| byte.is_ascii_digit()) {
            return Some(name);
        }
        at += 1;
    }
}

/// The schema of each namespace, as if it were the same one.
fn schemas(whole: &Schema) -> BTreeMap<String, Schema> {
    let mut objects: BTreeMap<String, Vec<Object>> = BTreeMap::new();
    for object in whole.objects() {
        let text = format!("{object} {}", object.definition);
        let Some(name) = named(&text) else {
            continue;
        };
        let plain = |text: &str| text.replace(name, "v");
        objects.entry(name.to_owned()).or_default().push(Object {
            kind: object.kind,
            parent: object.parent.as_deref().map(plain),
            name: plain(&object.name),
            definition: plain(&object.definition),
        });
    }
    let schemas = objects.into_iter();
    schemas
        .map(|(name, objects)| (name, objects.into_iter().collect()))
        .collect()
}

fn dumps(database: &Database) -> BTreeMap<String, Vec<String>> {
    let mut dumps: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (schema, entries) in database.pg_dump_by_schema() {
        for entry in entries {
            let name = if schema == "-" {
                named(&entry)
            } else {
                Some(schema.as_str())
            };
            let Some(name) = name else {
                continue;
            };
            let plain = entry.replace(name, "v");
            dumps.entry(name.to_owned()).or_default().push(plain);
        }
    }
    for entries in dumps.values_mut() {
        entries.sort_unstable();
    }
    dumps
}

/// Checks all pairs, and that all of it can be made again, and returns how many different schemas there are.
fn compare(sequences: Vec<Vec<String>>) -> Result<usize, Box<dyn std::error::Error>> {
    let database = Database::create(limbeck_testkit::postgres());
    let variants = variants(sequences);
    let built = build(&database, &variants)?;
    let schemas = schemas(&postgres::read(&mut database.connect(), "limbeck")?);
    let dumps = dumps(&database);
    let mut by_dump: BTreeMap<&Vec<String>, &str> = BTreeMap::new();
    let mut by_fingerprint: BTreeMap<String, &str> = BTreeMap::new();
    let mut faults = Vec::new();
    for name in &built {
        let (schema, dump) = (&schemas[name], &dumps[name]);
        let fingerprint = schema.fingerprint().to_string();
        let same_dump = *by_dump.entry(dump).or_insert(name);
        let same_fingerprint = *by_fingerprint.entry(fingerprint).or_insert(name);
        if same_dump != same_fingerprint {
            let steps = |name: &str| -> String {
                let number = variants
                    .iter()
                    .enumerate()
                    .find(|(at, _)| namespace(*at) == name);
                number.map_or_else(String::new, |(_, variant)| variant.steps.join(" "))
            };
            let other = if same_dump == name {
                same_fingerprint
            } else {
                same_dump
            };
            let said = diff(&schemas[other], schema);
            let said: Vec<String> = said.iter().map(ToString::to_string).collect();
            let only = |a: &[String], b: &[String]| -> Vec<String> {
                a.iter()
                    .filter(|entry| !b.contains(entry))
                    .cloned()
                    .collect()
            };
            faults.push(format!(
                "{}\n    and {}\n    fingerprints say {said:?}\n    dumps say {:?}\n    and {:?}",
                steps(other),
                steps(name),
                only(&dumps[other], dump),
                only(dump, &dumps[other]),
            ));
        }
    }
    super::render::check(&database, "all of them")?;
    assert!(
        faults.is_empty(),
        "{} faults of {}:\n{}",
        faults.len(),
        built.len(),
        faults.join("\n")
    );
    Ok(by_dump.len())
}

#[test]
fn every_single_step_changes_the_fingerprint_exactly_when_it_changes_the_dump() -> Outcome {
    let sequences: Vec<_> = all_steps().into_iter().map(|step| vec![step]).collect();
    let steps = sequences.len();
    let different = compare(sequences)?;
    assert!(different > 400, "only {different} schemas of {steps} steps");
    Ok(())
}

#[test]
fn sequences_of_steps_in_two_orders_and_undone_are_told_apart_as_dumps_are() -> Outcome {
    let seed = 20_250_102;
    let mut dice = Dice(seed);
    let steps = all_steps();
    let mut sequences = Vec::new();
    for _ in 0..60 {
        let length = 2 + dice.below(5);
        let mut some: Vec<String> = (0..length)
            .map(|_| steps[dice.below(steps.len())].clone())
            .collect();
        sequences.push(some.clone());
        dice.shuffle(&mut some);
        sequences.push(some);
    }
    let mut undone = UNDONE.to_vec();
    for _ in 0..20 {
        dice.shuffle(&mut undone);
        let some = &undone[..2 + dice.below(6)];
        let there = some.iter().map(|(there, _)| (*there).to_owned());
        let back = some.iter().rev().map(|(_, back)| (*back).to_owned());
        sequences.push(there.clone().chain(back.clone()).collect());
        // One thing is forgotten.
        sequences.push(there.chain(back.skip(1)).collect());
    }
    println!("seed {seed}");
    let different = compare(sequences)?;
    assert!(different > 60, "only {different} different schemas");
    Ok(())
}

/// Steps with what takes them back.
const UNDONE: [(&str, &str); 14] = [
    ("CREATE INDEX u1 ON a (x)", "DROP INDEX u1"),
    ("ALTER TABLE a ADD u2 int NOT NULL", "ALTER TABLE a DROP u2"),
    (
        "ALTER TABLE b ADD u3 int DEFAULT 3",
        "ALTER TABLE b DROP u3",
    ),
    (
        "ALTER TABLE a ALTER z DROP NOT NULL",
        "ALTER TABLE a ALTER z SET NOT NULL",
    ),
    (
        "ALTER TABLE a ALTER y DROP DEFAULT",
        "ALTER TABLE a ALTER y SET DEFAULT 'n'",
    ),
    ("CREATE TABLE u4 (LIKE a INCLUDING ALL)", "DROP TABLE u4"),
    ("CREATE TYPE u5 AS ENUM ('x')", "DROP TYPE u5"),
    (
        "ALTER TABLE a RENAME x TO u6",
        "ALTER TABLE a RENAME u6 TO x",
    ),
    (
        "ALTER TABLE p DETACH PARTITION p1",
        "ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (9)",
    ),
    ("DROP VIEW v", "CREATE VIEW v AS SELECT id, x FROM a"),
    (
        "COMMENT ON COLUMN a.y IS 'y'",
        "COMMENT ON COLUMN a.y IS NULL",
    ),
    (
        "ALTER TABLE a DISABLE TRIGGER t",
        "ALTER TABLE a ENABLE TRIGGER t",
    ),
    ("ALTER TABLE up ADD u7 int", "ALTER TABLE up DROP u7"),
    ("DROP POLICY po ON b", "CREATE POLICY po ON b USING (a > 0)"),
];
