//! The statements that a schema is written down as make it again, after every revision of the
//! reference history.

use limbeck::Dialect;
use memory_store::HISTORY;

use crate::support::{Store, on_each_database};

on_each_database! {
    fn the_schema_of_every_revision_is_made_again_by_its_statements(store: &mut Store) {
        for revision in HISTORY.revisions().unwrap() {
            store.upgrade(HISTORY, revision.id);
            let text = store.ddl();
            let other = match store.dialect() {
                Dialect::Sqlite => Store::sqlite(),
                Dialect::Postgres => Store::postgres(),
            };
            other.execute(&text);
            assert_eq!(other.dump(), store.dump(), "at {}\n{text}", revision.id);
            assert_eq!(other.ddl(), text, "at {}", revision.id);
        }
    }
}
