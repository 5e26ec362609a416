//! The command that asks whether a database is at head, and whether an upgrade could begin.

use serde_json::json;

use super::execute::Answer;
use super::{exit, json, text};
use crate::error::Error;
use crate::migrator::Migrator;
use crate::preflight::{Finding, Severity};

/// Where a database stands; with `preflight` also what a run would look at first. That an upgrade could not
/// begin is the weightier answer.
pub(super) fn check(migrator: &Migrator, url: &str, preflight: bool) -> Result<Answer, Error> {
    if !preflight {
        return at_head(migrator, url);
    }
    // First, since it also tells why the database cannot be read.
    let findings = migrator.preflight(url)?;
    let is_refused = is_refused(&findings);
    let mut answer = match at_head(migrator, url) {
        Ok(answer) => answer,
        Err(_) if is_refused => Answer {
            text: String::new(),
            json: json!({}),
            code: exit::PREFLIGHT,
        },
        Err(error) => return Err(error),
    };
    for finding in &findings {
        answer.text.push_str(&text::finding(finding));
        answer.text.push('\n');
    }
    answer.json["preflight"] = findings.iter().map(json::finding).collect();
    if is_refused {
        answer.code = exit::PREFLIGHT;
    }
    Ok(answer)
}

/// Whether a run would not begin.
pub(super) fn is_refused(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
}

fn at_head(migrator: &Migrator, url: &str) -> Result<Answer, Error> {
    let status = migrator.status(url)?;
    Ok(Answer {
        text: text::check(&status),
        json: json::status(&status),
        code: if status.is_at_head() {
            exit::DONE
        } else {
            exit::NOT_AT_HEAD
        },
    })
}
