//! The command that verifies a database without changing it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::check::is_refused;
use super::execute::Answer;
use super::{exit, json, text};
use crate::drift::{Comparison, Evidence, Reason, Verification};
use crate::error::{Error, ErrorKind};
use crate::migrator::Migrator;

pub(super) fn verify(migrator: &Migrator, url: &str) -> Result<Answer, Error> {
    let verification = migrator.verify(url)?;
    Ok(Answer {
        text: words(&verification),
        json: value(&verification),
        code: code(&verification),
    })
}

/// The weightiest of what is wrong decides.
fn code(verification: &Verification) -> u8 {
    let unfinished = verification
        .status
        .as_ref()
        .and_then(|status| status.unfinished.as_ref());
    if let Some(fault) = &verification.fault {
        exit::code(fault.kind())
    } else if verification.comparison.is_drift() {
        exit::DRIFT
    } else if unfinished.is_some() {
        exit::code(ErrorKind::Interrupted)
    } else if is_refused(&verification.findings) {
        exit::PREFLIGHT
    } else {
        exit::DONE
    }
}

fn words(verification: &Verification) -> String {
    let mut text = String::new();
    match (&verification.status, &verification.fault) {
        // Writing to a String cannot fail.
        (_, Some(fault)) => {
            let _ = writeln!(text, "ledger: {fault:#}");
        }
        (Some(status), None) => {
            let count = text::revisions(status.applied.len());
            let _ = writeln!(text, "ledger: {count} applied, each as this program has it");
            text += &text::check(status);
        }
        (None, None) => {}
    }
    text += "schema: ";
    text += &comparison(&verification.comparison);
    for finding in &verification.findings {
        text += &text::finding(finding);
        text.push('\n');
    }
    text
}

/// What a comparison says, on one line or several.
pub(super) fn comparison(comparison: &Comparison) -> String {
    let reason = |words: &str, reason: &Reason| {
        let help = reason.help.as_ref().map(|help| format!("  help: {help}\n"));
        format!("{words}: {reason}\n{}", help.unwrap_or_default())
    };
    match comparison {
        Comparison::Equal(Evidence::Proof) => {
            "has the fingerprint that was proved for these revisions\n".to_owned()
        }
        Comparison::Equal(Evidence::Replay) => {
            "is what these revisions make on an empty database\n".to_owned()
        }
        Comparison::Different(differences) => {
            let mut text = "is not what these revisions make\n".to_owned();
            for difference in differences {
                let _ = writeln!(text, "  {difference}");
                if let Some(mend) = &difference.mend {
                    let mend = mend.replace('\n', "\n          ");
                    let _ = writeln!(text, "    help: {mend}");
                }
            }
            text
        }
        Comparison::Unlike(why) => reason(
            "does not have the fingerprint that was proved; in what could not be found out",
            why,
        ),
        Comparison::Unknown(why) => reason("was not compared", why),
    }
}

fn value(verification: &Verification) -> Value {
    json!({
        "dialect": verification.dialect.name(),
        "sound": verification.is_sound(),
        "status": verification.status.as_ref().map(json::status),
        "fault": verification.fault.as_ref().map(|fault| json::error(fault)["error"].take()),
        "schema": schema(&verification.comparison),
        "preflight": verification.findings.iter().map(json::finding).collect::<Vec<_>>(),
    })
}

pub(super) fn schema(comparison: &Comparison) -> Value {
    let (verdict, reason) = match comparison {
        Comparison::Equal(Evidence::Proof) => ("proved", None),
        Comparison::Equal(Evidence::Replay) => ("equal", None),
        Comparison::Different(_) => ("different", None),
        Comparison::Unlike(reason) => ("unlike", Some(reason)),
        Comparison::Unknown(reason) => ("unknown", Some(reason)),
    };
    let differences: Vec<_> = match comparison {
        Comparison::Different(differences) => differences
            .iter()
            .map(|difference| json!({ "message": difference.message, "mend": difference.mend }))
            .collect(),
        _ => Vec::new(),
    };
    json!({
        "verdict": verdict,
        "differences": differences,
        "reason": reason.map(|reason| &reason.message),
        "help": reason.and_then(|reason| reason.help.as_ref()),
    })
}
