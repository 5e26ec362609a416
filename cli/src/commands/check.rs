//! `cargo limbeck check`: what the build would say of the migrations.

use limbeck_compiler::project::Purpose;
use limbeck_compiler::render::render;
use serde_json::json;

use crate::answer::{self, Answer};
use crate::arguments::Place;
use crate::error::Error;
use crate::package::Package;
use crate::{exit, parents, text};

pub(crate) fn run(place: &Place) -> Result<Answer, Error> {
    let project = Package::find(place)?.read()?;
    let examined = project
        .examine(Purpose::Development, None)
        .map_err(|fault| Error::proof(&fault))?;
    let diagnostics = examined.diagnostics;
    let without_rows = examined.proof.without_rows;
    let is_sound = examined.table.is_some();
    let heads = match project.graph() {
        Ok(graph) if is_sound => parents::ids(&graph, &graph.real_heads()),
        _ => Vec::new(),
    };
    let revisions = project.parsed.revisions.len();
    let mut text = render(&diagnostics, &project.sources);
    if is_sound {
        text.push_str(&sound(revisions, &heads));
        text.extend(
            without_rows
                .iter()
                .map(|(table, reason)| format!("not tried with rows in `{table}`: {reason}\n")),
        );
    }
    Ok(Answer {
        text,
        note: None,
        json: json!({
            "sound": is_sound,
            "revisions": revisions,
            "heads": heads,
            "without_rows": without_rows,
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
