//! A run as spans and events of the crate tracing.
//!
//! No SQL leaves through here, neither the program's own nor another session's, and nothing that a database
//! says of values: only names, numbers, codes and what the history says of itself.

use std::time::Duration;

use limbeck_model::Dialect;
use tracing::dispatcher::{get_default, with_default};
use tracing::field::Empty;
use tracing::{Dispatch, Span, debug, error, info, info_span, warn};

use super::{Activity, Heartbeat, Progress};
use crate::clock::milliseconds;
use crate::error::{ErrorKind, Location};
use crate::event::{Event, Observer};
use crate::report::{RevisionName, Step};
use crate::session::Session;

/// An observer that makes spans and events of the crate tracing out of what a run tells.
///
/// There is a span `limbeck.run` for the run, within the span in which the migrator was called, in it a span
/// `limbeck.revision` for each revision, and in that a span `limbeck.statement` for each statement of a
/// script outside a transaction. Fields of spans:
///
/// | field | of | what it is |
/// |---|---|---|
/// | `db.system.name` | run | `postgresql` or `sqlite` |
/// | `revisions` | run | how many were to be run, and at the end how many were |
/// | `history`, `revision`, `revision.message` | revision | its name |
/// | `direction` | revision | `up` or `down` |
/// | `statement`, `statements` | statement | its number, counted from 1, and how many there are |
/// | `duration_ms`, `rows` | each | how long it took, and how many rows it has changed |
/// | `retries`, `waited_ms` | run, revision | attempts that were rolled back, and how long was waited |
/// | `error.type`, `db.response.status_code` | run, revision | the kind of an error, such as `Failed`, and the database's own code for it |
///
/// The events have the target `limbeck`: heartbeats and finished revisions at the level info, progress and
/// single statements at debug, what stands in the way at warn, a failure at error. `db.system.name`,
/// `error.type` and `db.response.status_code` are the names of OpenTelemetry's conventions.
///
/// What is left out, since it may hold what is nobody's business: the text of statements, the queries of
/// other sessions, and the messages of the database, which quote values. An error's text and a report's
/// notes, with all of it, are the program's to log.
///
/// ```
/// # static HISTORY: &limbeck::History = &limbeck::__private::EMPTY;
/// let migrator = limbeck::Migrator::new(HISTORY).tracing();
/// ```
#[derive(Debug, Default)]
pub struct TracingObserver {
    run: Option<Span>,
    /// The revision that is at work; attempts of one share a span.
    revision: Option<(RevisionName, Span)>,
    statement: Option<Span>,
    /// The program's choice of who hears of it, which may be that of its thread alone.
    dispatch: Option<Dispatch>,
}

impl TracingObserver {
    /// An observer without any span yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn run_span(&self) -> Span {
        self.run.clone().unwrap_or_else(Span::current)
    }

    fn innermost(&self) -> Span {
        let revision = self.revision.as_ref().map(|(_, span)| span);
        let span = self.statement.as_ref().or(revision);
        span.cloned().unwrap_or_else(|| self.run_span())
    }

    fn start_run(&mut self, dialect: Dialect) {
        self.statement = None;
        self.revision = None;
        self.run = Some(info_span!(
            target: TARGET,
            "limbeck.run",
            db.system.name = system_name(dialect),
            revisions = Empty,
            rows = Empty,
            retries = Empty,
            waited_ms = Empty,
            duration_ms = Empty,
            "error.type" = Empty,
            db.response.status_code = Empty,
        ));
    }

    fn start_revision(&mut self, revision: &RevisionName, direction: &'static str) {
        let is_same = self
            .revision
            .as_ref()
            .is_some_and(|(name, _)| name == revision);
        if is_same {
            return;
        }
        let span = info_span!(
            target: TARGET,
            parent: &self.run_span(),
            "limbeck.revision",
            history = revision.history,
            revision = revision.id,
            revision.message = revision.message,
            direction,
            rows = Empty,
            retries = Empty,
            waited_ms = Empty,
            duration_ms = Empty,
            "error.type" = Empty,
            db.response.status_code = Empty,
        );
        self.revision = Some((revision.clone(), span));
    }

    fn finish_revision(&mut self, step: &Step) {
        // What is only recorded was never begun.
        self.start_revision(&step.revision, step.direction.name());
        let Some((_, span)) = self.revision.take() else {
            return;
        };
        let (duration_ms, waited_ms) = (milliseconds(step.duration), milliseconds(step.waited));
        span.record("rows", step.rows);
        span.record("retries", step.retries);
        span.record("waited_ms", waited_ms);
        span.record("duration_ms", duration_ms);
        info!(
            target: TARGET,
            parent: &span,
            duration_ms,
            rows = step.rows,
            retries = step.retries,
            waited_ms,
            executed = step.executed,
            notes = step.notes.len(),
            "revision finished"
        );
    }

    fn finish_statement(&mut self, duration: Duration, rows: u64) {
        let Some(span) = self.statement.take() else {
            return;
        };
        let duration_ms = milliseconds(duration);
        span.record("rows", rows);
        span.record("duration_ms", duration_ms);
        debug!(target: TARGET, parent: &span, duration_ms, rows, "statement finished");
    }

    /// The error's own text may quote the database or another session, so its place stands for it.
    fn fail(
        &mut self,
        kind: ErrorKind,
        code: Option<&str>,
        location: Option<&Location>,
        duration: Duration,
    ) {
        let run = self.run_span();
        run.record("duration_ms", milliseconds(duration));
        let revision = self.revision.as_ref().map(|(_, span)| span);
        for span in [Some(&run), revision].into_iter().flatten() {
            span.record("error.type", format!("{kind:?}"));
            if let Some(code) = code {
                span.record("db.response.status_code", code);
            }
        }
        error!(
            target: TARGET,
            parent: &self.innermost(),
            file = location.map(|location| location.file.as_str()),
            line = location.and_then(|location| location.line),
            db.response.status_code = code,
            "error.type" = ?kind,
            "the run failed"
        );
        self.statement = None;
        self.revision = None;
        self.run = None;
    }

    fn beat(&self, heartbeat: &Heartbeat) {
        let activity = match &heartbeat.activity {
            Activity::Preparing => "preparing",
            Activity::Running => "running",
            Activity::Blocked { .. } => "blocked",
            Activity::Waiting { .. } => "waiting",
            Activity::BackingOff => "backing off",
            Activity::BackingUp => "backing up",
        };
        let progress = heartbeat.progress.as_ref();
        let blockers = match &heartbeat.activity {
            Activity::Blocked { blockers, .. } => Some(names(blockers)),
            Activity::Waiting { holder } => holder.as_ref().map(name),
            _ => None,
        };
        info!(
            target: TARGET,
            parent: &self.innermost(),
            activity,
            elapsed_ms = milliseconds(heartbeat.elapsed),
            total_elapsed_ms = milliseconds(heartbeat.total_elapsed),
            phase = progress.map(|progress| progress.phase.as_str()),
            percent = progress.and_then(Progress::percent),
            eta_ms = progress.and_then(|progress| progress.eta).map(milliseconds),
            blockers,
            "still at work"
        );
    }

    fn progress(&self, progress: &Progress) {
        debug!(
            target: TARGET,
            parent: &self.innermost(),
            command = progress.command,
            relation = progress.relation,
            phase = progress.phase,
            unit = progress.unit.map(super::ProgressUnit::name),
            done = progress.done,
            total = progress.total,
            rate_per_s = progress.rate_per_s,
            eta_ms = progress.eta.map(milliseconds),
            "progress"
        );
    }

    /// What goes on between the beginnings and the ends.
    fn remark(&self, event: &Event) {
        let span = self.innermost();
        match event {
            Event::Planned { count, .. } => {
                self.run_span().record("revisions", *count);
                info!(target: TARGET, parent: &span, revisions = count, "revisions are to be run");
            }
            Event::Advanced { done, count } => {
                debug!(target: TARGET, parent: &span, done, count, "within one transaction");
            }
            Event::Waiting { holder } => {
                let holder = holder.as_ref().map(name);
                warn!(target: TARGET, parent: &span, holder, "another process is migrating this database");
            }
            Event::Retrying {
                attempts,
                blockers,
                pause,
                ..
            } => warn!(
                target: TARGET,
                parent: &span,
                attempts,
                pause_ms = milliseconds(*pause),
                blockers = names(blockers),
                "rolled back, and will be tried again"
            ),
            Event::Blocked { lock, blockers, .. } => warn!(
                target: TARGET,
                parent: &span,
                lock,
                blockers = names(blockers),
                "waiting for a lock"
            ),
            Event::Heartbeat(heartbeat) => self.beat(heartbeat),
            Event::Progress { progress, .. } => self.progress(progress),
            Event::Found(finding) => {
                warn!(target: TARGET, parent: &span, check = finding.check.name(), "{finding}");
            }
            Event::BackedUp { path, duration } => info!(
                target: TARGET,
                parent: &span,
                path = %path.display(),
                duration_ms = milliseconds(*duration),
                "the database was copied"
            ),
            Event::Reconnected { .. } => {
                warn!(target: TARGET, parent: &span, "the connection was lost, and another one is open");
            }
            _ => {}
        }
    }
}

const TARGET: &str = "limbeck";

const fn system_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "postgresql",
        Dialect::Sqlite => "sqlite",
    }
}

/// A session without its query.
fn name(session: &Session) -> String {
    Session {
        query: String::new(),
        ..session.clone()
    }
    .to_string()
}

fn names(sessions: &[Session]) -> String {
    let names: Vec<_> = sessions.iter().map(name).collect();
    names.join("; ")
}

impl Observer for TracingObserver {
    fn event(&mut self, event: &Event) {
        if matches!(event, Event::RunStarted { .. }) {
            self.dispatch = Some(get_default(Clone::clone));
        }
        // Some events come from another thread than the run's.
        match self.dispatch.clone() {
            Some(dispatch) => with_default(&dispatch, || self.pass_on(event)),
            None => self.pass_on(event),
        }
    }
}

impl TracingObserver {
    fn pass_on(&mut self, event: &Event) {
        match event {
            Event::RunStarted { dialect } => self.start_run(*dialect),
            Event::Started {
                revision,
                direction,
            } => self.start_revision(revision, direction.name()),
            Event::Statement { number, count, .. } => {
                self.statement = Some(info_span!(
                    target: TARGET,
                    parent: &self.innermost(),
                    "limbeck.statement",
                    statement = number,
                    statements = count,
                    rows = Empty,
                    duration_ms = Empty,
                ));
            }
            Event::StatementFinished { duration, rows, .. } => {
                self.finish_statement(*duration, *rows);
            }
            Event::Finished(step) => self.finish_revision(step),
            Event::RunFinished {
                revisions,
                rows,
                retries,
                waited,
                duration,
            } => {
                let run = self.run_span();
                run.record("revisions", *revisions);
                run.record("rows", *rows);
                run.record("retries", *retries);
                run.record("waited_ms", milliseconds(*waited));
                run.record("duration_ms", milliseconds(*duration));
                self.statement = None;
                self.revision = None;
                self.run = None;
            }
            Event::RunFailed {
                kind,
                code,
                location,
                duration,
                ..
            } => self.fail(*kind, code.as_deref(), location.as_ref(), *duration),
            other => self.remark(other),
        }
    }
}
