//! Whether the sections and the header together say what a revision does on each dialect that the
//! history declares.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use limbeck_model::diagnostic::{Code, Diagnostic, Span};
use limbeck_model::{Dialect, Direction};

use super::header::Header;
use super::revision::Section;
use super::scan::Scan;
use super::table::Name;

/// What the checks look at.
pub(super) struct Coverage<'a> {
    pub(super) header: &'a Header,
    pub(super) sections: &'a [Section],
    pub(super) declared: &'a [Dialect],
    /// What else was found in the file, and the file's number.
    pub(super) scan: &'a Scan<'a>,
    pub(super) file: usize,
    /// The last line of the header.
    pub(super) header_end: Span,
    /// A section or a skip could not be read, so that nothing is known of what is covered.
    pub(super) is_uncertain: bool,
    /// SQL stands before the first section, so that a missing `@up` was probably forgotten above it.
    pub(super) has_sql_in_header: bool,
}

impl Coverage<'_> {
    /// All that is wrong.
    pub(super) fn check(&self) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        self.check_declared(&mut diagnostics);
        self.check_irreversible(&mut diagnostics);
        if !self.is_uncertain {
            self.check_repeated(&mut diagnostics);
            self.check_skipped(&mut diagnostics);
            if !self.has_sql_in_header {
                self.check_missing_up(&mut diagnostics);
            }
            self.check_missing_down(&mut diagnostics);
        }
        diagnostics
    }

    fn covers(&self, section: &Section, dialect: Dialect) -> bool {
        match &section.dialect {
            Some(own) => own.value == dialect,
            None => self.declared.contains(&dialect),
        }
    }

    fn covering(&self, direction: Direction, dialect: Dialect) -> impl Iterator<Item = &Section> {
        self.sections
            .iter()
            .filter(move |section| section.direction == direction && self.covers(section, dialect))
    }

    fn is_skipped(&self, dialect: Dialect) -> bool {
        self.header
            .skips
            .iter()
            .any(|skip| skip.dialect.value == dialect)
    }

    /// The dialects on which the revision should do something, but has no section in a direction.
    fn missing(&self, direction: Direction) -> Vec<Dialect> {
        self.declared
            .iter()
            .copied()
            .filter(|&dialect| !self.is_skipped(dialect))
            .filter(|&dialect| self.covering(direction, dialect).next().is_none())
            .collect()
    }

    fn check_declared(&self, diagnostics: &mut Vec<Diagnostic>) {
        let of_skips = self.header.skips.iter().map(|skip| &skip.dialect);
        let of_sections = self
            .sections
            .iter()
            .filter_map(|section| section.dialect.as_ref());
        let named: Vec<_> = of_skips.chain(of_sections).collect();
        let undeclared = Dialect::ALL
            .into_iter()
            .filter(|dialect| !self.declared.contains(dialect));
        for dialect in undeclared {
            let mut places = named
                .iter()
                .filter(|named| named.value == dialect)
                .map(|named| named.span);
            if let Some(first) = places.next() {
                let diagnostic = self.undeclared(dialect, first);
                diagnostics.push(places.fold(diagnostic, |diagnostic, place| {
                    diagnostic.related(place, "and here")
                }));
            }
        }
    }

    fn undeclared(&self, dialect: Dialect, place: Span) -> Diagnostic {
        Diagnostic::new(
            Code::UndeclaredDialect,
            place,
            format!("the history does not declare {dialect}"),
        )
        .label("this would never run")
        .note(format!("it declares {}", list(self.declared)))
        .help(format!(
            "add `{dialect}` to `dialects` in `[package.metadata.limbeck]` of `Cargo.toml`, or remove \
             what is for it here"
        ))
    }

    fn check_repeated(&self, diagnostics: &mut Vec<Diagnostic>) {
        let mut first: BTreeMap<(Direction, Dialect), &Section> = BTreeMap::new();
        for section in self.sections {
            let mut earlier = None;
            for &dialect in self.declared {
                if self.covers(section, dialect) {
                    match first.entry((section.direction, dialect)) {
                        Entry::Occupied(entry) => earlier = earlier.or(Some(*entry.get())),
                        Entry::Vacant(entry) => {
                            entry.insert(section);
                        }
                    }
                }
            }
            diagnostics.extend(earlier.map(|earlier| self.repeated(earlier, section)));
        }
    }

    fn repeated(&self, earlier: &Section, section: &Section) -> Diagnostic {
        let direction = section.direction;
        let named = section.dialect.as_ref().or(earlier.dialect.as_ref());
        let message = match named {
            Some(dialect) => format!("two `@{direction}` sections for {}", dialect.value),
            None => format!("two `@{direction}` sections"),
        };
        let diagnostic = Diagnostic::new(Code::RepeatedSection, section.span, message)
            .label("second section")
            .related(earlier.span, "first section");
        if section.dialect.is_some() == earlier.dialect.is_some() {
            return diagnostic.help("join the two, or remove one");
        }
        let other = self
            .declared
            .iter()
            .find(|&&dialect| named.is_none_or(|named| named.value != dialect));
        let diagnostic = diagnostic.note(format!(
            "a section without a dialect is for all that the history declares: {}",
            list(self.declared)
        ));
        match other {
            Some(other) => diagnostic.help(format!(
                "write `-- @{direction} {other}` where no dialect is named"
            )),
            None => diagnostic.help("join the two, or remove one"),
        }
    }

    fn check_skipped(&self, diagnostics: &mut Vec<Diagnostic>) {
        for skip in &self.header.skips {
            let dialect = skip.dialect.value;
            let Some(section) = self
                .sections
                .iter()
                .find(|section| self.covers(section, dialect))
            else {
                continue;
            };
            let diagnostic = Diagnostic::new(
                Code::SkippedAndGiven,
                skip.span,
                format!("{dialect} is both skipped and given"),
            )
            .label("skipped here")
            .related(section.span, "given here");
            let others: Vec<_> = self
                .declared
                .iter()
                .copied()
                .filter(|&d| !self.is_skipped(d))
                .collect();
            diagnostics.push(match others.first() {
                Some(other) if section.dialect.is_none() => diagnostic
                    .note("a section without a dialect is for all that the history declares")
                    .help(format!(
                        "write `-- @{} {other}`, or remove the `@skip`",
                        section.direction
                    )),
                _ => diagnostic.help("remove the `@skip`, or the section"),
            });
        }
    }

    fn check_irreversible(&self, diagnostics: &mut Vec<Diagnostic>) {
        let irreversible = self.header.seen(Name::Irreversible);
        let down = self
            .sections
            .iter()
            .find(|section| section.direction == Direction::Down);
        if let (Some(irreversible), Some(down)) = (irreversible, down) {
            diagnostics.push(
                Diagnostic::new(
                    Code::IrreversibleWithDown,
                    down.span,
                    "a `@down` in an irreversible revision",
                )
                .label("a way back")
                .related(irreversible, "said to have none")
                .help("remove the `@down` section, or the `@irreversible` line"),
            );
        }
    }

    fn check_missing_up(&self, diagnostics: &mut Vec<Diagnostic>) {
        let missing = self.missing(Direction::Up);
        let Some(&first) = missing.first() else {
            return;
        };
        let place = self
            .sections
            .iter()
            .find(|section| section.direction == Direction::Up)
            .or_else(|| self.sections.first())
            .map_or(self.header_end, |section| section.span);
        let all_missing = missing.len() == self.declared.len();
        let diagnostic = if all_missing {
            Diagnostic::new(Code::MissingUp, place, "no `@up` section")
                .label("expected `-- @up` in the file")
                .help(
                    "write `-- @up` below the header and the statements below that; a merge may leave \
                     the section empty",
                )
        } else {
            Diagnostic::new(
                Code::MissingUp,
                place,
                format!("no `@up` for {}", list(&missing)),
            )
            .label("the only `@up`")
            .note(format!("the history declares {}", list(self.declared)))
            .help(format!(
                "write a section `-- @up {first}`, or `-- @skip {first}: reason` in the header"
            ))
        };
        diagnostics.push(self.point_out(diagnostic, Direction::Up));
    }

    fn check_missing_down(&self, diagnostics: &mut Vec<Diagnostic>) {
        if self.header.seen(Name::Irreversible).is_some() {
            return;
        }
        let mut missing = self.missing(Direction::Down);
        missing.retain(|&dialect| self.covering(Direction::Up, dialect).next().is_some());
        let Some((&first, up)) = missing
            .first()
            .and_then(|first| Some((first, self.covering(Direction::Up, *first).next()?)))
        else {
            return;
        };
        let has_other = self
            .sections
            .iter()
            .any(|section| section.direction == Direction::Down);
        let (message, section) = if has_other {
            (
                format!("no `@down` for {}", list(&missing)),
                format!("-- @down {first}"),
            )
        } else {
            ("no `@down` section".to_owned(), "-- @down".to_owned())
        };
        let diagnostic = Diagnostic::new(Code::MissingDown, up.span, message)
            .label("nothing takes this back")
            .help(format!(
                "write a section `{section}` that undoes this one, or `-- @irreversible: reason` in the header"
            ));
        diagnostics.push(self.point_out(diagnostic, Direction::Down));
    }

    /// Shows the line that would be the missing section if it had an `@`, or stood in no literal.
    fn point_out(&self, diagnostic: Diagnostic, direction: Direction) -> Diagnostic {
        let name = match direction {
            Direction::Up => Name::Up,
            Direction::Down => Name::Down,
        };
        let diagnostic = self.scan.point_out(diagnostic, name);
        let mut hidden = self.scan.hidden.iter();
        let Some(hidden) = hidden.find(|hidden| hidden.direction == direction) else {
            return diagnostic;
        };
        let at = |start: usize, end: usize| Span {
            file: self.file,
            start,
            end,
        };
        let end = hidden.line + "-- @".len() + direction.name().len();
        diagnostic
            .related(at(hidden.opening, hidden.opening + 1), "what opens here …")
            .related(at(hidden.line, end), "… hides this line")
    }
}

/// Dialects as a phrase.
fn list(dialects: &[Dialect]) -> String {
    match dialects {
        [] => "none".to_owned(),
        [first, others @ ..] => others.iter().fold(first.to_string(), |phrase, other| {
            format!("{phrase} and {other}")
        }),
    }
}
