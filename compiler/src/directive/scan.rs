//! The directive lines of a file, in their order.

use std::collections::BTreeMap;

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic, Span};

use super::comment::{Reading, of_code, of_comment};
use super::region::{Hidden, Mark, MarkKind, Region, Suspicions, starts_line};
use super::table::{Name, Place};
use super::text::Text;
use super::unterminated::unterminated;

/// Each recovery reads to the end of the file, and one mistake needs one or two.
const MAXIMUM_RECOVERIES: usize = 16;

/// A directive as it stands in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) name: Name,
    /// The comment, without white space at its end.
    pub(super) span: Span,
    /// What stands behind the name, without white space at both ends.
    pub(super) rest: Text<'a>,
    /// A statement stands before it in its section.
    pub(super) follows_code: bool,
}

/// What was found in a file.
#[derive(Debug, Default)]
pub(super) struct Scan<'a> {
    pub(super) lines: Vec<Line<'a>>,
    /// The first line of SQL before the first section.
    pub(super) code_in_header: Option<Span>,
    /// The first comment for each directive that lacks only the `@`, and is mostly prose.
    without_sign: BTreeMap<Name, Span>,
    /// Section lines that stand in literals and block comments.
    pub(super) hidden: Vec<Hidden>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How often a section was found in what was left open.
    recoveries: usize,
    /// The rest of the file was not read, since it would only lead to further diagnostics.
    pub(super) was_abandoned: bool,
}

/// Finds the directive lines of a file. `dialects` are those that the history declares.
///
/// A line that was probably meant as a directive is reported and then taken for it, so that one slip
/// is one diagnostic.
pub(super) fn scan<'a>(
    whole: Text<'a>,
    dialects: &[Dialect],
    suspicions: Suspicions<'a>,
) -> Scan<'a> {
    let mut scan = Scan::default();
    let mut region = Region::new(whole.content, 0, dialects, suspicions);
    let mut next = scan.read_header(whole, &mut region, dialects);
    while let Some(opening) = next {
        scan.lines.push(opening);
        let own = section_dialects(opening.rest, dialects);
        region = Region::new(whole.content, opening.span.end, &own, suspicions);
        next = scan.read_region(whole, &mut region);
    }
    scan
}

impl<'a> Scan<'a> {
    /// Shows the comment that would be a missing directive if it had an `@`.
    pub(super) fn point_out(&self, diagnostic: Diagnostic, missing: Name) -> Diagnostic {
        match self.without_sign.get(&missing) {
            Some(&comment) => {
                diagnostic.related(comment, "without an `@` this is an ordinary comment")
            }
            None => diagnostic,
        }
    }

    /// Reads what stands before the first section, and returns the line that opens the section.
    fn read_header(
        &mut self,
        whole: Text<'a>,
        region: &mut Region<'a>,
        dialects: &[Dialect],
    ) -> Option<Line<'a>> {
        let opening = self.read_region(whole, region);
        if self.was_abandoned {
            return None;
        }
        let end = opening.map_or(whole.content.len(), |line| line.span.start);
        if let Some(open) = region.left_open() {
            self.diagnostics
                .push(unterminated(whole, open, dialects, dialects));
        } else {
            self.code_in_header = region
                .code_before(end)
                .map(|at| whole.part(at, line_end(whole.content, at)).trim().span());
        }
        opening
    }

    /// Reads to the line that opens the next section, and returns it; none at the end of the file.
    fn read_region(&mut self, whole: Text<'a>, region: &mut Region<'a>) -> Option<Line<'a>> {
        let mut opening = None;
        while opening.is_none()
            && let Some(mark) = region.next()
        {
            match self.read_mark(whole, region, mark) {
                Some(line) if line.name.place() == Place::Opening => opening = Some(line),
                Some(line) => self.lines.push(line),
                None if self.was_abandoned => return None,
                None => {}
            }
        }
        let hidden = region.hidden();
        let first_hidden = hidden.first().map(|hidden| hidden.line);
        self.hidden.extend(hidden);
        opening.or_else(|| {
            // Something was left open and took the sections that follow with it. Splitting reports
            // it; here the first of those sections is taken for what it was meant to be.
            let line = region.left_open().and(first_hidden)?;
            self.recoveries += 1;
            if self.recoveries > MAXIMUM_RECOVERIES {
                return None;
            }
            let comment = whole.part(line, line_end(whole.content, line)).trim();
            self.take(of_comment(comment), comment, false)
        })
    }

    fn read_mark(
        &mut self,
        whole: Text<'a>,
        region: &mut Region<'a>,
        mark: Mark,
    ) -> Option<Line<'a>> {
        let Mark { kind, start, end } = mark;
        let follows_code = region.code_before(start).is_some();
        match kind {
            MarkKind::Comment => {
                let comment = whole.part(start, end).trim();
                let reading = of_comment(comment);
                if let Reading::WithoutSign(name) = reading {
                    self.without_sign.entry(name).or_insert(comment.span());
                }
                let line = self.take(reading, comment, follows_code)?;
                if !starts_line(whole.content, start) {
                    self.diagnostics.push(beside_sql(line));
                }
                Some(line)
            }
            MarkKind::Code => {
                let end = line_end(whole.content, start);
                let code = whole.part(start, end).trim();
                let line = self.take(of_code(code), code, follows_code)?;
                region.skip_line(start, end);
                Some(line)
            }
            MarkKind::CarriageReturn => {
                self.was_abandoned = true;
                let at = super::region::carriage_return(whole.content, start).unwrap_or(start);
                self.diagnostics.push(carriage_return(whole, at));
                None
            }
            MarkKind::Suspect => {
                self.was_abandoned = true;
                self.diagnostics
                    .push(super::conflict::leftover(whole, start));
                None
            }
        }
    }

    fn take(
        &mut self,
        reading: Reading<'a>,
        comment: Text<'a>,
        follows_code: bool,
    ) -> Option<Line<'a>> {
        let (name, rest) = match reading {
            Reading::Ordinary | Reading::WithoutSign(_) => return None,
            Reading::Directive(name, rest) => (name, rest),
            Reading::Mistake(diagnostic, meant) => {
                self.diagnostics.push(diagnostic);
                meant?
            }
        };
        Some(Line {
            name,
            span: comment.span(),
            rest,
            follows_code,
        })
    }
}

/// The dialects that a section line names, or else all that the history declares.
fn section_dialects(options: Text<'_>, declared: &[Dialect]) -> Vec<Dialect> {
    let named = options.words().find_map(|word| word.content.parse().ok());
    named.map_or_else(|| declared.to_vec(), |dialect| vec![dialect])
}

/// The end of the line that a byte is on.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let behind = text.get(at..).unwrap_or_default();
    behind.find('\n').map_or(text.len(), |length| at + length)
}

fn beside_sql(line: Line<'_>) -> Diagnostic {
    let name = line.name.text();
    Diagnostic::new(
        Code::MisplacedDirective,
        line.span,
        format!("`@{name}` stands behind SQL on the same line"),
    )
    .label("expected on a line of its own")
    .help("move the directive to a line of its own")
}

fn carriage_return(whole: Text<'_>, at: usize) -> Diagnostic {
    Diagnostic::new(
        Code::LoneCarriageReturn,
        whole.part(at, at + 1).span(),
        "a carriage return without a line feed in a comment",
    )
    .label("PostgreSQL ends the comment here, SQLite does not")
    .note("the rest of the file was not read")
    .help("save the file with the line ends LF or CRLF")
}
