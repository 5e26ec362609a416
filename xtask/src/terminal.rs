//! The only module that writes to the terminal.
//!
//! A reader that went away (`cargo xtask tidy | head`) is no failure, so what cannot be written is
//! dropped.

use std::fmt::Display;
use std::io::{self, Write as _};

/// Writes a line to standard output.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Writes why the command failed to standard error.
pub(crate) fn complain(failure: impl Display) {
    let _ = writeln!(io::stderr(), "error: {failure}");
}
