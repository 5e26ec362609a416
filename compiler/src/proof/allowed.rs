//! Findings that are meant: `@allow`.

use limbeck_model::Direction;
use limbeck_model::diagnostic::{Code, Diagnostic, Span};

use super::report::Findings;
use crate::table::Row;

impl Findings<'_, '_> {
    /// The `@allow` that a finding is meant by. It stands right before the statement; what is found about
    /// a section as a whole is allowed anywhere in it.
    pub(super) fn allowed(
        &self,
        row: &Row<'_>,
        direction: Direction,
        statement: Option<usize>,
        code: Code,
    ) -> Option<Span> {
        let section = row.revision.section(direction, self.dialect)?;
        let statements = section.statement_spans(self.dialect);
        let is_before = |span: Span| {
            let next = statements.iter().position(|other| other.start > span.start);
            statement.is_none_or(|statement| next == Some(statement))
        };
        let mut allows = section.allows.iter();
        let found = allows.find(|allow| allow.code.value == code && is_before(allow.span));
        found.map(|allow| allow.span)
    }

    /// Reports what a revision allows without need, where no other dialect may need it.
    pub(super) fn finish(&mut self, place: usize) {
        let row = &self.table.rows[place];
        for direction in [Direction::Up, Direction::Down] {
            let Some(section) = row.revision.section(direction, self.dialect) else {
                continue;
            };
            if section.dialect.is_none() && self.table.settings.dialects.len() > 1 {
                continue;
            }
            for allow in &section.allows {
                if !self.needed.contains(&allow.span) {
                    let code = allow.code.value.number();
                    self.diagnostics.push(
                        Diagnostic::new(
                            Code::UnusedAllow,
                            allow.span,
                            format!("`{code}` is allowed and not found"),
                        )
                        .label("nothing needs this")
                        .help(
                            "remove the line, or move it right before the statement that needs it",
                        ),
                    );
                }
            }
        }
    }
}
