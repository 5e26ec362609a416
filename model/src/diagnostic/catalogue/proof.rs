//! LB04: proof.

use super::Text;

pub(super) const UP_FAILS: Text = Text {
    title: "a revision that does not apply",
    why: "The build has applied the revisions before this one to an empty database, and then this \
          one. It failed, as it would fail in every new installation.",
    help: "Correct the statement; where the help of the diagnostic shows another way to do it, take \
          that.",
};

pub(super) const DOWN_FAILS: Text = Text {
    title: "a downgrade that fails",
    why: "The revision was applied, and its `@down` then failed. It is found out in the build and \
          not on the day when the way back is needed.",
    help: "Correct the statement. Where there is no way back, write `-- @irreversible: reason` in \
          the header in place of the section.",
};

pub(super) const SCHEMA_LEFT_BEHIND: Text = Text {
    title: "a downgrade that does not give the old schema back",
    why: "After `@up` and `@down` the schema has to be what it was before. What is left behind \
          stands in the way when the revision is applied again, and what is missing is missed by \
          the programs of before.",
    help: "Undo in `@down` all that `@up` does. Where that cannot be, write `-- @irreversible: \
          reason` in the header in its place.",
};

pub(super) const NOT_TWICE: Text = Text {
    title: "a revision that is not the same the second time",
    why: "A database that was taken back has to be able to come forward again, and to the same schema. \
          After `@down` the schema is the old one, but the second `@up` fails or leaves another one: \
          it depends on rows that the first one has made.",
    help: "Take back in `@down` also the rows that `@up` makes, and write `@up` so that it does the same \
           each time.",
};

pub(super) const UNUSABLE_OBJECT: Text = Text {
    title: "a view, trigger or table that cannot be used",
    why: "SQLite checks what a view, a trigger or a foreign key says only when it is used, and lets what \
          it needs be dropped. The first program that uses it would fail.",
    help: "Drop it before what it needs is changed, and create it again as it has \
          to be.",
};

pub(super) const FAILS_ON_ROWS: Text = Text {
    title: "a revision that fails where tables have rows",
    why: "On empty tables the revision works, as on the author's machine. With rows as any program \
          writes them, null where a column may be null, it fails, as it would in production.",
    help: "Give new columns a default, and change rows that stand against a new rule before the \
          rule is made.",
};

pub(super) const ROWS_LOST: Text = Text {
    title: "a downgrade that does not give the rows back",
    why: "The rows that stood before `@up` have to stand, equal, after `@down`, in all columns \
          that `@up` has not dropped. What `@up` itself has created may go. On SQLite a table that \
          is dropped to be rebuilt also takes along the rows of others that refer to it.",
    help: "Keep in `@up` what `@down` needs, in a column or table of its own; or write `-- \
          @irreversible: reason` in the header in place of `@down`.",
};

pub(super) const MAY_FAIL_ON_ROWS: Text = Text {
    title: "a revision that fails on rows that the constraints allow",
    why: "The revision works on rows as most programs write them, and fails on others that the \
          constraints of its tables allow: equal in every column that need not be unique, \
          great or negative numbers, long or empty texts, texts without the form that a new \
          type wants. Whether there are such rows only production knows.",
    help: "Look whether there are such rows, and change them in the same section before the rule is \
          made. This is a warning: the build goes on.",
};

pub(super) const ORDER_OF_PARENTS: Text = Text {
    title: "a merge that depends on the order of its parents",
    why: "The branches below a merge may have been applied in any order. Over one of the parents \
          the merge is not reached, or has another schema than over the other.",
    help: "Write the branches so that either may come first, or make one depend on the other with \
          `-- @depends-on`.",
};

pub(super) const WRONG_VERIFY: Text = Text {
    title: "a `@verify` that does not tell the truth",
    why: "The query of `@verify` was asked before its statement and behind it. It has to be false before \
          and true behind: after a crash it decides whether the statement is run or passed over.",
    help: "Write a query with one boolean as its answer, which becomes true by the statement alone.",
};
