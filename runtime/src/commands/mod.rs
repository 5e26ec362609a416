//! The command line of the program's own binary: `upgrade`, `downgrade`, `current`, and so on.
//!
//! A whole `main` is one call; a program with a command line of its own flattens [`Arguments`] into it
//! and calls [`Commands::execute`].
//!
//! ```no_run
//! # static HISTORY: &limbeck::History = &limbeck::__private::EMPTY;
//! fn main() -> std::process::ExitCode {
//!     limbeck::commands::Commands::new(HISTORY)
//!         .default_database("sqlite:store.db")
//!         .main()
//! }
//! ```
//!
//! # Exit codes
//!
#![doc = concat!("```text\n", include_str!("exit_codes.txt"), "```")]

mod arguments;
mod care;
mod check;
mod events;
mod execute;
mod exit;
mod fleet;
mod inspect;
mod json;
mod progress;
mod stray;
mod text;
mod verify;

pub use arguments::{Arguments, Command, PolicyArguments};
pub use care::{Care, Scratch};
pub use execute::Commands;
pub use fleet::{FleetArguments, SchemaArguments};
