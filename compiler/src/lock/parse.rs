//! Reads a lock file. Whatever is wrong with it is reported with its place; nothing is passed over, since
//! what is not understood may be what protects a revision.

use std::collections::BTreeMap;
use std::ops::Range;

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;
use limbeck_model::diagnostic::{Code, Diagnostic, Span};
use limbeck_model::suggest::nearest;
use toml_edit::{Document, Item, Key, TableLike};

use super::contents::{Accepted, Lock, Locked, LockedSide, Proof};
use crate::directive::{first_markers, is_id};
use crate::source::{Source, Sources};

/// The version of the format.
pub(super) const VERSION: i64 = 1;

const AGAIN: &str =
    "take the file as it was last committed, and run `cargo limbeck lock`, which writes it";

/// Reads a lock file that is one of the sources.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn parse(sources: &Sources, file: usize) -> Result<Lock, Vec<Diagnostic>> {
    let Some(source) = sources.get(file) else {
        return Ok(Lock::default());
    };
    if let Some(diagnostic) = conflict(file, source) {
        return Err(vec![diagnostic]);
    }
    let mut reader = Reader {
        file,
        diagnostics: Vec::new(),
    };
    let lock = reader.document(source.text());
    if reader.diagnostics.is_empty() {
        Ok(lock.unwrap_or_default())
    } else {
        Err(reader.diagnostics)
    }
}

fn conflict(file: usize, source: &Source) -> Option<Diagnostic> {
    let (first, second) = first_markers(source)?;
    let marker = |start: usize| Span {
        file,
        start,
        end: start + "<<<<<<<".len(),
    };
    let diagnostic = Diagnostic::new(
        Code::LockConflict,
        marker(first),
        "an unresolved merge conflict in the lock file",
    )
    .label("git's conflict marker");
    let diagnostic = match second {
        Some(second) => diagnostic.related(marker(second), "and here"),
        None => diagnostic,
    };
    Some(
        diagnostic
            .note("where both sides are about one revision, the block is right whose revision file was kept")
            .help("keep the blocks of both sides, remove the marker lines, and run `cargo limbeck lock`"),
    )
}

struct Reader {
    file: usize,
    diagnostics: Vec<Diagnostic>,
}

/// A table of the file with its name, for messages.
#[derive(Clone, Copy)]
struct Part<'t> {
    table: &'t dyn TableLike,
    span: Span,
    name: &'t str,
}

impl Reader {
    fn document(&mut self, text: &str) -> Option<Lock> {
        let document = match Document::parse(text) {
            Ok(document) => document,
            Err(error) => {
                let message = error.message().lines().next().unwrap_or_default();
                let span = self.span(error.span());
                let help = if message == "duplicate key" {
                    "keep the block that fits the revision's file, remove the other one, and run `cargo limbeck lock`"
                } else {
                    AGAIN
                };
                self.report(
                    span,
                    format!("the lock file is not valid TOML: {message}"),
                    help,
                );
                return None;
            }
        };
        let whole = Part {
            table: document.as_table(),
            span: Span::whole(self.file),
            name: "the lock file",
        };
        self.version(whole)?;
        self.only(whole, &["version", "revision"]);
        let mut lock = Lock::default();
        if let Some(revisions) = self.table(whole, "revision", "`revision`") {
            for (id, item) in revisions.table.iter() {
                let span = self.key_span(revisions.table.key(id));
                if !is_id(id) {
                    self.report(span, format!("`{id}` is not the id of a revision"), AGAIN);
                } else if let Some(locked) = self.revision(id, span, item) {
                    lock.revisions.insert(id.to_owned(), locked);
                }
            }
        }
        Some(lock)
    }

    /// A file of another version says nothing that this one could read.
    fn version(&mut self, whole: Part<'_>) -> Option<()> {
        let item = whole.table.get("version");
        match item.and_then(Item::as_integer) {
            Some(VERSION) => Some(()),
            Some(newer) if newer > VERSION => {
                let span = self.span(item.and_then(Item::span));
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::NewerLock,
                        span,
                        format!("the lock file has version {newer}, and this is limbeck {}, which knows version {VERSION}", env!("CARGO_PKG_VERSION")),
                    )
                    .label("written by a newer limbeck")
                    .help("update `limbeck`, `limbeck-compiler` and `cargo-limbeck` to the version that wrote it"),
                );
                None
            }
            _ => {
                let span = self.span(item.and_then(Item::span));
                let message = format!("the lock file does not say `version = {VERSION}`");
                self.report(span, message, AGAIN);
                None
            }
        }
    }

    fn revision(&mut self, id: &str, span: Span, item: &Item) -> Option<Locked> {
        let name = format!("`revision.{id}`");
        let part = self.part(item, span, &name)?;
        let known = ["parents", "depends-on"];
        let dialects = Dialect::ALL.map(Dialect::name);
        self.only(part, &[known.as_slice(), dialects.as_slice()].concat());
        let parents = self.names(part, "parents", true);
        let dependencies = self.names(part, "depends-on", false);
        let mut sides = BTreeMap::new();
        for dialect in Dialect::ALL {
            let name = format!("`revision.{id}.{dialect}`");
            if let Some(side) = self.table(part, dialect.name(), &name) {
                sides.insert(dialect, self.side(side)?);
            }
        }
        if sides.is_empty() {
            self.report(span, format!("{name} has no checksum"), AGAIN);
        }
        Some(Locked {
            span: Some(span),
            parents: parents?,
            dependencies: dependencies?,
            sides,
        })
    }

    fn side(&mut self, part: Part<'_>) -> Option<LockedSide> {
        self.only(part, &["checksum", "statements", "accepted", "proved"]);
        let checksum = self.digest(part, "checksum");
        let statements = self.statements(part);
        let mut accepted = Vec::new();
        if let Some(list) = self.table(part, "accepted", "`accepted`") {
            for (old, item) in list.table.iter() {
                let span = self.key_span(list.table.key(old));
                accepted.extend(self.accepted(old, span, item));
            }
        }
        // A merge that was resolved by hand may have turned them round, and the first one matters.
        accepted.sort_by(|a, b| a.at.cmp(&b.at));
        let mut proofs = Vec::new();
        if let Some(list) = self.table(part, "proved", "`proved`") {
            for (engine, item) in list.table.iter() {
                let span = self.key_span(list.table.key(engine));
                proofs.extend(self.proof(engine, span, item));
            }
        }
        proofs.sort_by(|a, b| a.engine.cmp(&b.engine));
        Some(LockedSide {
            checksum: checksum?,
            statements: statements?,
            accepted,
            proofs,
        })
    }

    fn accepted(&mut self, old: &str, span: Span, item: &Item) -> Option<Accepted> {
        let part = self.part(item, span, "an accepted checksum")?;
        self.only(part, &["at", "reason"]);
        let checksum = Digest::from_hex(old);
        if checksum.is_none() {
            self.report(span, format!("`{old}` is not a checksum"), AGAIN);
        }
        let at = self.text(part, "at");
        let reason = self.text(part, "reason");
        let (checksum, at, reason) = (checksum?, at?, reason?);
        if !is_time(at) {
            let span = self.item_span(part, "at");
            let message = format!("`{at}` is not a time such as `2026-01-31T12:00:00Z`");
            self.report(span, message, AGAIN);
            return None;
        }
        Some(Accepted {
            checksum,
            at: at.to_owned(),
            reason: reason.to_owned(),
        })
    }

    fn proof(&mut self, engine: &str, span: Span, item: &Item) -> Option<Proof> {
        let part = self.part(item, span, "a proof")?;
        self.only(part, &["schema", "evidence"]);
        let schema = self.digest(part, "schema");
        let evidence = self.digest(part, "evidence");
        Some(Proof {
            engine: engine.to_owned(),
            evidence: evidence?,
            schema: schema?,
        })
    }

    fn statements(&mut self, part: Part<'_>) -> Option<Vec<u32>> {
        if part.table.get("statements").is_none() {
            return Some(Vec::new());
        }
        let text = self.text(part, "statements")?;
        let read = |word: &str| {
            let is_hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            let is_digest = word.len() == 8 && word.bytes().all(is_hexadecimal);
            is_digest.then(|| u32::from_str_radix(word, 16).ok())?
        };
        let statements: Option<Vec<_>> = text.split_whitespace().map(read).collect();
        if statements.is_none() {
            let span = self.item_span(part, "statements");
            let message = "`statements` are not digests of 8 hexadecimal digits";
            self.report(span, message.to_owned(), AGAIN);
        }
        statements
    }

    fn digest(&mut self, part: Part<'_>, key: &str) -> Option<Digest> {
        let text = self.text(part, key)?;
        let digest = Digest::from_hex(text);
        if digest.is_none() {
            let span = self.item_span(part, key);
            let message = format!("`{key}` is not a digest of 64 hexadecimal digits");
            self.report(span, message, AGAIN);
        }
        digest
    }

    fn text<'t>(&mut self, part: Part<'t>, key: &str) -> Option<&'t str> {
        let text = part.table.get(key).and_then(Item::as_str);
        if text.is_none() {
            self.missing(part, key, "a string");
        }
        text
    }

    fn names(&mut self, part: Part<'_>, key: &str, is_required: bool) -> Option<Vec<String>> {
        let Some(item) = part.table.get(key) else {
            if is_required {
                self.missing(part, key, "an array");
                return None;
            }
            return Some(Vec::new());
        };
        let values = item.as_array().map(|array| array.iter());
        let names: Option<Vec<_>> = values.and_then(|values| {
            values
                .map(|value| value.as_str().map(str::to_owned))
                .collect()
        });
        if names.is_none() {
            self.missing(part, key, "an array of strings");
        }
        let mut names = names?;
        names.sort_unstable();
        names.dedup();
        Some(names)
    }

    /// A table below another one, if it is there.
    fn table<'t>(&mut self, part: Part<'t>, key: &str, name: &'t str) -> Option<Part<'t>> {
        let item = part.table.get(key)?;
        let span = self.key_span(part.table.key(key));
        self.part(item, span, name)
    }

    fn part<'t>(&mut self, item: &'t Item, span: Span, name: &'t str) -> Option<Part<'t>> {
        let table = item.as_table_like();
        if table.is_none() {
            self.report(span, format!("{name} is not a table"), AGAIN);
        }
        Some(Part {
            table: table?,
            span,
            name,
        })
    }

    fn missing(&mut self, part: Part<'_>, key: &str, kind: &str) {
        let (span, message) = match part.table.get(key) {
            Some(_) => (self.item_span(part, key), format!("`{key}` is not {kind}")),
            None => (part.span, format!("{} has no `{key}`", part.name)),
        };
        self.report(span, message, AGAIN);
    }

    /// Reports every key that the format does not have.
    fn only(&mut self, part: Part<'_>, keys: &[&str]) {
        for (key, _) in part.table.iter().filter(|(key, _)| !keys.contains(key)) {
            let span = self.key_span(part.table.key(key));
            let help = nearest(key, keys.iter().copied())
                .map_or_else(|| AGAIN.to_owned(), |nearest| format!("write `{nearest}`"));
            self.report(span, format!("unknown key `{key}` in {}", part.name), help);
        }
    }

    fn report(&mut self, span: Span, message: String, help: impl Into<String>) {
        let diagnostic = Diagnostic::new(Code::BadLock, span, message).help(help);
        self.diagnostics.push(diagnostic);
    }

    fn item_span(&self, part: Part<'_>, key: &str) -> Span {
        self.span(part.table.get(key).and_then(Item::span))
    }

    fn key_span(&self, key: Option<&Key>) -> Span {
        self.span(key.and_then(Key::span))
    }

    fn span(&self, range: Option<Range<usize>>) -> Span {
        range.map_or(Span::whole(self.file), |range| Span {
            file: self.file,
            start: range.start,
            end: range.end,
        })
    }
}

/// Whether a text has the form that is written, whose order is that of time.
fn is_time(text: &str) -> bool {
    let form = b"0000-00-00T00:00:00Z";
    text.len() == form.len()
        && text.bytes().zip(form).all(|(byte, &wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            _ => byte == wanted,
        })
}
