//! LB06: the lock file.

use super::Text;

pub(super) const BAD_LOCK: Text = Text {
    title: "the lock file cannot be read",
    why: "`limbeck.lock` says what was released. If a part of it cannot be read, nobody can tell whether \
          a released revision was changed, so that nothing may be built on it.",
    help: "Take the file as it was last committed and run `cargo limbeck lock`, which writes it.",
};

pub(super) const LOCK_CONFLICT: Text = Text {
    title: "an unresolved merge conflict in the lock file",
    why: "git could not decide which lines of `limbeck.lock` are right and left both. Where they are about \
          different revisions, both are.",
    help: "Keep the blocks of both sides, remove the marker lines and run `cargo limbeck lock`. Where both \
           sides are about one revision, keep the block of the side whose revision file was kept.",
};

pub(super) const NEWER_LOCK: Text = Text {
    title: "the lock file is of a newer version",
    why: "A newer version of limbeck has written `limbeck.lock` in a format that this version does not \
          understand.",
    help: "Update `limbeck`, `limbeck-compiler` and `cargo-limbeck` to the version of those who wrote it.",
};

pub(super) const RELEASED_EDITED: Text = Text {
    title: "a released revision was edited",
    why: "A database to which the revision was applied runs it never again. After an edit there would be \
          databases of two kinds, and those that have the released one would refuse the program. Comments \
          and white space do not count, nor does `@down`.",
    help: "Put the file back and write the change as a new revision. Where the edit means the same to every \
           database, `cargo limbeck lock --accept ID --reason \"...\"` records that. A revision that no \
           database has yet is made a draft again by `cargo limbeck lock --forget ID`.",
};

pub(super) const RELEASED_MOVED: Text = Text {
    title: "a released revision stands on other revisions than before",
    why: "Databases have recorded on what the revision was applied. With other parents or dependencies \
          the history is another one than theirs, and they would refuse the program.",
    help: "Put `@revises` and `@depends-on` back. To join a branch, write a merge revision on top of both.",
};

pub(super) const RELEASED_REMOVED: Text = Text {
    title: "a released revision was removed",
    why: "Databases to which it was applied would be of an unknown history, and new ones would not get \
          what it did.",
    help: "Restore its file. To undo what it did, write a new revision. A revision that no database has yet \
           is taken out of the lock file by `cargo limbeck lock --forget ID`.",
};

pub(super) const DRAFTS: Text = Text {
    title: "drafts in a release",
    why: "A revision that is not in `limbeck.lock` is a draft, which may still be edited. A program that is \
          released applies its revisions to databases that cannot be made anew, so it takes only what is \
          locked: from then on every build sees to it that nobody changes it.",
    help: "Run `cargo limbeck lock` and commit `limbeck.lock` with the revisions. A build without \
           `--release` takes drafts as they are.",
};

pub(super) const UNPROVED: Text = Text {
    title: "revisions without a proof",
    why: "A proof says that a revision was run on a database, forth and back, and what schema it leaves. \
          `limbeck.lock` has none for these, or one of other scripts: a change of a `@down` or of a revision \
          below makes it stale.",
    help: "Run `cargo limbeck lock` for SQLite and `cargo limbeck verify` for PostgreSQL, and commit \
           `limbeck.lock`.",
};
