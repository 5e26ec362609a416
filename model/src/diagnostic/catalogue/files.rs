//! LB01: files and directives.

use super::Text;

pub(super) const UNKNOWN_DIRECTIVE: Text = Text {
    title: "unknown directive",
    why: "A comment that starts with `-- @` is an instruction to limbeck. One that it does not know \
          would be ignored, and the revision would do something other than its author meant.",
    help: "Correct the directive's name, or put a character between `--` and `@` to make it an \
           ordinary comment.",
};

pub(super) const UNEXPECTED_FILE: Text = Text {
    title: "a file that is no part of a history",
    why: "Every file in the migrations directory is either something limbeck reads or a \
          mistake. One that is skipped silently is a migration that never runs.",
    help: "Move the file out of the directory, or rename it to what it was meant to be.",
};

pub(super) const BAD_FILE_NAME: Text = Text {
    title: "a file name that no revision file has",
    why: "A revision file is called `<id>_<slug>.sql` or `<anything>_<id>_<slug>.sql`, so that \
          an id found in a database or in another file leads to its file.",
    help: "Rename the file.",
};

pub(super) const UNREADABLE_FILE: Text = Text {
    title: "a file or directory that cannot be read",
    why: "A history is compiled from all of its files or not at all.",
    help: "Make the file readable, mend the link, or remove it.",
};

pub(super) const NOT_TEXT: Text = Text {
    title: "a file that is not UTF-8 text",
    why: "A revision file is SQL, and both databases are sent UTF-8. Bytes in another encoding \
          would become other characters in the database.",
    help: "Save the file as UTF-8.",
};

pub(super) const EMPTY_FILE: Text = Text {
    title: "an empty revision file",
    why: "A file without a header has no id and no place in the history. A revision that does \
          nothing, such as a merge, still has a header and empty sections.",
    help: "Write the header and the sections, or remove the file.",
};

pub(super) const NAMES_DIFFER_ONLY_IN_CASE: Text = Text {
    title: "two names that differ only in upper and lower case",
    why: "On a file system that ignores case, as on Windows and macOS, one of the two files \
          takes the place of the other, and a revision vanishes.",
    help: "Rename one of the two.",
};

pub(super) const MERGE_CONFLICT: Text = Text {
    title: "an unresolved merge conflict",
    why: "Both sides of the conflict are still in the file.",
    help: "Keep the lines that are right and remove the markers.",
};

pub(super) const LONE_CARRIAGE_RETURN: Text = Text {
    title: "a carriage return without a line feed, in a comment",
    why: "PostgreSQL ends a comment there and SQLite does not, so that what follows is run by \
          the one and ignored by the other.",
    help: "Save the file with the line ends LF or CRLF.",
};

pub(super) const NOT_YET_SUPPORTED: Text = Text {
    title: "a feature that this version cannot run",
    why: "The directive or file is part of the language, but the engine of this version does \
          not know it. Ignoring it would make the revision do something other than it says.",
    help: "Write what the help of the diagnostic shows, or use a later version.",
};

pub(super) const LOOK_ALIKE_DIRECTIVE: Text = Text {
    title: "a comment that was probably meant as a directive",
    why: "A directive is written `-- @name`, in lower case, with one space, on a line of its \
          own. Written in another way it would be an ordinary comment, and the revision would \
          do something other than its author meant.",
    help: "Write it as `-- @name`; where it is an ordinary comment, reword it so that no \
           directive's name follows the `@`.",
};

pub(super) const MISPLACED_DIRECTIVE: Text = Text {
    title: "a directive in the wrong place",
    why: "Header directives describe the whole revision and stand before the first section; \
          section directives set something for one section and stand right below its `@up` or \
          `@down`; steps stand inside of a section. A directive stands on a line of its own.",
    help: "Move the line.",
};

pub(super) const REPEATED_DIRECTIVE: Text = Text {
    title: "a directive that is given twice",
    why: "Only one of the two could hold, and nothing says which.",
    help: "Remove one of the two.",
};

pub(super) const MISSING_HEADER: Text = Text {
    title: "no header",
    why: "A file without directives has no id and no place in the history, and nothing says \
          which way its statements go.",
    help: "Put a header and an `@up` line above the statements and a `@down` section below \
           them, or move the file out of the directory.",
};

pub(super) const MISSING_REVISION: Text = Text {
    title: "no `@revision`",
    why: "The id names the revision for ever: in other files, in every database's ledger and \
          on the command line. The file name alone is not trusted, since files are renamed.",
    help: "Write `-- @revision ID` as the first line.",
};

pub(super) const MISSING_REVISES: Text = Text {
    title: "no `@revises`",
    why: "A revision without a parent is the start of a history. That is rarely meant, so it \
          must be said.",
    help: "Write `-- @revises ID` with the id of the revision before, or `-- @revises base` \
           for the first one.",
};

pub(super) const MISSING_VALUE: Text = Text {
    title: "a directive without its value",
    why: "The directive says nothing without it.",
    help: "Write the value, or remove the line.",
};

pub(super) const MISSING_REASON: Text = Text {
    title: "a directive without its reason",
    why: "What is left out on purpose must be told from what was forgotten, also years later.",
    help: "Write the reason behind a colon.",
};

pub(super) const BAD_NAME: Text = Text {
    title: "a malformed name",
    why: "Ids are 1 to 32 characters of `0-9`, `a-z` and `_`; labels and names of histories \
          may have `-` too. Other characters mean something where targets are written, such as \
          `label@head` or `id+2`, and so do the words `base`, `head`, `heads` and `current`.",
    help: "Use only the allowed characters.",
};

pub(super) const BAD_PARENTS: Text = Text {
    title: "a malformed list of parents",
    why: "`@revises` holds one id, several with a comma between them, or the word `base` \
          alone.",
    help: "Write `-- @revises ID`, `-- @revises ID, ID` or `-- @revises base`.",
};

pub(super) const ID_NOT_IN_FILE_NAME: Text = Text {
    title: "a file name with another id than the file",
    why: "The name is how people find a revision, and the id in the file is what counts. Where \
          they disagree one of them is an oversight, often of a copied file.",
    help: "Rename the file, or correct the `@revision` line if the file name is right.",
};

pub(super) const BAD_DATE: Text = Text {
    title: "a malformed time",
    why: "`@created` is a time as RFC 3339 writes it, with an offset, so that it means the \
          same everywhere.",
    help: "Write it like `2025-01-08T10:21:00Z` or `2025-01-08T12:21:00+02:00`.",
};

pub(super) const BAD_DURATION: Text = Text {
    title: "a malformed duration",
    why: "A number without its unit would be read as milliseconds by one reader and as seconds \
          by another.",
    help: "Write a whole number and a unit, `ms`, `s`, `min` or `h`, such as `5s`.",
};

pub(super) const BAD_ARGUMENT: Text = Text {
    title: "a malformed argument",
    why: "The directive is known, but what follows it cannot be read.",
    help: "Write the argument as the help of the diagnostic shows.",
};

pub(super) const UNKNOWN_DIALECT: Text = Text {
    title: "unknown dialect",
    why: "A dialect is `sqlite` or `postgres`, by these names.",
    help: "Correct the name.",
};

pub(super) const UNDECLARED_DIALECT: Text = Text {
    title: "a dialect that the history does not declare",
    why: "The history is compiled for the dialects that `Cargo.toml` declares. A section for \
          another one would never run and never be checked.",
    help: "Add the dialect to `dialects` in `[package.metadata.limbeck]`, or remove the line \
           and its section.",
};

pub(super) const UNKNOWN_OPTION: Text = Text {
    title: "unknown section option",
    why: "Behind `@up` and `@down` stand a dialect, `no-transaction`, both or nothing.",
    help: "Correct the option, or remove it.",
};

pub(super) const REPEATED_SECTION: Text = Text {
    title: "two sections for the same direction and dialect",
    why: "A section without a dialect is for all that the history declares. Where two sections \
          cover one dialect nothing says which of them runs, or in which order.",
    help: "Join the two, or name another dialect on each.",
};

pub(super) const MISSING_UP: Text = Text {
    title: "a declared dialect without `@up`",
    why: "On each dialect that the history declares a revision says what it does, or says that \
          it does nothing on purpose.",
    help: "Write the section, or `-- @skip DIALECT: reason` in the header.",
};

pub(super) const MISSING_DOWN: Text = Text {
    title: "no `@down`",
    why: "A revision can be taken back, or says in its header why it cannot.",
    help: "Write the `@down` section, or `-- @irreversible: reason` in the header.",
};

pub(super) const SKIPPED_AND_GIVEN: Text = Text {
    title: "a dialect that is both skipped and given",
    why: "`@skip` says that the revision does nothing on the dialect, and a section says that \
          it does something.",
    help: "Remove the `@skip`, or the section; where a section without a dialect is meant for \
           the others, name them on it.",
};

pub(super) const IRREVERSIBLE_WITH_DOWN: Text = Text {
    title: "an irreversible revision with a `@down`",
    why: "`@irreversible` says that there is no way back, and the section is one.",
    help: "Remove the `@irreversible`, or the section.",
};

pub(super) const SQL_OUTSIDE_SECTION: Text = Text {
    title: "SQL before the first section",
    why: "Only statements below `@up` or `@down` run. These would never run.",
    help: "Write `-- @up` above the statements.",
};

pub(super) const UNTERMINATED: Text = Text {
    title: "a literal, comment or body that does not end",
    why: "All that follows in the file belongs to what was opened, other statements and \
          directives too.",
    help: "Close it.",
};

pub(super) const UNUSED_ALLOW: Text = Text {
    title: "an `@allow` that allows nothing",
    why: "It says that something is meant which is not found. Left where it is, it would hide the next \
          one that comes.",
    help: "Remove the line, or move it into the section that it is about, right before the statement.",
};
