//! `migrations!()`: finds what the build script wrote and turns its report into one compile error.
//!
//! The build script hands over through its `OUT_DIR`: `history.rs`, the table as an expression, which includes
//! `history.bin`, the revisions; `report.txt`, what is wrong; `warnings.txt`, what may go wrong. It also sets the
//! variable `LIMBECK_TABLE` to the digest in the table's first line, so that a table left behind by an earlier
//! build script is not taken for a fresh one. The table holds the digest of the revisions, which rustc compares.

use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream};
use quote::quote;

const NO_BUILD_SCRIPT: &str = r#"`migrations!()` needs a build script that compiles the migrations, and this package has none

add to Cargo.toml:
    [build-dependencies]
    limbeck-compiler = "VERSION"

add a file build.rs:
    fn main() {
        limbeck_compiler::compile();
    }
"#;

const NO_ARGUMENTS: &str = "`migrations!()` takes no arguments: settings stand in [package.metadata.limbeck] of Cargo.toml";

const NOT_COMPILED: &str = r#"the build script of this package does not compile the migrations

add this line to `main` in build.rs:
    limbeck_compiler::compile();

with, in Cargo.toml:
    [build-dependencies]
    limbeck-compiler = "VERSION"
"#;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    if !input.is_empty() {
        return instead_of_a_table(&syn::Error::new_spanned(input, NO_ARGUMENTS));
    }
    match compiled() {
        Ok(Compiled {
            report: None,
            warnings,
        }) => {
            let warning = warnings.map(|warnings| warning(&warnings));
            quote! {{
                #warning
                ::core::include!(::core::concat!(::core::env!("OUT_DIR"), "/limbeck/history.rs"))
            }}
        }
        // The table beside a report is empty but valid, so that the report is the only error.
        Ok(Compiled {
            report: Some(report),
            ..
        }) => {
            let error = compile_error(&format!("the migrations do not compile\n\n{report}"));
            quote! {{
                #error;
                ::core::include!(::core::concat!(::core::env!("OUT_DIR"), "/limbeck/history.rs"))
            }}
        }
        Err(message) => {
            let message = message.replace("VERSION", env!("CARGO_PKG_VERSION"));
            instead_of_a_table(&syn::Error::new(Span::call_site(), message))
        }
    }
}

/// An error and an empty table, so that the error is the only one.
fn instead_of_a_table(error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    quote!({
        #error;
        &::limbeck::__private::EMPTY
    })
}

fn compile_error(message: &str) -> TokenStream {
    syn::Error::new(Span::call_site(), message).into_compile_error()
}

/// A macro can only warn by using something that is deprecated: the note is the warning.
fn warning(message: &str) -> TokenStream {
    let note = format!("the migrations compile, with warnings\n\n{message}");
    quote! {
        #[deprecated(note = #note)]
        const MIGRATIONS: () = ();
        const _: () = MIGRATIONS;
    }
}

/// What the build script left.
struct Compiled {
    report: Option<String>,
    warnings: Option<String>,
}

fn compiled() -> Result<Compiled, String> {
    let out = variable("OUT_DIR").ok_or(NO_BUILD_SCRIPT)?;
    let fresh = variable("LIMBECK_TABLE").ok_or(NOT_COMPILED)?;
    let folder = PathBuf::from(out).join("limbeck");
    let table = read(&folder.join("history.rs"))?;
    // Variables are inherited: a cargo that runs within another build may see that build's.
    let package = format!(
        "{} {}",
        cargo("CARGO_PKG_NAME")?,
        cargo("CARGO_PKG_VERSION")?
    );
    let ending = format!(" of {package}: {fresh}");
    if !table
        .lines()
        .next()
        .is_some_and(|line| line.ends_with(&ending))
    {
        return Err(NOT_COMPILED.to_owned());
    }
    let text = |name: &str| {
        let text = read(&folder.join(name))?;
        Ok::<_, String>(Some(text).filter(|text| !text.is_empty()))
    };
    Ok(Compiled {
        report: text("report.txt")?,
        warnings: text("warnings.txt")?,
    })
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| {
        format!(
            "cannot read what the build script wrote: {error}\n\nrun `cargo clean` and build again"
        )
    })
}

fn cargo(name: &str) -> Result<String, String> {
    variable(name).ok_or_else(|| format!("cargo has not set {name}"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo talks to a macro through the environment alone"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
