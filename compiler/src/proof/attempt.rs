//! One revision, up, down and up again, on a database that stands where it begins.

use limbeck_model::suggest::nearest;
use limbeck_model::{Dialect, Direction};
use limbeck_schema::Kind;

use super::changes::changes;
use super::engine::{Difference, Engine, Failure, Fault, Rows, Unusable};
use super::finding::Finding;
use super::losses::{Loss, losses};
use super::lost::{Lost, subject};
use super::prover::Prover;
use super::set::Set;
use super::swept::{rebuilds, swept};
use super::walk::{Way, without};
use crate::table::{Script, Side};

impl<E: Engine> Prover<'_, '_, E> {
    /// Proves a revision where the database stands.
    pub(super) fn attempt(&mut self, place: usize) -> Result<(), Fault> {
        let Some(side) = self.walk.side(place) else {
            return self.walk.settle(place);
        };
        if side.up.statements.is_empty() && side.down.statements.is_empty() {
            return self.walk.settle(place);
        }
        if (self.is_reported)(place, Direction::Up) {
            return self.salvage(place, side, None);
        }
        let base = self.walk.at.clone();
        let mut first_failure = None;
        let mut last_failure = None;
        for rows in [Rows::Hard, Rows::Plain, Rows::None] {
            if rows != Rows::Hard {
                self.walk.begin_anew(&base, rows)?;
            }
            let before = self.walk.engine.view()?;
            let unusable = self.walk.engine.unusable()?;
            match self.walk.engine.run(&side.up)? {
                Ok(()) => {
                    self.walk.ways[place].rows = rows;
                    if let Some(failure) = first_failure {
                        let finding = Finding::rows(
                            rows,
                            Direction::Up,
                            &side.up,
                            self.walk.dialect,
                            failure,
                        );
                        self.findings.add(place, finding);
                    }
                    return self.reverse(place, side, &base, &before, &unusable);
                }
                Err(failure) => {
                    first_failure.get_or_insert_with(|| failure.clone());
                    last_failure = Some(failure);
                }
            }
        }
        // Without rows none of them is the reason.
        self.walk.begin_anew(&base, Rows::None)?;
        self.salvage(place, side, last_failure)
    }

    /// Takes down what was just applied, and applies it again.
    fn reverse(
        &mut self,
        place: usize,
        side: &Side<'_>,
        base: &Set,
        before: &E::View,
        unusable: &[Unusable],
    ) -> Result<(), Fault> {
        let found = self.findings.len();
        self.look(place, Direction::Up, unusable)?;
        let is_irreversible = self.walk.row(place).revision.irreversible.is_some();
        if is_irreversible || (self.is_reported)(place, Direction::Down) {
            self.look_for_swept(place, side, before)?;
            return self.walk.settle(place);
        }
        let after = self.walk.engine.view()?;
        if let Err(failure) = self.walk.engine.run(&side.down)? {
            let finding = self.failed_down(side, base, failure)?;
            self.findings.add(place, finding);
            return self.again(place, base);
        }
        let back = self.walk.engine.view()?;
        let difference = self.walk.engine.compare(before, &back)?;
        let differences = changes(&difference.before, &difference.after);
        if !differences.is_empty() {
            self.findings.add(place, Finding::LeftBehind(differences));
        }
        let passage = self.walk.engine.compare(before, &after)?;
        let lost = self.add_swept(place, side, losses(&difference, &passage), &passage)?;
        for loss in lost {
            self.findings.add(place, Finding::Lost(loss));
        }
        if self.findings.len() == found {
            self.look(place, Direction::Down, unusable)?;
        }
        if self.findings.len() > found {
            return self.again(place, base);
        }
        if let Err(failure) = self.walk.engine.run(&side.up)? {
            self.findings.add(place, Finding::NotTwice(failure));
            return self.again(place, base);
        }
        let twice = self.walk.engine.view()?;
        let difference = self.walk.engine.compare(&after, &twice)?;
        let differences = changes(&difference.before, &difference.after);
        if !differences.is_empty() {
            self.findings
                .add(place, Finding::OtherwiseTwice(differences));
            return self.again(place, base);
        }
        self.walk.settle(place)
    }

    /// Reports the views and triggers that could be used before and cannot now.
    fn look(
        &mut self,
        place: usize,
        direction: Direction,
        before: &[Unusable],
    ) -> Result<(), Fault> {
        for unusable in self.walk.engine.unusable()? {
            if !before.contains(&unusable) {
                self.lost.add_object(&unusable.object);
                let meant = self.meant(&unusable.message)?;
                self.findings
                    .add(place, Finding::Unusable(direction, unusable, meant));
            }
        }
        Ok(())
    }

    /// Reports the rows that a rebuild takes along, where there is no way back to find them by.
    fn look_for_swept(
        &mut self,
        place: usize,
        side: &Side<'_>,
        before: &E::View,
    ) -> Result<(), Fault> {
        if rebuilds(&side.up).is_empty() {
            return Ok(());
        }
        let after = self.walk.engine.view()?;
        let passage = self.walk.engine.compare(before, &after)?;
        self.add_swept(place, side, losses(&passage, &passage), &passage)?;
        Ok(())
    }

    /// Reports what a rebuild has taken along, and gives back what was lost in any other way.
    fn add_swept(
        &mut self,
        place: usize,
        side: &Side<'_>,
        mut lost: Vec<Loss>,
        passage: &Difference,
    ) -> Result<Vec<Loss>, Fault> {
        if !lost.is_empty() {
            let schema = self.walk.engine.schema()?;
            for swept in swept(&mut lost, &passage.rows, side, &schema) {
                self.findings.add(place, Finding::Swept(swept));
            }
        }
        Ok(lost)
    }

    /// Whether rows are the reason why a revision does not go down.
    fn failed_down(
        &mut self,
        side: &Side<'_>,
        base: &Set,
        failure: Failure,
    ) -> Result<Finding, Fault> {
        let meant = self.meant(&failure.message)?;
        for rows in [Rows::Plain, Rows::None] {
            self.walk.begin_anew(base, rows)?;
            if self.walk.engine.run(&side.up)?.is_ok() && self.walk.engine.run(&side.down)?.is_ok()
            {
                return Ok(Finding::rows(
                    rows,
                    Direction::Down,
                    &side.down,
                    self.walk.dialect,
                    failure,
                ));
            }
        }
        Ok(Finding::Fails(Direction::Down, failure, meant))
    }

    /// Applies what can be applied of a revision that fails, so that those behind it can be looked at.
    fn salvage(
        &mut self,
        place: usize,
        side: &Side<'_>,
        failure: Option<Failure>,
    ) -> Result<(), Fault> {
        let mut left_out = Vec::new();
        let mut failures = Vec::new();
        for statement in 0..side.up.statements.len() {
            let others: Vec<usize> = (0..side.up.statements.len())
                .filter(|other| *other != statement)
                .collect();
            if let Err(failure) = self.walk.engine.run(&without(&side.up, &others))? {
                left_out.push(statement);
                failures.push(Failure {
                    statement: Some(statement),
                    ..failure
                });
            }
        }
        let is_reported = (self.is_reported)(place, Direction::Up);
        // Together they fail in another way than each by itself, as at a commit.
        if failures.is_empty() {
            left_out.extend(0..side.up.statements.len());
            failures.extend(failure);
        }
        for failure in failures {
            // What it names is lost for those behind it, not for itself.
            let statements = failure
                .statement
                .map_or_else(|| left_out.clone(), |it| vec![it]);
            if !is_reported && !self.lost.explains(&failure) {
                let meant = self.meant(&failure.message)?;
                self.findings
                    .add(place, Finding::Fails(Direction::Up, failure, meant));
            }
            is_lost(&mut self.lost, &side.up, &statements, self.walk.dialect);
        }
        self.walk.ways[place] = Way {
            left_out,
            rows: Rows::None,
        };
        self.walk.settle(place)
    }

    /// The name that was probably meant where one is missing.
    fn meant(&mut self, message: &str) -> Result<Option<String>, Fault> {
        let message = message.lines().next().unwrap_or_default();
        let is_missing = ["no such", "does not exist", "has no column"]
            .iter()
            .any(|phrase| message.contains(phrase));
        let Some(written) = subject(message).filter(|_| is_missing) else {
            return Ok(None);
        };
        let schema = self.walk.engine.schema()?;
        let wants_column = message.contains("column");
        let names = schema
            .objects()
            .iter()
            .filter(|object| (object.kind == Kind::Column) == wants_column)
            .map(|object| object.name.as_str());
        let nearest = nearest(&written, names).filter(|nearest| *nearest != written);
        Ok(nearest.map(str::to_owned))
    }

    /// Makes the database what it was before a revision.
    fn to(&mut self, base: &Set) -> Result<(), Fault> {
        self.walk.forget();
        match self.walk.reach(base)? {
            Ok(()) => Ok(()),
            Err(blocked) => Err(Fault::new(format!(
                "what was applied once does not apply again: {}",
                blocked.failure.message
            ))),
        }
    }

    /// Makes the database what it was after a revision, whose way back is wrong.
    fn again(&mut self, place: usize, base: &Set) -> Result<(), Fault> {
        let mut wanted = base.clone();
        wanted.insert(place);
        self.to(&wanted)
    }
}

fn is_lost(lost: &mut Lost, script: &Script<'_>, left_out: &[usize], dialect: Dialect) {
    for &statement in left_out {
        if let Some(statement) = script.statements.get(statement) {
            lost.add(statement.sql, dialect);
        }
    }
}
