//! What facts mean for what is about to be done.

use super::facts::Facts;
use super::finding::{Finding, Severity};
use super::intent::Intent;
use super::{file, server};
use crate::error::{Error, ErrorKind};

/// What was found, the weightiest first.
pub(crate) fn judge(facts: &Facts, intent: &Intent<'_>) -> Vec<Finding> {
    let mut findings = match facts {
        Facts::Server(facts) => server::judge(facts, intent),
        Facts::File(facts) => file::judge(facts, intent),
    };
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// The error that a run ends with before it begins, where one of the findings is one.
pub(crate) fn refusal(findings: &[Finding]) -> Option<Error> {
    let errors: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .collect();
    let list = |texts: Vec<&str>| texts.join("; ");
    let messages = list(errors.iter().map(|error| error.message.as_str()).collect());
    let helps = list(
        errors
            .iter()
            .filter_map(|error| error.help.as_deref())
            .collect(),
    );
    (!errors.is_empty()).then(|| Error::new(ErrorKind::Preflight, messages).help_with(helps))
}
