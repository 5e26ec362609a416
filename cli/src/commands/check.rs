//! `cargo limbeck check`: what the build would say of the migrations.

use limbeck_compiler::render::render;
use serde_json::json;

use crate::answer::{self, Answer};
use crate::arguments::Place;
use crate::error::Error;
use crate::package::Package;
use crate::{exit, parents, text};

pub(crate) fn run(place: &Place) -> Result<Answer, Error> {
    let project = Package::find(place)?.read()?;
    let (heads, diagnostics) = match (project.table(), project.graph()) {
        (Ok(_), Ok(graph)) => (parents::ids(&graph, &graph.real_heads()), Vec::new()),
        (Err(diagnostics), _) | (_, Err(diagnostics)) => (Vec::new(), diagnostics),
    };
    let is_sound = diagnostics.is_empty();
    let revisions = project.parsed.revisions.len();
    Ok(Answer {
        text: if is_sound {
            sound(revisions, &heads)
        } else {
            render(&diagnostics, &project.sources)
        },
        note: None,
        json: json!({
            "sound": is_sound,
            "revisions": revisions,
            "heads": heads,
            "diagnostics": answer::diagnostics(&diagnostics, &project.sources),
        }),
        code: if is_sound { exit::DONE } else { exit::HISTORY },
    })
}

fn sound(revisions: usize, heads: &[String]) -> String {
    let count = match revisions {
        0 => return "sound: no revision yet\n".to_owned(),
        1 => "1 revision".to_owned(),
        _ => format!("{revisions} revisions"),
    };
    let noun = if heads.len() == 1 { "head" } else { "heads" };
    format!("sound: {count}, {noun} {}\n", text::ids(heads))
}
