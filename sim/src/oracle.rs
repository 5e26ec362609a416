//! The one judge of all faults: what must hold after any of them, whatever it was.
//!
//! 1. Nothing is held: no session, no lock, no open transaction, nothing temporary.
//! 2. Applied equals recorded: schema and rows are those of a database that was brought to the recorded
//!    state without a fault. While a script outside a transaction is unfinished, only the rows that no
//!    script touches can be told, so that this is left to the end.
//! 3. The journal tells the truth: what it says was done and taken back is what is applied.
//! 4. The same operation, run again, ends where it would have ended without the fault; so no row is lost
//!    and no statement of a transaction ran twice. It needs no person for that.
//! 5. An upgrade on top of that leads to the head, and there is nothing to do afterwards.
//! 6. A ledger of an older version is that of one version or the other, and never half of each.

use std::collections::BTreeMap;

use limbeck::ErrorKind;

use crate::older::misleads_an_older_program;
use crate::place::Place;
use crate::portrait::{Portrait, has_ledger};
use crate::scenario::{Ending, Operation, Scenario};
use crate::wait;

/// What is wrong after a fault, in words; nothing where all is well.
pub(crate) fn examine(scenario: &Scenario, place: &Place) -> Vec<String> {
    let mut problems = Vec::new();
    problems.extend(nothing_is_held(place));
    problems.extend(applied_equals_recorded(scenario, place));
    problems.extend(the_journal_is_true(place));
    if scenario.is_older {
        problems.extend(misleads_an_older_program(scenario, place));
    }
    time_passes(place);
    problems.extend(a_rerun_converges(scenario, place));
    if problems.is_empty() {
        problems.extend(the_journal_is_true(place));
        problems.extend(nothing_is_held(place));
    }
    problems
}

pub(crate) fn nothing_is_held(place: &Place) -> Option<String> {
    match place {
        Place::Sqlite { path, .. } => {
            if !path.exists() {
                return None;
            }
            let look = || -> rusqlite::Result<Option<String>> {
                let connection = rusqlite::Connection::open(path)?;
                connection.busy_timeout(std::time::Duration::ZERO)?;
                connection.execute_batch("BEGIN EXCLUSIVE; ROLLBACK")?;
                let sound: String =
                    connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
                let dangling = crate::place::sqlite_rows(&connection, "PRAGMA foreign_key_check")?;
                Ok((sound != "ok" || !dangling.is_empty())
                    .then(|| format!("the file is damaged: {sound} {dangling:?}")))
            };
            match look() {
                Ok(problem) => problem.or_else(|| {
                    // One without its header was not in use yet, and SQLite writes over it.
                    let journal = std::fs::read(path.with_extension("db-journal"));
                    let is_hot = journal.is_ok_and(|bytes| bytes.first().is_some_and(|b| *b != 0));
                    is_hot.then(|| "a hot journal is not rolled back".to_owned())
                }),
                Err(error) => Some(format!("the file is held or damaged: {error}")),
            }
        }
        Place::Postgres(_) => {
            // A server notices after a moment that a client is gone, and ends what it was at.
            let found = || {
                let held = place.query(HELD);
                held.is_empty().then_some(())
            };
            wait::until(wait::A_WHILE, found)
                .is_none()
                .then(|| format!("still held: {}", place.query(HELD).join("; ")))
        }
    }
}

/// Lets the lease of whoever is gone run out, without waiting for it.
fn time_passes(place: &Place) {
    if has_ledger(place) {
        let progress = place.ledger("progress");
        place.execute(&format!(
            "UPDATE {progress} SET lease_until = '2000-01-01T00:00:00.000Z'"
        ));
    }
}

const HELD: &str = "
SELECT 'session ' || pid || ' ' || state || ': ' || left(query, 200) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
UNION ALL SELECT 'lock ' || objid || ' of ' || pid FROM pg_locks
    WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
UNION ALL SELECT 'prepared ' || gid FROM pg_prepared_xacts WHERE database = current_database()
UNION ALL SELECT 'temporary ' || relname FROM pg_class WHERE relpersistence = 't'";

fn applied_equals_recorded(scenario: &Scenario, place: &Place) -> Option<String> {
    let Portrait {
        applied,
        unfinished,
        schema,
        rows,
    } = Portrait::of(place);
    // What is to be repaired is not as it is recorded, until it is.
    if !unfinished.is_empty() || scenario.operation == Operation::Repair {
        return None;
    }
    let Some((golden_schema, golden_rows)) = scenario.golden.states.get(&applied) else {
        return Some(format!(
            "the ledger records a state that is not on the way: {applied:?}"
        ));
    };
    // A tenant's schema is made before its first revision.
    let schema = match scenario.subject.tenant {
        Some(made) if applied.is_empty() => {
            let is_other = |line: &&str| *line != format!("schema {made}");
            schema
                .lines()
                .filter(is_other)
                .collect::<Vec<_>>()
                .join("\n")
        }
        _ => schema,
    };
    let last = applied.last().map_or("nothing", |last| last.as_str());
    difference("schema", golden_schema, &schema)
        .or_else(|| difference("rows", golden_rows, &rows))
        .map(|difference| format!("recorded with {last} and not so: {difference}"))
}

fn the_journal_is_true(place: &Place) -> Option<String> {
    if !has_ledger(place) {
        return None;
    }
    let (revision, journal) = (place.ledger("revision"), place.ledger("journal"));
    let balance = format!(
        "SELECT entry.history, entry.id, entry.balance FROM (SELECT history, id, sum(CASE WHEN outcome IN \
         ('applied', 'stamped') THEN 1 WHEN outcome IN ('removed', 'unstamped') THEN -1 ELSE 0 END) AS balance \
         FROM {journal} GROUP BY history, id) AS entry LEFT JOIN {revision} AS r \
         ON r.history = entry.history AND r.id = entry.id \
         WHERE entry.balance <> CASE WHEN r.id IS NULL THEN 0 ELSE 1 END"
    );
    // What was purged was not taken back, and the journal says so by its next entry.
    let purged = place.query(&format!(
        "SELECT count(*) FROM {journal} WHERE outcome = 'stamped'"
    )) != ["0"];
    let wrong = place.query(&balance);
    (!purged && !wrong.is_empty()).then(|| format!("the journal is wrong: {wrong:?}"))
}

/// Runs it again, as a start of the program would.
fn a_rerun_converges(scenario: &Scenario, place: &Place) -> Vec<String> {
    let url = place.url();
    let mut migrator = scenario.subject.migrator();
    let operation = scenario.operation;
    let result = match operation {
        Operation::Resume(target) => match Operation::Upgrade(target).act(&mut migrator, &url) {
            // What an older ledger leaves in doubt stays so until somebody says `resume`.
            Err(error) if scenario.is_older && error.kind() == ErrorKind::Interrupted => {
                operation.act(&mut migrator, &url)
            }
            result => result,
        },
        operation => operation.act(&mut migrator, &url),
    };
    match result {
        Ok(Ending::Complete(_)) => {}
        Ok(Ending::Incomplete) => return vec!["the rerun leaves something".to_owned()],
        Err(error) => return vec![format!("the rerun failed: {error:#}")],
    }
    let end = Portrait::of(place);
    let mut problems = Vec::new();
    problems.extend(same(&scenario.golden.end, &end).map(|found| format!("the rerun: {found}")));
    if let Some(head) = &scenario.golden.head {
        match migrator.upgrade(&url, "head") {
            Ok(_) => {
                let found = same(head, &Portrait::of(place));
                problems.extend(found.map(|found| format!("at the head: {found}")));
            }
            Err(error) => problems.push(format!("the upgrade to the head failed: {error:#}")),
        }
        match migrator.upgrade(&url, "head") {
            Ok(report) if report.is_up_to_date() => {}
            Ok(report) => problems.push(format!("done twice: {:?}", report.steps)),
            Err(error) => problems.push(format!("the next start failed: {error:#}")),
        }
    }
    problems
}

fn same(golden: &Portrait, found: &Portrait) -> Option<String> {
    if golden.applied != found.applied {
        return Some(format!(
            "applied is {:?} and not {:?}",
            found.applied, golden.applied
        ));
    }
    if !found.unfinished.is_empty() {
        return Some(format!("unfinished: {:?}", found.unfinished));
    }
    difference("schema", &golden.schema, &found.schema)
        .or_else(|| difference("rows", &golden.rows, &found.rows))
}

/// The first lines that one text has and the other has not.
pub(crate) fn difference(what: &str, golden: &str, found: &str) -> Option<String> {
    if golden == found {
        return None;
    }
    let only = |one: &str, other: &str| {
        let mut others: BTreeMap<&str, usize> = BTreeMap::new();
        for line in other.lines() {
            *others.entry(line).or_default() += 1;
        }
        let lines: Vec<_> = one
            .lines()
            .filter(|line| match others.get_mut(line) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            })
            .take(4)
            .map(|line| line.chars().take(160).collect::<String>())
            .collect();
        lines.join("\n      ")
    };
    Some(format!(
        "the {what} differ\n    missing:\n      {}\n    too much:\n      {}",
        only(golden, found),
        only(found, golden)
    ))
}
