//! Small migrations trees, each with one mistake and the report that it gets, or with none.
//!
//! The name of a broken tree starts with the codes it gets, and says in a few words what is wrong. What
//! a repository cannot hold on every machine is built in a temporary directory instead.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use limbeck_compiler::directive::parse;
use limbeck_compiler::project::{Project, Purpose};
use limbeck_compiler::render::render;
use limbeck_compiler::source::Source;
use limbeck_compiler::tree::read;
use limbeck_model::Dialect;
use limbeck_model::diagnostic::Code;

/// What the front end says about a package.
struct Outcome {
    codes: BTreeSet<&'static str>,
    report: String,
}

/// Reads the package in a directory. One with a `Cargo.toml` is compiled as a build script does, for a
/// release where `settings.toml` says so; of the others, which have mistakes in single files, the
/// `migrations` are read, for the dialects in `settings.toml` or for all where there is no such file.
fn check(package: &Path) -> Outcome {
    if package.join("Cargo.toml").is_file() {
        return compile(package);
    }
    let tree = read(&package.join("migrations"), package).unwrap();
    let parsed = parse(&tree.files, &tree.revisions, &dialects(package));
    let mut diagnostics = tree.diagnostics;
    diagnostics.extend(parsed.diagnostics);
    Outcome {
        codes: diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code.number())
            .collect(),
        report: render(&diagnostics, &tree.files),
    }
}

fn compile(package: &Path) -> Outcome {
    let project = Project::read(package).unwrap();
    let examined = project.examine(purpose(package), None).unwrap();
    let diagnostics = examined.diagnostics;
    Outcome {
        codes: diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code.number())
            .collect(),
        report: render(&diagnostics, &project.sources),
    }
}

fn settings(package: &Path) -> Option<toml_edit::DocumentMut> {
    let settings = fs::read_to_string(package.join("settings.toml")).ok()?;
    Some(settings.parse().unwrap())
}

fn purpose(package: &Path) -> Purpose {
    match settings(package) {
        None => Purpose::Development,
        Some(settings) => {
            assert_eq!(settings["purpose"].as_str(), Some("release"));
            Purpose::Release
        }
    }
}

fn dialects(package: &Path) -> Vec<Dialect> {
    let Some(settings) = settings(package) else {
        return Dialect::ALL.to_vec();
    };
    settings["dialects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|dialect| dialect.as_str().unwrap().parse().unwrap())
        .collect()
}

fn fixtures(kind: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(kind);
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

/// The codes that the name of a fixture starts with.
fn expected(name: &str) -> BTreeSet<&str> {
    name.split('_')
        .take_while(|part| part.starts_with("LB"))
        .collect()
}

#[test]
fn every_mistake_gets_its_code_and_no_other() {
    for fixture in fixtures("broken") {
        let name = name(&fixture);
        let outcome = check(&fixture);
        assert_eq!(outcome.codes, expected(name), "{name}:\n{}", outcome.report);
        insta::assert_snapshot!(name, outcome.report);
    }
}

#[test]
fn what_only_looks_like_a_mistake_gets_none() {
    for fixture in fixtures("sound") {
        let outcome = check(&fixture);
        assert_eq!(outcome.report, "", "{}", name(&fixture));
    }
}

#[test]
fn every_code_has_a_fixture() {
    let fixtures = fixtures("broken");
    let mut shown: BTreeSet<&str> = fixtures
        .iter()
        .flat_map(|fixture| expected(name(fixture)))
        .collect();
    // The tests below build these.
    shown.extend(["LB0104", "LB0107"]);
    let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.number()).collect();
    assert_eq!(shown, known);
}

const SOUND: &str = "-- @revision a1\n-- @revises base\n-- @up\n-- @down\n";

/// A package with these files in its migrations directory.
fn package(files: &[(&str, &str)]) -> tempfile::TempDir {
    let package = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = package.path().join("migrations").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    package
}

#[test]
fn names_that_differ_only_in_case_are_reported() {
    let package = package(&[("a1_items.sql", SOUND), ("README.md", "")]);
    let twin = package.path().join("migrations/a1_Items.sql");
    if twin.exists() {
        // This file system ignores case, so that the mistake cannot be made here.
        return;
    }
    fs::write(twin, SOUND).unwrap();
    let outcome = check(package.path());
    assert_eq!(outcome.codes, BTreeSet::from(["LB0107"]));
    insta::assert_snapshot!(outcome.report);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_or_in_a_circle_are_reported() {
    use std::os::unix::fs::symlink;

    let package = package(&[("a1_items.sql", SOUND), ("2025/README.md", "")]);
    let migrations = package.path().join("migrations");
    symlink("missing.sql", migrations.join("b1_gone.sql")).unwrap();
    symlink("c1_self.sql", migrations.join("c1_self.sql")).unwrap();
    symlink("..", migrations.join("2025/up")).unwrap();
    let outcome = check(package.path());
    assert_eq!(outcome.codes, BTreeSet::from(["LB0104"]));
    insta::assert_snapshot!(outcome.report);
}

#[cfg(unix)]
#[test]
fn what_is_neither_a_file_nor_a_directory_is_reported_and_not_read() {
    let package = package(&[("a1_items.sql", SOUND)]);
    let socket = package.path().join("migrations/b1_items.sql");
    let _listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
    let outcome = check(package.path());
    assert_eq!(outcome.codes, BTreeSet::from(["LB0102"]));
    insta::assert_snapshot!(outcome.report);
}

#[cfg(unix)]
#[test]
fn a_linked_folder_outside_is_read_like_any_other() {
    let package = package(&[("a1_items.sql", SOUND)]);
    let outside = tempfile::tempdir().unwrap();
    let revision = SOUND.replace("a1", "b1").replace("base", "a1");
    fs::write(outside.path().join("b1_more.sql"), revision).unwrap();
    std::os::unix::fs::symlink(outside.path(), package.path().join("migrations/more")).unwrap();
    let tree = read(&package.path().join("migrations"), package.path()).unwrap();
    let paths: Vec<_> = tree.files.iter().map(Source::path).collect();
    assert_eq!(
        paths,
        ["migrations/a1_items.sql", "migrations/more/b1_more.sql"]
    );
    assert_eq!(check(package.path()).report, "");
}

#[test]
fn a_missing_directory_is_an_error_that_names_it() {
    let package = tempfile::tempdir().unwrap();
    let error = read(&package.path().join("migrations"), package.path()).unwrap_err();
    assert!(error.is_not_found());
    assert!(error.to_string().contains("migrations"), "{error}");
}

#[test]
fn no_path_of_the_machine_is_in_the_tree_of_a_directory_elsewhere() {
    let package = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let root = elsewhere.path().join("shared");
    fs::create_dir_all(root.join("2025")).unwrap();
    fs::write(root.join("2025/a1_items.sql"), SOUND).unwrap();
    let tree = read(&root, package.path()).unwrap();
    assert_eq!(tree.files.path(0), "shared/2025/a1_items.sql");
}
