//! Several processes at once, and what a killed one leaves.

use std::collections::BTreeSet;
use std::process::Stdio;

use crate::support::{MANIFEST, Package, file, program};

#[test]
fn eight_processes_at_once_write_eight_sound_files() {
    let package = Package::with(&[file("aaaa0", "base", "")]);
    package.put("Cargo.toml", &format!("{MANIFEST}heads = 8\n"));
    let running: Vec<_> = (0..8)
        .map(|_| {
            program(&package.path(""))
                .args(["revision", "the same message", "--parent", "aaaa0"])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut ids = BTreeSet::new();
    for process in running {
        let outcome = package.outcome(&process.wait_with_output().unwrap());
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        ids.insert(package.written(&outcome).id);
    }
    assert_eq!(ids.len(), 8);
    assert_eq!(package.names().len(), 9);
    assert_eq!(package.heads().into_iter().collect::<BTreeSet<_>>(), ids);
    assert!(package.is_sound());
}

#[test]
fn a_process_that_is_killed_leaves_a_whole_file_or_none() {
    let package = Package::with(&[file("aaaa0", "base", "")]);
    package.put("Cargo.toml", &format!("{MANIFEST}heads = 100\n"));
    for attempt in 0..40 {
        let mut process = program(&package.path(""))
            .args(["revision", "x", "--parent", "aaaa0"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Each attempt lets the process live a little longer, as measured by work and not by a clock.
        let spent: usize = (0..attempt * 20).map(|_| package.names().len()).sum();
        assert!(attempt == 0 || spent > 0);
        process.kill().unwrap();
        process.wait().unwrap();
    }
    assert!(package.is_sound());
}

#[test]
fn what_a_killed_process_may_leave_disturbs_nobody() {
    let package = Package::with(&[file("aaaa0", "base", "")]);
    package.put("migrations/.limbeck-a1b2c3.tmp", "-- @revision   0335b1eb");
    assert!(package.is_sound());
    let written = package.write(&["revision", "x"]);
    assert_eq!(written.line("revises"), "aaaa0");
}
