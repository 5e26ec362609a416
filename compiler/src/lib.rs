//! The build script's half of limbeck: reads a directory of revision files, checks what can be
//! checked, and writes the static table that `migrations!()` embeds.

pub mod directive;
pub mod source;
