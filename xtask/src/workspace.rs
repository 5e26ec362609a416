//! The workspace on disk: its root, and its files as git knows them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Failure, Result};

/// Files with these endings are read; of others only the path counts.
const TEXTS: [&str; 5] = [".rs", ".md", ".toml", ".sql", ".snap"];

/// The checkout that this program was built from.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that holds this package.
    pub(crate) fn here() -> Result<Self> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        match package.parent() {
            Some(root) => Ok(Self {
                root: root.to_owned(),
            }),
            None => Err(Failure::new("xtask stands in no workspace")),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A file or folder, from its path below the root.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Reads every file that is tracked, or will be with the next `git add`.
    pub(crate) fn tree(&self) -> Result<Tree> {
        let mut files = Vec::new();
        for path in self.listed()? {
            let full = self.path(&path);
            // Git also lists files that were deleted since; a link that leads nowhere is a file.
            if full.symlink_metadata().is_err() {
                continue;
            }
            let text = if TEXTS.iter().any(|ending| path.ends_with(ending)) {
                read(&full)?
            } else {
                None
            };
            files.push(File { path, text });
        }
        Ok(Tree { files })
    }

    fn listed(&self) -> Result<BTreeSet<String>> {
        // A checkout may belong to another user than the one who runs this, as in a container.
        let trusted = format!("safe.directory={}", self.root.display());
        let output = Command::new("git")
            .args(["-c", &trusted, "ls-files", "-z"])
            .args(["--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .output()
            .map_err(Failure::io("run git"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::new(format!("git ls-files: {}", said.trim())));
        }
        let listed = String::from_utf8_lossy(&output.stdout);
        let paths = listed.split('\0').filter(|path| !path.is_empty());
        Ok(paths.map(str::to_owned).collect())
    }
}

/// `None` where a file is no text or leads nowhere, as some fixtures do on purpose.
fn read(path: &Path) -> Result<Option<String>> {
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = fs::read(path).map_err(Failure::io(format!("read {}", path.display())))?;
    Ok(String::from_utf8(bytes).ok())
}

/// The files of the workspace in memory, in the order of their paths.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
}

/// One file: its path below the root, with `/`, and its content where it is text that is looked at.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: Option<String>,
}

impl Tree {
    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        let file = self.files.iter().find(|file| file.path == path)?;
        file.text.as_deref()
    }

    /// Whether a path is a file or a folder that holds one.
    pub(crate) fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files
            .iter()
            .any(|file| file.path == path || file.path.starts_with(&folder))
    }

    /// The texts whose path has this ending; those below a folder `fixtures` are left out, since they
    /// are wrong on purpose.
    pub(crate) fn texts<'t>(
        &'t self,
        ending: &'t str,
    ) -> impl Iterator<Item = (&'t str, &'t str)> + 't {
        self.files
            .iter()
            .filter(move |file| file.path.ends_with(ending) && !is_fixture(&file.path))
            .filter_map(|file| Some((file.path.as_str(), file.text.as_deref()?)))
    }

    /// A tree for a test.
    #[cfg(test)]
    pub(crate) fn of<const N: usize>(files: [(&str, &str); N]) -> Self {
        let files = files.map(|(path, text)| File {
            path: path.to_owned(),
            text: Some(text.to_owned()),
        });
        Self {
            files: files.into(),
        }
    }
}

/// Whether a file is an input of tests.
pub(crate) fn is_fixture(path: &str) -> bool {
    path.split('/').any(|part| part == "fixtures")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_holds_this_very_file_and_nothing_that_git_ignores() {
        let tree = Workspace::here().unwrap().tree().unwrap();
        let text = tree.text("xtask/src/workspace.rs").unwrap();
        assert!(text.starts_with("//!"));
        assert!(tree.has("xtask/src") && tree.has("xtask/Cargo.toml"));
        assert!(!tree.has("target") && !tree.has("xtask/sr"));
    }

    #[test]
    fn fixtures_are_no_texts() {
        let tree = Tree::of([("a/src/b.rs", ""), ("a/tests/fixtures/b.rs", "")]);
        let paths: Vec<_> = tree.texts(".rs").map(|(path, _)| path).collect();
        assert_eq!(paths, ["a/src/b.rs"]);
        assert!(tree.has("a/tests/fixtures"));
    }
}
