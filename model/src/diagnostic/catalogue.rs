//! The one table of diagnostics. A code is permanent: it is never given to another mistake.

macro_rules! catalogue {
    ($($variant:ident $number:literal { title: $title:literal, why: $why:literal, help: $help:literal $(,)? })*) => {
        /// The permanent code of a kind of mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $title] $variant,)*
        }

        impl Code {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The number as it is shown, such as `LB0101`.
            pub const fn number(self) -> &'static str {
                match self { $(Self::$variant => $number),* }
            }

            /// The mistake in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }

            /// Why it is a mistake.
            pub const fn why(self) -> &'static str {
                match self { $(Self::$variant => $why),* }
            }

            /// How it is mended.
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help),* }
            }
        }
    };
}

catalogue! {
    UnknownDirective "LB0101" {
        title: "unknown directive",
        why: "A comment that starts with `-- @` is an instruction to limbeck. One that it does not know \
              would be ignored, and the revision would do something other than its author meant.",
        help: "Correct the directive's name, or put a character between `--` and `@` to make it an \
               ordinary comment.",
    }
    UnexpectedFile "LB0102" {
        title: "a file that is no part of a history",
        why: "Every file in the migrations directory is either something limbeck reads or a \
              mistake. One that is skipped silently is a migration that never runs.",
        help: "Move the file out of the directory, or rename it to what it was meant to be.",
    }
    BadFileName "LB0103" {
        title: "a file name that no revision file has",
        why: "A revision file is called `<id>_<slug>.sql` or `<anything>_<id>_<slug>.sql`, so that \
              an id found in a database or in another file leads to its file.",
        help: "Rename the file.",
    }
    UnreadableFile "LB0104" {
        title: "a file or directory that cannot be read",
        why: "A history is compiled from all of its files or not at all.",
        help: "Make the file readable, mend the link, or remove it.",
    }
    NotText "LB0105" {
        title: "a file that is not UTF-8 text",
        why: "A revision file is SQL, and both databases are sent UTF-8. Bytes in another encoding \
              would become other characters in the database.",
        help: "Save the file as UTF-8.",
    }
    EmptyFile "LB0106" {
        title: "an empty revision file",
        why: "A file without a header has no id and no place in the history. A revision that does \
              nothing, such as a merge, still has a header and empty sections.",
        help: "Write the header and the sections, or remove the file.",
    }
    NamesDifferOnlyInCase "LB0107" {
        title: "two names that differ only in upper and lower case",
        why: "On a file system that ignores case, as on Windows and macOS, one of the two files \
              takes the place of the other, and a revision vanishes.",
        help: "Rename one of the two.",
    }
    MergeConflict "LB0108" {
        title: "an unresolved merge conflict",
        why: "Both sides of the conflict are still in the file.",
        help: "Keep the lines that are right and remove the markers.",
    }
    LoneCarriageReturn "LB0109" {
        title: "a carriage return without a line feed, in a comment",
        why: "PostgreSQL ends a comment there and SQLite does not, so that what follows is run by \
              the one and ignored by the other.",
        help: "Save the file with the line ends LF or CRLF.",
    }
    NotYetSupported "LB0110" {
        title: "a feature that this version cannot run",
        why: "The directive or file is part of the language, but the engine of this version does \
              not know it. Ignoring it would make the revision do something other than it says.",
        help: "Write what the help of the diagnostic shows, or use a later version.",
    }
    LookAlikeDirective "LB0111" {
        title: "a comment that was probably meant as a directive",
        why: "A directive is written `-- @name`, in lower case, with one space, on a line of its \
              own. Written in another way it would be an ordinary comment, and the revision would \
              do something other than its author meant.",
        help: "Write it as `-- @name`; where it is an ordinary comment, reword it so that no \
               directive's name follows the `@`.",
    }
    MisplacedDirective "LB0112" {
        title: "a directive in the wrong place",
        why: "Header directives describe the whole revision and stand before the first section; \
              section directives set something for one section and stand right below its `@up` or \
              `@down`; steps stand inside of a section. A directive stands on a line of its own.",
        help: "Move the line.",
    }
    RepeatedDirective "LB0113" {
        title: "a directive that is given twice",
        why: "Only one of the two could hold, and nothing says which.",
        help: "Remove one of the two.",
    }
    MissingHeader "LB0114" {
        title: "no header",
        why: "A file without directives has no id and no place in the history, and nothing says \
              which way its statements go.",
        help: "Put a header and an `@up` line above the statements and a `@down` section below \
               them, or move the file out of the directory.",
    }
    MissingRevision "LB0115" {
        title: "no `@revision`",
        why: "The id names the revision for ever: in other files, in every database's ledger and \
              on the command line. The file name alone is not trusted, since files are renamed.",
        help: "Write `-- @revision ID` as the first line.",
    }
    MissingRevises "LB0116" {
        title: "no `@revises`",
        why: "A revision without a parent is the start of a history. That is rarely meant, so it \
              must be said.",
        help: "Write `-- @revises ID` with the id of the revision before, or `-- @revises base` \
               for the first one.",
    }
    MissingValue "LB0117" {
        title: "a directive without its value",
        why: "The directive says nothing without it.",
        help: "Write the value, or remove the line.",
    }
    MissingReason "LB0118" {
        title: "a directive without its reason",
        why: "What is left out on purpose must be told from what was forgotten, also years later.",
        help: "Write the reason behind a colon.",
    }
    BadName "LB0119" {
        title: "a malformed name",
        why: "Ids are 1 to 32 characters of `0-9`, `a-z` and `_`; labels and names of histories \
              may have `-` too. Other characters mean something where targets are written, such as \
              `label@head` or `id+2`, and so do the words `base`, `head`, `heads` and `current`.",
        help: "Use only the allowed characters.",
    }
    BadParents "LB0120" {
        title: "a malformed list of parents",
        why: "`@revises` holds one id, several with a comma between them, or the word `base` \
              alone.",
        help: "Write `-- @revises ID`, `-- @revises ID, ID` or `-- @revises base`.",
    }
    IdNotInFileName "LB0121" {
        title: "a file name with another id than the file",
        why: "The name is how people find a revision, and the id in the file is what counts. Where \
              they disagree one of them is an oversight, often of a copied file.",
        help: "Rename the file, or correct the `@revision` line if the file name is right.",
    }
    BadDate "LB0122" {
        title: "a malformed time",
        why: "`@created` is a time as RFC 3339 writes it, with an offset, so that it means the \
              same everywhere.",
        help: "Write it like `2025-01-08T10:21:00Z` or `2025-01-08T12:21:00+02:00`.",
    }
    BadDuration "LB0123" {
        title: "a malformed duration",
        why: "A number without its unit would be read as milliseconds by one reader and as seconds \
              by another.",
        help: "Write a whole number and a unit, `ms`, `s`, `min` or `h`, such as `5s`.",
    }
    BadArgument "LB0124" {
        title: "a malformed argument",
        why: "The directive is known, but what follows it cannot be read.",
        help: "Write the argument as the help of the diagnostic shows.",
    }
    UnknownDialect "LB0125" {
        title: "unknown dialect",
        why: "A dialect is `sqlite` or `postgres`, by these names.",
        help: "Correct the name.",
    }
    UndeclaredDialect "LB0126" {
        title: "a dialect that the history does not declare",
        why: "The history is compiled for the dialects that `Cargo.toml` declares. A section for \
              another one would never run and never be checked.",
        help: "Add the dialect to `dialects` in `[package.metadata.limbeck]`, or remove the line \
               and its section.",
    }
    UnknownOption "LB0127" {
        title: "unknown section option",
        why: "Behind `@up` and `@down` stand a dialect, `no-transaction`, both or nothing.",
        help: "Correct the option, or remove it.",
    }
    RepeatedSection "LB0128" {
        title: "two sections for the same direction and dialect",
        why: "A section without a dialect is for all that the history declares. Where two sections \
              cover one dialect nothing says which of them runs, or in which order.",
        help: "Join the two, or name another dialect on each.",
    }
    MissingUp "LB0129" {
        title: "a declared dialect without `@up`",
        why: "On each dialect that the history declares a revision says what it does, or says that \
              it does nothing on purpose.",
        help: "Write the section, or `-- @skip DIALECT: reason` in the header.",
    }
    MissingDown "LB0130" {
        title: "no `@down`",
        why: "A revision can be taken back, or says in its header why it cannot.",
        help: "Write the `@down` section, or `-- @irreversible: reason` in the header.",
    }
    SkippedAndGiven "LB0131" {
        title: "a dialect that is both skipped and given",
        why: "`@skip` says that the revision does nothing on the dialect, and a section says that \
              it does something.",
        help: "Remove the `@skip`, or the section; where a section without a dialect is meant for \
               the others, name them on it.",
    }
    IrreversibleWithDown "LB0132" {
        title: "an irreversible revision with a `@down`",
        why: "`@irreversible` says that there is no way back, and the section is one.",
        help: "Remove the `@irreversible`, or the section.",
    }
    SqlOutsideSection "LB0133" {
        title: "SQL before the first section",
        why: "Only statements below `@up` or `@down` run. These would never run.",
        help: "Write `-- @up` above the statements.",
    }
    Unterminated "LB0134" {
        title: "a literal, comment or body that does not end",
        why: "All that follows in the file belongs to what was opened, other statements and \
              directives too.",
        help: "Close it.",
    }
    DuplicateId "LB0201" {
        title: "two revisions have the same id",
        why: "An id names one revision for ever: in `@revises` lines, in every database's ledger and on \
              the command line. Two files with one id would make one of them vanish.",
        help: "Give the newer file a new id, in its `@revision` line and in its file name.",
    }
    UnknownParent "LB0202" {
        title: "unknown parent",
        why: "A revision is applied on top of the revisions that `@revises` names. If one of them does \
              not exist, nobody can tell where in the history the revision belongs.",
        help: "Correct the id, or restore the file that has it. The first revision of a history says \
               `@revises base`.",
    }
    UnknownDependency "LB0203" {
        title: "unknown dependency",
        why: "What `@depends-on` names must be applied first. If it does not exist, the revision could \
              never be applied.",
        help: "Write the exact id or label of a revision, with its history's name and a colon before it \
               where it belongs to another history.",
    }
    NeedsItself "LB0204" {
        title: "a revision needs itself",
        why: "A revision that must be applied before itself can never be applied.",
        help: "Name the revision that comes before it, or `base`.",
    }
    Cycle "LB0205" {
        title: "revisions need each other in a circle",
        why: "Each of these revisions must be applied before another one of them, so none of them could \
              be the first.",
        help: "Change `@revises` or `@depends-on` in one of the files, so that one of them comes first.",
    }
    LabelTaken "LB0206" {
        title: "a label is taken",
        why: "A label names one branch, on the command line and in `@depends-on`. If two revisions had \
              it, or if it were also an id, it would name two things.",
        help: "Choose another label.",
    }
    SeveralHeads "LB0207" {
        title: "too many heads",
        why: "A head is a revision on which no other stands. With two of them there is no one state to \
              upgrade to. It happens when two branches each add a revision on top of the same one.",
        help: "Join the heads with a merge revision (`cargo limbeck merge`), or, where several heads are \
               wanted, set `heads` in [package.metadata.limbeck].",
    }
    TransactionControl "LB0301" {
        title: "a statement that opens or ends a transaction",
        why: "A section and its record in the ledger are one transaction, which limbeck opens and ends. A \
              `COMMIT` in between would leave the rest outside it: a failure would then be recorded as \
              applied, or a half be left behind.",
        help: "Remove the statement. Where statements have to run outside a transaction, mark the section \
               `no-transaction`; to take back a part, use `SAVEPOINT` and `ROLLBACK TO`.",
    }
    BadSetting "LB0801" {
        title: "bad setting",
        why: "The build script, the macro and the command line read the same settings from \
              `[package.metadata.limbeck]`. One that is misspelt or has the wrong type would silently \
              change what is compiled.",
        help: "Correct the setting in `Cargo.toml`.",
    }
    MissingSetting "LB0802" {
        title: "missing setting",
        why: "limbeck has to know for which databases the revisions are written: their SQL is read and \
              checked for each of them, and a revision that leaves one out is a mistake.",
        help: "Set `dialects` in `[package.metadata.limbeck]` of `Cargo.toml`.",
    }
    MissingFolder "LB0803" {
        title: "missing migrations folder",
        why: "The folder that the settings name, or `migrations` where they name none, does not exist. A \
              program without its migrations would start on an empty database and fail much later.",
        help: "Create the folder, or correct `path` in `[package.metadata.limbeck]`.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_well_formed_and_ascend() {
        let numbers: Vec<_> = Code::ALL.iter().map(|code| code.number()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        for number in numbers {
            assert!(
                number.len() == 6
                    && number.starts_with("LB")
                    && number[2..].bytes().all(|b| b.is_ascii_digit()),
                "{number}"
            );
        }
    }
}
