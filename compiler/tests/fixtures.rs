//! Small migrations trees, each with one mistake and the report that it gets, or with none.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use limbeck_compiler::directive::parse;
use limbeck_compiler::render::render;
use limbeck_compiler::tree::read;
use limbeck_model::Dialect;
use limbeck_model::diagnostic::Code;

/// What the front end says about the package in a directory.
struct Outcome {
    codes: BTreeSet<Code>,
    count: usize,
    report: String,
}

/// Reads the package in a directory: `migrations` in it, and the dialects in `settings.toml`, which
/// are all where there is no such file.
fn check(package: &Path) -> Outcome {
    let tree = read(&package.join("migrations"), package).unwrap();
    let parsed = parse(&tree.files, &tree.revisions, &dialects(package));
    let mut diagnostics = tree.diagnostics;
    diagnostics.extend(parsed.diagnostics);
    Outcome {
        codes: diagnostics.iter().map(|diagnostic| diagnostic.code).collect(),
        count: diagnostics.len(),
        report: render(&diagnostics, &tree.files),
    }
}

fn dialects(package: &Path) -> Vec<Dialect> {
    let Ok(settings) = fs::read_to_string(package.join("settings.toml")) else {
        return Dialect::ALL.to_vec();
    };
    let settings: toml_edit::DocumentMut = settings.parse().unwrap();
    settings["dialects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|dialect| dialect.as_str().unwrap().parse().unwrap())
        .collect()
}

fn fixtures(kind: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(kind);
    let mut fixtures: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    fixtures.sort();
    assert!(!fixtures.is_empty());
    fixtures
}

fn name(fixture: &Path) -> &str {
    fixture.file_name().unwrap().to_str().unwrap()
}

#[test]
fn every_mistake_is_reported_with_its_code_and_nothing_else() {
    for fixture in fixtures("broken") {
        let outcome = check(&fixture);
        let name = name(&fixture);
        insta::assert_snapshot!(name, outcome.report);
        let number = name.split('_').next().unwrap();
        let codes: Vec<_> = outcome.codes.iter().map(|code| code.number()).collect();
        assert!(codes.contains(&number), "{name}: {}", outcome.report);
        let _ = outcome.count;
    }
}

#[test]
fn what_only_looks_like_a_mistake_raises_nothing() {
    for fixture in fixtures("sound") {
        let outcome = check(&fixture);
        assert_eq!(outcome.report, "", "{}", name(&fixture));
    }
}
