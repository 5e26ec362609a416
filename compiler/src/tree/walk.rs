//! The walk through the migrations directory.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{fs, io};

use limbeck_model::diagnostic::{Code, Diagnostic, Span};

use super::entry::{self, Entry, Surroundings};
use super::error::ReadError;
use crate::source::{BYTE_ORDER_MARK, Source, Sources};

/// The migrations directory.
#[derive(Debug, Default)]
pub struct Tree {
    /// Every file that was read or has to be named.
    pub files: Sources,
    /// The numbers of the revision files whose text was read.
    pub revisions: Vec<usize>,
    /// The number of the lock file, if there is one whose text was read.
    pub lock: Option<usize>,
    /// The numbers of the revision files whose text was not read. Each has a diagnostic; what refers
    /// to an unknown revision may well mean one of them.
    pub unread: Vec<usize>,
    /// The migrations directory and the folders below it that were read.
    pub directories: Vec<PathBuf>,
    /// All that the outcome depends on: the directories and the files in them.
    pub all_paths: Vec<PathBuf>,
    /// What is wrong, in no particular order.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the migrations directory `root`, in the order of names. Paths in messages are relative to
/// `package`.
///
/// # Errors
/// `root` itself cannot be read. What is wrong below it is a diagnostic.
pub fn read(root: &Path, package: &Path) -> Result<Tree, ReadError> {
    let error = |source| ReadError::new(root.to_owned(), source);
    let entries = list(root).map_err(error)?;
    let canonical = root.canonicalize().map_err(error)?;
    let mut walk = Walk {
        tree: Tree::default(),
        root,
        package,
        top: relative(root, root, package),
        open: vec![canonical],
    };
    walk.directory(root, entries);
    Ok(walk.tree)
}

struct Walk<'a> {
    tree: Tree,
    root: &'a Path,
    package: &'a Path,
    /// The migrations directory, for messages.
    top: String,
    /// The real paths of the directories that are being read, from the outermost.
    open: Vec<PathBuf>,
}

struct Item {
    name: OsString,
    path: PathBuf,
    file_type: fs::FileType,
}

/// The entries of a directory in the order of their names.
fn list(directory: &Path) -> io::Result<Vec<Item>> {
    let mut items = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        items.push(Item {
            name: entry.file_name(),
            path: entry.path(),
            file_type: entry.file_type()?,
        });
    }
    items.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(items)
}

impl Walk<'_> {
    fn directory(&mut self, directory: &Path, items: Vec<Item>) {
        self.tree.directories.push(directory.to_owned());
        self.tree.all_paths.push(directory.to_owned());
        let stems: BTreeSet<String> = items
            .iter()
            .filter(|item| !item.file_type.is_dir())
            .filter_map(|item| entry::stem(item.name.to_str()?).map(str::to_owned))
            .collect();
        let mut by_lower_case: BTreeMap<String, String> = BTreeMap::new();
        for item in items {
            let Some(name) = item.name.to_str() else {
                self.report(&item.path, not_unicode);
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            if let Some(other) = by_lower_case.insert(name.to_lowercase(), name.to_owned()) {
                self.report(&item.path, |file| same_name(file, name, &other));
            }
            self.item(&item, name, &stems);
        }
    }

    fn item(&mut self, item: &Item, name: &str, stems: &BTreeSet<String>) {
        let (is_directory, is_file) = if item.file_type.is_symlink() {
            match fs::metadata(&item.path) {
                Ok(target) => (target.is_dir(), target.is_file()),
                Err(error) => return self.report(&item.path, |file| broken_link(file, &error)),
            }
        } else {
            (item.file_type.is_dir(), item.file_type.is_file())
        };
        if is_directory {
            return self.folder(&item.path, name, stems);
        }
        if !is_file {
            return self.report(&item.path, not_a_file);
        }
        self.tree.all_paths.push(item.path.clone());
        let around = Surroundings {
            stems,
            is_top: self.open.len() == 1,
            top: &self.top,
        };
        let classified = entry::file(name, &around);
        match (classified.entry, classified.problem) {
            (Entry::Known, _) => {}
            (Entry::Lock, _) => self.tree.lock = self.text(&item.path).ok(),
            (Entry::Revision, problem) => {
                let file = self.revision(&item.path);
                self.tree
                    .diagnostics
                    .extend(problem.map(|problem| problem.at(file)));
            }
            (Entry::Other, problem) => {
                let file = self.name(&item.path);
                if entry::stem(name).is_some() {
                    self.tree.unread.push(file);
                }
                self.tree
                    .diagnostics
                    .extend(problem.map(|problem| problem.at(file)));
            }
        }
    }

    fn folder(&mut self, path: &Path, name: &str, stems: &BTreeSet<String>) {
        if stems.contains(name) {
            self.tree.all_paths.push(path.to_owned());
            return self.report(path, |file| entry::assets(name).at(file));
        }
        if entry::stem(name).is_some() {
            self.tree.all_paths.push(path.to_owned());
            return self.report(path, |file| entry::folder(name).at(file));
        }
        let canonical = match path.canonicalize() {
            Ok(canonical) => canonical,
            Err(error) => return self.report(path, |file| unreadable(file, &error)),
        };
        if self.open.contains(&canonical) {
            return self.report(path, loop_of_links);
        }
        match list(path) {
            Ok(items) => {
                self.open.push(canonical);
                self.directory(path, items);
                self.open.pop();
            }
            Err(error) => self.report(path, |file| unreadable(file, &error)),
        }
    }

    /// Reads a revision file and returns its number.
    fn revision(&mut self, path: &Path) -> usize {
        let file = match self.text(path) {
            Ok(file) => file,
            Err(file) => {
                self.tree.unread.push(file);
                return file;
            }
        };
        let text = self.tree.files.get(file).map_or("", Source::text);
        if text.trim_start_matches(BYTE_ORDER_MARK).trim().is_empty() {
            self.tree.unread.push(file);
            self.tree.diagnostics.push(empty(file));
        } else {
            self.tree.revisions.push(file);
        }
        file
    }

    /// Reads a file's text and returns its number, as an error where the text was not read.
    fn text(&mut self, path: &Path) -> Result<usize, usize> {
        let bytes = fs::read(path).map_err(|error| {
            let file = self.name(path);
            self.tree.diagnostics.push(unreadable(file, &error));
            file
        })?;
        let relative = relative(path, self.root, self.package);
        match String::from_utf8(bytes) {
            Ok(text) => Ok(self.tree.files.add(relative, text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let lossy = String::from_utf8_lossy(error.as_bytes());
                let file = self.tree.files.add(relative, lossy);
                self.tree
                    .diagnostics
                    .push(not_utf8(file, at, error.as_bytes()));
                Err(file)
            }
        }
    }

    /// Gives a file a number without reading it.
    fn name(&mut self, path: &Path) -> usize {
        self.tree
            .files
            .add(relative(path, self.root, self.package), "")
    }

    fn report(&mut self, path: &Path, diagnostic: impl FnOnce(usize) -> Diagnostic) {
        let file = self.name(path);
        self.tree.diagnostics.push(diagnostic(file));
    }
}

/// A path from the package, or from the migrations directory `root` where that stands elsewhere: no
/// message names a place on the machine.
fn relative(path: &Path, root: &Path, package: &Path) -> String {
    let named = || {
        let name = PathBuf::from(root.file_name().unwrap_or_default());
        path.strip_prefix(root)
            .map_or_else(|_| name.clone(), |below| name.join(below))
    };
    let below = path
        .strip_prefix(package)
        .map_or_else(|_| named(), Path::to_owned);
    let parts: Vec<_> = below
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

fn whole(code: Code, file: usize, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, Span::whole(file), message)
}

fn empty(file: usize) -> Diagnostic {
    whole(Code::EmptyFile, file, "an empty revision file")
        .note("a revision that does nothing, such as a merge, still has a header")
        .help("write the header and the sections, or remove the file")
}

fn not_utf8(file: usize, at: usize, bytes: &[u8]) -> Diagnostic {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return whole(Code::NotText, file, "the file is UTF-16, expected UTF-8")
            .help("save the file as UTF-8");
    }
    let byte = bytes.get(at).copied().unwrap_or_default();
    // The text holds a replacement character of three bytes in the place of what cannot be read.
    let place = Span {
        file,
        start: at,
        end: at + char::REPLACEMENT_CHARACTER.len_utf8(),
    };
    Diagnostic::new(
        Code::NotText,
        place,
        format!("the file is not UTF-8: byte 0x{byte:02x} at offset {at}"),
    )
    .label("not a character in UTF-8")
    .help("save the file as UTF-8; it may be in Latin-1 or Windows-1252")
}

fn unreadable(file: usize, error: &io::Error) -> Diagnostic {
    whole(Code::UnreadableFile, file, "this cannot be read")
        .note(error.kind().to_string())
        .help("make it readable, or remove it")
}

fn broken_link(file: usize, error: &io::Error) -> Diagnostic {
    whole(
        Code::UnreadableFile,
        file,
        "a link to something that cannot be read",
    )
    .note(error.kind().to_string())
    .help("mend the link, or remove it")
}

fn loop_of_links(file: usize) -> Diagnostic {
    whole(
        Code::UnreadableFile,
        file,
        "a link to a directory that it stands in",
    )
    .note("its files would be read again and again")
    .help("remove the link")
}

fn not_a_file(file: usize) -> Diagnostic {
    whole(Code::UnexpectedFile, file, "neither a file nor a directory").help("remove it")
}

fn not_unicode(file: usize) -> Diagnostic {
    whole(Code::BadFileName, file, "a name that is not Unicode")
        .help("rename it with ASCII characters")
}

fn same_name(file: usize, name: &str, other: &str) -> Diagnostic {
    whole(
        Code::NamesDifferOnlyInCase,
        file,
        format!("`{name}` and `{other}` differ only in upper and lower case"),
    )
    .note("where the file system ignores case, as on Windows and macOS, one replaces the other")
    .help("rename one of the two")
}
