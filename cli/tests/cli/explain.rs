//! `explain` knows every code.

use limbeck_model::diagnostic::Code;

use crate::support::Package;

#[test]
fn every_code_is_explained_with_its_title_reason_and_help() {
    let package = Package::new();
    for code in Code::ALL {
        let outcome = package.run(&["explain", code.number()]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(
            words(&outcome.stdout),
            words(&format!(
                "{}: {} {} help: {}",
                code.number(),
                code.title(),
                code.why(),
                code.help()
            ))
        );
        assert!(
            outcome
                .stdout
                .lines()
                .skip(1)
                .all(|line| line.chars().count() <= 80)
        );
    }
}

#[test]
fn an_explanation_is_written_in_paragraphs_whatever_the_case_of_the_code() {
    let package = Package::new();
    insta::assert_snapshot!(package.run(&["explain", "lb0207"]).stdout);
}

#[test]
fn a_code_that_is_none_is_refused_with_the_nearest_one() {
    let package = Package::new();
    for (given, help) in [
        ("LB207", "did you mean `LB0207`?"),
        ("E0308", "write one as reports have it, such as `LB0207`"),
    ] {
        let outcome = package.run(&["explain", given]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
        assert_eq!(
            outcome.stderr,
            format!("error: `{given}` is not a code of limbeck\n  help: {help}\n")
        );
    }
}

#[test]
fn a_program_gets_an_explanation_as_an_object() {
    let outcome = Package::new().run(&["explain", "LB0101", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json["code"], "LB0101");
    assert_eq!(json["title"], "unknown directive");
}
