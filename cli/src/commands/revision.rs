//! `cargo limbeck revision`: a new revision on top of the head.

use super::draft::{Draft, Opened};
use crate::answer::Answer;
use crate::arguments::Revision;
use crate::error::Error;
use crate::{message, parents};

pub(crate) fn run(arguments: &Revision) -> Result<Answer, Error> {
    let message = message::one_line(&arguments.message)?;
    let opened = Opened::read(&arguments.place)?;
    let settings = opened.settings();
    let graph = opened.graph()?;
    let parents = if arguments.parents.is_empty() {
        parents::only_head(&graph)?
    } else {
        parents::named(&graph, &arguments.parents)?
    };
    let dialects = if arguments.dialect_sections {
        settings.dialects.clone()
    } else {
        Vec::new()
    };
    let draft = Draft {
        parents: parents::ids(&graph, &parents),
        dependencies: parents::dependencies(&graph, &settings.name, &arguments.dependencies)?,
        labels: parents::labels(&arguments.labels)?,
        message: message.to_owned(),
        dialects,
        no_transaction: arguments.no_transaction,
    };
    opened.write(&draft)
}
