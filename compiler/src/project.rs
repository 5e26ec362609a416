//! A package's migrations, read and checked: the stages in their order.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic, Span};
use limbeck_model::graph::Graph;

use crate::directive::{self, Parsed};
use crate::emit::{self, Emitted};
use crate::examine::Examined;
use crate::lock::{self, Lock};
use crate::settings::{self, Settings};
use crate::source::Sources;
use crate::table::Table;
use crate::{graph, render, sql, tree};

/// The name of the file that holds the settings.
const MANIFEST: &str = "Cargo.toml";

/// What a package says of its migrations, and what is wrong with it.
pub struct Project {
    /// The files that the diagnostics point into.
    pub sources: Sources,
    /// The settings, where they could be read.
    pub settings: Option<Settings>,
    /// The revisions.
    pub parsed: Parsed,
    /// What was released.
    pub lock: Lock,
    /// The number of the lock file, if there is one.
    pub lock_file: Option<usize>,
    /// What is wrong with the settings and the tree; `parsed` has its own.
    pub diagnostics: Vec<Diagnostic>,
    /// Everything whose change calls for another build.
    pub watched: Vec<PathBuf>,
}

/// What a build writes.
pub struct Output {
    /// What is wrong, rendered; empty when nothing is.
    pub report: String,
    /// What may go wrong, rendered, where nothing is wrong.
    pub warnings: String,
    /// The table, which is empty where there is a report.
    pub table: Emitted,
    /// Everything whose change calls for another build.
    pub watched: Vec<PathBuf>,
}

impl Project {
    /// Reads the package in this folder.
    ///
    /// # Errors
    ///
    /// When a file cannot be read that has to be there.
    pub fn read(package: &Path) -> io::Result<Self> {
        let manifest = package.join(MANIFEST);
        let text = std::fs::read_to_string(&manifest).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", manifest.display()))
        })?;
        let mut project = Self {
            sources: Sources::default(),
            settings: None,
            parsed: Parsed::default(),
            lock: Lock::default(),
            lock_file: None,
            diagnostics: Vec::new(),
            watched: vec![manifest],
        };
        let file = project.sources.add(MANIFEST, text);
        let settings = match settings::read(&project.sources, file) {
            Ok(settings) => settings,
            Err(diagnostics) => {
                project.diagnostics = diagnostics;
                return Ok(project);
            }
        };
        let root = package.join(&settings.path);
        if root.is_dir() {
            let tree = tree::read(&root, package).map_err(io::Error::other)?;
            project.parsed = directive::parse(&tree.files, &tree.revisions, &settings.dialects);
            // A file that could not be read as text may have had any id.
            project.parsed.unidentified.extend(&tree.unread);
            project.sources = tree.files;
            project.diagnostics = tree.diagnostics;
            project.read_lock(tree.lock);
            project.watched.extend(tree.all_paths);
        } else {
            project.diagnostics.push(
                Diagnostic::new(
                    Code::MissingFolder,
                    Span::whole(file),
                    format!("the migrations folder `{}` does not exist", settings.path),
                )
                .help("create it, or correct `path` in [package.metadata.limbeck]"),
            );
            // A folder that is put back brings its old time with it. A path that never exists has cargo
            // look again at each build.
            project.watched.push(root.join("missing"));
        }
        project.settings = Some(settings);
        Ok(project)
    }

    fn read_lock(&mut self, file: Option<usize>) {
        self.lock_file = file;
        if let Some(file) = file {
            match lock::parse(&self.sources, file) {
                Ok(lock) => self.lock = lock,
                Err(diagnostics) => self.diagnostics.extend(diagnostics),
            }
        }
    }

    /// The graph, for who wants to add to it: it may have more heads than are allowed, and what the
    /// sections of a file hold may be wrong. What each revision comes after is known.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, except the number of heads.
    pub fn graph(&self) -> Result<Graph<'_>, Vec<Diagnostic>> {
        let mut diagnostics = self.read_diagnostics();
        let Some(settings) = &self.settings else {
            return Err(diagnostics);
        };
        // What is wrong with a name or a folder may hide a revision. A folder that is not there hides none.
        let hides_none = self.diagnostics.iter().all(|diagnostic| {
            let of_lock = [Code::BadLock, Code::LockConflict, Code::NewerLock];
            diagnostic.code == Code::MissingFolder || of_lock.contains(&diagnostic.code)
        });
        match graph::connect(&self.parsed, settings, &self.sources) {
            Ok(graph) if hides_none && graph::links_are_complete(&self.parsed) => Ok(graph),
            Ok(_) => Err(diagnostics),
            Err(found) => {
                diagnostics.extend(found);
                Err(diagnostics)
            }
        }
    }

    /// Takes in a revision file that is not there yet, as if it had been read, so that one can ask what
    /// it would do. `path` is relative to the package.
    pub fn add(&mut self, path: &str, text: &str) {
        let dialects = self
            .settings
            .as_ref()
            .map_or(Dialect::ALL.as_slice(), |settings| &settings.dialects);
        let file = self.sources.add(path, text);
        let added = directive::parse(&self.sources, &[file], dialects);
        self.parsed.revisions.extend(added.revisions);
        self.parsed.unidentified.extend(added.unidentified);
        self.parsed.diagnostics.extend(added.diagnostics);
    }

    /// What is wrong with the settings, the tree and each file by itself.
    pub(crate) fn read_diagnostics(&self) -> Vec<Diagnostic> {
        let of_files = &self.parsed.diagnostics;
        self.diagnostics.iter().chain(of_files).cloned().collect()
    }

    /// The checked table.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, of every stage.
    pub fn table(&self) -> Result<Table<'_>, Vec<Diagnostic>> {
        let folder = self.settings.as_ref().map_or("", |settings| &settings.path);
        let mut diagnostics = lock::removed(&self.parsed, &self.lock, folder);
        match self.candidate() {
            Ok(table) => {
                diagnostics.extend(lock::compare(&table, &self.lock, &self.sources));
                if diagnostics.is_empty() {
                    return Ok(table);
                }
            }
            Err(found) => diagnostics.extend(found),
        }
        Err(diagnostics)
    }

    /// The table of the files as they are, even if they are not what was released.
    ///
    /// # Errors
    ///
    /// Everything else that is wrong.
    pub fn candidate(&self) -> Result<Table<'_>, Vec<Diagnostic>> {
        let mut diagnostics = self.read_diagnostics();
        let Some(settings) = &self.settings else {
            return Err(diagnostics);
        };
        let checked = sql::check(
            &self.parsed,
            &settings.dialects,
            &self.sources,
            &BTreeSet::new(),
        );
        diagnostics.extend(checked.diagnostics);
        match graph::build(&self.parsed, settings, &self.sources) {
            Ok(graph) if diagnostics.is_empty() => Ok(Table::new(
                &graph,
                &self.parsed.revisions,
                settings,
                &self.sources,
                &self.lock,
            )),
            Ok(_) => Err(diagnostics),
            Err(found) => {
                diagnostics.extend(found);
                Err(diagnostics)
            }
        }
    }
}

/// What a build is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To be tried out: drafts are welcome.
    Development,
    /// To be given away: only what is locked and proved.
    Release,
}

/// Compiles the migrations of a package. `label` is the package's name and version; `proofs` is a folder
/// that keeps what was proved from one build to the next.
///
/// # Errors
///
/// When a file cannot be read that has to be there, or the proof cannot be made. What is wrong in the
/// files is in the report.
pub fn compile_package(
    package: &Path,
    label: &str,
    purpose: Purpose,
    proofs: &Path,
) -> io::Result<Output> {
    let project = Project::read(package)?;
    let Examined {
        table, diagnostics, ..
    } = project
        .examine(purpose, Some(proofs))
        .map_err(io::Error::other)?;
    let is_sound = diagnostics
        .iter()
        .all(|diagnostic| diagnostic.code.is_warning());
    let rendered = render::render(&diagnostics, &project.sources);
    let (report, warnings) = if is_sound {
        (String::new(), rendered)
    } else {
        (rendered, String::new())
    };
    let table = match &table {
        Some(table) if is_sound => emit::emit(table, label),
        _ => emit::emit_empty(label),
    };
    Ok(Output {
        report,
        warnings,
        table,
        watched: project.watched,
    })
}
