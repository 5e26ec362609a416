//! Only the drivers, and the two introspectors of `schema`, name the crates that talk to a database, encrypt
//! connections or run futures; one module names the parser of PostgreSQL's statements.

use crate::workspace::Tree;

use super::check::Finding;
use super::rust::Token;
use super::scan::{lines_with, program_sources};

/// The crates whose sources are looked at: all that users depend on.
const ROOMS: &[&str] = &[
    "model/src/",
    "schema/src/",
    "compiler/src/",
    "macros/src/",
    "runtime/src/",
    "cli/src/",
];

/// A crate about databases and the files that may name it; a folder ends with `/`.
struct Driver {
    krate: &'static str,
    homes: &'static [&'static str],
    /// What everybody else asks.
    instead: &'static str,
}

const TLS: &[&str] = &["runtime/src/driver/postgres/"];

const DRIVERS: &[Driver] = &[
    Driver {
        krate: "rusqlite",
        homes: &[
            "runtime/src/driver/sqlite.rs",
            "runtime/src/driver/sqlite/",
            "schema/src/sqlite.rs",
            "schema/src/sqlite/",
            "compiler/src/proof/sqlite/",
        ],
        instead: "`Driver`",
    },
    Driver {
        krate: "postgres",
        homes: &[
            "runtime/src/driver/postgres.rs",
            "runtime/src/driver/postgres/",
            "cli/src/verify/postgres/",
            "schema/src/postgres.rs",
            "schema/src/postgres/",
        ],
        instead: "`Driver`",
    },
    Driver {
        krate: "tokio",
        homes: &["runtime/src/driver/postgres/", "runtime/src/tokio.rs"],
        instead: "`limbeck::tokio`",
    },
    Driver {
        krate: "rustls",
        homes: TLS,
        instead: "`Driver`",
    },
    Driver {
        krate: "tokio_postgres_rustls",
        homes: TLS,
        instead: "`Driver`",
    },
    Driver {
        krate: "x509_cert",
        homes: TLS,
        instead: "`Driver`",
    },
    Driver {
        krate: "postgresql_cst_parser",
        homes: &["compiler/src/sql/grammar/parser.rs"],
        instead: "`sql::grammar`",
    },
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in program_sources(tree) {
        if !ROOMS.iter().any(|room| source.path.starts_with(room)) {
            continue;
        }
        for driver in DRIVERS {
            let krate = driver.krate;
            let at_home = driver.homes.iter().any(|home| {
                source.path == *home || home.ends_with('/') && source.path.starts_with(home)
            });
            if at_home {
                continue;
            }
            findings.extend(
                lines_that_name(krate, &source.tokens)
                    .into_iter()
                    .map(|line| {
                        let message = format!(
                            "names the crate {krate}; only {} may do that, so go through {}",
                            driver.homes.join(", "),
                            driver.instead
                        );
                        Finding::new(source.path, line, message)
                    }),
            );
        }
    }
    findings
}

/// A crate is named where a path starts with it, or where it is imported whole. The same word as a
/// module, as a field or as a variant is something else.
fn lines_that_name(krate: &str, tokens: &[Token<'_>]) -> Vec<usize> {
    if is_module(krate, tokens) {
        return Vec::new();
    }
    let text = |at: Option<usize>| {
        at.and_then(|at| tokens.get(at))
            .map_or("", |token| token.text)
    };
    let mut lines = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.text != krate {
            continue;
        }
        let before = text(at.checked_sub(1));
        let is_within_path = before == "::"
            && at
                .checked_sub(2)
                .is_some_and(|at| is_segment(text(Some(at))));
        let is_imported = matches!(before, "use" | "crate" | "::");
        if !is_within_path && (is_imported || text(Some(at + 1)) == "::") {
            lines.push(token.line);
        }
    }
    lines
}

/// Whether a file calls a module of its own crate by this name: it declares one, or imports it.
fn is_module(name: &str, tokens: &[Token<'_>]) -> bool {
    let is_declared = !lines_with(tokens, &["mod", name]).is_empty();
    let imports = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.text == "use");
    let mut imports = imports.filter_map(|(at, _)| tokens.get(at + 1..));
    is_declared
        || imports.any(|import| {
            let is_own = import
                .first()
                .is_some_and(|first| matches!(first.text, "crate" | "self" | "super"));
            let mut names = import.iter().take_while(|token| token.text != ";");
            is_own && names.any(|token| token.text == name)
        })
}

/// Whether a word before `::` is part of the path, and no keyword that stands before a whole path.
fn is_segment(word: &str) -> bool {
    let keywords = ["as", "dyn", "for", "impl", "in", "mut", "return", "use"];
    !keywords.contains(&word)
        && word.starts_with(|first: char| first.is_alphanumeric() || first == '_' || first == '>')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let findings = check(&Tree::of([(path, text)]));
        findings.into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_database_crate_named_outside_of_its_driver_is_found() {
        for text in [
            "use postgres::Client;",
            "use ::postgres::Client;",
            "use postgres;",
            "extern crate postgres;",
            "fn f(client: &mut postgres::Client) {}",
            "fn f(error: rusqlite::Error) {}",
            "use rusqlite as sqlite;",
        ] {
            assert_eq!(lines("runtime/src/engine/run.rs", text), [1], "{text}");
        }
    }

    #[test]
    fn the_parser_is_named_in_one_module() {
        let text = "fn f() { postgresql_cst_parser::parse(text); }";
        assert_eq!(lines("compiler/src/sql/grammar/parser.rs", text), []);
        assert_eq!(lines("compiler/src/sql/syntax.rs", text), [1]);
    }

    #[test]
    fn drivers_modules_features_fields_and_tests_are_fine() {
        let text = "
            //! `postgres::Client`
            #[cfg(feature = \"postgres\")] mod postgres;
            #[cfg(feature = \"sqlite\")] pub(crate) use self::postgres::connect;
            struct Table { postgres: Option<Side> }
            fn f(table: Table) { crate::driver::postgres::connect(table.postgres); Dialect::Postgres; }
            #[cfg(test)] mod tests { use rusqlite::Connection; }
        ";
        assert_eq!(lines("runtime/src/driver/mod.rs", text), []);
        let module = "use super::{postgres, sqlite}; fn f() { postgres::lex(); }";
        assert_eq!(lines("compiler/src/split/lexer.rs", module), []);
        let code = "use postgres::Client; use rusqlite::Connection;";
        assert_eq!(lines("schema/src/postgres.rs", "use postgres::Client;"), []);
        assert_eq!(lines("schema/src/postgres.rs", code), [1]);
        assert_eq!(lines("testkit/src/cluster.rs", code), []);
        assert_eq!(lines("schema/tests/sqlite.rs", code), []);
    }
}
