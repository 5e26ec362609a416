//! Takes all rows away.

use limbeck_compiler::proof::Fault;

use super::session::Session;
use super::tables::tables;

const WHAT: &str = "cannot empty the tables";

/// Triggers that are asked before rows are taken away, with what enables each as it was.
const TRIGGERS: &str = "SELECT t.tgrelid::regclass, quote_ident(t.tgname), t.tgenabled \
    FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 32 <> 0 \
    ORDER BY 1, 2";

/// Empties every table, and lets sequences begin again, so that the next rows have the numbers of the
/// first ones. No trigger is asked: one may be there to refuse it.
pub(super) fn clear(session: &mut Session) -> Result<(), Fault> {
    let tables = tables(session)?;
    if tables.is_empty() {
        return Ok(());
    }
    let mut text = "BEGIN;".to_owned();
    let mut again = String::new();
    for row in session.rows(TRIGGERS, WHAT)? {
        let Ok([table, trigger, enabled]) = <[_; 3]>::try_from(row) else {
            continue;
        };
        let table = table.unwrap_or_default();
        let trigger = trigger.unwrap_or_default();
        let how = match enabled.as_deref() {
            Some("A") => "ENABLE ALWAYS",
            Some("R") => "ENABLE REPLICA",
            _ => "ENABLE",
        };
        text.extend(["ALTER TABLE ", &table, " DISABLE TRIGGER ", &trigger, ";"]);
        again.extend(["ALTER TABLE ", &table, " ", how, " TRIGGER ", &trigger, ";"]);
    }
    let names: Vec<_> = tables.iter().map(|table| table.sql.as_str()).collect();
    let names = names.join(", ");
    text.extend([
        "TRUNCATE ",
        &names,
        " RESTART IDENTITY CASCADE;",
        &again,
        "COMMIT",
    ]);
    let done = session.demand(&text, WHAT);
    if done.is_err() {
        session.demand("ROLLBACK", WHAT)?;
    }
    done.map(|_| ())
}
