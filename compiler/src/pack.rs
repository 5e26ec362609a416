//! The pack stage: the revisions of a table as the bytes of `history.bin`.
//!
//! The format is described in [`limbeck_model::packed`]. The bytes are the same for the same files on every
//! machine: they hold no absolute path, no time and nothing in the order of a hash.

use limbeck_model::Dialect;
use limbeck_model::checksum::Digest;
use limbeck_model::packed::{Writer, recovery, sealed};
use miniz_oxide::deflate::compress_to_vec;

use crate::split::Statement;
use crate::sql::Recovery;
use crate::table::{Row, Script, Side, Table};

/// How hard deflate tries, of 10. A build script is not optimised: 6 takes two thirds longer, for one byte in twenty.
const LEVEL: u8 = 3;

/// The revisions of a table, and the digest of the file, which it begins with.
pub fn pack(table: &Table<'_>) -> (Vec<u8>, Digest) {
    seal(&inflated(table))
}

/// Deflates what is to be in a file.
pub fn seal(inflated: &[u8]) -> (Vec<u8>, Digest) {
    sealed(inflated.len(), &compress_to_vec(inflated, LEVEL))
}

fn inflated(table: &Table<'_>) -> Vec<u8> {
    let mut pool = Pool::default();
    for row in &table.rows {
        pool.take_in(row);
    }
    let mut packer = Packer {
        writer: Writer::default(),
        ranges: Ranges {
            firsts: pool.firsts.into_iter(),
            end: 0,
        },
    };
    packer.writer.list(pool.statements, |writer, statement| {
        writer.string(statement.sql);
        writer.count(statement.line);
        writer.count(statement.column);
    });
    packer.writer.count(table.rows.len());
    for (place, row) in table.rows.iter().enumerate() {
        packer.row(place, row);
    }
    packer.writer.finish()
}

/// The statements of a table. A section that serves both dialects stands in it once.
#[derive(Default)]
struct Pool<'t> {
    statements: Vec<&'t Statement<'t>>,
    /// Where each script begins, in the order in which they are written.
    firsts: Vec<usize>,
}

impl<'t> Pool<'t> {
    fn take_in(&mut self, row: &'t Row<'_>) {
        let before = self.firsts.len();
        for side in in_order(row) {
            for script in [&side.up, &side.down] {
                let first = self.place(&script.statements, before);
                self.firsts.push(first);
            }
        }
    }

    /// Only the scripts of one revision can share a section: those that were placed after `before`.
    fn place(&mut self, script: &'t [Statement<'t>], before: usize) -> usize {
        let end = self.statements.len();
        let is_the_same = |&first: &usize| {
            let stretch = self.statements.get(first..first + script.len());
            stretch.is_some_and(|stretch| stretch.iter().copied().eq(script))
        };
        let shared = self.firsts[before..].iter().copied().find(is_the_same);
        match shared {
            Some(first) if !script.is_empty() => first,
            _ => {
                self.statements.extend(script);
                end
            }
        }
    }
}

/// The sides of a revision in the order in which they are written.
fn in_order<'r, 't>(row: &'r Row<'t>) -> impl Iterator<Item = &'r Side<'t>> {
    Dialect::ALL
        .into_iter()
        .filter_map(|dialect| row.side(dialect))
}

/// Where the scripts begin.
struct Ranges {
    firsts: std::vec::IntoIter<usize>,
    /// Where all so far have ended.
    end: usize,
}

impl Ranges {
    /// How far before that end the next script begins.
    fn next(&mut self, count: usize) -> usize {
        let first = self.firsts.next().unwrap_or(self.end);
        let back = self.end - first;
        self.end = self.end.max(first + count);
        back
    }
}

struct Packer {
    writer: Writer,
    ranges: Ranges,
}

impl Packer {
    fn row(&mut self, place: usize, row: &Row<'_>) {
        let revision = row.revision;
        let writer = &mut self.writer;
        writer.string(&revision.id.value);
        writer.string(row.file);
        for value in [&revision.message, &revision.created] {
            writer.string(value.as_ref().map_or("", |value| &value.value));
        }
        for places in [&row.parents, &row.dependencies] {
            writer.list(places, |writer, &below| writer.count(place - below));
        }
        writer.list(&row.foreign, |writer, (history, name)| {
            writer.string(history);
            writer.string(name);
        });
        writer.list(&revision.labels, |writer, label| {
            writer.string(&label.value);
        });
        for reason in [&revision.irreversible, &revision.breaking] {
            writer.optional(reason.as_ref(), |writer, reason| {
                writer.string(&reason.value);
            });
        }
        for dialect in Dialect::ALL {
            let side = row.side(dialect);
            self.writer.flag(side.is_some());
            if let Some(side) = side {
                self.side(side);
            }
        }
    }

    fn side(&mut self, side: &Side<'_>) {
        let writer = &mut self.writer;
        writer.optional(side.skip, Writer::string);
        writer.digest(&side.checksum);
        writer.list(&side.accepted, Writer::digest);
        writer.digest(&side.lineage);
        writer.list(&side.fingerprints, |writer, fingerprint| {
            writer.number(fingerprint.major.into());
            writer.beginning(&fingerprint.schema);
        });
        self.script(&side.up);
        self.script(&side.down);
    }

    fn script(&mut self, script: &Script<'_>) {
        let count = script.statements.len();
        let writer = &mut self.writer;
        writer.flag(script.transactional);
        writer.optional(script.lock_timeout_ms, Writer::number);
        writer.optional(script.statement_timeout_ms, Writer::number);
        writer.count(self.ranges.next(count));
        writer.count(count);
        writer.list(&script.recoveries, pack_recovery);
    }
}

fn pack_recovery(writer: &mut Writer, how: &Recovery) {
    let (number, texts): (_, [Option<&String>; 2]) = match how {
        Recovery::Together => (recovery::TOGETHER, [None; 2]),
        Recovery::Session => (recovery::SESSION, [None; 2]),
        // A build with the last two is refused.
        Recovery::Repeat | Recovery::Unknown(_) | Recovery::Unnamed => {
            (recovery::REPEAT, [None; 2])
        }
        Recovery::Verify(query) => (recovery::VERIFY, [Some(query), None]),
        Recovery::Creates(query) => (recovery::CREATES, [Some(query), None]),
        Recovery::Drops(query) => (recovery::DROPS, [Some(query), None]),
        Recovery::CreatesIndex { table, name } => {
            (recovery::CREATES_INDEX, [Some(table), Some(name)])
        }
        Recovery::ReindexesIndex(name) => (recovery::REINDEXES_INDEX, [Some(name), None]),
        Recovery::ReindexesTables(query) => (recovery::REINDEXES_TABLES, [Some(query), None]),
        Recovery::Detaches { table, partition } => {
            (recovery::DETACHES, [Some(table), Some(partition)])
        }
    };
    writer.number(number);
    for text in texts.into_iter().flatten() {
        writer.string(text);
    }
}
