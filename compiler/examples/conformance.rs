//! Holds the grammar against a real server's parser on all statements of a folder of `.sql` files, such as
//! PostgreSQL's own regression tests: `cargo xtask conformance` fetches those and runs this.
//!
//! Its exit status is 1 when a statement that defines something is refused and the server parses it.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for developers"
)]

#[path = "../tests/conformance/judge.rs"]
mod judge;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use limbeck_compiler::split::{PieceKind, split, tokens};
use limbeck_compiler::sql::grammar::{Verdict, judge};
use limbeck_model::Dialect;
use limbeck_testkit::{Database, postgres};

use judge::{Difference, Judge, compare};

/// The first words of the statements that define something.
const DEFINES: &[&str] = &[
    "ALTER", "CLUSTER", "COMMENT", "CREATE", "DROP", "GRANT", "IMPORT", "REASSIGN", "REFRESH",
    "REINDEX", "REVOKE", "SECURITY", "TRUNCATE",
];

/// Whether a statement defines something, and how the two differ about it.
type Kind = (bool, Difference);

#[derive(Default)]
struct Tally {
    statements: usize,
    defining: usize,
    unchecked: usize,
    unsplit: usize,
    differences: BTreeMap<Kind, usize>,
}

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        println!("usage: conformance FOLDER");
        return ExitCode::FAILURE;
    };
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    println!("PostgreSQL {}", postgres().major_version());
    let database = Database::create(postgres());
    let mut server = Judge(database.connect());
    let mut tally = Tally::default();
    for file in &files {
        tally.count(&mut server, file);
    }
    tally.say();
    let refused = tally.differences.get(&(true, Difference::FalseReject));
    if refused.is_some() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

impl Tally {
    fn count(&mut self, server: &mut Judge, file: &Path) {
        let bytes = fs::read(file).unwrap();
        let text = without_psql(&String::from_utf8_lossy(&bytes));
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let Ok(pieces) = split(&text, Dialect::Postgres) else {
            println!("{name}: cannot be split");
            self.unsplit += 1;
            return;
        };
        let statements: Vec<&str> = pieces
            .into_iter()
            .filter(|piece| piece.kind == PieceKind::Statement)
            .map(|piece| &text[piece.range])
            .filter(|sql| tokens(sql, Dialect::Postgres).all(|token| token != "\\"))
            .collect();
        for (sql, verdict) in statements.iter().zip(judge(&statements)) {
            let first = tokens(sql, Dialect::Postgres).next().unwrap_or_default();
            let defines = DEFINES.contains(&first.to_ascii_uppercase().as_str());
            self.statements += 1;
            self.defining += usize::from(defines);
            self.unchecked += usize::from(verdict == Verdict::Unchecked);
            let answer = server.ask(sql);
            if let Some(difference) = compare(sql, &verdict, &answer) {
                *self.differences.entry((defines, difference)).or_default() += 1;
                println!("{name}: {difference:?}: {answer:?}\n    {}", shortened(sql));
            }
        }
    }

    fn say(&self) {
        println!(
            "{} statements, {} of which define something; {} not checked, {} files not split",
            self.statements, self.defining, self.unchecked, self.unsplit
        );
        for (what, defines) in [("defining", true), ("other", false)] {
            let count = |difference| self.differences.get(&(defines, difference)).unwrap_or(&0);
            println!(
                "{what}: {} false rejects, {} false accepts, {} refused at another place",
                count(Difference::FalseReject),
                count(Difference::FalseAccept),
                count(Difference::OtherPlace)
            );
        }
    }
}

/// The text with lines for psql left empty.
fn without_psql(text: &str) -> String {
    let kept = |line: &str| !line.starts_with('\\') || line == "\\.";
    text.lines()
        .flat_map(|line| [if kept(line) { line } else { "" }, "\n"])
        .collect()
}

fn shortened(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    words.join(" ").chars().take(200).collect()
}
