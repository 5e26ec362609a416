//! What is unpacked is what was packed.

use std::collections::BTreeSet;
use std::mem::discriminant;

use limbeck::__private::{Recovery, Revision, Script, Side};
use limbeck::Dialect;
use limbeck_compiler::directive::Spanned;
use limbeck_compiler::pack::pack;
use limbeck_compiler::sql::Recovery as Compiled;
use limbeck_compiler::table;
use limbeck_trial::history_of;

use crate::package;

#[test]
fn every_field_of_every_revision_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let project = package::write(folder.path());
    let table = project.candidate().ok().unwrap();
    let history = history_of("app", "1.2.3", &table);
    let revisions = history.revisions().unwrap();
    assert_eq!((revisions.len(), history.len()), (4, 4));
    for (row, revision) in table.rows.iter().zip(revisions) {
        same_revision(row, revision);
    }
    // That every kind of field has a value somewhere, so that the above has compared something.
    let sides = || revisions.iter().flat_map(|revision| &revision.postgres);
    assert!(sides().all(|side| side.fingerprints.len() == 2));
    assert!(sides().any(|side| !side.accepted.is_empty()));
    assert!(sides().any(|side| side.up.lock_timeout_ms == Some(300_000)));
    assert!(sides().any(|side| side.up.statement_timeout_ms == Some(7)));
    assert!(revisions.iter().any(|revision| revision.foreign.len() == 2));
    assert!(
        revisions
            .iter()
            .any(|revision| revision.dependencies == [1])
    );
    assert!(revisions.iter().any(|revision| revision.parents == [1, 2]));
    assert!(
        revisions
            .iter()
            .any(|revision| revision.labels == ["x-y", "z"])
    );
    assert!(revisions.iter().any(|revision| revision.breaking.is_some()));
    assert!(
        revisions
            .iter()
            .any(|revision| revision.irreversible.is_some())
    );
    assert!(revisions[0].created.starts_with("2026-01-31"));
    assert!(revisions[1].sqlite.as_ref().unwrap().skip.is_some());
    let kinds = sides().flat_map(|side| side.up.recoveries);
    assert_eq!(
        kinds
            .map(|how| format!("{:?}", discriminant(how)))
            .collect::<BTreeSet<_>>()
            .len(),
        10
    );
}

#[test]
fn a_section_for_both_dialects_is_there_once() {
    let folder = tempfile::tempdir().unwrap();
    let project = package::write(folder.path());
    let table = project.candidate().ok().unwrap();
    let revisions = history_of("app", "1.2.3", &table).revisions().unwrap();
    let [sqlite, postgres] =
        [&revisions[0].sqlite, &revisions[0].postgres].map(|side| side.as_ref().unwrap());
    for (one, other) in [(&sqlite.up, &postgres.up), (&sqlite.down, &postgres.down)] {
        assert!(!one.statements.is_empty());
        assert!(std::ptr::eq(one.statements, other.statements));
    }
}

#[test]
fn the_same_files_are_the_same_bytes_wherever_they_are() {
    let [one, other] = [(), ()].map(|()| {
        let folder = tempfile::tempdir().unwrap();
        let project = package::write(folder.path());
        pack(&project.candidate().ok().unwrap())
    });
    assert_eq!(one, other);
}

#[test]
fn revisions_are_unpacked_once() {
    let folder = tempfile::tempdir().unwrap();
    let project = package::write(folder.path());
    let history = history_of("app", "1.2.3", &project.candidate().ok().unwrap());
    let places: BTreeSet<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| history.revisions().unwrap().as_ptr() as usize))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(places.len(), 1);
}

#[track_caller]
fn same_revision(row: &table::Row<'_>, revision: &Revision) {
    let own = row.revision;
    let text = |value: &Option<Spanned<String>>| value.as_ref().map(|value| value.value.clone());
    let places = |places: &[usize]| {
        places
            .iter()
            .map(|&place| u32::try_from(place).unwrap())
            .collect::<Vec<_>>()
    };
    let labels: Vec<_> = own
        .labels
        .iter()
        .map(|label| label.value.as_str())
        .collect();
    assert_eq!(revision.id, own.id.value);
    assert_eq!(revision.file, row.file);
    assert_eq!(revision.message, text(&own.message).unwrap_or_default());
    assert_eq!(revision.created, text(&own.created).unwrap_or_default());
    assert_eq!(revision.parents, places(&row.parents));
    assert_eq!(revision.dependencies, places(&row.dependencies));
    assert_eq!(revision.foreign, row.foreign);
    assert_eq!(revision.labels, labels);
    assert_eq!(revision.irreversible, text(&own.irreversible).as_deref());
    assert_eq!(revision.breaking, text(&own.breaking).as_deref());
    for (dialect, side) in [
        (Dialect::Sqlite, &revision.sqlite),
        (Dialect::Postgres, &revision.postgres),
    ] {
        same_side(row.side(dialect).unwrap(), side.as_ref().unwrap());
    }
}

#[track_caller]
fn same_side(own: &table::Side<'_>, side: &Side) {
    assert_eq!(side.skip, own.skip);
    assert_eq!(side.checksum, own.checksum);
    assert_eq!(side.accepted, own.accepted);
    assert_eq!(side.lineage, own.lineage);
    let fingerprints = own
        .fingerprints
        .iter()
        .map(|one| (one.major, one.schema.as_bytes()[..8].to_vec()));
    let found = side
        .fingerprints
        .iter()
        .map(|one| (one.major, one.schema.to_vec()));
    assert!(found.eq(fingerprints));
    same_script(&own.up, side.up);
    same_script(&own.down, side.down);
}

#[track_caller]
fn same_script(own: &table::Script<'_>, script: Script) {
    assert_eq!(script.transactional, own.transactional);
    assert_eq!(script.lock_timeout_ms, own.lock_timeout_ms);
    assert_eq!(script.statement_timeout_ms, own.statement_timeout_ms);
    let statements = own
        .statements
        .iter()
        .map(|one| (one.sql, one.line, one.column));
    let found = script
        .statements
        .iter()
        .map(|one| (one.sql, one.line as usize, one.column as usize));
    assert!(found.eq(statements), "{script:?}");
    assert_eq!(script.recoveries.len(), own.recoveries.len());
    for (found, own) in script.recoveries.iter().zip(&own.recoveries) {
        assert!(same_recovery(own, *found), "{found:?} for {own:?}");
    }
}

fn same_recovery(own: &Compiled, found: Recovery) -> bool {
    match (own, found) {
        (Compiled::Together, Recovery::Together)
        | (Compiled::Session, Recovery::Session)
        | (Compiled::Repeat, Recovery::Repeat) => true,
        (Compiled::Verify(own), Recovery::Verify(found))
        | (Compiled::Creates(own), Recovery::Creates(found))
        | (Compiled::Drops(own), Recovery::Drops(found))
        | (Compiled::ReindexesIndex(own), Recovery::ReindexesIndex(found))
        | (Compiled::ReindexesTables(own), Recovery::ReindexesTables(found)) => own == found,
        (
            Compiled::CreatesIndex { table: own, name },
            Recovery::CreatesIndex { table, name: found },
        ) => own == table && name == found,
        (
            Compiled::Detaches {
                table: own,
                partition,
            },
            Recovery::Detaches {
                table,
                partition: found,
            },
        ) => own == table && partition == found,
        _ => false,
    }
}
