//! Revision files into revisions.

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic, Span};

use super::conflict::{Markers, zero_byte};
use super::coverage::Coverage;
use super::file_name;
use super::header::Header;
use super::region::Suspicions;
use super::revision::Revision;
use super::scan::{Line, Scan, scan};
use super::section::Sections;
use super::table::{Name, Place};
use super::text::Text;
use crate::source::{Source, Sources};

/// What the revision files say, and all that is wrong with them.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The revisions whose id is known, in the order of their files.
    pub revisions: Vec<Revision>,
    /// The files without a known id. Each has a diagnostic; what refers to an unknown revision may
    /// well mean one of them.
    pub unidentified: Vec<usize>,
    /// What is wrong, in no particular order.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads revision files. `files` are their numbers, `dialects` what the history declares.
pub fn parse(sources: &Sources, files: &[usize], dialects: &[Dialect]) -> Parsed {
    let dialects = if dialects.is_empty() {
        Dialect::ALL.as_slice()
    } else {
        dialects
    };
    let mut parsed = Parsed::default();
    for &file in files {
        let Some(source) = sources.get(file) else {
            continue;
        };
        match parse_file(file, source, dialects, &mut parsed.diagnostics) {
            Some(revision) => parsed.revisions.push(revision),
            None => parsed.unidentified.push(file),
        }
    }
    parsed
}

fn parse_file(
    file: usize,
    source: &Source,
    dialects: &[Dialect],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Revision> {
    let whole = Text::whole(file, source.text());
    let markers = Markers::find(source);
    if let Some(diagnostic) = zero_byte(whole).or_else(|| markers.conflict(whole)) {
        diagnostics.push(diagnostic);
        return None;
    }
    let suspicions = Suspicions {
        lone_carriage_returns: has_lone_carriage_return(whole.content),
        lines: markers.suspects(),
    };
    let mut scan = scan(whole, dialects, suspicions);
    diagnostics.append(&mut scan.diagnostics);
    if scan.was_abandoned {
        return None;
    }
    let Some(first_line) = scan.lines.first().copied() else {
        // Where another diagnostic was raised, such as for a comment that does not end, the header is
        // probably there.
        if diagnostics.iter().all(|known| !is_of(known, file)) {
            let diagnostic = no_header(whole, source, scan.code_in_header);
            diagnostics.push(scan.point_out(diagnostic, Name::Revision));
        }
        return None;
    };
    let (mut header, mut sections) = read_lines(whole, &scan.lines);
    sections.split(whole, dialects);
    diagnostics.extend(scan.code_in_header.map(sql_outside_section));
    check_header(&header, source, &scan, first_line.span, diagnostics);
    diagnostics.extend(check_coverage(file, &header, &sections, &scan, dialects));
    diagnostics.append(&mut header.diagnostics);
    diagnostics.append(&mut sections.diagnostics);
    revision(file, header, sections)
}

fn read_lines(whole: Text<'_>, lines: &[Line<'_>]) -> (Header, Sections) {
    let mut header = Header::default();
    let mut sections = Sections::default();
    for line in lines {
        match line.name.place() {
            Place::Header => {
                if let Some(section) = sections.list.first() {
                    sections.diagnostics.push(below_section(line, section.span));
                }
                header.take(line);
            }
            Place::Opening => sections.open(whole, line),
            Place::Section | Place::Step => sections.take(line),
        }
    }
    sections.close(whole, whole.content.len());
    (header, sections)
}

fn check_header(
    header: &Header,
    source: &Source,
    scan: &Scan<'_>,
    first_line: Span,
    diagnostics: &mut Vec<Diagnostic>,
) {
    match header.seen(Name::Revision) {
        None => {
            let id = file_name::probable_id(source.path()).unwrap_or("ID");
            let diagnostic = Diagnostic::new(Code::MissingRevision, first_line, "no `@revision`")
                .label("the header starts here")
                .help(format!("write `-- @revision {id}` above this line"));
            diagnostics.push(scan.point_out(diagnostic, Name::Revision));
        }
        Some(_) => diagnostics.extend(
            header
                .id
                .as_ref()
                .and_then(|id| file_name::check(source.path(), id)),
        ),
    }
    if header.seen(Name::Revises).is_none() {
        let place = header.seen(Name::Revision).unwrap_or(first_line);
        let diagnostic = Diagnostic::new(Code::MissingRevises, place, "no `@revises`")
            .label("nothing says what this revision comes after")
            .help(
                "write `-- @revises ID` with the id of the revision before, or `-- @revises base` for \
                 the first one",
            );
        diagnostics.push(scan.point_out(diagnostic, Name::Revises));
    }
}

fn check_coverage(
    file: usize,
    header: &Header,
    sections: &Sections,
    scan: &Scan<'_>,
    declared: &[Dialect],
) -> Vec<Diagnostic> {
    let in_header = |line: &&Line<'_>| line.name.place() == Place::Header;
    let header_end = scan.lines.iter().rfind(in_header).or(scan.lines.first());
    Coverage {
        header,
        sections: &sections.list,
        declared,
        scan,
        file,
        header_end: header_end.map_or(Span::whole(file), |line| line.span),
        is_uncertain: sections.dialects_are_uncertain || header.skips_are_incomplete,
        has_sql_in_header: scan.code_in_header.is_some(),
    }
    .check()
}

fn revision(file: usize, header: Header, sections: Sections) -> Option<Revision> {
    let links_are_complete = header.seen(Name::Revises).is_some() && !header.links_are_incomplete;
    Some(Revision {
        file,
        id: header.id?,
        parents: header.parents,
        dependencies: header.dependencies,
        labels: header.labels,
        message: header.message,
        created: header.created,
        skips: header.skips,
        irreversible: header.irreversible,
        breaking: header.breaking,
        sections: sections.list,
        links_are_complete,
    })
}

fn has_lone_carriage_return(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.match_indices('\r')
        .any(|(at, _)| bytes.get(at + 1) != Some(&b'\n'))
}

fn is_of(diagnostic: &Diagnostic, file: usize) -> bool {
    diagnostic
        .annotations
        .first()
        .is_some_and(|primary| primary.span.file == file)
}

fn no_header(whole: Text<'_>, source: &Source, code: Option<Span>) -> Diagnostic {
    let id = file_name::probable_id(source.path()).unwrap_or("ID");
    let lines = format!("`-- @revision {id}`, `-- @revises …` and `-- @up`");
    let message = "no header: the file has no directives";
    match code {
        Some(code) => Diagnostic::new(Code::MissingHeader, code, message)
            .label("which revision this belongs to is not said")
            .help(format!(
                "write {lines} above this line, each on a line of its own, and a `-- @down` section at \
                 the end"
            )),
        None => Diagnostic::new(Code::MissingHeader, whole.part(0, 0).span(), message).help(format!(
            "write {lines} into the file, each on a line of its own, and a `-- @down` section at the end"
        )),
    }
}

fn sql_outside_section(place: Span) -> Diagnostic {
    Diagnostic::new(
        Code::SqlOutsideSection,
        place,
        "SQL before the first section",
    )
    .label("this would never run")
    .help("write `-- @up` on a line above it, or make it a comment with `-- ` if it is none")
}

fn below_section(line: &Line<'_>, section: Span) -> Diagnostic {
    Diagnostic::new(
        Code::MisplacedDirective,
        line.span,
        format!("`@{}` below a section", line.name.text()),
    )
    .label("expected in the header")
    .related(section, "the header ends here")
    .help("move the line up, into the header")
}
