//! `cargo limbeck schema`: what a history makes of an empty database, as SQL.

use limbeck_model::Dialect;
use limbeck_model::target::resolve;
use serde_json::json;

use crate::answer::Answer;
use crate::arguments;
use crate::error::Error;
use crate::package::Package;
use crate::verify::{Postgres, Wanted};
use crate::{exit, schemas};

pub(crate) fn run(arguments: &arguments::Schema) -> Result<Answer, Error> {
    let project = Package::find(&arguments.place)?.read()?;
    let wrong = |diagnostics: Vec<_>| Error::unread(&diagnostics, &project.sources);
    let table = project.table().map_err(wrong)?;
    let graph = project.graph().map_err(wrong)?;
    let dialect = arguments.dialect.map_or_else(
        || match table.settings.dialects.as_slice() {
            [only] => Ok(*only),
            _ => Err(Error::usage("the history is written for several databases")
                .help("name one with `--dialect`")),
        },
        Ok,
    )?;
    if !table.settings.dialects.contains(&dialect) {
        return Err(Error::usage(format!(
            "the history is not written for {dialect}"
        )));
    }
    let at = match &arguments.at {
        // The graph's order is the table's.
        Some(target) => resolve(&graph, target)?.into_iter().collect(),
        None => schemas::heads(&table),
    };
    let sql = match dialect {
        Dialect::Sqlite => schemas::sqlite(&table, &at)?,
        Dialect::Postgres => {
            let wanted = Wanted {
                url: arguments.url.clone(),
                binaries: arguments.server_binaries.iter().cloned().collect(),
            };
            let server = wanted.first()?;
            let mut engine = Postgres::create(&server, &table.settings.extensions)?;
            schemas::sql(&table, dialect, &mut engine, &at)?
        }
    };
    let ids: Vec<String> = at
        .iter()
        .map(|&place| table.rows[place].revision.id.value.clone())
        .collect();
    Ok(Answer {
        json: json!({ "dialect": dialect.name(), "revisions": ids, "sql": sql }),
        text: sql,
        note: None,
        code: exit::DONE,
    })
}
