//! What a file is, by its name.

use std::collections::BTreeSet;

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic, Span};

use crate::directive::has_form;
use crate::lock;

/// What the names of an entry and of its neighbours say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Allowed and not read.
    Known,
    /// The lock file.
    Lock,
    /// A revision file, whatever may be wrong with its name.
    Revision,
    /// Something else, which is reported.
    Other,
}

/// What an entry of a directory is and what is wrong with that.
pub(super) struct Classified {
    pub(super) entry: Entry,
    pub(super) problem: Option<Problem>,
}

/// A diagnostic that still lacks its file.
pub(super) struct Problem {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) note: Option<String>,
    pub(super) help: String,
}

impl Problem {
    fn new(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            note: None,
            help: help.into(),
        }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    pub(super) fn at(self, file: usize) -> Diagnostic {
        let diagnostic = Diagnostic::new(self.code, Span::whole(file), self.message);
        let diagnostic = match self.note {
            Some(note) => diagnostic.note(note),
            None => diagnostic,
        };
        diagnostic.help(self.help)
    }
}

/// The directory that an entry stands in.
pub(super) struct Surroundings<'a> {
    /// The stems of the revision files in the same directory.
    pub(super) stems: &'a BTreeSet<String>,
    /// The directory is the one that the settings name, not one below it.
    pub(super) is_top: bool,
    /// The path of that directory, for messages.
    pub(super) top: &'a str,
}

/// The stem of a revision file, whose extension may be in upper case.
pub(super) fn stem(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    extension.eq_ignore_ascii_case("sql").then_some(stem)
}

/// What a file is.
pub(super) fn file(name: &str, around: &Surroundings<'_>) -> Classified {
    if name == "README.md" {
        return known();
    }
    if is_own(name) {
        return match (around.is_top, name) {
            (false, _) => other(misplaced(name, around)),
            (true, lock::NAME) => Classified {
                entry: Entry::Lock,
                problem: None,
            },
            (true, _) => known(),
        };
    }
    if let Some(problem) = leftover(name) {
        return other(problem);
    }
    if let Some(stem) = stem(name) {
        return revision(name, stem);
    }
    match name.strip_suffix(".rs") {
        Some(stem) if around.stems.contains(stem) => other(companion(name, stem)),
        Some(stem) => other(orphan(name, stem, around)),
        None => other(
            Problem::new(
                Code::UnexpectedFile,
                format!("`{name}` is no part of a history"),
                format!(
                    "move the file out of `{}`, or put a dot before its name",
                    around.top
                ),
            )
            .note("a revision file is called `<id>_<slug>.sql` or `<anything>_<id>_<slug>.sql`"),
        ),
    }
}

/// A folder with the name of a revision file.
pub(super) fn folder(name: &str) -> Problem {
    Problem::new(
        Code::UnexpectedFile,
        format!("`{name}` is a folder, expected a revision file"),
        "rename the folder, or remove it",
    )
}

/// The assets of a revision: a folder with the stem of its file.
pub(super) fn assets(name: &str) -> Problem {
    Problem::new(
        Code::NotYetSupported,
        "this version of limbeck does not support asset folders",
        format!(
            "write what the files hold as statements in `{name}.sql`, and move the folder away"
        ),
    )
    .note(format!(
        "the folder `{name}` would hold the assets of `{name}.sql`"
    ))
}

const fn known() -> Classified {
    Classified {
        entry: Entry::Known,
        problem: None,
    }
}

const fn other(problem: Problem) -> Classified {
    Classified {
        entry: Entry::Other,
        problem: Some(problem),
    }
}

/// Whether limbeck itself writes a file of this name into the migrations directory.
fn is_own(name: &str) -> bool {
    name == lock::NAME
        || Dialect::ALL
            .into_iter()
            .any(|dialect| name == format!("schema.{dialect}.sql"))
}

fn misplaced(name: &str, around: &Surroundings<'_>) -> Problem {
    Problem::new(
        Code::UnexpectedFile,
        format!("`{name}` in a folder below the migrations directory"),
        format!(
            "move the file to `{0}/{name}`, or remove it if that exists",
            around.top
        ),
    )
    .note("limbeck writes and reads this file in the migrations directory itself")
}

fn revision(name: &str, stem: &str) -> Classified {
    let direction = [".up", ".down"].into_iter().find(|end| stem.ends_with(end));
    if direction.is_some() || matches!(stem, "up" | "down") {
        let problem = Problem::new(
            Code::BadFileName,
            format!("`{name}` holds one direction of a revision only"),
            "write both directions into one file `<id>_<slug>.sql`, below `-- @up` and `-- @down`",
        )
        .note("some other tools keep two files for a revision");
        return other(problem);
    }
    let problem = if !has_form(stem) {
        Some(Problem::new(
            Code::BadFileName,
            format!("`{name}` is not the name of a revision file"),
            "rename the file to `<id>_<slug>.sql` or `<anything>_<id>_<slug>.sql`, with the id of its \
             `@revision` line",
        ))
    } else if name.strip_suffix(".sql").is_some() {
        None
    } else {
        Some(Problem::new(
            Code::BadFileName,
            format!("`{name}` does not end in `.sql`, in lower case"),
            format!("rename the file to `{stem}.sql`"),
        ))
    };
    Classified {
        entry: Entry::Revision,
        problem,
    }
}

/// A file that an editor or a merge left behind.
fn leftover(name: &str) -> Option<Problem> {
    let lower = name.to_ascii_lowercase();
    let is_merge = [".orig", ".rej"].iter().any(|end| lower.ends_with(end));
    if is_merge {
        return Some(Problem::new(
            Code::UnexpectedFile,
            format!("`{name}` was left behind by a merge or a patch"),
            "look whether something in it is still needed, and remove it",
        ));
    }
    let is_backup = [".bak", ".old", ".save", ".tmp", ".swp"]
        .iter()
        .any(|end| lower.ends_with(end))
        || lower.ends_with('~')
        || (lower.starts_with('#') && lower.ends_with('#'));
    is_backup.then(|| {
        Problem::new(
            Code::UnexpectedFile,
            format!("`{name}` is a backup copy, as editors make them"),
            "remove it",
        )
    })
}

fn companion(name: &str, stem: &str) -> Problem {
    Problem::new(
        Code::NotYetSupported,
        "this version of limbeck does not support Rust steps",
        format!("write the steps as statements in `{stem}.sql`, or run them in your program after the upgrade; then move the file away"),
    )
    .note(format!("`{name}` would be the companion of `{stem}.sql`"))
}

fn orphan(name: &str, stem: &str, around: &Surroundings<'_>) -> Problem {
    let message = format!("`{name}` belongs to no revision file");
    let nearest = limbeck_model::suggest::nearest(stem, around.stems.iter().map(String::as_str));
    match nearest {
        Some(nearest) => Problem::new(
            Code::UnexpectedFile,
            message,
            format!("rename the file to `{nearest}.rs` if it belongs to `{nearest}.sql`"),
        ),
        None => Problem::new(
            Code::UnexpectedFile,
            message,
            format!("move the file out of `{}`", around.top),
        ),
    }
    .note(format!(
        "Rust code stands here only as the companion of `{stem}.sql`, which does not exist"
    ))
}
