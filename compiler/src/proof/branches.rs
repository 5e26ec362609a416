//! What was found about branches and their merge, said as diagnostics.

use limbeck_model::Direction;
use limbeck_model::diagnostic::{Code, Diagnostic};
use limbeck_schema::Change;

use super::engine::Failure;
use super::report::{Findings, first, headline, list};
use crate::table::Row;

impl Findings<'_, '_> {
    pub(super) fn order(
        &self,
        row: &Row<'_>,
        one: usize,
        other: usize,
        changes: &[Change],
    ) -> Diagnostic {
        let message = format!(
            "the schema of `{}` on {} depends on which of its parents was applied first",
            row.revision.id.value,
            self.database()
        );
        let diagnostic = Diagnostic::new(Code::OrderOfParents, row.revision.id.span, message)
            .label(format!(
                "with `{}` before `{}`, {}",
                self.id(other),
                self.id(one),
                first(changes, ToString::to_string)
            ));
        list(diagnostic, changes, ToString::to_string).help(
            "make both branches leave the same, or have one depend on the other: `-- @depends-on`",
        )
    }

    pub(super) fn blocked(
        &self,
        row: &Row<'_>,
        over: Option<usize>,
        revision: usize,
        failure: &Failure,
    ) -> Diagnostic {
        let id = &row.revision.id.value;
        let (database, headline) = (self.database(), headline(failure));
        let message = match over {
            None => format!("what `{id}` needs cannot be applied on {database}: {headline}"),
            Some(over) => format!(
                "`{id}` cannot be reached on {database} where `{}` was applied first: {headline}",
                self.id(over)
            ),
        };
        let (span, label) = self.place(&self.table.rows[revision], Direction::Up, failure);
        Diagnostic::new(Code::OrderOfParents, row.revision.id.span, message)
            .label("needs both branches")
            .related(span, label)
            .help("write both branches so that either may come first, or have one depend on the other: `-- @depends-on`")
    }

    fn id(&self, place: usize) -> &str {
        &self.table.rows[place].revision.id.value
    }
}
