//! The version of what a build hands over to the program.

/// Of the bytes and of the Rust around them. `limbeck` holds its own against that of `limbeck-compiler` when the
/// user's crate is compiled.
pub const FORMAT: u32 = 4;
