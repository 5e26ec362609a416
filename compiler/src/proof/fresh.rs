//! New installations on the way through a history: only the rows that its own revisions make.

use super::engine::{Engine, Fault, Rows};
use super::set::Set;
use super::walk::{Walk, without};

impl<E: Engine> Walk<'_, '_, E> {
    /// Makes the database a new installation where exactly these revisions are applied, and gives rows
    /// to the tables that have none.
    pub(super) fn begin_anew(&mut self, wanted: &Set, rows: Rows) -> Result<(), Fault> {
        if let Some((set, image)) = &self.fresh
            && set == wanted
        {
            self.engine.restore(Some(image))?;
            self.arrive(wanted);
            return self.engine.fill(rows);
        }
        let kept = self.engine.save()?;
        if !self.install(wanted)? {
            // A revision needs rows that none has made: then it is tables without any.
            self.engine.restore(Some(&kept))?;
            self.engine.clear()?;
        }
        self.arrive(wanted);
        self.engine.fill(rows)
    }

    /// Applies revisions to an empty database, or to the last one that was made so. Says whether they
    /// apply.
    fn install(&mut self, wanted: &Set) -> Result<bool, Fault> {
        let fresh = self.fresh.take();
        let fresh = fresh.filter(|(set, _)| set.is_within(wanted));
        let (from, image) = fresh.unzip();
        self.engine.restore(image.as_ref())?;
        for place in wanted.without(&from.unwrap_or_default()) {
            if let Some(side) = self.side(place) {
                let script = without(&side.up, &self.ways[place].left_out);
                if self.engine.run(&script)?.is_err() {
                    return Ok(false);
                }
            }
        }
        self.fresh = Some((wanted.clone(), self.engine.save()?));
        Ok(true)
    }
}
