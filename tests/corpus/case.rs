//! A history in one file.
//!
//! ```text
//! # What is wrong with it, or why it is not.
//! dialects sqlite
//! expect LB0401 20250402_c1_index_notes.sql:5
//!
//! === 20250401_b1_create_notes.sql
//! the file, up to the next such line
//! ```
//!
//! `missed: reason` marks a fault that is known to be missed.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// What opens a file within a case.
const FILE: &str = "=== ";

/// A place that is reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) code: String,
    /// Relative to the migrations folder.
    pub(crate) file: String,
    pub(crate) line: usize,
}

/// A history, and what has to be said of it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) broken: bool,
    pub(crate) about: String,
    pub(crate) expected: Vec<Place>,
    /// Why it is not caught, where that is known.
    pub(crate) missed: Option<String>,
    pub(crate) is_postgres: bool,
    dialects: Vec<String>,
    files: Vec<(String, String)>,
}

impl Case {
    /// Every case of a kind, the broken ones first, by name.
    pub(crate) fn all(kind: &str) -> Vec<Self> {
        // The tests of the command line tool have these cases too, from a folder further down.
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .map(|folder| folder.join("tests/fixtures/corpus").join(kind))
            .find(|folder| folder.is_dir())
            .unwrap();
        let mut cases = Vec::new();
        for broken in [true, false] {
            let folder = folder.join(if broken { "broken" } else { "sound" });
            let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect();
            paths.sort();
            cases.extend(paths.iter().map(|path| Self::read(path, broken)));
        }
        cases
    }

    fn read(path: &Path, broken: bool) -> Self {
        assert_eq!(path.extension().unwrap(), "case", "{}", path.display());
        let mut case = Self {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            broken,
            about: String::new(),
            expected: Vec::new(),
            missed: None,
            is_postgres: false,
            dialects: Vec::new(),
            files: Vec::new(),
        };
        for line in fs::read_to_string(path).unwrap().lines() {
            if let Some(file) = line.strip_prefix(FILE) {
                case.files.push((file.to_owned(), String::new()));
            } else if let Some((_, text)) = case.files.last_mut() {
                text.push_str(line);
                text.push('\n');
            } else {
                case.header(line);
            }
        }
        // The blank line before the next file is the case's own.
        for (_, text) in &mut case.files {
            text.truncate(text.trim_end_matches('\n').len());
            text.push('\n');
        }
        let is_labelled = !case.expected.is_empty();
        assert!(
            is_labelled == broken && !case.about.is_empty() && case.files.len() > 1,
            "{} lacks its label, its words or a file, or has a label too many",
            path.display()
        );
        assert!(
            (1..=8).contains(&case.files.len()),
            "{} is too long",
            path.display()
        );
        case
    }

    fn header(&mut self, line: &str) {
        let words: Vec<&str> = line.split([' ', ':']).collect();
        match words.as_slice() {
            [""] => {}
            ["#", ..] => {
                let words = line.trim_start_matches("# ");
                let space = if self.about.is_empty() { "" } else { " " };
                self.about.push_str(space);
                self.about.push_str(words);
            }
            ["dialects", dialects @ ..] => {
                self.dialects = dialects
                    .iter()
                    .map(|dialect| (*dialect).to_owned())
                    .collect();
                self.is_postgres = dialects == ["postgres"];
            }
            ["expect", code, file, line] => self.expected.push(Place {
                code: (*code).to_owned(),
                file: (*file).to_owned(),
                line: line.parse().unwrap(),
            }),
            ["missed", ..] => self.missed = Some(line.trim_start_matches("missed: ").to_owned()),
            _ => unreachable!("`{line}` in the header of {}", self.name),
        }
    }

    /// The package that has this history.
    pub(crate) fn package(&self) -> TempDir {
        let package = tempfile::tempdir().unwrap();
        let manifest = format!(
            "[package]\nname = \"corpus\"\nversion = \"0.1.0\"\n\n\
             [package.metadata.limbeck]\ndialects = {:?}\n",
            self.dialects
        );
        fs::write(package.path().join("Cargo.toml"), manifest).unwrap();
        let migrations = package.path().join("migrations");
        fs::create_dir(&migrations).unwrap();
        for (file, text) in &self.files {
            fs::write(migrations.join(file), text).unwrap();
        }
        package
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}:{}", self.code, self.file, self.line)
    }
}
