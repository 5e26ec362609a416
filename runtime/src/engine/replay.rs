//! Revisions that are run again, on an empty database that nobody else has.

use limbeck_model::Direction;

use super::before::Look;
use super::position::Position;
use super::run::{Outcome, Run};
use crate::error::{Error, ErrorKind};

impl Run<'_> {
    /// Applies these revisions, in their order, whatever the histories have besides.
    pub(crate) fn replay(mut self, plan: &[usize]) -> Result<(), Error> {
        // One transaction each: the one that fails is named at once.
        self.sharing.set_apart(plan.len());
        self.look = Look::Done;
        self.copy = Look::Done;
        match self.perform(&Position::default(), Direction::Up, plan)? {
            Outcome::Done => Ok(()),
            Outcome::Again => Err(Error::new(
                ErrorKind::Database,
                "somebody else has used the database that the revisions were run again on",
            )),
        }
    }
}
