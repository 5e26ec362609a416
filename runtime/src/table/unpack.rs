//! From bytes to revisions. The format is described in [`limbeck_model::packed`].
//!
//! What is unpacked lives as long as the process, as if it were static data: nobody keeps a count of it.

use limbeck_model::packed::{Reader, Sections, Unreadable, inflated_length, recovery};
use miniz_oxide::inflate::decompress_slice_iter_to_slice;

use super::{Fingerprint, Recovery, Revision, Script, Side, Statement};

type Result<T> = std::result::Result<T, Unreadable>;

/// The revisions of a file without its digest.
pub(super) fn unpack(packed: &[u8]) -> Result<&'static [Revision]> {
    let (length, deflated) = inflated_length(packed)?;
    let mut inflated = vec![0; length];
    let filled = decompress_slice_iter_to_slice(&mut inflated, [deflated].into_iter(), false, true);
    if filled != Ok(length) {
        return Err(Unreadable::because("the data cannot be inflated"));
    }
    let sections = Sections::of(&inflated)?;
    // Only the text is kept.
    let text: &'static str = String::leak(sections.text.to_owned());
    let mut reader = Reader::new(text, sections.digests, sections.numbers);
    let statements = leak(reader.list(statement)?);
    let mut scripts = Scripts { statements, end: 0 };
    let mut place = 0;
    let revisions = reader.list(|reader| {
        let revision = revision(reader, place, &mut scripts);
        place += 1;
        revision
    })?;
    reader.finish()?;
    Ok(leak(revisions))
}

fn leak<T>(items: Vec<T>) -> &'static [T] {
    Box::leak(items.into_boxed_slice())
}

fn statement(reader: &mut Reader<'static, '_>) -> Result<Statement> {
    Ok(Statement {
        sql: reader.string()?,
        line: reader.narrow()?,
        column: reader.narrow()?,
    })
}

// The fields below stand in the order in which they were written.

fn revision(
    reader: &mut Reader<'static, '_>,
    place: u32,
    scripts: &mut Scripts,
) -> Result<Revision> {
    let below = |reader: &mut Reader<'static, '_>| {
        let distance = reader.narrow::<u32>()?;
        match place.checked_sub(distance) {
            Some(below) if below < place => Ok(below),
            _ => Err(Unreadable::because("a revision stands on one after it")),
        }
    };
    Ok(Revision {
        id: reader.string()?,
        file: reader.string()?,
        message: reader.string()?,
        created: reader.string()?,
        parents: leak(reader.list(below)?),
        dependencies: leak(reader.list(below)?),
        foreign: leak(reader.list(|reader| Ok((reader.string()?, reader.string()?)))?),
        labels: leak(reader.list(Reader::string)?),
        irreversible: reader.optional(Reader::string)?,
        breaking: reader.optional(Reader::string)?,
        sqlite: reader.optional(|reader| side(reader, scripts))?,
        postgres: reader.optional(|reader| side(reader, scripts))?,
    })
}

fn side(reader: &mut Reader<'static, '_>, scripts: &mut Scripts) -> Result<Side> {
    Ok(Side {
        skip: reader.optional(Reader::string)?,
        checksum: reader.digest()?,
        accepted: leak(reader.list(Reader::digest)?),
        lineage: reader.digest()?,
        fingerprints: leak(reader.list(fingerprint)?),
        up: scripts.next(reader)?,
        down: scripts.next(reader)?,
    })
}

fn fingerprint(reader: &mut Reader<'static, '_>) -> Result<Fingerprint> {
    Ok(Fingerprint {
        major: reader.narrow()?,
        schema: reader.beginning()?,
    })
}

/// What the scripts take their statements from.
struct Scripts {
    statements: &'static [Statement],
    /// Where all scripts so far have ended.
    end: usize,
}

impl Scripts {
    fn next(&mut self, reader: &mut Reader<'static, '_>) -> Result<Script> {
        Ok(Script {
            transactional: reader.flag()?,
            lock_timeout_ms: reader.optional(Reader::number)?,
            statement_timeout_ms: reader.optional(Reader::number)?,
            statements: self.range(reader.narrow()?, reader.narrow()?)?,
            recoveries: leak(reader.list(how)?),
        })
    }

    fn range(&mut self, back: usize, count: usize) -> Result<&'static [Statement]> {
        let first = self.end.checked_sub(back);
        let range = first.and_then(|first| Some(first..first.checked_add(count)?));
        let own = range.and_then(|range| {
            self.end = self.end.max(range.end);
            self.statements.get(range)
        });
        own.ok_or(Unreadable::because(
            "a script has statements that there are not",
        ))
    }
}

fn how(reader: &mut Reader<'static, '_>) -> Result<Recovery> {
    Ok(match reader.number()? {
        recovery::TOGETHER => Recovery::Together,
        recovery::SESSION => Recovery::Session,
        recovery::REPEAT => Recovery::Repeat,
        recovery::VERIFY => Recovery::Verify(reader.string()?),
        recovery::CREATES => Recovery::Creates(reader.string()?),
        recovery::DROPS => Recovery::Drops(reader.string()?),
        recovery::CREATES_INDEX => Recovery::CreatesIndex {
            table: reader.string()?,
            name: reader.string()?,
        },
        recovery::REINDEXES_INDEX => Recovery::ReindexesIndex(reader.string()?),
        recovery::REINDEXES_TABLES => Recovery::ReindexesTables(reader.string()?),
        recovery::DETACHES => Recovery::Detaches {
            table: reader.string()?,
            partition: reader.string()?,
        },
        _ => {
            return Err(Unreadable::because(
                "a statement's recovery has an unknown number",
            ));
        }
    })
}
