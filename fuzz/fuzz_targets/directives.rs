//! Any text is read to its end: into a revision, or into diagnostics that can be rendered.

#![no_main]

use libfuzzer_sys::fuzz_target;
use limbeck_compiler::directive::parse;
use limbeck_compiler::render::render;
use limbeck_compiler::source::Sources;
use limbeck_compiler::split::statements;
use limbeck_model::Dialect;

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let file = sources.add("migrations/a1_items.sql", text);
    for dialects in [&Dialect::ALL[..], &Dialect::ALL[..1], &Dialect::ALL[1..]] {
        let parsed = parse(&sources, &[file], dialects);
        assert_eq!(parsed.revisions.len() + parsed.unidentified.len(), 1);
        assert!(parsed.unidentified.is_empty() || !parsed.diagnostics.is_empty());
        for annotation in parsed
            .diagnostics
            .iter()
            .flat_map(|diagnostic| &diagnostic.annotations)
        {
            assert!(
                text.get(annotation.span.start..annotation.span.end)
                    .is_some()
            );
        }
        // Rendering takes most of the time, and the dialects make little difference to it.
        if dialects.len() == Dialect::ALL.len() {
            render(&parsed.diagnostics, &sources);
        }
        for section in parsed
            .revisions
            .iter()
            .flat_map(|revision| &revision.sections)
        {
            for dialect in Dialect::ALL {
                for statement in statements(section, dialect, &sources) {
                    assert!(section.body.start <= statement.span.start);
                    assert!(statement.span.end <= section.body.end);
                    assert_eq!(
                        &text[statement.span.start..statement.span.end],
                        statement.sql
                    );
                }
            }
        }
    }
});
