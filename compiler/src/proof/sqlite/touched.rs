//! What a script touches, as SQLite's authorizer tells while it prepares the statements.

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, Result};

/// What was touched since it was last asked.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Tables, indexes, views and triggers that were created, altered or dropped, in lower case.
    pub(super) defined: BTreeSet<String>,
    /// Tables whose rows were written, in lower case.
    pub(super) written: BTreeSet<String>,
    /// More was touched than the names tell.
    pub(super) everything: bool,
}

/// The authorizer's account.
#[derive(Clone, Default)]
pub(super) struct Watch(Arc<Mutex<Touched>>);

impl Watch {
    /// Watches a connection.
    pub(super) fn install(&self, connection: &mut Connection) -> Result<()> {
        let watch = self.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            watch.with(|touched| touched.add(&context.action));
            Authorization::Allow
        }))
    }

    /// What is there is new altogether.
    pub(super) fn know_nothing(&self) {
        self.with(|touched| touched.everything = true);
    }

    /// What was touched since the last call.
    pub(super) fn take(&self) -> Touched {
        self.with(mem::take)
    }

    /// A statement of the user's is about to run.
    pub(super) fn announce(&self, words: &[String]) {
        let is = |place: usize, word: &str| words.get(place).is_some_and(|own| own == word);
        // A table's new name is written into every index, trigger and view that uses it, and so is a
        // column's.
        let renames = is(0, "ALTER") && words.iter().any(|word| word == "RENAME");
        // And this one numbers the entries of the schema anew.
        if renames || is(0, "VACUUM") {
            self.know_nothing();
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Touched) -> T) -> T {
        // The account is whole whatever panicked while holding it.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Touched {
    fn add(&mut self, action: &AuthAction<'_>) {
        match *action {
            AuthAction::CreateTable { table_name: name }
            | AuthAction::CreateVtable {
                table_name: name, ..
            }
            | AuthAction::CreateView { view_name: name }
            | AuthAction::CreateIndex {
                index_name: name, ..
            }
            | AuthAction::CreateTrigger {
                trigger_name: name, ..
            }
            | AuthAction::DropTable { table_name: name }
            | AuthAction::DropVtable {
                table_name: name, ..
            }
            | AuthAction::DropView { view_name: name }
            | AuthAction::DropIndex {
                index_name: name, ..
            }
            | AuthAction::DropTrigger {
                trigger_name: name, ..
            }
            | AuthAction::AlterTable {
                table_name: name, ..
            } => self.define(name),
            AuthAction::Insert { table_name }
            | AuthAction::Update { table_name, .. }
            | AuthAction::Delete { table_name } => {
                self.written.insert(table_name.to_ascii_lowercase());
            }
            // It may write to the schema behind SQLite's back.
            AuthAction::Pragma {
                pragma_name: "writable_schema",
                ..
            } => self.everything = true,
            _ => {}
        }
    }

    fn define(&mut self, name: &str) {
        self.defined.insert(name.to_ascii_lowercase());
    }
}
