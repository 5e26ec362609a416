//! A database of a proof for each test.

use limbeck_compiler::proof::{Engine, Failure, Rows};
use limbeck_compiler::split::Statement;
use limbeck_compiler::table::Script;
use limbeck_model::diagnostic::Span;

use super::super::engine::Postgres;
use crate::verify::Server;

/// The server that all tests share.
pub(super) fn server() -> Server {
    Server::given(&limbeck_testkit::postgres().url("postgres")).unwrap()
}

pub(super) fn database() -> Postgres {
    Postgres::create(&server(), &[]).unwrap()
}

/// A script of whole statements.
pub(super) fn script<'s>(statements: &[&'s str]) -> Script<'s> {
    let statements = statements.iter().enumerate();
    Script {
        transactional: true,
        lock_timeout_ms: None,
        statement_timeout_ms: None,
        statements: statements
            .map(|(place, sql)| Statement {
                sql,
                span: Span {
                    file: 0,
                    start: 0,
                    end: 0,
                },
                line: place + 1,
                column: 1,
            })
            .collect(),
        recoveries: Vec::new(),
    }
}

impl Postgres {
    pub(super) fn sound(&mut self, statements: &[&str]) {
        let outcome = Engine::run(self, &script(statements)).unwrap();
        assert_eq!(outcome, Ok(()));
    }

    pub(super) fn failing(&mut self, statements: &[&str]) -> Failure {
        Engine::run(self, &script(statements)).unwrap().unwrap_err()
    }

    /// The text of one value.
    pub(super) fn value(&mut self, query: &str) -> String {
        let found = self.session().unwrap().value(query, "a test").unwrap();
        found.unwrap_or_else(|| "null".to_owned())
    }

    /// The rows of a table, as text, one a line.
    pub(super) fn rows_of(&mut self, table: &str) -> Vec<String> {
        let query = format!("SELECT string_agg(entry::text, E'\\n') FROM {table} AS entry");
        self.value(&query).lines().map(str::to_owned).collect()
    }

    /// Fills, and says of which tables no row could be made.
    pub(super) fn filled(&mut self, rows: Rows) -> Vec<(String, String)> {
        self.fill(rows).unwrap();
        self.without_rows().unwrap().into_iter().collect()
    }
}
