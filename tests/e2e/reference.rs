//! The reference history on real databases: up, down and up again, at every prefix.

use std::collections::BTreeMap;

use limbeck::__private::Revision;
use memory_store::HISTORY;

use crate::support::{Store, on_each_database};

fn revisions() -> &'static [Revision] {
    HISTORY.revisions().unwrap()
}

on_each_database! {
    fn every_revision_of_the_reference_history_goes_up_down_and_up_again(store: &mut Store) {
        let revisions = revisions();
        assert!(revisions.len() >= 25, "{}", revisions.len());
        // The schema at every set of applied revisions that was reached, by whatever way.
        let mut schemas: BTreeMap<Vec<String>, String> = BTreeMap::new();
        schemas.insert(Vec::new(), store.dump());
        let mut check = |store: &Store, revision: &Revision| {
            let schema = store.dump();
            let known = schemas.entry(store.applied()).or_insert_with(|| schema.clone());
            assert_eq!(&schema, known, "another schema than before, around {}", revision.id);
        };
        for revision in revisions {
            store.upgrade(HISTORY, revision.id);
            check(store, revision);
            if revision.irreversible.is_none() {
                let below = revision.parents.first().map_or("base", |&parent| revisions[parent as usize].id);
                store.downgrade(HISTORY, below);
                check(store, revision);
                store.upgrade(HISTORY, revision.id);
                check(store, revision);
            }
        }
        assert!(store.upgrade(HISTORY, "head").is_up_to_date());
    }

    fn the_reference_history_goes_down_as_far_as_it_can_and_from_below_that_to_base(store: &mut Store) {
        let empty = store.dump();
        let all = revisions();
        let last = all.iter().position(|revision| revision.irreversible.is_some()).unwrap();
        store.upgrade(HISTORY, "head");
        let complete = store.dump();
        store.downgrade(HISTORY, all[last].id);
        store.upgrade(HISTORY, "head");
        assert_eq!(store.dump(), complete);

        let fresh = match store {
            Store::Sqlite { .. } => Store::sqlite(),
            Store::Postgres(_) => Store::postgres(),
        };
        let below = all[all[last].parents[0] as usize].id;
        fresh.upgrade(HISTORY, below);
        let report = fresh.downgrade(HISTORY, "base");
        assert_eq!(report.steps.len(), last);
        assert_eq!(fresh.dump(), empty);
        fresh.upgrade(HISTORY, "head");
        assert_eq!(fresh.dump(), complete);
    }

    fn what_cannot_be_taken_back_is_refused_before_anything_is_done(store: &mut Store) {
        store.upgrade(HISTORY, "head");
        let (schema, applied) = (store.dump(), store.applied());
        let error = limbeck::Migrator::new(HISTORY).downgrade(&store.url(), "base").unwrap_err();
        assert_eq!(error.kind(), limbeck::ErrorKind::Irreversible);
        assert!(error.to_string().contains("cannot be taken back"), "{error}");
        assert_eq!((store.dump(), store.applied()), (schema, applied));
    }
}
