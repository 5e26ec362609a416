//! Diagnostics as text, in the shape that rustc's have. It knows no terminal: there is no colour, and
//! equal diagnostics give equal text. Characters that would steer a terminal are shown as signs.

use std::collections::BTreeSet;
use std::ops::Range;

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str as visible,
};
use limbeck_model::diagnostic::{Annotation, Code, Diagnostic, Span};

use crate::source::{BYTE_ORDER_MARK, Source, Sources};

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
    format!(
        "error: {} in {}\nfor more on a code, see docs/diagnostics.md\n",
        count(diagnostics.len(), "problem"),
        count(files.len(), "file"),
    )
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let mut group = Group::with_title(
        Level::ERROR
            .primary_title(visible(&diagnostic.message))
            .id(diagnostic.code.number()),
    );
    let mut files: Vec<usize> = Vec::new();
    for annotation in &diagnostic.annotations {
        if !files.contains(&annotation.span.file) {
            files.push(annotation.span.file);
        }
    }
    for file in files {
        let Some(source) = sources.get(file) else {
            continue;
        };
        match snippet(diagnostic, file, source) {
            Some(snippet) => group = group.element(snippet),
            None => group = group.element(Origin::path(visible(source.path()))),
        }
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

/// The lines of a file that a diagnostic is about; none where it is about the file as a whole.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    file: usize,
    source: &'a Source,
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let annotations: Vec<_> = diagnostic
        .annotations
        .iter()
        .enumerate()
        .filter(|(_, annotation)| annotation.span.file == file && !is_whole(annotation))
        .collect();
    let first = annotations
        .iter()
        .map(|(_, known)| known.span.start)
        .min()?;
    let last = annotations.iter().map(|(_, known)| known.span.end).max()?;
    let excerpt = Excerpt::new(source, first, last);
    let marks = annotations.into_iter().map(|(index, annotation)| {
        let kind = if index == 0 {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        kind.span(excerpt.range(annotation.span))
            .label(label(annotation))
    });
    let marks: Vec<_> = marks.collect();
    Some(
        Snippet::source(excerpt.text)
            .path(visible(source.path()))
            .line_start(excerpt.line)
            .annotations(marks),
    )
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
