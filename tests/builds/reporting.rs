//! How the report reaches people: whole, once, in the terminal and in cargo's JSON.

use std::fs;

use serde_json::Value;

use crate::package::{BUILD_SCRIPT, LIBRARY, Package};

/// A package with three mistakes in two files.
fn broken(name: &str) -> Package {
    let package = Package::new(name);
    package.write(
        "migrations/0a0000000002_more.sql",
        "-- @revision 0a0000000002\n-- @revises 0a0000000009\n-- @mesage a slip\n\n-- @up\n-- @down\n",
    );
    package.write(
        "migrations/0a0000000003_more.sql",
        "-- @revision 0a0000000003\n-- @revises 0a0000000001\n\n-- @up oracle\n",
    );
    package
}

#[test]
fn all_mistakes_come_as_one_error_in_the_terminal() {
    let build = broken("all").build();
    assert!(!build.succeeded);
    assert_eq!(
        build.stderr.matches("error: ").count(),
        3,
        "one error, its own last line and cargo's:\n{}",
        build.stderr
    );
    for expected in [
        "error[LB0101]",
        "error[LB0202]",
        "migrations/0a0000000002_more.sql:2:13",
        "migrations/0a0000000002_more.sql:3:4",
        "migrations/0a0000000003_more.sql:4:8",
        "-- @mesage a slip",
        "help: write `-- @message a slip`",
        "error: the migrations do not compile",
        "limbeck::migrations!()",
    ] {
        assert!(
            build.stderr.contains(expected),
            "no `{expected}` in:\n{}",
            build.stderr
        );
    }
}

/// The errors that cargo's JSON carries for the package's own source.
fn errors(package: &Package) -> Vec<Value> {
    let build = package.cargo(&["build", "--message-format=json"]);
    assert!(!build.succeeded);
    build
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|value| {
            value["reason"] == "compiler-message" && value["message"]["level"] == "error"
        })
        .map(|value| value["message"].clone())
        .filter(|message| !message["spans"].as_array().unwrap().is_empty())
        .collect()
}

/// The text of the only error.
fn only_error(package: &Package) -> String {
    let errors = errors(package);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!(errors[0]["spans"][0]["file_name"], "src/lib.rs");
    errors[0]["message"].as_str().unwrap().to_owned()
}

#[test]
fn the_same_report_comes_whole_in_cargos_json() {
    insta::assert_snapshot!(only_error(&broken("json")));
}

#[test]
fn arguments_of_the_macro_are_refused() {
    let package = Package::new("arguments");
    package.write(
        "src/lib.rs",
        "pub static HISTORY: &limbeck::History = limbeck::migrations!(\"migrations\");\n",
    );
    insta::assert_snapshot!(only_error(&package));
}

#[test]
fn the_macro_without_a_build_script_says_what_to_add() {
    let package = Package::new("no-script");
    fs::remove_file(package.path("build.rs")).unwrap();
    insta::assert_snapshot!(only_error(&package));
}

#[test]
fn a_build_script_that_does_not_compile_the_migrations_is_noticed_even_after_one_that_did() {
    let package = Package::new("idle-script");
    package.build().assert_success();
    package.write("build.rs", "fn main() {}\n");
    let build = package.build();
    assert!(!build.succeeded, "a table of an earlier build was used");
    assert!(
        build.stderr.contains("does not compile the migrations"),
        "{}",
        build.stderr
    );
    package.write("build.rs", BUILD_SCRIPT);
    package.build().assert_success();
}

#[test]
fn a_report_that_no_macro_shows_comes_as_warnings() {
    let package = broken("no-macro");
    package.write("src/lib.rs", "");
    let build = package.build();
    build.assert_success();
    assert!(
        build
            .stderr
            .contains("warning: app-no-macro@0.1.0: error[LB0101]"),
        "{}",
        build.stderr
    );
}

#[test]
fn settings_that_are_missing_or_wrong_are_reported_like_the_rest() {
    let package = Package::new("settings");
    let manifest = fs::read_to_string(package.path("Cargo.toml")).unwrap();
    package.write(
        "Cargo.toml",
        &manifest.replace("dialects = [\"sqlite\"]", "dialect = [\"sqlite\"]"),
    );
    let build = package.build();
    assert!(
        build
            .stderr
            .contains("error[LB0801]: unknown setting `dialect`"),
        "{}",
        build.stderr
    );
    assert!(
        build.stderr.contains("write `dialects`"),
        "{}",
        build.stderr
    );
    package.write(
        "Cargo.toml",
        &manifest.replace("[package.metadata.limbeck]\ndialects = [\"sqlite\"]\n", ""),
    );
    assert!(package.build().stderr.contains("error[LB0802]"));
    package.write("Cargo.toml", &manifest);
    fs::rename(package.path("migrations"), package.path("elsewhere")).unwrap();
    assert!(package.build().stderr.contains("error[LB0803]"));
    fs::rename(package.path("elsewhere"), package.path("migrations")).unwrap();
    package.build().assert_success();
}

#[test]
fn what_only_may_go_wrong_is_a_warning_of_the_compiler_and_the_build_goes_on() {
    let package = Package::new("warned");
    package.write(
        "migrations/0a0000000002_unique.sql",
        "-- @revision 0a0000000002\n-- @revises 0a0000000001\n\n-- @up\n\
         ALTER TABLE notes ADD COLUMN title text;\n-- @down\nALTER TABLE notes DROP COLUMN title;\n",
    );
    package.write(
        "migrations/0a0000000003_unique.sql",
        "-- @revision 0a0000000003\n-- @revises 0a0000000002\n\n-- @up\n\
         CREATE UNIQUE INDEX notes_id_key ON notes (id);\n-- @down\nDROP INDEX notes_id_key;\n",
    );
    let build = package.cargo(&["build", "--message-format=json"]);
    build.assert_success();
    let warnings: Vec<Value> = build
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|value| value["message"]["level"] == "warning")
        .filter(|value| value["target"]["name"] == "app_warned")
        .collect();
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    let warning = &warnings[0]["message"];
    assert_eq!(warning["spans"][0]["file_name"], "src/lib.rs");
    insta::assert_snapshot!(warning["message"].as_str().unwrap());
    // It is said again as long as it is so.
    package.write("src/lib.rs", &format!("{LIBRARY}// touched\n"));
    assert!(package.build().stderr.contains("warning[LB0409]"));
}
