//! Where everything is.

use std::path::{Path, PathBuf};

use crate::history::Dialect;
use crate::tool::Tool;

/// The folder of this package.
pub(crate) fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Everything that is made here, and may be removed. Two folders deep like `tools`, so that the relative paths in
/// the manifests there lead to the same places.
pub(crate) fn work() -> PathBuf {
    home().join("work")
}

pub(crate) fn results() -> PathBuf {
    home().join("results")
}

/// The folder that the builds of a tool share, so that its dependencies are built once.
pub(crate) fn target(tool: Tool) -> PathBuf {
    work().join("target").join(tool.name())
}

/// The folder of a program with its history.
pub(crate) fn subject(tool: Tool, dialect: Dialect, size: usize) -> PathBuf {
    work().join(format!("{}-{}-{size}", tool.name(), dialect.name()))
}

/// An SQLite file. It is beside the rest and not in memory, since waiting for the disk is part of what is measured.
pub(crate) fn database(name: &str) -> PathBuf {
    work().join("databases").join(format!("{name}.db"))
}
