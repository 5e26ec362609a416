//! Which revision makes the table that another one misses, or makes once more.

use std::collections::BTreeSet;
use std::ptr;

use limbeck_model::Direction;
use limbeck_model::diagnostic::Span;

use super::engine::Failure;
use super::lost::subject;
use super::report::Findings;
use crate::table::Row;

impl Findings<'_, '_> {
    /// Where a table is made that `@up` of a revision misses or makes once more, and what follows from that.
    pub(super) fn origin(
        &self,
        row: &Row<'_>,
        direction: Direction,
        failure: &Failure,
    ) -> Option<(Span, String)> {
        let message = failure.message.lines().next().unwrap_or_default();
        let is_relation = message.starts_with("no such table")
            || message.starts_with("relation ") && message.ends_with("does not exist");
        let is_there = message.ends_with("already exists");
        if direction == Direction::Down || !is_relation && !is_there {
            return None;
        }
        let name = subject(message)?;
        let rows = &self.table.rows;
        let own = rows.iter().position(|other| ptr::eq(other, row))?;
        let ancestors = self.ancestors(own);
        if is_there {
            // The last that made it.
            let mut makers = ancestors.iter().rev();
            let span = makers.find_map(|&place| self.making(rows.get(place)?, &name))?;
            return Some((span, "leave it out, or take another name".to_owned()));
        }
        let mut others = rows.iter().enumerate();
        let (maker, span) = others.find_map(|(place, other)| {
            let span = self.making(other, &name)?;
            // What an ancestor has made is gone again.
            (!ancestors.contains(&place)).then_some((place, span))
        })?;
        let help = if maker == own {
            "make it further up in the section".to_owned()
        } else if self.ancestors(maker).contains(&own) {
            "move the statement to that revision, or to one behind it".to_owned()
        } else {
            let id = &rows[maker].revision.id.value;
            format!("write `-- @depends-on {id}` in the header")
        };
        Some((span, help))
    }

    /// All that comes before a revision.
    fn ancestors(&self, place: usize) -> BTreeSet<usize> {
        let mut ancestors = BTreeSet::new();
        let mut left = vec![place];
        while let Some(row) = left.pop().and_then(|place| self.table.rows.get(place)) {
            for &up in row.parents.iter().chain(&row.dependencies) {
                if ancestors.insert(up) {
                    left.push(up);
                }
            }
        }
        ancestors
    }
}
