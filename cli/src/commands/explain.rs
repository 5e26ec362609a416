//! `cargo limbeck explain`: what a diagnostic means.

use limbeck_model::diagnostic::Code;
use limbeck_model::suggest::nearest;
use serde_json::json;

use crate::answer::Answer;
use crate::error::Error;
use crate::exit;
use crate::text::paragraph;

pub(crate) fn run(name: &str) -> Result<Answer, Error> {
    let is_meant = |code: &&Code| code.number().eq_ignore_ascii_case(name);
    let Some(code) = Code::ALL.iter().find(is_meant) else {
        return Err(unknown(name));
    };
    Ok(Answer {
        text: format!(
            "{}: {}\n\n{}\n{}",
            code.number(),
            code.title(),
            paragraph("", code.why()),
            paragraph("help: ", code.help())
        ),
        note: None,
        json: json!({
            "code": code.number(),
            "title": code.title(),
            "why": code.why(),
            "help": code.help(),
        }),
        code: exit::DONE,
    })
}

fn unknown(name: &str) -> Error {
    let error = Error::usage(format!("`{name}` is not a code of limbeck"));
    match nearest(name, Code::ALL.iter().map(|code| code.number())) {
        Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
        None => error.help("write one as reports have it, such as `LB0207`"),
    }
}
