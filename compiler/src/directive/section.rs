//! The sections of a revision file: their options, their timeouts and their statements.

use std::collections::BTreeMap;

use limbeck_model::diagnostic::{Code, Diagnostic, Span};
use limbeck_model::suggest::nearest;
use limbeck_model::{Dialect, Direction};

use super::header::repeated;
use super::revision::{Section, Spanned, Verify};
use super::scan::{Line, line_end};
use super::table::{Name, Place};
use super::text::Text;
use super::unterminated::unterminated;
use super::{allow, later, value};
use crate::split::statement_ranges;

const NO_TRANSACTION: &str = "no-transaction";
const EXPECTED: &str = "expected `sqlite`, `postgres` or `no-transaction`";

/// The sections, as far as they could be read.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub(super) list: Vec<Section>,
    /// Some section may be for a dialect that could not be read.
    pub(super) dialects_are_uncertain: bool,
    /// The section directives of the last section.
    seen: BTreeMap<Name, Span>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Sections {
    /// Opens a section.
    pub(super) fn open(&mut self, whole: Text<'_>, line: &Line<'_>) {
        self.close(whole, line.span.start);
        self.seen.clear();
        let direction = match line.name {
            Name::Down => Direction::Down,
            _ => Direction::Up,
        };
        let body = line_end(whole.content, line.span.end) + 1;
        let mut section = Section {
            direction,
            dialect: None,
            transactional: true,
            lock_timeout_ms: None,
            statement_timeout_ms: None,
            allows: Vec::new(),
            verifies: Vec::new(),
            span: line.span,
            body: whole
                .part(body.min(whole.content.len()), whole.content.len())
                .span(),
            statements: BTreeMap::new(),
        };
        for word in line.rest.words() {
            if !is_option(word.content) {
                self.dialects_are_uncertain |= section.dialect.is_none();
                self.diagnostics.push(unknown(line, word));
                break;
            }
            if let Err(diagnostic) = self.read_option(&mut section, line, word) {
                self.diagnostics.push(diagnostic);
            }
        }
        self.list.push(section);
    }

    /// Ends the last section before a byte.
    pub(super) fn close(&mut self, whole: Text<'_>, end: usize) {
        if let Some(last) = self.list.last_mut() {
            last.body = whole.part(last.body.start.min(end), end).span();
        }
    }

    fn read_option(
        &mut self,
        section: &mut Section,
        line: &Line<'_>,
        word: Text<'_>,
    ) -> Result<(), Diagnostic> {
        if word.content == NO_TRANSACTION {
            if !section.transactional {
                return Err(
                    option(word, "given again", "is given twice").help("remove one of the two")
                );
            }
            section.transactional = false;
            return Ok(());
        }
        if let Some(meant) = transaction_option(word.content) {
            section.transactional &= meant != NO_TRANSACTION;
            let message = format!("unknown section option `{}`", word.content);
            return Err(Diagnostic::new(Code::UnknownOption, word.span(), message)
                .label(EXPECTED)
                .help(format!("write `{meant}`")));
        }
        match value::dialect(word) {
            Ok(_) if section.dialect.is_some() => {
                self.dialects_are_uncertain = true;
                Err(second_dialect(line.name, word))
            }
            Ok(dialect) => {
                section.dialect = Some(dialect);
                Ok(())
            }
            Err(diagnostic) => {
                // Without a suggestion the section counts for none, so that nothing is known to be
                // missing.
                let meant = value::suggest_dialect(word.content);
                self.dialects_are_uncertain |= meant.is_none();
                if let Some(meant) = meant {
                    let meant = Spanned::new(meant, word.span());
                    section.dialect.get_or_insert(meant);
                }
                Err(diagnostic)
            }
        }
    }

    /// Takes a directive inside of a section into account.
    pub(super) fn take(&mut self, line: &Line<'_>) {
        if let Err(diagnostic) = self.read(line) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn read(&mut self, line: &Line<'_>) -> Result<(), Diagnostic> {
        let Some(section) = self.list.last_mut() else {
            return Err(before_sections(line));
        };
        if line.name == Name::Allow {
            section.allows.push(allow::read(line)?);
            return Ok(());
        }
        if line.name == Name::Verify {
            // Without a query it stays for its statement, so that one slip is one diagnostic.
            let end = line.rest.content.trim_end_matches(';').trim_end().len();
            section.verifies.push(Verify {
                query: line.rest.part(0, end).to_spanned(),
                span: line.span,
            });
            return value::required(line).map(|_| ());
        }
        if line.name.place() == Place::Step {
            return Err(later::refuse(line));
        }
        if let Some(&first) = self.seen.get(&line.name) {
            return Err(repeated(line, first));
        }
        self.seen.insert(line.name, line.span);
        if line.follows_code {
            return Err(below_statement(line, section));
        }
        let duration = value::duration(value::required(line)?)?;
        match line.name {
            Name::LockTimeout => section.lock_timeout_ms = Some(duration),
            _ => section.statement_timeout_ms = Some(duration),
        }
        Ok(())
    }

    /// Splits the statements of every section, for each dialect that it is for.
    pub(super) fn split(&mut self, whole: Text<'_>, declared: &[Dialect]) {
        for section in &mut self.list {
            let own = section.dialect.as_ref().map(|dialect| [dialect.value]);
            let readers = own.as_ref().map_or(declared, |own| own.as_slice());
            let body = whole.part(section.body.start, section.body.end);
            let mut failures = Vec::new();
            for &dialect in readers {
                match statement_ranges(body.content, dialect) {
                    Ok(ranges) => {
                        let spans = ranges
                            .into_iter()
                            .map(|range| body.part(range.start, range.end).span());
                        section.statements.insert(dialect, spans.collect());
                    }
                    Err(open) => failures.push((dialect, open)),
                }
            }
            if let Some((_, open)) = failures.first() {
                let failed: Vec<_> = failures
                    .iter()
                    .filter(|(_, other)| other == open)
                    .map(|(dialect, _)| *dialect)
                    .collect();
                self.diagnostics
                    .push(unterminated(body, open, &failed, readers));
            }
        }
    }
}

/// What was meant by another spelling of `no-transaction`.
fn transaction_option(written: &str) -> Option<&'static str> {
    let letters: String = written
        .to_ascii_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let synonyms = [
        "notx",
        "notxn",
        "nontransactional",
        "notransactional",
        "autocommit",
        "concurrently",
    ];
    (synonyms.contains(&letters.as_str()) || nearest(&letters, ["notransaction"]).is_some())
        .then_some(NO_TRANSACTION)
}

/// Whether a word names a database, if not one that limbeck knows.
fn is_database(written: &str) -> bool {
    let others = [
        "mysql",
        "mariadb",
        "mssql",
        "sqlserver",
        "oracle",
        "duckdb",
        "cockroach",
        "cockroachdb",
        "libsql",
    ];
    others.contains(&written.to_ascii_lowercase().as_str())
}

/// Whether a word is an option, or a slip for one.
fn is_option(written: &str) -> bool {
    value::suggest_dialect(written).is_some()
        || transaction_option(written).is_some()
        || is_database(written)
}

/// The diagnostic for a word that is no option, and all that follows it.
fn unknown(line: &Line<'_>, word: Text<'_>) -> Diagnostic {
    let start = word.span().start - line.rest.span().start;
    let rest = line.rest.part(start, line.rest.content.len());
    let message = format!("`{}` is no option of a section", rest.content);
    Diagnostic::new(Code::UnknownOption, rest.span(), message)
        .label(EXPECTED)
        .help("remove it, or make it a comment on a line of its own")
}

fn option(word: Text<'_>, label: &str, what: &str) -> Diagnostic {
    let message = format!("the section option `{}` {what}", word.content);
    Diagnostic::new(Code::UnknownOption, word.span(), message).label(label)
}

fn second_dialect(directive: Name, word: Text<'_>) -> Diagnostic {
    let name = directive.text();
    option(word, "a second dialect", "is one too many")
        .note("a section is for one dialect, or, without its name, for all that the history declares")
        .help(format!(
            "write a section for each dialect, `-- @{name} sqlite` and `-- @{name} postgres`, or name \
             none"
        ))
}

fn before_sections(line: &Line<'_>) -> Diagnostic {
    Diagnostic::new(
        Code::MisplacedDirective,
        line.span,
        format!("`@{}` in the header", line.name.text()),
    )
    .label("expected inside of a section")
    .help("move the line below `-- @up` or `-- @down`")
}

fn below_statement(line: &Line<'_>, section: &Section) -> Diagnostic {
    Diagnostic::new(
        Code::MisplacedDirective,
        line.span,
        format!("`@{}` below a statement", line.name.text()),
    )
    .label("it is for the whole section")
    .related(section.span, "expected right below this line")
    .help(format!(
        "move the line up, right below `-- @{}`",
        section.direction
    ))
}
