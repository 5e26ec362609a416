//! What a fleet can be told beforehand.

use super::event::{FleetEvent, FleetListener, FleetObserver};
use super::members::Members;
use crate::migrator::Migrator;

/// Runs the same histories on many databases, or on many schemas of one PostgreSQL database.
///
/// Those at head are left alone: of schemas one query tells which they are, of databases one query each. Of
/// the others one goes first, the canary; when it is done the rest follows, some at a time, each on its own
/// and under its own lock. One that fails stops none of the others, and everything that was done stands: a
/// run that was broken off is taken up by the next one.
///
/// ```no_run
/// # static HISTORY: &limbeck::History = &limbeck::__private::EMPTY;
/// # fn main() -> Result<(), limbeck::Error> {
/// use limbeck::{Fleet, Members, Migrator};
///
/// let tenants = Members::schemas_from_query(
///     "postgres://localhost/store",
///     "SELECT schema_name FROM public.tenants ORDER BY id",
/// );
/// let report = Fleet::new(Migrator::new(HISTORY), tenants).upgrade("head")?;
/// for (name, error) in report.failures() {
///     eprintln!("{name}: {error:#}");
/// }
/// # Ok(())
/// # }
/// ```
pub struct Fleet {
    pub(super) migrator: Migrator,
    pub(super) members: Members,
    pub(super) concurrency: usize,
    pub(super) canary: Canary,
    pub(super) stop_after: Option<usize>,
    pub(super) create_schemas: bool,
    pub(super) listener: FleetListener,
}

/// Which members go first. Only when all of them went well comes the turn of the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Canary {
    /// The first of those that are not at head.
    #[default]
    First,
    /// These, by their names.
    Named(Vec<String>),
    /// None: all go at once.
    None,
}

impl Fleet {
    /// Runs the migrator's histories, as it is set up, on each member. Its observer is not called: the
    /// fleet has one of its own, and so are a fleet's schemas its own.
    pub fn new(migrator: Migrator, members: Members) -> Self {
        Self {
            migrator,
            members,
            concurrency: 4,
            canary: Canary::First,
            stop_after: None,
            create_schemas: false,
            listener: FleetListener::new(|_: &FleetEvent<'_>| ()),
        }
    }

    /// How many members run at the same time, each on a connection of its own; 4 unless set, and at least
    /// 1.
    #[must_use]
    pub fn concurrency(mut self, members: usize) -> Self {
        self.concurrency = members.max(1);
        self
    }

    /// Which members go first; the first one unless set.
    #[must_use]
    pub fn canary(mut self, canary: Canary) -> Self {
        self.canary = canary;
        self
    }

    /// After how many failures no other member's turn comes; those that run then are still finished. Never
    /// unless set.
    #[must_use]
    pub fn stop_after(mut self, failures: usize) -> Self {
        self.stop_after = Some(failures.max(1));
        self
    }

    /// Makes the schemas that are missing, as for new tenants. Otherwise a missing one is an error of its
    /// own.
    #[must_use]
    pub fn create_schemas(mut self, create: bool) -> Self {
        self.create_schemas = create;
        self
    }

    /// Listens to what happens.
    #[must_use]
    pub fn observer(mut self, observer: impl FleetObserver + 'static) -> Self {
        self.listener = FleetListener::new(observer);
        self
    }
}
