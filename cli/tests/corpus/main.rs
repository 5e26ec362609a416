//! Histories as tired engineers write them, and what `cargo limbeck verify` says of each: faults that only
//! a server can tell. `tests/corpus` of the workspace has the others, and says how they are written down.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "../../../tests/corpus/case.rs"]
mod case;
#[path = "../../../tests/corpus/tally.rs"]
mod tally;

use std::path::Path;
use std::process::Command;
use std::thread;

use limbeck_testkit as testkit;
use serde_json::Value;

use case::{Case, Place};
use tally::{Outcome, Tally};

/// A server does several proofs at a time in hardly more time than one.
const AT_A_TIME: usize = 4;

/// What a proof on PostgreSQL says of a history.
fn verify(package: &Path, url: &str) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-limbeck"))
        .current_dir(package)
        .args(["limbeck", "verify", "--json", "--url", url])
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        unreachable!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    });
    let diagnostics = answer["diagnostics"].as_array();
    let diagnostics = diagnostics.unwrap_or_else(|| unreachable!("no diagnostics: {answer:#}"));
    let place = |diagnostic: &Value| {
        let file = diagnostic["file"].as_str().unwrap();
        Place {
            code: diagnostic["code"].as_str().unwrap().to_owned(),
            file: file.trim_start_matches("migrations/").to_owned(),
            line: usize::try_from(diagnostic["line"].as_u64().unwrap()).unwrap(),
        }
    };
    Outcome {
        places: diagnostics.iter().map(place).collect(),
        report: format!("{:#}\n", answer["diagnostics"]),
    }
}

#[test]
fn a_proof_on_a_server_catches_every_fault_and_raises_no_false_alarm() {
    let url = testkit::postgres().url("postgres");
    let mut cases = Case::all("verify");
    // What is sound for a build has to be sound for a server.
    let sound_builds = Case::all("build")
        .into_iter()
        .filter(|case| case.is_postgres && !case.broken);
    cases.extend(sound_builds);
    let share = cases.len().div_ceil(AT_A_TIME);
    let mut tally = Tally::new("verify");
    thread::scope(|scope| {
        let running: Vec<_> = cases
            .chunks(share)
            .map(|cases| {
                scope.spawn(|| {
                    let outcome = |case: &Case| verify(case.package().path(), &url);
                    cases.iter().map(outcome).collect::<Vec<_>>()
                })
            })
            .collect();
        let outcomes = running.into_iter().flat_map(|one| one.join().unwrap());
        for (case, outcome) in cases.iter().zip(outcomes) {
            tally.add(case, outcome);
        }
    });
    tally.finish(0, 40);
}
