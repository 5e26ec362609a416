//! What a build for development takes and a release does not, and what no build takes.

use std::fs;

use crate::package::{LOCK, Package};

const FIRST: &str = "migrations/0a0000000001_create_notes.sql";

#[test]
fn a_release_refuses_a_draft_that_a_build_for_development_takes() {
    let package = Package::new("drafts");
    package.build().assert_success();
    let refused = package.release();
    assert!(!refused.succeeded);
    for expected in [
        "error[LB0607]: `0a0000000001` is a draft",
        "run `cargo limbeck lock`",
        "error: the migrations do not compile",
    ] {
        assert!(refused.stderr.contains(expected), "{}", refused.stderr);
    }
    package.lock();
    package.release().assert_success();
    package.build().assert_success();

    package.revision("0a0000000002", "0a0000000001");
    package.build().assert_success();
    let refused = package.release();
    assert!(
        refused
            .stderr
            .contains("error[LB0607]: `0a0000000002` is a draft"),
        "{}",
        refused.stderr
    );

    // A change of the way back is no edit; the proof is gone.
    package.lock();
    let text = fs::read_to_string(package.path(FIRST)).unwrap();
    package.write(FIRST, &text.replace("DROP TABLE", "DROP TABLE IF EXISTS"));
    package.build().assert_success();
    let refused = package.release();
    assert!(
        refused.stderr.contains("error[LB0608]"),
        "{}",
        refused.stderr
    );
}

#[test]
fn no_build_takes_a_locked_revision_that_was_changed() {
    let package = Package::new("locked");
    package.lock();
    package.build().assert_success();
    let text = fs::read_to_string(package.path(FIRST)).unwrap();
    package.write(FIRST, &text.replace("id integer", "id bigint"));
    let refused = package.build();
    assert!(!refused.succeeded);
    for expected in [
        "error[LB0604]: the released revision `0a0000000001` was edited",
        "CREATE TABLE notes (id bigint)",
        "statement 1 is not what was released",
        "cargo limbeck lock --accept 0a0000000001",
    ] {
        assert!(refused.stderr.contains(expected), "{}", refused.stderr);
    }
    // Comments and layout are none of a database's business.
    package.write(
        FIRST,
        &text.replace("CREATE TABLE", "-- why\nCREATE  TABLE"),
    );
    package.build().assert_success();
    fs::rename(package.path(FIRST), package.path("elsewhere.sql")).unwrap();
    assert!(package.build().stderr.contains("error[LB0606]"));
    fs::rename(package.path("elsewhere.sql"), package.path(FIRST)).unwrap();
    package.build().assert_success();
    // Without the lock file it is a draft.
    package.write(FIRST, &text.replace("id integer", "id bigint"));
    assert!(!package.build().succeeded);
    fs::remove_file(package.path(LOCK)).unwrap();
    package.build().assert_success();
}
