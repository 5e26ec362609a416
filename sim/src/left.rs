//! Databases in which something was left, for the commands that a person takes up then.

use limbeck::{Dialect, ErrorKind};

use crate::place::Place;
use crate::subject::{Failing, Subject};

/// One in which a statement of a script outside a transaction has failed, and the cause is gone.
pub(crate) fn failed(subject: &Subject, failing: Failing, dialect: Dialect) -> Place {
    let place = subject.midway(dialect);
    place.execute(failing.cause);
    let outcome = subject.migrator().upgrade(&place.url(), failing.target);
    let kind = outcome.map_err(|error| error.kind()).err();
    assert_eq!(kind, Some(ErrorKind::Failed), "the script has to fail");
    place.execute(failing.mend);
    place
}

/// One that is at head, with all that `repair` mends.
pub(crate) fn broken(subject: &Subject, dialect: Dialect) -> Place {
    let place = subject.reversible(dialect);
    if dialect == Dialect::Postgres {
        place.execute(CATALOG);
    }
    let (state, progress) = (place.ledger("state"), place.ledger("progress"));
    place.execute(&format!(
        "INSERT INTO {progress} (history, id, direction, step, state, token, lease_until) \
         VALUES ('adversarial', 'c2', 'up', 1, 'started', 'old', '2000-01-01'); \
         UPDATE {state} SET digest = 'nonsense', unfinished = 'old'"
    ));
    place
}

/// An index that a script builds is not valid, another one was left by `REINDEX … CONCURRENTLY`, and a
/// partition is half detached.
const CATALOG: &str = "
    CREATE INDEX items_pkey_ccnew ON items (id);
    UPDATE pg_index SET indisvalid = false
        WHERE indexrelid IN ('items_name_key'::regclass, 'items_pkey_ccnew'::regclass);
    ALTER TABLE log ATTACH PARTITION log_old FOR VALUES FROM (0) TO (100);
    UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'log_old'::regclass;
";
