//! The proof in a build: what was proved by an earlier build is not proved again.
//!
//! Between builds a folder keeps the evidence of what was found sound, and some of the databases on the
//! way, so that a revision that was touched is reached from near by.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use limbeck_model::checksum::Digest;
use limbeck_model::{Dialect, Direction};

use super::super::engine::Fault;
use super::super::prover::{Outcome, Start, prove};
use super::database::{Image, Sqlite};
use crate::table::Table;

/// It changes whenever a proof would find something else, or fill tables with other rows.
const VERSION: u32 = 2;
const LIST: &str = "sound.txt";
/// How many databases are kept along a history, and at least how far apart.
const IMAGES: usize = 8;
const STRIDE: usize = 128;

/// Proves a history on SQLite, but for revisions whose evidence is locked. `folder` belongs to the proof, and
/// need not be there yet.
///
/// # Errors
/// When the folder cannot be read or written, or SQLite fails.
pub fn prove_in_build(
    table: &Table<'_>,
    is_reported: &dyn Fn(usize, Direction) -> bool,
    locked: &BTreeSet<Digest>,
    folder: Option<&Path>,
) -> Result<Outcome, Fault> {
    let heading = format!("limbeck proof {VERSION} {}", engine());
    let store = folder.map(|folder| Store { folder, heading });
    let mut known = match &store {
        Some(store) => store.read()?,
        None => BTreeSet::new(),
    };
    known.extend(locked);
    match prove_the_rest(table, is_reported, store.as_ref(), &known) {
        // What was kept may be damaged, and a build must not fail for ever because of that.
        Err(_) if !known.is_empty() => {
            prove_the_rest(table, is_reported, store.as_ref(), &BTreeSet::new())
        }
        outcome => outcome,
    }
}

/// Proves on SQLite what is not known already, with the schema's fingerprint after each revision that is.
///
/// # Errors
/// When SQLite fails.
pub fn prove_unknown(table: &Table<'_>, known: &BTreeSet<Digest>) -> Result<Outcome, Fault> {
    let start = Start {
        known,
        images: Vec::new(),
        is_reported: &|_, _| false,
        fingerprints: true,
        on_proved: &mut |_| (),
        on_reached: &mut |_, _| Ok(()),
    };
    prove(table, Dialect::Sqlite, &mut Sqlite::open()?, start)
}

/// The engine with its version, such as `SQLite 3.50.4`.
pub fn engine() -> String {
    format!("SQLite {}", rusqlite::version())
}

fn prove_the_rest(
    table: &Table<'_>,
    is_reported: &dyn Fn(usize, Direction) -> bool,
    store: Option<&Store<'_>>,
    known: &BTreeSet<Digest>,
) -> Result<Outcome, Fault> {
    let mut sqlite = Sqlite::open()?;
    let wanted = wanted(table);
    let evidence = |place: usize| {
        let side = table.rows[place].side(Dialect::Sqlite);
        side.map(|side| side.evidence)
    };
    let images: Vec<_> = wanted
        .iter()
        .filter_map(|&place| {
            let evidence = evidence(place).filter(|evidence| known.contains(evidence))?;
            let path = store?.image(&evidence);
            path.is_file().then_some((place, stored(path)))
        })
        .collect();
    let mut missing = wanted.clone();
    for (place, _) in &images {
        missing.remove(place);
    }
    let mut on_reached = |place: usize, save: &mut dyn FnMut() -> Result<Image, Fault>| {
        if let (Some(store), Some(evidence)) = (store, evidence(place))
            && missing.remove(&place)
            && let Image::Bytes(bytes) = save()?
        {
            store.write(&store.image(&evidence), &bytes)?;
        }
        Ok(())
    };
    let start = Start {
        known,
        images,
        is_reported,
        fingerprints: false,
        on_proved: &mut |_| (),
        on_reached: &mut on_reached,
    };
    let outcome = prove(table, Dialect::Sqlite, &mut sqlite, start)?;
    if let Some(store) = store {
        let sound: BTreeSet<Digest> = outcome
            .sound
            .iter()
            .filter_map(|&place| evidence(place))
            .collect();
        let kept: BTreeSet<PathBuf> = wanted
            .iter()
            .filter_map(|&place| Some(store.image(&evidence(place)?)))
            .collect();
        store.keep(&sound, known, &kept)?;
    }
    Ok(outcome)
}

/// The revisions whose databases are worth keeping: some along the way, and those that the last ones
/// stand on, which are the ones that get edited.
fn wanted(table: &Table<'_>) -> BTreeSet<usize> {
    let length = table.rows.len();
    let stride = STRIDE.max(length / IMAGES);
    let mut wanted: BTreeSet<usize> = (0..length).skip(stride - 1).step_by(stride).collect();
    if let Some(last) = table.rows.last() {
        wanted.extend(&last.parents);
        wanted.insert(length - 1);
    }
    wanted
}

fn stored(path: PathBuf) -> Image {
    Image::Stored(Box::new(move || {
        fs::read(&path).map_err(|error| {
            Fault::because(format!("cannot read the proof `{}`", path.display()), error)
        })
    }))
}

struct Store<'f> {
    folder: &'f Path,
    heading: String,
}

impl Store<'_> {
    fn image(&self, evidence: &Digest) -> PathBuf {
        self.folder.join(format!("{evidence}.db"))
    }

    /// What was found sound. A list that another version has written counts for nothing.
    fn read(&self) -> Result<BTreeSet<Digest>, Fault> {
        let text = match fs::read_to_string(self.folder.join(LIST)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(error) => return Err(self.fault("read", error)),
        };
        let mut lines = text.lines();
        if lines.next() != Some(&self.heading) {
            return Ok(BTreeSet::new());
        }
        Ok(lines.filter_map(Digest::from_hex).collect())
    }

    /// Writes the list, and removes the databases that are not wanted any more.
    fn keep(
        &self,
        sound: &BTreeSet<Digest>,
        known: &BTreeSet<Digest>,
        kept: &BTreeSet<PathBuf>,
    ) -> Result<(), Fault> {
        if sound != known {
            let mut text = self.heading.clone() + "\n";
            for evidence in sound {
                text.push_str(&evidence.to_string());
                text.push('\n');
            }
            self.write(&self.folder.join(LIST), text.as_bytes())?;
        }
        let entries = match fs::read_dir(self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(self.fault("read", error)),
        };
        for entry in entries {
            let path = entry.map_err(|error| self.fault("read", error))?.path();
            let is_image = path.extension().is_some_and(|extension| extension == "db");
            if is_image && !kept.contains(&path) {
                fs::remove_file(&path).map_err(|error| self.fault("write", error))?;
            }
        }
        Ok(())
    }

    /// A build may be stopped at any moment, so that a file is there whole or not at all.
    fn write(&self, path: &Path, content: &[u8]) -> Result<(), Fault> {
        let draft = path.with_extension("new");
        fs::create_dir_all(self.folder)
            .and_then(|()| fs::write(&draft, content))
            .and_then(|()| fs::rename(&draft, path))
            .map_err(|error| self.fault("write", error))
    }

    fn fault(&self, verb: &str, error: io::Error) -> Fault {
        let folder = self.folder.display();
        Fault::because(format!("cannot {verb} the proofs in `{folder}`"), error)
    }
}
