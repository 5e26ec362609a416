//! Histories as tired engineers write them, and what limbeck says of each.
//!
//! Below `tests/fixtures/corpus`, `build` holds what a build has to see and `verify` what only a server
//! can tell, which the tests of the command line tool ask. In `broken` every history has one fault, labelled with the code and the line that have to be
//! reported; in `sound`, under the same name, is its twin: the same done right, or what merely looks wrong.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod case;
mod tally;

use std::path::Path;

use limbeck_compiler::project::{Project, Purpose};
use limbeck_compiler::render::render;

use case::{Case, Place};
use tally::{Outcome, Tally};

/// What a build says of a history.
fn build(package: &Path) -> Outcome {
    let project = Project::read(package).unwrap();
    let examined = project.examine(Purpose::Development, None).unwrap();
    let mut places = Vec::new();
    for diagnostic in &examined.diagnostics {
        let span = diagnostic.annotations.first().unwrap().span;
        let source = project.sources.get(span.file).unwrap();
        let path = source.path();
        places.push(Place {
            code: diagnostic.code.number().to_owned(),
            file: path.trim_start_matches("migrations/").to_owned(),
            line: source.position(span.start).line,
        });
    }
    Outcome {
        places,
        report: render(&examined.diagnostics, &project.sources),
    }
}

/// Asks for every history of a kind what is wrong with it.
fn run(kind: &str, check: impl Fn(&Path) -> Outcome) -> Tally {
    let mut tally = Tally::new(kind);
    for case in Case::all(kind) {
        let package = case.package();
        tally.add(&case, check(package.path()));
    }
    tally
}

#[test]
fn the_build_catches_every_fault_and_raises_no_false_alarm() {
    run("build", build).finish(90, 20);
}

#[test]
fn every_broken_history_has_a_sound_twin() {
    for kind in ["build", "verify"] {
        let names = |broken: bool| -> Vec<String> {
            let cases = Case::all(kind).into_iter();
            let cases = cases.filter(|case| case.broken == broken);
            cases.map(|case| case.name).collect()
        };
        assert_eq!(names(true), names(false), "{kind}");
    }
}
