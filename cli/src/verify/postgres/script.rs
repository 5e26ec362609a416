//! A script, run as the runtime would run it.

use limbeck_compiler::proof::{Failure, Fault};
use limbeck_compiler::sql::Recovery;
use limbeck_compiler::table::Script;

use super::session::{Refusal, Session};

/// How long a statement may take where its section does not say. A proof has few rows: what runs longer
/// waits for something that will not come.
const STATEMENT_TIMEOUT_MS: u64 = 60_000;
const LOCK_TIMEOUT_MS: u64 = 10_000;

const RESET: &str = "cannot set the session back";

impl Session {
    /// Nothing of an earlier script is left in the session: no setting, no role, no temporary table. A
    /// history that needs one of them would depend on which revisions run together.
    pub(super) fn reset(&mut self) -> Result<(), Fault> {
        self.demand("DISCARD ALL", RESET)?;
        let settings = format!(
            "SET standard_conforming_strings = on; SET statement_timeout = {STATEMENT_TIMEOUT_MS}; \
             SET lock_timeout = {LOCK_TIMEOUT_MS}"
        );
        self.demand(&settings, RESET)?;
        Ok(())
    }

    /// Runs a script. `Ok(Err(None))` is a statement that wants to talk with the client, after which the
    /// connection cannot be used any more.
    pub(super) fn run(&mut self, script: &Script<'_>) -> Result<Result<(), Stop>, Fault> {
        self.reset()?;
        let timeouts = [
            ("lock_timeout", script.lock_timeout_ms),
            ("statement_timeout", script.statement_timeout_ms),
        ];
        for (setting, value) in timeouts {
            if let Some(value) = value {
                self.demand(&format!("SET {setting} = {value}"), RESET)?;
            }
        }
        let control = "cannot begin or end a transaction";
        if script.transactional {
            self.demand("BEGIN", control)?;
        }
        for (place, statement) in script.statements.iter().enumerate() {
            let query = script.recoveries.get(place).and_then(Recovery::query);
            if let Some(wrong) = self.verify(query, place, false)? {
                self.end(control)?;
                return Ok(Err(Stop::Failed(wrong)));
            }
            let stop = match self.send(statement.sql) {
                Ok(_) => match self.verify(query, place, true)? {
                    None => continue,
                    Some(wrong) => Stop::Failed(wrong),
                },
                Err(Refusal::Said(said)) => {
                    Stop::Failed(said.failure(Some((place, statement.sql))))
                }
                Err(Refusal::Talk) => return Ok(Err(Stop::Talk(place))),
                Err(lost @ Refusal::Lost(_)) => {
                    let line = statement.line;
                    return Err(lost.fault(&format!(
                        "the connection was lost while the statement of line {line} ran"
                    )));
                }
            };
            self.end(control)?;
            return Ok(Err(stop));
        }
        if script.transactional {
            match self.send("COMMIT") {
                Ok(_) => {}
                Err(Refusal::Said(said)) => {
                    self.end(control)?;
                    return Ok(Err(Stop::Failed(said.failure(None))));
                }
                Err(refusal) => return Err(refusal.fault(control)),
            }
        }
        self.end(control)?;
        Ok(Ok(()))
    }

    /// What is wrong with what a `@verify` says at this moment.
    fn verify(
        &mut self,
        query: Option<&str>,
        place: usize,
        has_happened: bool,
    ) -> Result<Option<Failure>, Fault> {
        let Some(query) = query else {
            return Ok(None);
        };
        let answer = match self.send(query) {
            Ok(answers) => Ok(answers.into_iter().flat_map(|answer| answer.rows).collect()),
            Err(Refusal::Said(said)) => Err(said.words()),
            Err(refusal) => return Err(refusal.fault("cannot ask a `@verify`")),
        };
        Ok(Failure::of_verify(place, has_happened, answer))
    }

    /// No transaction is open any more, and the session is what it was. A rollback without a transaction
    /// is only a warning.
    fn end(&mut self, control: &str) -> Result<(), Fault> {
        self.demand("ROLLBACK", control)?;
        self.reset()
    }
}

/// Why a script stopped.
#[derive(Debug)]
pub(super) enum Stop {
    Failed(Failure),
    /// The statement at this place waits for the client, or sends it a stream, and the connection cannot
    /// be used any more.
    Talk(usize),
}
