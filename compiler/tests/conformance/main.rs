//! The grammar against a real server's parser: on statements of all forms, and on what is left of them
//! when a token is lost, doubled or swapped with its neighbour.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod judge;

use std::collections::BTreeSet;

use limbeck_compiler::split::tokens;
use limbeck_compiler::sql::grammar::{Verdict, judge, keywords};
use limbeck_model::Dialect;
use limbeck_testkit::{Database, postgres};

use judge::{Answer, Difference, Judge, compare};

const STATEMENTS: &str = include_str!("statements.sql");

/// The version whose grammar the parser has. Some of what is broken for an older server is new syntax.
const GRAMMAR: u32 = 17;
/// So many of the broken statements are, counted on PostgreSQL 13, which knows the least.
const NEW_SYNTAX: usize = 12;

/// The statements of the file, with the version that they need.
fn statements() -> Vec<(u32, &'static str)> {
    let mut since = 0;
    let mut list = Vec::new();
    for line in STATEMENTS.lines() {
        if let Some(version) = line.strip_prefix("-- since ") {
            since = version.parse().unwrap();
        } else if let Some(statement) = line.strip_suffix(';') {
            list.push((since, statement));
        }
    }
    list
}

/// Each statement with one token lost, doubled or swapped: which one, its number decides.
fn broken(statements: &[&str]) -> Vec<String> {
    let mut list = Vec::new();
    for (number, statement) in statements.iter().enumerate() {
        let tokens: Vec<&str> = tokens(statement, Dialect::Postgres).collect();
        let at = |step: usize| (number * step + step) % tokens.len();
        let mut shortened = tokens.clone();
        shortened.remove(at(7));
        let mut doubled = tokens.clone();
        doubled.insert(at(5), tokens[at(5)]);
        let mut swapped = tokens.clone();
        swapped.swap(at(3), (at(3) + 1) % tokens.len());
        let cut = tokens[..at(11)].to_vec();
        list.extend([shortened, doubled, swapped, cut].map(|tokens| tokens.join(" ")));
    }
    list
}

#[test]
fn every_form_of_statement_is_parsed_as_the_server_parses_it() {
    let version = postgres().major_version();
    let database = Database::create(postgres());
    let mut server = Judge(database.connect());
    let all = statements();
    assert!(all.len() > 500, "{}", all.len());
    let texts: Vec<&str> = all.iter().map(|(_, statement)| *statement).collect();
    let mut wrong = Vec::new();
    for ((since, statement), verdict) in all.iter().zip(judge(&texts)) {
        let answer = if *since <= version {
            server.ask(statement)
        } else {
            Answer::Parses
        };
        if verdict != Verdict::Accepted || answer != Answer::Parses {
            wrong.push((statement, verdict, answer));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_broken_is_refused_where_the_server_refuses_it() {
    let version = postgres().major_version();
    let database = Database::create(postgres());
    let mut server = Judge(database.connect());
    let known: Vec<&str> = statements()
        .into_iter()
        .filter(|(since, _)| *since <= version)
        .map(|(_, statement)| statement)
        .collect();
    let broken = broken(&known);
    let texts: Vec<&str> = broken.iter().map(String::as_str).collect();
    let mut refused = 0;
    let mut differences = Vec::new();
    for (statement, verdict) in texts.iter().zip(judge(&texts)) {
        let answer = server.ask(statement);
        refused += usize::from(answer != Answer::Parses);
        if let Some(difference) = compare(statement, &verdict, &answer) {
            differences.push((difference, *statement, answer));
        }
    }
    assert!(refused > 1000, "{refused}");
    let falsely = differences
        .iter()
        .find(|(what, ..)| *what == Difference::FalseReject);
    assert_eq!(falsely, None);
    let tolerated = if version < GRAMMAR { NEW_SYNTAX } else { 0 };
    assert!(differences.len() <= tolerated, "{differences:#?}");
}

#[test]
fn every_keyword_of_the_server_is_known() {
    let mut client = postgres().connect("postgres");
    let rows = client
        .query("SELECT word FROM pg_get_keywords()", &[])
        .unwrap();
    let known: BTreeSet<&str> = keywords().iter().copied().collect();
    let unknown: Vec<String> = rows
        .iter()
        .map(|row| row.get(0))
        .filter(|word: &String| !known.contains(word.as_str()))
        .collect();
    // A keyword that only a newer server has is a name to the grammar.
    let newer = ["enforced", "objects", "period", "virtual"];
    assert!(
        unknown.iter().all(|word| newer.contains(&word.as_str())),
        "{unknown:?}"
    );
}
