//! `cargo limbeck merge`: a revision that joins branches and does nothing else.

use limbeck_compiler::template::merge_message;

use super::draft::{Draft, Opened};
use crate::answer::Answer;
use crate::arguments::Merge;
use crate::error::Error;
use crate::{message, parents};

pub(crate) fn run(arguments: &Merge) -> Result<Answer, Error> {
    let message = arguments
        .message
        .as_deref()
        .map(message::one_line)
        .transpose()?;
    let opened = Opened::read(&arguments.place)?;
    let graph = opened.graph()?;
    let merged = if arguments.revisions.is_empty() {
        parents::several_heads(&graph)?
    } else {
        parents::to_merge(&graph, &arguments.revisions)?
    };
    let parents = parents::ids(&graph, &merged);
    let draft = Draft {
        message: message.map_or_else(|| merge_message(&parents), str::to_owned),
        parents,
        dependencies: Vec::new(),
        labels: parents::labels(&arguments.labels)?,
        dialects: Vec::new(),
        no_transaction: false,
    };
    opened.write(&draft)
}
