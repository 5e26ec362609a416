//! The process that is killed, where it is not the reference deployment's: it runs one operation, and can
//! kill itself at a call of the driver.

use std::process::ExitCode;

use limbeck::__private::sim::{Fault, Faults, Faulty, Moment};
use nix::sys::signal::{Signal, raise};

use crate::scenario::Operation;
use crate::subject::Subject;

/// `SUBJECT URL DIE MOMENT upgrade|downgrade|stamp|resume TARGET [--purge]`, where `DIE` is the number of
/// the call at which it dies, or 0.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let Some((subject, url, death, operation)) = read(arguments) else {
        println!("cannot read {arguments:?}");
        return ExitCode::from(2);
    };
    match operation.act(&mut subject.migrator(), Faulty(&url, death)) {
        Ok(report) => {
            println!("{}", report.steps.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn read(arguments: &[String]) -> Option<(Subject, String, Death, Operation)> {
    let [subject, url, number, moment, verb, target, rest @ ..] = arguments else {
        return None;
    };
    // One process, one operation: the text may live as long as it.
    let target: &'static str = Box::leak(target.clone().into_boxed_str());
    let operation = match verb.as_str() {
        "upgrade" => Operation::Upgrade(target),
        "downgrade" => Operation::Downgrade(target),
        "stamp" => Operation::Stamp(target, rest == ["--purge"]),
        "resume" => Operation::Resume(target),
        _ => return None,
    };
    let death = Death {
        left: number.parse().ok()?,
        moment: match moment.as_str() {
            "before" => Moment::Before,
            _ => Moment::After,
        },
    };
    Some((Subject::named(subject)?, url.clone(), death, operation))
}

/// Counts calls down to the one at which the process dies.
struct Death {
    left: usize,
    moment: Moment,
}

impl Faults for Death {
    fn strike(&mut self, _call: &'static str, moment: Moment) -> Option<Fault> {
        if moment != self.moment || self.left == 0 {
            return None;
        }
        self.left -= 1;
        if self.left == 0 {
            // Nobody can refuse a signal to itself, and nothing runs after this one.
            let _ = raise(Signal::SIGKILL);
        }
        None
    }
}
