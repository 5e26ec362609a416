//! Files that are only touched where they change, since builds look at their times.

use std::fs;
use std::path::Path;

use crate::error::{Failure, Result};

/// Writes a file that has another content, or is missing.
pub(crate) fn write_changed(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    let shown = path.display();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Failure::io(format!("make {}", folder.display())))?;
    }
    fs::write(path, content).map_err(Failure::io(format!("write {shown}")))
}
