//! A `Cargo.toml`, as far as the commands look into it.

use toml_edit::{Document, Item, TableLike};

use crate::error::{Failure, Result};

/// The tables of dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// `[dependencies]` and `[build-dependencies]`: what users of the package compile.
    Normal,
    /// `[dev-dependencies]`.
    Dev,
}

/// One dependency of a package.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) package: String,
    pub(crate) section: Section,
    pub(crate) line: usize,
}

/// A manifest that was read.
#[derive(Debug)]
pub(crate) struct Manifest<'t> {
    text: &'t str,
    document: Document<&'t str>,
}

impl<'t> Manifest<'t> {
    pub(crate) fn parse(path: &str, text: &'t str) -> Result<Self> {
        match Document::parse(text) {
            Ok(document) => Ok(Self { text, document }),
            Err(error) => Err(Failure::new(format!("{path}: {error}"))),
        }
    }

    /// The package's name, where the manifest is one of a package.
    pub(crate) fn name(&self) -> Option<&str> {
        self.at(&["package", "name"])?.as_str()
    }

    /// Whether `publish = false` keeps the package from being published.
    pub(crate) fn is_kept_private(&self) -> bool {
        let publish = self.at(&["package", "publish"]);
        publish.and_then(Item::as_bool) == Some(false)
    }

    /// Whether the package takes the workspace's lints.
    pub(crate) fn takes_the_lints(&self) -> bool {
        let workspace = self.at(&["lints", "workspace"]);
        workspace.and_then(Item::as_bool) == Some(true)
    }

    /// All dependencies, those for one platform too.
    pub(crate) fn dependencies(&self) -> Vec<Dependency> {
        let root: &dyn TableLike = self.document.as_table();
        let mut found = self.dependencies_in(root);
        let platforms = self.at(&["target"]).and_then(Item::as_table_like);
        for (_, platform) in platforms.into_iter().flat_map(TableLike::iter) {
            if let Some(table) = platform.as_table_like() {
                found.extend(self.dependencies_in(table));
            }
        }
        found
    }

    fn dependencies_in(&self, table: &dyn TableLike) -> Vec<Dependency> {
        let sections = [
            ("dependencies", Section::Normal),
            ("build-dependencies", Section::Normal),
            ("dev-dependencies", Section::Dev),
        ];
        let mut found = Vec::new();
        for (name, section) in sections {
            let Some(entries) = table.get(name).and_then(Item::as_table_like) else {
                continue;
            };
            for (key, item) in entries.iter() {
                let renamed = item.as_table_like().and_then(|entry| entry.get("package"));
                found.push(Dependency {
                    package: renamed.and_then(Item::as_str).unwrap_or(key).to_owned(),
                    section,
                    line: self.line_of(entries, key),
                });
            }
        }
        found
    }

    fn line_of(&self, table: &dyn TableLike, key: &str) -> usize {
        let span = table.get_key_value(key).and_then(|(key, _)| key.span());
        let before = span.and_then(|span| self.text.get(..span.start));
        before.map_or(1, |before| before.matches('\n').count() + 1)
    }

    fn at(&self, path: &[&str]) -> Option<&Item> {
        path.iter()
            .try_fold(self.document.as_item(), |item, key| item.get(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
[package]
name = \"sample\"
publish = false

[dependencies]
plain = \"1\"
alias = { package = \"real\", version = \"1\" }
inherited.workspace = true

[target.'cfg(unix)'.dependencies]
libc = \"0.2\"

[dev-dependencies.insta]
version = \"1\"
";

    #[test]
    fn dependencies_are_found_in_every_spelling_with_their_lines() {
        let manifest = Manifest::parse("Cargo.toml", TEXT).unwrap();
        let found: Vec<_> = manifest
            .dependencies()
            .into_iter()
            .map(|dependency| (dependency.package, dependency.section, dependency.line))
            .collect();
        let expected = [
            ("plain", Section::Normal, 6),
            ("real", Section::Normal, 7),
            ("inherited", Section::Normal, 8),
            ("insta", Section::Dev, 13),
            ("libc", Section::Normal, 11),
        ];
        assert_eq!(
            found,
            expected.map(|(name, section, line)| (name.to_owned(), section, line))
        );
        assert_eq!(manifest.name(), Some("sample"));
        assert!(manifest.is_kept_private() && !manifest.takes_the_lints());
    }
}
