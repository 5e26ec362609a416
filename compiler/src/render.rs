//! Diagnostics as text, in the shape that rustc's have. It knows no terminal: there is no colour, and
//! equal diagnostics give equal text. Characters that would steer a terminal are shown as signs.

use std::collections::BTreeSet;
use std::ops::Range;

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str as visible,
};
use limbeck_model::diagnostic::{Annotation, Code, Diagnostic, Span};

use crate::source::{BYTE_ORDER_MARK, Source, Sources};

/// How many bytes apart two places of one file are shown on their own.
const FAR: usize = 10_000;

/// Renders diagnostics by file, place and code, with a line at the end that counts them. Nothing for
/// no diagnostic.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    let mut sorted: Vec<_> = diagnostics.iter().collect();
    sorted.sort_by_cached_key(|diagnostic| order(diagnostic, sources));
    let renderer = Renderer::plain();
    let mut report = String::new();
    for diagnostic in &sorted {
        report.push_str(&renderer.render(&[group(diagnostic, sources)]));
        report.push_str("\n\n");
    }
    report.push_str(&summary(diagnostics, sources));
    report
}

/// Where a diagnostic stands among the others. The message decides between two of one code at one
/// place.
fn order<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> (&'a str, usize, Code, &'a str) {
    let (path, start) =
        primary(diagnostic).map_or(("", 0), |span| (sources.path(span.file), span.start));
    (path, start, diagnostic.code, &diagnostic.message)
}

fn primary(diagnostic: &Diagnostic) -> Option<Span> {
    diagnostic
        .annotations
        .first()
        .map(|annotation| annotation.span)
}

fn summary(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let files: BTreeSet<_> = diagnostics
        .iter()
        .filter_map(|diagnostic| Some(sources.path(primary(diagnostic)?.file)))
        .collect();
    let count = |number: usize, noun: &str| match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    };
    let warnings = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code.is_warning())
        .count();
    let (level, problems) = match (diagnostics.len() - warnings, warnings) {
        (0, warnings) => ("warning", count(warnings, "warning")),
        (errors, 0) => ("error", count(errors, "problem")),
        (errors, warnings) => (
            "error",
            format!(
                "{} and {}",
                count(errors, "problem"),
                count(warnings, "warning")
            ),
        ),
    };
    format!(
        "{level}: {problems} in {}\nfor more on a code, run `cargo limbeck explain CODE`\n",
        count(files.len(), "file"),
    )
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let level = if diagnostic.code.is_warning() {
        Level::WARNING
    } else {
        Level::ERROR
    };
    let mut group = Group::with_title(
        level
            .primary_title(visible(&diagnostic.message))
            .id(diagnostic.code.number()),
    );
    for place in places(diagnostic) {
        let Some(source) = sources.get(place.file) else {
            continue;
        };
        group = match place.annotations.as_slice() {
            [] => group.element(Origin::path(visible(source.path()))),
            annotations => group.element(snippet(annotations, source)),
        };
    }
    for annotation in &diagnostic.annotations {
        if is_whole(annotation) && !annotation.text.is_empty() {
            let path = sources.path(annotation.span.file);
            let text = format!("{path}: {}", annotation.text);
            group = group.element(Level::NOTE.message(visible(&text)));
        }
    }
    let notes = diagnostic
        .notes
        .iter()
        .map(|note| Level::NOTE.message(visible(note)));
    let helps = diagnostic
        .helps
        .iter()
        .map(|help| Level::HELP.message(visible(help)));
    group.elements(notes).elements(helps)
}

/// An empty range at 0 is the file as a whole.
const fn is_whole(annotation: &Annotation) -> bool {
    annotation.span.start == 0 && annotation.span.end == 0
}

/// A part of a file to show; without annotations it is the file as a whole.
struct Place<'a> {
    file: usize,
    annotations: Vec<(AnnotationKind, &'a Annotation)>,
}

/// The parts of files that a diagnostic is about: the files in the order in which it names them, and
/// what is far apart in one file by itself.
fn places(diagnostic: &Diagnostic) -> Vec<Place<'_>> {
    let mut places: Vec<Place<'_>> = Vec::new();
    for (index, annotation) in diagnostic.annotations.iter().enumerate() {
        let file = annotation.span.file;
        if is_whole(annotation) {
            if places.iter().all(|place| place.file != file) {
                places.push(Place {
                    file,
                    annotations: Vec::new(),
                });
            }
            continue;
        }
        let kind = match index {
            0 => AnnotationKind::Primary,
            _ => AnnotationKind::Context,
        };
        match places.iter_mut().find(|place| place.is_near(annotation)) {
            Some(place) => place.annotations.push((kind, annotation)),
            None => places.push(Place {
                file,
                annotations: vec![(kind, annotation)],
            }),
        }
    }
    places
}

impl Place<'_> {
    fn is_near(&self, annotation: &Annotation) -> bool {
        let distance = |other: &Annotation| other.span.start.abs_diff(annotation.span.start);
        self.file == annotation.span.file
            && (self.annotations.iter()).any(|(_, other)| distance(other) < FAR)
    }
}

fn snippet<'a>(
    annotations: &[(AnnotationKind, &'a Annotation)],
    source: &'a Source,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let spans = || annotations.iter().map(|(_, annotation)| annotation.span);
    let first = spans().map(|span| span.start).min().unwrap_or_default();
    let last = spans().map(|span| span.end).max().unwrap_or_default();
    let excerpt = Excerpt::new(source, first, last);
    let marks = annotations.iter().map(|(kind, annotation)| {
        kind.span(excerpt.range(annotation.span))
            .label(label(annotation))
    });
    let marks: Vec<_> = marks.collect();
    Snippet::source(excerpt.text)
        .path(visible(source.path()))
        .line_start(excerpt.line)
        .annotations(marks)
}

fn label(annotation: &Annotation) -> Option<String> {
    Some(visible(&annotation.text)).filter(|text| !text.is_empty())
}

/// Whole lines of a file. Only these are handed over, so that a report costs what it shows and not
/// what the files hold.
struct Excerpt<'a> {
    text: &'a str,
    start: usize,
    line: usize,
}

impl<'a> Excerpt<'a> {
    fn new(source: &'a Source, first: usize, last: usize) -> Self {
        let line = source.position(first).line;
        let mut start = source.line_start(line);
        let end = source.line_start(source.position(last).line + 1);
        if source
            .text()
            .get(start..)
            .is_some_and(|text| text.starts_with(BYTE_ORDER_MARK))
        {
            start += BYTE_ORDER_MARK.len_utf8();
        }
        Self {
            text: source.text().get(start..end).unwrap_or_default(),
            start,
            line,
        }
    }

    /// A place in the file as one in the excerpt.
    fn range(&self, span: Span) -> Range<usize> {
        let at = |byte: usize| byte.saturating_sub(self.start).min(self.text.len());
        at(span.start)..at(span.end)
    }
}
