//! What is put through faults: a history, and the states from which it starts.

use limbeck::{Dialect, History, Migrator};

use crate::adversarial;
use crate::place::Place;

/// A script outside a transaction that fails at one of its statements, until that is mended.
#[derive(Clone, Copy)]
pub(crate) struct Failing {
    /// The revision whose script it is.
    pub(crate) target: &'static str,
    /// Makes it fail, once what it stands on is there.
    pub(crate) cause: &'static str,
    pub(crate) mend: &'static str,
}

/// One history under test.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) history: &'static History,
    /// Where a database stands that gets rows before an upgrade: the revision.
    pub(crate) midway: &'static str,
    /// The rows that must not be lost.
    seed: &'static str,
    /// All but the last are applied there.
    pub(crate) last_but_one: &'static str,
    /// The highest revision from which everything can be taken back.
    pub(crate) reversible: &'static str,
    /// The schema in which it is, where that is a tenant's.
    pub(crate) tenant: Option<&'static str>,
}

const STORE_SEED: &str = "
INSERT INTO agents (id, name) VALUES ('agent-1', 'Ada'), ('agent-2', 'Böse; -- \"x\"'), ('agent-3', '');
INSERT INTO messages (id, agent_id, role, content) VALUES ('m-1', 'agent-1', 'user', 'hello'), ('m-2', 'agent-1', 'assistant', 'x');
INSERT INTO memories (id, agent_id, label, value) VALUES ('b-1', 'agent-1', 'human', 'likes tea'), ('b-2', 'agent-2', 'persona', '');
INSERT INTO passages (id, agent_id, content) VALUES ('p-1', 'agent-1', 'the first words'), ('p-2', 'agent-2', 'and more');
";

const ADVERSARIAL_SEED: &str = "
INSERT INTO items (id, name, price) VALUES (1001, 'kept 1', 5), (1002, 'kept 2', 6), (1003, 'kept 3', -7);
INSERT INTO parts (id, item, share) VALUES (5001, 1001, 1);
";

impl Subject {
    /// The reference deployment's own history.
    pub(crate) fn store() -> Self {
        Self {
            name: "store",
            history: memory_store::HISTORY,
            midway: "8acf3474f59b",
            seed: STORE_SEED,
            last_but_one: "dd6a288d1fa8",
            reversible: "087c370e5461",
            tenant: None,
        }
    }

    /// The one that was written to be hard.
    pub(crate) fn adversarial() -> Self {
        Self {
            name: "adversarial",
            history: adversarial::history(),
            midway: "a2",
            seed: ADVERSARIAL_SEED,
            last_but_one: "d2",
            reversible: "head",
            tenant: None,
        }
    }

    /// The same in a tenant's schema of a PostgreSQL database.
    pub(crate) fn of_tenant(self) -> Self {
        Self {
            tenant: Some("tenant one"),
            ..self
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "store" => Some(Self::store()),
            "adversarial" => Some(Self::adversarial()),
            _ => None,
        }
    }

    pub(crate) fn migrator(&self) -> Migrator {
        let migrator = Migrator::new(self.history);
        match self.tenant {
            Some(schema) => migrator.schema(schema).create_schema(true),
            None => migrator,
        }
    }

    /// A database in which something stands already.
    pub(crate) fn midway(&self, dialect: Dialect) -> Place {
        let place = Place::empty(dialect);
        self.upgrade(&place, self.midway);
        place.execute(self.seed);
        place
    }

    /// A database with rows from which everything can be taken back.
    pub(crate) fn reversible(&self, dialect: Dialect) -> Place {
        let place = self.midway(dialect);
        self.upgrade(&place, self.reversible);
        place
    }

    /// A script that can be made to fail; none where the subject has none outside a transaction.
    pub(crate) fn failing(&self, dialect: Dialect) -> Option<Failing> {
        match (self.name, dialect) {
            ("adversarial", Dialect::Postgres) => Some(Failing {
                target: "b2",
                cause: "INSERT INTO items (id, name, price) VALUES (2001, 'kept 1', 1)",
                mend: "DELETE FROM items WHERE id = 2001",
            }),
            ("adversarial", Dialect::Sqlite) => Some(Failing {
                target: "c2",
                cause: "CREATE TRIGGER in_the_way BEFORE INSERT ON ran WHEN NEW.revision = 'c2' \
                        BEGIN SELECT RAISE(ABORT, 'in the way'); END",
                mend: "DROP TRIGGER in_the_way",
            }),
            _ => None,
        }
    }

    /// Upgrades where nothing is in the way.
    pub(crate) fn upgrade(&self, place: &Place, target: &str) {
        if let Err(error) = self.migrator().upgrade(&place.url(), target) {
            panic!("{}: {error:#}", self.name);
        }
    }
}
