//! The store's own command line: `memory-store upgrade`, `memory-store current`, and so on.

use std::process::ExitCode;

fn main() -> ExitCode {
    limbeck::commands::Commands::new(memory_store::HISTORY)
        .default_database("sqlite:memory-store.db")
        .main()
}
