//! Names and lists of names within messages.

/// How many names a list spells out.
const SPELLED_OUT: usize = 8;

/// A name as code.
pub(crate) fn code(name: &str) -> String {
    format!("`{name}`")
}

/// Names, already marked as code, as a phrase: `a`, `b` and `c`. A long list ends with how many more
/// there are.
pub(crate) fn list(names: &[String], conjunction: &str) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] if names.len() <= SPELLED_OUT => {
            format!("{} {conjunction} {last}", first.join(", "))
        }
        _ => format!(
            "{} {conjunction} {} others",
            names[..SPELLED_OUT - 1].join(", "),
            names.len() + 1 - SPELLED_OUT
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: usize) -> String {
        let names: Vec<String> = (0..count).map(|number| code(&number.to_string())).collect();
        list(&names, "and")
    }

    #[test]
    fn a_list_reads_as_a_phrase_and_a_long_one_says_how_many_more() {
        assert_eq!(of(0), "");
        assert_eq!(of(1), "`0`");
        assert_eq!(of(2), "`0` and `1`");
        assert_eq!(of(3), "`0`, `1` and `2`");
        assert_eq!(of(8), "`0`, `1`, `2`, `3`, `4`, `5`, `6` and `7`");
        assert_eq!(of(9), "`0`, `1`, `2`, `3`, `4`, `5`, `6` and 2 others");
    }
}
