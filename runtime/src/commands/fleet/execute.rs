//! Carries a command out on each member.

use super::super::arguments::{Arguments, Command};
use super::super::execute::Answer;
use super::super::exit;
use super::answer::{self, shown};
use super::arguments::FleetArguments;
use super::progress::Progress;
use super::{events, names};
use crate::error::{Error, ErrorKind};
use crate::fleet::{Fleet, FleetReport, Members};
use crate::migrator::Migrator;
use crate::status::Status;

/// Carries out a command that names members; `None` where it does not. The database is asked for only
/// where the members are its schemas.
pub(in crate::commands) fn run(
    migrator: &Migrator,
    arguments: &Arguments,
    database: impl Fn() -> Result<String, Error>,
) -> Option<Result<Answer, Error>> {
    let fleet = arguments.command.fleet().filter(|fleet| fleet.is_given())?;
    Some(members(fleet, database).and_then(|members| {
        let fleet = set_up(migrator.clone(), members, fleet, arguments);
        carry_out(&fleet, arguments)
    }))
}

fn members(
    arguments: &FleetArguments,
    database: impl Fn() -> Result<String, Error>,
) -> Result<Members, Error> {
    if let Some(path) = &arguments.databases {
        return names::read(path).map(Members::databases);
    }
    match (&arguments.schemas, &arguments.schemas_from) {
        (Some(path), _) => Ok(Members::schemas(database()?, names::read(path)?)),
        (None, Some(query)) => Ok(Members::schemas_from_query(database()?, query.as_str())),
        (None, None) => Err(Error::new(ErrorKind::Target, "no members are named")),
    }
}

fn set_up(
    mut migrator: Migrator,
    members: Members,
    own: &FleetArguments,
    arguments: &Arguments,
) -> Fleet {
    if let Command::Upgrade { policy, .. } = &arguments.command {
        migrator = migrator.policy(policy.policy());
    }
    let mut fleet = Fleet::new(migrator, members)
        .concurrency(own.concurrency)
        .canary(own.canary())
        .create_schemas(arguments.schema.create_schemas);
    if let Some(failures) = own.stop_after {
        fleet = fleet.stop_after(failures);
    }
    if arguments.events {
        fleet.observer(events::Lines)
    } else if arguments.json || arguments.quiet {
        fleet
    } else {
        fleet.observer(Progress::default())
    }
}

fn carry_out(fleet: &Fleet, arguments: &Arguments) -> Result<Answer, Error> {
    let report = match &arguments.command {
        Command::Upgrade { target, .. } => fleet.upgrade(target),
        Command::Downgrade { target, .. } => fleet.downgrade(target),
        Command::Stamp { targets, purge, .. } => {
            let targets: Vec<_> = targets.iter().map(String::as_str).collect();
            fleet.stamp(&targets, *purge)
        }
        _ => return fleet.status().map(|report| looked(&report, arguments)),
    }?;
    Ok(Answer {
        text: if arguments.quiet {
            String::new()
        } else {
            answer::summary(&report)
        },
        json: answer::reports(&report),
        code: code(&report, arguments),
    })
}

fn looked(report: &FleetReport<Status>, arguments: &Arguments) -> Answer {
    let is_check = matches!(arguments.command, Command::Check { .. });
    let code = match code(report, arguments) {
        exit::DONE if is_check && !answer::are_at_head(report) => exit::NOT_AT_HEAD,
        code => code,
    };
    Answer {
        text: answer::standings(report),
        json: answer::statuses(report),
        code,
    }
}

/// Tells of failures, and what the process ends with.
#[expect(
    clippy::print_stderr,
    reason = "a command tells people what went wrong"
)]
fn code<T>(report: &FleetReport<T>, arguments: &Arguments) -> u8 {
    if !arguments.json {
        for (name, error) in report.failures() {
            eprintln!("error: {}: {error:#}", shown(name));
        }
    }
    let is_behind = |error: &Error| error.kind() == ErrorKind::NotAtHead;
    match report.is_success() {
        true => exit::DONE,
        false if report.failures().all(|(_, error)| is_behind(error)) => exit::NOT_AT_HEAD,
        false => exit::MEMBERS_FAILED,
    }
}
