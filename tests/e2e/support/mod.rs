//! What the tests share.

mod store;

pub(crate) use limbeck_trial::{
    compile, compile_edited, compile_version, revision, with_extensions, with_unreadable_revisions,
};
pub(crate) use store::{Store, full};

/// Declares tests whose body runs on each kind of database, given an empty one.
macro_rules! on_each_database {
    ($(fn $name:ident($store:ident: &mut Store) $body:block)*) => {
        $(mod $name {
            use super::*;

            fn body($store: &mut Store) $body

            #[test]
            fn sqlite() {
                body(&mut Store::sqlite());
            }

            #[test]
            fn postgres() {
                body(&mut Store::postgres());
            }
        })*
    };
}

pub(crate) use on_each_database;

/// Whether the server can detach a partition concurrently: before version 14 none could.
pub(crate) fn detaches_concurrently() -> bool {
    limbeck_testkit::postgres().major_version() >= 14
}

/// Detaches the partition `p1` of `p`, concurrently where the server can.
pub(crate) fn detach() -> &'static str {
    if detaches_concurrently() {
        "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;"
    } else {
        "ALTER TABLE p DETACH PARTITION p1;"
    }
}
