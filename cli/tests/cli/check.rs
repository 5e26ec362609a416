//! `check` says what the build would say.

use limbeck_compiler::project::{Purpose, compile_package};

use crate::support::{Package, file};

#[test]
fn a_sound_history_is_one_line() {
    let package = Package::with(&[file("aaaa0", "base", ""), file("bbbb1", "aaaa0", "")]);
    let outcome = package.run(&["check"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert_eq!(outcome.stdout, "sound: 2 revisions, head `bbbb1`\n");
    assert_eq!(
        Package::new().run(&["check"]).stdout,
        "sound: no revision yet\n"
    );
}

#[test]
fn the_report_is_the_one_that_the_build_gives() {
    let broken = Package::with_two_heads();
    broken.put("migrations/stray.txt", "");
    let missing = Package::new();
    std::fs::remove_dir(missing.path("migrations")).unwrap();
    for package in [broken, missing] {
        let report = compile_package(
            &package.path(""),
            "shop 0.1.0",
            Purpose::Development,
            &package.path("").join("target/proof"),
        )
        .unwrap()
        .report;
        let outcome = package.run(&["check"]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
        assert!(!report.is_empty());
        assert_eq!(outcome.stdout, report);
    }
}

#[test]
fn two_heads_are_mended_by_what_the_report_says() {
    let package = Package::with_two_heads();
    insta::assert_snapshot!(package.run(&["check"]).stdout);
    package.write(&["merge"]);
    assert_eq!(package.run(&["check"]).code, 0);
}

#[test]
fn a_program_gets_the_diagnostics_with_their_places() {
    let package = Package::with_two_heads();
    let outcome = package.run(&["check", "--json"]);
    assert_eq!(outcome.code, 1);
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json["sound"], false);
    assert_eq!(json["revisions"], 3);
    let diagnostic = &json["diagnostics"][0];
    assert_eq!(diagnostic["code"], "LB0207");
    assert_eq!(diagnostic["file"], "migrations/cccc2_x.sql");
    assert_eq!(
        (&diagnostic["line"], &diagnostic["column"]),
        (&1.into(), &14.into())
    );
    package.write(&["merge"]);
    let outcome = package.run(&["check", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json["sound"], true);
    assert_eq!(json["diagnostics"], serde_json::json!([]));
}
