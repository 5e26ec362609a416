//! The command: compares or writes.

use std::fs;

use limbeck_model::diagnostic::Code;

use crate::error::{Failure, Result};
use crate::terminal::say;
use crate::workspace::{Tree, Workspace};

use super::example::example;
use super::page::{self, Entry, PAGE};

/// Writes the page of diagnostics, unless it is as it should be already.
pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    let tree = workspace.tree()?;
    let page = render(&tree);
    if tree.text(PAGE) == Some(page.as_str()) {
        say(format_args!("{PAGE} is fresh"));
        return Ok(());
    }
    fs::write(workspace.path(PAGE), page).map_err(Failure::io(format!("write {PAGE}")))?;
    say(format_args!("{PAGE} is written"));
    Ok(())
}

/// Fails where the page is not what would be written now.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let tree = workspace.tree()?;
    let page = render(&tree);
    let present = tree.text(PAGE).unwrap_or_default();
    match first_difference(present, &page) {
        None => {
            say(format_args!("{PAGE} is fresh"));
            Ok(())
        }
        Some(line) => Err(Failure::new(format!(
            "{PAGE} is stale from line {line} on; run `cargo xtask generate`"
        ))),
    }
}

fn render(tree: &Tree) -> String {
    let entries: Vec<_> = Code::ALL
        .iter()
        .map(|code| Entry {
            number: code.number(),
            title: code.title(),
            why: code.why(),
            help: code.help(),
            example: example(tree, code.number()),
        })
        .collect();
    page::render(&entries)
}

/// The first line that differs, from 1.
fn first_difference(present: &str, wanted: &str) -> Option<usize> {
    if present == wanted {
        return None;
    }
    let same = present
        .split('\n')
        .zip(wanted.split('\n'))
        .take_while(|(present, wanted)| present == wanted);
    Some(same.count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("", "a\n"), Some(1));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
    }

    #[test]
    fn every_code_has_a_section_whatever_examples_there_are() {
        let page = render(&Tree::of([]));
        for code in Code::ALL {
            assert!(page.contains(&format!("\n### {}\n", code.number())));
        }
    }
}
