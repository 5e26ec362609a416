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
    DuplicateId "LB0201" {
        title: "two revisions have the same id",
        why: "An id names one revision for ever: in `@revises` lines, in every database's ledger and on \
              the command line. Two files with one id would make one of them vanish.",
        help: "Give the newer file a new id, in its `@revision` line and in its file name.",
    }
    BadSetting "LB0801" {
        title: "bad setting",
        why: "The build script, the macro and the command line read the same settings from \
              `[package.metadata.limbeck]`. One that is misspelt or has the wrong type would silently \
              change what is compiled.",
        help: "Correct the setting in `Cargo.toml`.",
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
