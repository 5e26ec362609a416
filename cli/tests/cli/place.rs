//! Which package is meant, and what the program says of itself.

use std::fmt::Write as _;
use std::process::Command;

use crate::support::{Package, file};

#[test]
fn the_nearest_package_upwards_is_meant() {
    let package = Package::new();
    std::fs::create_dir_all(package.path("src/store")).unwrap();
    let outcome = package.run_in("src/store", &["revision", "x"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.starts_with("[package]/migrations/20"),
        "{}",
        outcome.stdout
    );
    assert!(package.is_sound());
    assert_eq!(package.names().len(), 1);
}

#[test]
fn a_manifest_that_is_named_is_meant_and_paths_are_shown_from_the_current_folder() {
    let package = Package::new();
    let elsewhere = Package::new();
    let manifest = package.path("Cargo.toml");
    let manifest = manifest.to_str().unwrap();
    assert_eq!(
        elsewhere
            .run(&["revision", "x", "--manifest-path", manifest])
            .code,
        0
    );
    assert_eq!((package.names().len(), elsewhere.names().len()), (1, 0));

    package.put("sub/README.md", "");
    let outcome = package.run_in(
        "sub",
        &["revision", "y", "--manifest-path", "../Cargo.toml"],
    );
    assert!(
        outcome.stdout.starts_with("../migrations/20"),
        "{}",
        outcome.stdout
    );
    assert_eq!(package.names().len(), 2);
}

#[test]
fn a_place_without_a_package_is_refused() {
    let workspace = Package::new();
    workspace.put("Cargo.toml", "[workspace]\nmembers = [\"shop\"]\n");
    workspace.put("shop/Cargo.toml", crate::support::MANIFEST);
    std::fs::create_dir(workspace.path("shop/migrations")).unwrap();
    let mut shown = String::new();
    for (folder, arguments) in [
        ("", &["check"] as &[&str]),
        ("migrations", &["revision", "x"]),
        ("", &["check", "--manifest-path", "shop"]),
        ("", &["check", "--manifest-path", "store/Cargo.toml"]),
    ] {
        let outcome = workspace.run_in(folder, arguments);
        assert_eq!(outcome.stdout, "");
        writeln!(shown, "{}exit code {}\n", outcome.stderr, outcome.code).unwrap();
    }
    insta::assert_snapshot!(shown);
    assert_eq!(workspace.run_in("shop", &["check"]).code, 0);
    assert_eq!(
        workspace
            .run(&["check", "--manifest-path", "shop/Cargo.toml"])
            .code,
        0
    );
}

#[test]
fn a_folder_above_which_there_is_no_manifest_is_refused() {
    let package = Package::new();
    std::fs::remove_file(package.path("Cargo.toml")).unwrap();
    let outcome = package.run(&["check"]);
    assert_eq!(outcome.code, 3);
    assert!(
        outcome
            .stderr
            .contains("no Cargo.toml in `[package]` or a folder above it")
    );
}

#[test]
fn the_program_runs_without_cargo_too() {
    let package = Package::with(&[file("aaaa0", "base", "")]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-limbeck"));
    let output = command
        .arg("check")
        .current_dir(package.path(""))
        .output()
        .unwrap();
    assert_eq!(
        package.outcome(&output).stdout,
        "sound: 1 revision, head `aaaa0`\n"
    );
}

#[test]
fn the_help_tells_commands_options_and_exit_codes() {
    let package = Package::new();
    let mut shown = String::new();
    for arguments in [
        &["--help"] as &[&str],
        &["revision", "--help"],
        &["merge", "--help"],
    ] {
        let outcome = package.run(arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        shown += &outcome.stdout;
        shown += "\n";
    }
    insta::assert_snapshot!(shown);
}
