//! The procedural macros of limbeck. Use them through the `limbeck` crate, which re-exports them.

mod migrations;

use proc_macro::TokenStream;

/// The history that the package's build script compiled, as an expression of type
/// `&'static limbeck::History`.
///
/// The package needs a `build.rs` that calls `limbeck_compiler::compile()`. Whatever is wrong with the
/// migration files is reported here, as one compile error.
///
/// ```text
/// pub static HISTORY: &limbeck::History = limbeck::migrations!();
/// ```
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    migrations::expand(input.into()).into()
}
