//! How diagnostics look, for text that is hard to line up.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use limbeck_compiler::render::render;
use limbeck_compiler::source::Sources;
use limbeck_model::diagnostic::{Code, Diagnostic, Span};

/// Sources with one file, and the place of a part of its text.
fn source(text: &str, marked: &str) -> (Sources, Span) {
    let mut sources = Sources::default();
    let file = sources.add("migrations/a1_items.sql", text);
    let start = text.find(marked).unwrap();
    let span = Span {
        file,
        start,
        end: start + marked.len(),
    };
    (sources, span)
}

fn rendered(text: &str, marked: &str) -> String {
    let (sources, span) = source(text, marked);
    let diagnostic = Diagnostic::new(Code::UnknownDirective, span, "a message")
        .label("a label")
        .note("a note")
        .help("a help");
    render(&[diagnostic], &sources)
}

#[test]
fn nothing_is_rendered_for_no_diagnostic() {
    assert_eq!(render(&[], &Sources::default()), "");
}

#[test]
fn marks_stand_below_the_text_behind_tabs_and_wide_characters() {
    let tabs = rendered("one\n\ttwo\tthree\n", "three");
    let wide = rendered("one\n字字 é🧪 three\n", "three");
    let combined = rendered("one\ne\u{301} three\n", "three");
    insta::assert_snapshot!([tabs, wide, combined].join("\n"));
}

#[test]
fn line_ends_and_a_byte_order_mark_do_not_show() {
    let unix = rendered("one\ntwo three\nfour\n", "three");
    assert_eq!(rendered("one\r\ntwo three\r\nfour\r\n", "three"), unix);
    assert_eq!(rendered("\u{feff}one\ntwo three", "three"), unix);
    let first = rendered("one two\n", "two");
    assert_eq!(rendered("\u{feff}one two\r\n", "two"), first);
    assert!(first.contains("a1_items.sql:1:5"), "{first}");
}

#[test]
fn a_place_at_the_end_of_the_text_or_over_several_lines_can_be_marked() {
    let end = {
        let (sources, span) = source("one\ntwo", "two");
        let place = Span {
            start: span.end,
            ..span
        };
        render(
            &[Diagnostic::new(Code::BadName, place, "nothing follows")],
            &sources,
        )
    };
    let lines = rendered(
        "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n",
        "two\nthree\nfour\nfive\nsix\nseven",
    );
    insta::assert_snapshot!([end, lines].join("\n"));
}

#[test]
fn a_very_long_line_is_cut_around_the_mark() {
    let text = format!("{} three {}\n", "x".repeat(500), "y".repeat(500));
    let report = rendered(&text, "three");
    assert!(
        report.lines().all(|line| line.chars().count() < 200),
        "{report}"
    );
    assert!(report.contains("three"), "{report}");
}

#[test]
fn control_characters_are_shown_and_not_sent_to_the_terminal() {
    let bad = "\u{1b}[31m\u{7}\u{202e}";
    let mut sources = Sources::default();
    let file = sources.add(
        format!("migrations/{bad}.sql"),
        format!("one {bad} three\n"),
    );
    let span = Span {
        file,
        start: 0,
        end: 3,
    };
    let diagnostic = |span| {
        Diagnostic::new(Code::BadName, span, format!("a {bad}"))
            .label(format!("b {bad}"))
            .note(format!("c {bad}"))
            .help(format!("d {bad}"))
    };
    let report = render(&[diagnostic(span), diagnostic(Span::whole(file))], &sources);
    let hidden = report
        .chars()
        .find(|&c| c != '\n' && (c.is_control() || c == '\u{202e}'));
    assert_eq!(hidden, None, "{report}");
}

#[test]
fn related_places_are_shown_with_their_files() {
    let mut sources = Sources::default();
    let first = sources.add(
        "migrations/a1_items.sql",
        "-- @revision a1\n-- @revises base\n",
    );
    let second = sources.add("migrations/a1_more.sql", "-- @revision a1\n");
    let third = sources.add("migrations/notes.txt", "");
    let id = |file| Span {
        file,
        start: 13,
        end: 15,
    };
    let diagnostic = Diagnostic::new(
        Code::DuplicateId,
        id(second),
        "two revisions have the id `a1`",
    )
    .label("again here")
    .related(id(first), "first here")
    .related(Span::whole(third), "named here too")
    .help("give one of them another id");
    insta::assert_snapshot!(render(&[diagnostic], &sources));
}

#[test]
fn diagnostics_stand_in_the_order_of_files_and_places_whatever_order_they_come_in() {
    let mut sources = Sources::default();
    let late = sources.add("migrations/b1_items.sql", "one two\n");
    let early = sources.add("migrations/a1_items.sql", "one two\n");
    let at = |file, start| Span {
        file,
        start,
        end: start + 3,
    };
    let mut diagnostics = vec![
        Diagnostic::new(Code::BadName, at(late, 4), "fifth"),
        Diagnostic::new(Code::BadName, at(late, 0), "fourth"),
        Diagnostic::new(Code::BadName, at(early, 4), "third"),
        Diagnostic::new(Code::UnknownDirective, at(early, 4), "second"),
        Diagnostic::new(Code::BadFileName, Span::whole(early), "first"),
    ];
    let report = render(&diagnostics, &sources);
    diagnostics.reverse();
    assert_eq!(render(&diagnostics, &sources), report);
    insta::assert_snapshot!(report);
}
