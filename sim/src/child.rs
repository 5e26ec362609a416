//! The process that is killed, where it is not the reference deployment's: it runs one operation, and can
//! kill itself at a call of the driver.

use std::process::ExitCode;

use limbeck::__private::sim::{Fault, Faults, Faulty, Moment};
use nix::sys::signal::{Signal, raise};

use crate::scenario::{Ending, Operation};
use crate::subject::Subject;

/// `SUBJECT URL DIE MOMENT repair` or `… upgrade|downgrade|stamp|resume TARGET [--purge]`, where `DIE` is the
/// number of the call at which it dies, or 0.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let Some((subject, url, death, operation)) = read(arguments) else {
        println!("cannot read {arguments:?}");
        return ExitCode::from(2);
    };
    match operation.act(&mut subject.migrator(), Faulty(&url, death)) {
        Ok(Ending::Complete(steps)) => {
            println!("{steps}");
            ExitCode::SUCCESS
        }
        Ok(Ending::Incomplete) => {
            println!("something is left");
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn read(arguments: &[String]) -> Option<(Subject, String, Death, Operation)> {
    let [subject, url, number, moment, operation @ ..] = arguments else {
        return None;
    };
    // One process, one operation: the text may live as long as it.
    let words: Vec<&'static str> = operation
        .iter()
        .map(|word| &*Box::leak(word.clone().into_boxed_str()))
        .collect();
    let operation = match *words {
        ["upgrade", target] => Operation::Upgrade(target),
        ["downgrade", target] => Operation::Downgrade(target),
        ["stamp", target] => Operation::Stamp(target, false),
        ["stamp", target, "--purge"] => Operation::Stamp(target, true),
        ["resume", target] => Operation::Resume(target),
        ["repair"] => Operation::Repair,
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
