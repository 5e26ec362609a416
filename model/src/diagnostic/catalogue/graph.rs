//! LB02: the graph.

use super::Text;

pub(super) const DUPLICATE_ID: Text = Text {
    title: "two revisions have the same id",
    why: "An id names one revision for ever: in `@revises` lines, in every database's ledger and on \
          the command line. Two files with one id would make one of them vanish.",
    help: "Give the newer file a new id, in its `@revision` line and in its file name.",
};

pub(super) const UNKNOWN_PARENT: Text = Text {
    title: "unknown parent",
    why: "A revision is applied on top of the revisions that `@revises` names. If one of them does \
          not exist, nobody can tell where in the history the revision belongs.",
    help: "Correct the id, or restore the file that has it. The first revision of a history says \
           `@revises base`.",
};

pub(super) const UNKNOWN_DEPENDENCY: Text = Text {
    title: "unknown dependency",
    why: "What `@depends-on` names must be applied first. If it does not exist, the revision could \
          never be applied.",
    help: "Write the exact id or label of a revision, with its history's name and a colon before it \
           where it belongs to another history.",
};

pub(super) const NEEDS_ITSELF: Text = Text {
    title: "a revision needs itself",
    why: "A revision that must be applied before itself can never be applied.",
    help: "Name the revision that comes before it, or `base`.",
};

pub(super) const CYCLE: Text = Text {
    title: "revisions need each other in a circle",
    why: "Each of these revisions must be applied before another one of them, so none of them could \
          be the first.",
    help: "Change `@revises` or `@depends-on` in one of the files, so that one of them comes first.",
};

pub(super) const LABEL_TAKEN: Text = Text {
    title: "a label is taken",
    why: "A label names one branch, on the command line and in `@depends-on`. If two revisions had \
          it, or if it were also an id, it would name two things.",
    help: "Choose another label.",
};

pub(super) const SEVERAL_HEADS: Text = Text {
    title: "too many heads",
    why: "A head is a revision on which no other stands. With two of them there is no one state to \
          upgrade to. It happens when two branches each add a revision on top of the same one.",
    help: "Join the heads with a merge revision (`cargo limbeck merge`), or, where several heads are \
           wanted, set `heads` in [package.metadata.limbeck].",
};
