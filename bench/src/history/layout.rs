//! A history as the files that each tool reads.

use super::description::{Dialect, History, Revision};
use crate::tool::Tool;

/// Stands between two statements of the file that is run without a tool.
const SEPARATOR: &str = "\n-- next\n";

/// Paths below the subject's folder, with what they hold.
pub(crate) fn files(tool: Tool, history: &History, dialect: Dialect) -> Vec<(String, String)> {
    if tool == Tool::Raw {
        return raw(history, dialect);
    }
    history
        .revisions
        .iter()
        .flat_map(|revision| revision_files(tool, revision, dialect))
        .map(|(path, text)| (format!("migrations/{path}"), text))
        .collect()
}

fn revision_files(tool: Tool, revision: &Revision, dialect: Dialect) -> Vec<(String, String)> {
    let Revision { number, slug, .. } = revision;
    let up = lines(&revision.up(dialect));
    let down = lines(&revision.down());
    match tool {
        Tool::Limbeck => {
            let parent = match number {
                1 => "base".to_owned(),
                _ => id(number - 1),
            };
            let text = format!(
                "-- @revision {}\n-- @revises {parent}\n-- @message {}\n\n-- @up\n{up}\n-- @down\n{down}",
                id(*number),
                slug.replace('_', " "),
            );
            vec![(format!("{}_{slug}.sql", id(*number)), text)]
        }
        // It has no way down.
        Tool::Refinery => vec![(format!("V{number}__{slug}.sql"), up)],
        Tool::Sqlx => vec![
            (format!("{number}_{slug}.up.sql"), up),
            (format!("{number}_{slug}.down.sql"), down),
        ],
        Tool::Diesel => in_folder(&format!("{number:05}_{slug}"), up, down),
        Tool::RusqliteMigration => in_folder(&format!("{number:05}-{slug}"), up, down),
        Tool::Raw => Vec::new(),
    }
}

/// How limbeck's revision with this number is called.
pub(crate) fn id(number: usize) -> String {
    format!("r{number:05}")
}

fn in_folder(folder: &str, up: String, down: String) -> Vec<(String, String)> {
    vec![
        (format!("{folder}/up.sql"), up),
        (format!("{folder}/down.sql"), down),
    ]
}

fn lines(statements: &[String]) -> String {
    statements.join("\n") + "\n"
}

/// All of the history, all but its last revision, and that one.
fn raw(history: &History, dialect: Dialect) -> Vec<(String, String)> {
    let text = |revisions: &[Revision]| {
        let statements: Vec<_> = revisions
            .iter()
            .flat_map(|revision| revision.up(dialect))
            .collect();
        statements.join(SEPARATOR)
    };
    let (short, last) = history.revisions.split_at(history.revisions.len() - 1);
    vec![
        ("up.sql".to_owned(), text(&history.revisions)),
        ("short.sql".to_owned(), text(short)),
        ("last.sql".to_owned(), text(last)),
    ]
}
