//! One change, one rebuild; no change, none.

use std::fs;

use crate::package::{LOCK, Package};

/// The change before this call must rebuild the package exactly once.
#[track_caller]
fn one_rebuild(package: &Package, what: &str) {
    let build = package.build();
    build.assert_success();
    assert_eq!(build.compiled(), 1, "{what}: {}", build.stderr);
    let again = package.build();
    assert_eq!(again.compiled(), 0, "{what}, again: {}", again.stderr);
}

#[test]
fn each_change_of_the_files_rebuilds_once_and_no_change_never() {
    let package = Package::new("changes");
    one_rebuild(&package, "the first build");

    let second = package.revision("0a0000000002", "0a0000000001");
    one_rebuild(&package, "a file was added");

    let text = fs::read_to_string(package.path(&second)).unwrap();
    package.write(
        &second,
        &text.replace("id integer", "id integer, name text"),
    );
    one_rebuild(&package, "a file was edited");

    let renamed = "migrations/0a0000000002_another_slug.sql";
    fs::rename(package.path(&second), package.path(renamed)).unwrap();
    one_rebuild(&package, "a file was renamed");

    fs::create_dir(package.path("migrations/2026")).unwrap();
    let moved = "migrations/2026/0a0000000002_another_slug.sql";
    fs::rename(package.path(renamed), package.path(moved)).unwrap();
    one_rebuild(&package, "a file was moved to a new folder");

    let third = package.revision("0a0000000003", "0a0000000002");
    fs::rename(
        package.path(&third),
        package.path("migrations/2026/0a0000000003_more.sql"),
    )
    .unwrap();
    one_rebuild(&package, "a file was added in a folder");

    fs::remove_file(package.path("migrations/2026/0a0000000003_more.sql")).unwrap();
    one_rebuild(&package, "a file was removed");

    package.lock();
    one_rebuild(&package, "the lock file was made");

    let lock = fs::read_to_string(package.path(LOCK)).unwrap();
    package.write(LOCK, &lock.replace("Engine 1.0", "Engine 1.1"));
    one_rebuild(&package, "the lock file was changed");

    fs::remove_file(package.path(LOCK)).unwrap();
    one_rebuild(&package, "the lock file was removed");

    let manifest = fs::read_to_string(package.path("Cargo.toml")).unwrap();
    package.write(
        "Cargo.toml",
        &manifest.replace("[\"sqlite\"]", "[\"sqlite\", \"postgres\"]"),
    );
    one_rebuild(&package, "a setting was changed");
}

#[test]
fn a_broken_file_fails_the_build_and_a_mended_one_mends_it() {
    let package = Package::new("mending");
    package.build().assert_success();
    let second = package.revision("0a0000000002", "0a0000000009");
    let broken = package.build();
    assert!(!broken.succeeded);
    assert!(broken.stderr.contains("error[LB0202]"), "{}", broken.stderr);
    assert!(
        !package.build().succeeded,
        "the second build forgot the mistake"
    );
    let text = fs::read_to_string(package.path(&second)).unwrap();
    package.write(&second, &text.replace("0a0000000009", "0a0000000001"));
    one_rebuild(&package, "the file was mended");
}
