//! The one table of diagnostics. A code is permanent: it is never given to another mistake.
//!
//! The words stand in a file for each family.

mod files;
mod graph;
mod lock;
mod proof;
mod settings;
mod sql;

/// What is said of a kind of mistake.
struct Text {
    title: &'static str,
    why: &'static str,
    help: &'static str,
}

macro_rules! catalogue {
    ($($variant:ident $number:literal $text:path,)*) => {
        /// The permanent code of a kind of mistake.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $number] $variant,)*
        }

        impl Code {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The number as it is shown, such as `LB0101`.
            pub const fn number(self) -> &'static str {
                match self { $(Self::$variant => $number),* }
            }

            const fn text(self) -> &'static Text {
                match self { $(Self::$variant => &$text),* }
            }
        }
    };
}

catalogue! {
    UnknownDirective "LB0101" files::UNKNOWN_DIRECTIVE,
    UnexpectedFile "LB0102" files::UNEXPECTED_FILE,
    BadFileName "LB0103" files::BAD_FILE_NAME,
    UnreadableFile "LB0104" files::UNREADABLE_FILE,
    NotText "LB0105" files::NOT_TEXT,
    EmptyFile "LB0106" files::EMPTY_FILE,
    NamesDifferOnlyInCase "LB0107" files::NAMES_DIFFER_ONLY_IN_CASE,
    MergeConflict "LB0108" files::MERGE_CONFLICT,
    LoneCarriageReturn "LB0109" files::LONE_CARRIAGE_RETURN,
    NotYetSupported "LB0110" files::NOT_YET_SUPPORTED,
    LookAlikeDirective "LB0111" files::LOOK_ALIKE_DIRECTIVE,
    MisplacedDirective "LB0112" files::MISPLACED_DIRECTIVE,
    RepeatedDirective "LB0113" files::REPEATED_DIRECTIVE,
    MissingHeader "LB0114" files::MISSING_HEADER,
    MissingRevision "LB0115" files::MISSING_REVISION,
    MissingRevises "LB0116" files::MISSING_REVISES,
    MissingValue "LB0117" files::MISSING_VALUE,
    MissingReason "LB0118" files::MISSING_REASON,
    BadName "LB0119" files::BAD_NAME,
    BadParents "LB0120" files::BAD_PARENTS,
    IdNotInFileName "LB0121" files::ID_NOT_IN_FILE_NAME,
    BadDate "LB0122" files::BAD_DATE,
    BadDuration "LB0123" files::BAD_DURATION,
    BadArgument "LB0124" files::BAD_ARGUMENT,
    UnknownDialect "LB0125" files::UNKNOWN_DIALECT,
    UndeclaredDialect "LB0126" files::UNDECLARED_DIALECT,
    UnknownOption "LB0127" files::UNKNOWN_OPTION,
    RepeatedSection "LB0128" files::REPEATED_SECTION,
    MissingUp "LB0129" files::MISSING_UP,
    MissingDown "LB0130" files::MISSING_DOWN,
    SkippedAndGiven "LB0131" files::SKIPPED_AND_GIVEN,
    IrreversibleWithDown "LB0132" files::IRREVERSIBLE_WITH_DOWN,
    SqlOutsideSection "LB0133" files::SQL_OUTSIDE_SECTION,
    Unterminated "LB0134" files::UNTERMINATED,
    UnusedAllow "LB0135" files::UNUSED_ALLOW,
    DuplicateId "LB0201" graph::DUPLICATE_ID,
    UnknownParent "LB0202" graph::UNKNOWN_PARENT,
    UnknownDependency "LB0203" graph::UNKNOWN_DEPENDENCY,
    NeedsItself "LB0204" graph::NEEDS_ITSELF,
    Cycle "LB0205" graph::CYCLE,
    LabelTaken "LB0206" graph::LABEL_TAKEN,
    SeveralHeads "LB0207" graph::SEVERAL_HEADS,
    TransactionControl "LB0301" sql::TRANSACTION_CONTROL,
    SyntaxError "LB0302" sql::SYNTAX_ERROR,
    NeedsNoTransaction "LB0303" sql::NEEDS_NO_TRANSACTION,
    NoEffectHere "LB0304" sql::NO_EFFECT_HERE,
    ClientCommand "LB0305" sql::CLIENT_COMMAND,
    ClientCopy "LB0306" sql::CLIENT_COPY,
    NeedsVerify "LB0307" sql::NEEDS_VERIFY,
    BadVerify "LB0308" sql::BAD_VERIFY,
    UpFails "LB0401" proof::UP_FAILS,
    DownFails "LB0402" proof::DOWN_FAILS,
    SchemaLeftBehind "LB0403" proof::SCHEMA_LEFT_BEHIND,
    NotTwice "LB0404" proof::NOT_TWICE,
    UnusableObject "LB0406" proof::UNUSABLE_OBJECT,
    FailsOnRows "LB0407" proof::FAILS_ON_ROWS,
    RowsLost "LB0408" proof::ROWS_LOST,
    MayFailOnRows "LB0409" proof::MAY_FAIL_ON_ROWS,
    OrderOfParents "LB0410" proof::ORDER_OF_PARENTS,
    WrongVerify "LB0411" proof::WRONG_VERIFY,
    BadLock "LB0601" lock::BAD_LOCK,
    LockConflict "LB0602" lock::LOCK_CONFLICT,
    NewerLock "LB0603" lock::NEWER_LOCK,
    ReleasedEdited "LB0604" lock::RELEASED_EDITED,
    ReleasedMoved "LB0605" lock::RELEASED_MOVED,
    ReleasedRemoved "LB0606" lock::RELEASED_REMOVED,
    Drafts "LB0607" lock::DRAFTS,
    Unproved "LB0608" lock::UNPROVED,
    BadSetting "LB0801" settings::BAD_SETTING,
    MissingSetting "LB0802" settings::MISSING_SETTING,
    MissingFolder "LB0803" settings::MISSING_FOLDER,
}

impl Code {
    /// Whether it only warns: the build goes on.
    pub const fn is_warning(self) -> bool {
        matches!(self, Self::MayFailOnRows)
    }

    /// Whether `@allow` can say that it is meant.
    pub const fn can_be_allowed(self) -> bool {
        matches!(
            self,
            Self::FailsOnRows | Self::RowsLost | Self::MayFailOnRows
        )
    }

    /// The mistake in a few words.
    pub const fn title(self) -> &'static str {
        self.text().title
    }

    /// Why it is a mistake.
    pub const fn why(self) -> &'static str {
        self.text().why
    }

    /// How it is mended.
    pub const fn help(self) -> &'static str {
        self.text().help
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
