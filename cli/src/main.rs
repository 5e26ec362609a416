//! `cargo limbeck`: what the author of a history needs beside an editor.
//!
//! Reading and checking is the compiler's, so that this tool and the build never disagree, and every
//! decision about the graph is the model's. Here is the command line, and the file that gets written.

mod answer;
mod arguments;
mod commands;
mod error;
mod execute;
mod exit;
mod message;
mod new_file;
mod outside;
mod package;
mod parents;
mod proofs;
mod schemas;
mod text;
mod verify;

use std::process::ExitCode;

fn main() -> ExitCode {
    execute::run(std::env::args_os())
}
