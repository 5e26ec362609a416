//! Any text is read as a lock file, or into diagnostics that point into it; what is read is written and
//! read back the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use limbeck_compiler::lock::{Lock, parse};
use limbeck_compiler::render::render;
use limbeck_compiler::source::Sources;

fn read(text: &str) -> Option<Lock> {
    let mut sources = Sources::default();
    let file = sources.add("migrations/limbeck.lock", text);
    match parse(&sources, file) {
        Ok(lock) => Some(lock),
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty());
            let annotations = diagnostics
                .iter()
                .flat_map(|diagnostic| &diagnostic.annotations);
            for annotation in annotations {
                let range = annotation.span.start..annotation.span.end;
                assert!(text.get(range).is_some());
            }
            render(&diagnostics, &sources);
            None
        }
    }
}

fuzz_target!(|text: &str| {
    if let Some(lock) = read(text) {
        let written = lock.to_string();
        let again = read(&written).expect("what was written is read");
        assert_eq!(again, lock);
        assert_eq!(again.to_string(), written);
    }
});
