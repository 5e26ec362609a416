//! The walk from one state of the database to another: what is applied, what was kept to come back to.

use limbeck_model::{Dialect, Direction};

use super::engine::{Engine, Failure, Fault, Rows};
use super::prover::OnReached;
use super::set::Set;
use crate::table::{Row, Script, Side, Table};

/// How many revisions are proved before the database is kept, so that coming back is never far.
const STRIDE: usize = 64;
/// How many revisions are applied again before the database is kept: what comes back once from far away
/// does so again with the next mistake.
const FAR: usize = 8;

/// A database on its way through a history.
pub(super) struct Walk<'w, 't, E: Engine> {
    pub(super) table: &'w Table<'t>,
    pub(super) dialect: Dialect,
    pub(super) engine: &'w mut E,
    /// For each revision what has to be applied with it, itself too.
    lines: Vec<Set>,
    /// How each revision is applied, as far as that was found out.
    pub(super) ways: Vec<Way>,
    /// How many revisions still begin where each ends.
    uses: Vec<usize>,
    images: Vec<(Set, E::Image)>,
    /// The last new installation that was made.
    pub(super) fresh: Option<(Set, E::Image)>,
    /// What the last periodic image holds.
    latest: Option<(Set, E::Image)>,
    pub(super) at: Set,
    /// Whether the database is not what `at` says, and has to be made anew.
    is_lost: bool,
    steps: usize,
    on_reached: &'w mut OnReached<'w, E::Image>,
}

/// How a revision is applied.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// Statements of `@up` that fail and are left out, so that what follows can be looked at.
    pub(super) left_out: Vec<usize>,
    /// The rows with which it applies.
    pub(super) rows: Rows,
}

impl Default for Way {
    fn default() -> Self {
        Self {
            left_out: Vec::new(),
            rows: Rows::Hard,
        }
    }
}

/// A revision on the way that could not be applied.
pub(super) struct Blocked {
    pub(super) revision: usize,
    pub(super) failure: Failure,
}

impl<'w, 't, E: Engine> Walk<'w, 't, E> {
    pub(super) fn new(
        table: &'w Table<'t>,
        dialect: Dialect,
        engine: &'w mut E,
        images: Vec<(usize, E::Image)>,
        on_reached: &'w mut OnReached<'w, E::Image>,
    ) -> Self {
        let mut lines: Vec<Set> = Vec::with_capacity(table.rows.len());
        let mut uses = vec![0; table.rows.len()];
        for (place, row) in table.rows.iter().enumerate() {
            let mut line = Set::default();
            for &up in row.parents.iter().chain(&row.dependencies) {
                line.extend(&lines[up]);
                uses[up] += 1;
            }
            line.insert(place);
            lines.push(line);
        }
        let images = images
            .into_iter()
            .map(|(place, image)| (lines[place].clone(), image))
            .collect();
        Self {
            table,
            dialect,
            engine,
            ways: vec![Way::default(); lines.len()],
            lines,
            uses,
            images,
            fresh: None,
            latest: None,
            at: Set::default(),
            is_lost: false,
            steps: 0,
            on_reached,
        }
    }

    pub(super) fn row(&self, place: usize) -> &'w Row<'t> {
        &self.table.rows[place]
    }

    pub(super) fn side(&self, place: usize) -> Option<&'w Side<'t>> {
        self.row(place).side(self.dialect)
    }

    /// What has to be applied before a revision.
    pub(super) fn needs(&self, place: usize) -> Set {
        let row = self.row(place);
        let mut needs = Set::default();
        for &up in row.parents.iter().chain(&row.dependencies) {
            needs.extend(&self.lines[up]);
        }
        needs
    }

    pub(super) fn line(&self, place: usize) -> &Set {
        &self.lines[place]
    }

    /// Brings the database to where exactly these revisions are applied, over the shortest way.
    pub(super) fn reach(&mut self, wanted: &Set) -> Result<Result<(), Blocked>, Fault> {
        let kept = || self.images.iter().chain(&self.latest);
        let best = kept()
            .filter(|(set, _)| set.is_within(wanted))
            .max_by_key(|(set, _)| set.len());
        let stays = !self.is_lost && self.at.is_within(wanted);
        match best {
            Some((set, image)) if !stays || set.len() > self.at.len() => {
                self.engine.restore(Some(image))?;
                let set = set.clone();
                self.arrive(&set);
            }
            None if !stays => {
                self.engine.restore(None)?;
                self.arrive(&Set::default());
            }
            _ => {}
        }
        self.extend(wanted)
    }

    /// Applies what is missing on top of what is applied.
    pub(super) fn extend(&mut self, wanted: &Set) -> Result<Result<(), Blocked>, Fault> {
        let missing = wanted.without(&self.at);
        let is_far = missing.len() >= FAR;
        for place in missing {
            if let Err(failure) = self.apply(place)? {
                self.forget();
                return Ok(Err(Blocked {
                    revision: place,
                    failure,
                }));
            }
            self.applied(place)?;
        }
        if is_far {
            self.latest = Some((self.at.clone(), self.engine.save()?));
        }
        Ok(Ok(()))
    }

    /// The database is one in which exactly these revisions are applied.
    pub(super) fn arrive(&mut self, at: &Set) {
        self.at = at.clone();
        self.is_lost = false;
    }

    /// Nothing is known of the database any more.
    pub(super) fn forget(&mut self) {
        self.at = Set::default();
        self.is_lost = true;
    }

    /// Applies a revision in the way that was found for it.
    fn apply(&mut self, place: usize) -> Result<Result<(), Failure>, Fault> {
        let way = self.ways[place].clone();
        if way.rows != Rows::Hard {
            self.begin_anew(&self.at.clone(), way.rows)?;
        }
        match self.side(place) {
            Some(side) if way.left_out.is_empty() => self.engine.run(&side.up),
            Some(side) => {
                let script = without(&side.up, &way.left_out);
                self.engine.run(&script)
            }
            None => Ok(Ok(())),
        }
    }

    /// A revision has been proved and applied: the database is kept where it may be wanted again.
    pub(super) fn settle(&mut self, place: usize) -> Result<(), Fault> {
        self.applied(place)?;
        self.steps += 1;
        if self.steps.is_multiple_of(STRIDE) {
            self.latest = Some((self.at.clone(), self.engine.save()?));
        }
        Ok(())
    }

    /// A revision has been applied: its tables get rows, and whoever keeps databases may have this one.
    fn applied(&mut self, place: usize) -> Result<(), Fault> {
        self.at.insert(place);
        if self.ways[place].rows == Rows::Hard {
            self.engine.fill(Rows::Hard)?;
        } else {
            // Whatever was missing before may be there from now on.
            self.begin_anew(&self.at.clone(), Rows::Hard)?;
        }
        if self.at == self.lines[place] {
            (self.on_reached)(place, &mut || self.engine.save())?;
        }
        Ok(())
    }

    /// A revision is done with: what only it began from is not kept, and where it ends is, if another
    /// one than the next begins there.
    pub(super) fn leave(&mut self, place: usize) -> Result<(), Fault> {
        let row = self.row(place);
        for &up in row.parents.iter().chain(&row.dependencies) {
            self.uses[up] -= 1;
            if self.uses[up] == 0 {
                let line = &self.lines[up];
                self.images.retain(|(set, _)| set != line);
            }
        }
        let next = self.table.rows.get(place + 1);
        let is_next =
            next.is_some_and(|next| next.parents == [place] && next.dependencies.is_empty());
        let others = self.uses[place] - usize::from(is_next && self.uses[place] > 0);
        if others > 0 && self.at == self.lines[place] {
            let image = self.engine.save()?;
            self.images.push((self.at.clone(), image));
        }
        Ok(())
    }
}

/// A script without some of its statements.
pub(super) fn without<'s>(script: &Script<'s>, left_out: &[usize]) -> Script<'s> {
    let statements = script.statements.iter().enumerate();
    let recoveries = script.recoveries.iter().enumerate();
    Script {
        statements: statements
            .filter(|(place, _)| !left_out.contains(place))
            .map(|(_, statement)| *statement)
            .collect(),
        recoveries: recoveries
            .filter(|(place, _)| !left_out.contains(place))
            .map(|(_, recovery)| recovery.clone())
            .collect(),
        ..*script
    }
}

/// The script of a direction.
pub(super) fn script<'s, 't>(side: &'s Side<'t>, direction: Direction) -> &'s Script<'t> {
    match direction {
        Direction::Up => &side.up,
        Direction::Down => &side.down,
    }
}
