//! Finds the package that has the migrations, and reads them.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use limbeck_compiler::project::Project;
use toml_edit::Document;

use crate::arguments::Place;
use crate::error::Error;
use crate::outside::current_folder;

const MANIFEST: &str = "Cargo.toml";
const ELSEWHERE: &str = "change into the package that has the migrations, or pass its Cargo.toml with `--manifest-path`";

/// A package, and where it is looked at from.
#[derive(Debug)]
pub(crate) struct Package {
    root: PathBuf,
    here: PathBuf,
}

impl Package {
    /// The package that is meant.
    pub(crate) fn find(place: &Place) -> Result<Self, Error> {
        let here = current_folder()?;
        let manifest = match &place.manifest_path {
            Some(path) => named(&here, path)?,
            None => nearest(&here)?,
        };
        let text = fs::read_to_string(&manifest)
            .map_err(|error| unreadable(shown(&manifest, &here), &error))?;
        if is_virtual(&text) {
            let manifest = shown(&manifest, &here).display();
            return Err(Error::environment(format!(
                "`{manifest}` is a workspace without a package of its own"
            ))
            .help(ELSEWHERE));
        }
        let root = manifest.parent().unwrap_or(&here).to_owned();
        Ok(Self { root, here })
    }

    /// Its migrations.
    pub(crate) fn read(&self) -> Result<Project, Error> {
        Project::read(&self.root)
            .map_err(|error| Error::environment(format!("the migrations cannot be read: {error}")))
    }

    /// Waits until no other process of this tool changes files of the package, and keeps others waiting until
    /// the answer is dropped. A file system that knows no such locks lets everybody in.
    pub(crate) fn alone(&self) -> Result<File, Error> {
        let path = self.root.join(MANIFEST);
        let error = |error: io::Error| Error::file("lock", self.shown(&path), &error);
        let manifest = File::open(&path).map_err(error)?;
        match manifest.lock() {
            Err(refused) if refused.kind() != io::ErrorKind::Unsupported => Err(error(refused)),
            _ => Ok(manifest),
        }
    }

    /// The whole path of something in the package.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root.join(below)
    }

    /// A path of the package as it is written from the current folder.
    pub(crate) fn shown<'p>(&self, path: &'p Path) -> &'p Path {
        shown(path, &self.here)
    }
}

fn shown<'p>(path: &'p Path, here: &Path) -> &'p Path {
    path.strip_prefix(here).unwrap_or(path)
}

fn unreadable(manifest: &Path, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound {
        return Error::environment(format!("there is no `{}`", manifest.display())).help(ELSEWHERE);
    }
    Error::file("read", manifest, error)
}

fn named(here: &Path, path: &Path) -> Result<PathBuf, Error> {
    if path.file_name().is_none_or(|name| name != MANIFEST) {
        return Err(Error::usage(format!(
            "`{}` is not the path of a Cargo.toml",
            path.display()
        ))
        .help(format!("write `{}`", path.join(MANIFEST).display())));
    }
    Ok(here.join(path))
}

fn nearest(here: &Path) -> Result<PathBuf, Error> {
    here.ancestors()
        .map(|folder| folder.join(MANIFEST))
        .find(|manifest| manifest.is_file())
        .ok_or_else(|| {
            Error::environment(format!(
                "no Cargo.toml in `{}` or a folder above it",
                here.display()
            ))
            .help(ELSEWHERE)
        })
}

/// Whether a manifest is about a workspace only. Of one that cannot be read as TOML the compiler says
/// what is wrong with it.
fn is_virtual(manifest: &str) -> bool {
    Document::parse(manifest).is_ok_and(|document| document.get("package").is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_below_the_current_folder_is_shown_from_there_and_another_one_whole() {
        let shown = |path: &str, here: &str| {
            let shown = shown(Path::new(path), Path::new(here));
            shown.to_string_lossy().into_owned()
        };
        assert_eq!(shown("/a/b/c.sql", "/a"), "b/c.sql");
        assert_eq!(shown("/a/../d/c.sql", "/a"), "../d/c.sql");
        assert_eq!(shown("/a/c.sql", "/a/b"), "/a/c.sql");
    }

    #[test]
    fn a_manifest_without_a_package_is_virtual_unless_it_is_broken() {
        assert!(is_virtual("[workspace]\nmembers = []\n"));
        assert!(!is_virtual("[workspace]\n[package]\nname = \"a\"\n"));
        assert!(!is_virtual("[package\n"));
    }
}
