//! How many rows a statement has changed, as the server's answers tell.

use postgres::SimpleQueryMessage;

use crate::driver::Unit;
use crate::driver::message::Message;

/// For each change of a unit the number of rows that its statements have changed.
pub(super) fn rows_of_changes(
    message: &Message,
    unit: &Unit<'_>,
    answers: &[SimpleQueryMessage],
) -> impl Iterator<Item = (usize, u64)> {
    let counts = counts(answers);
    let mut rows = vec![0; unit.changes.len()];
    for (command, change, statement) in message.commands() {
        let statement = unit.changes[change].statements[statement].sql;
        if let Some(count) = counts.get(command) {
            rows[change] += count.of(statement);
        }
    }
    rows.into_iter().enumerate()
}

/// The number of rows that one statement by itself has changed.
pub(super) fn rows_of(statement: &str, answers: &[SimpleQueryMessage]) -> u64 {
    counts(answers)
        .iter()
        .map(|count| count.of(statement))
        .sum()
}

/// The number in the server's answer to one statement.
struct Count {
    rows: u64,
    /// Whether the rows were sent, as those of a query and of `RETURNING` are.
    were_sent: bool,
}

impl Count {
    /// A query counts the rows that it sends, as a change counts the rows that it makes; the driver
    /// leaves out which of both it was. `CREATE TABLE AS` and `SELECT INTO` send none.
    fn of(&self, statement: &str) -> u64 {
        if self.were_sent && !is_change(statement) {
            return 0;
        }
        self.rows
    }
}

fn is_change(statement: &str) -> bool {
    let word = statement.split_whitespace().next().unwrap_or_default();
    ["INSERT", "UPDATE", "DELETE", "MERGE"]
        .iter()
        .any(|change| word.eq_ignore_ascii_case(change))
}

fn counts(answers: &[SimpleQueryMessage]) -> Vec<Count> {
    let mut counts = Vec::new();
    let mut were_sent = false;
    for answer in answers {
        match answer {
            SimpleQueryMessage::CommandComplete(rows) => {
                counts.push(Count {
                    rows: *rows,
                    were_sent,
                });
                were_sent = false;
            }
            _ => were_sent = true,
        }
    }
    counts
}
