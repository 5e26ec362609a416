//! The only module of this crate that reads a file: the members that a person has listed.

use std::io::{self, Read as _};

use crate::error::{Error, ErrorKind};

/// The names in a file, or in standard input: one a line, or a JSON list of texts.
pub(super) fn read(path: &str) -> Result<Vec<String>, Error> {
    let text = if path == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(|error| {
        Error::new(
            ErrorKind::Target,
            format!("cannot read the list of members `{path}`"),
        )
        .because(error)
    })?;
    parse(&text).map_err(|error| {
        Error::new(
            ErrorKind::Target,
            format!("the list of members `{path}` begins as a JSON list and is none of texts"),
        )
        .because(error)
        .help_with("write one name a line, or a JSON list of texts such as `[\"a\", \"b\"]`")
    })
}

fn parse(text: &str) -> Result<Vec<String>, serde_json::Error> {
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(text);
    }
    let lines = text.lines().filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_lists_name_the_same() {
        let list = ["a", " b\"c ", "d"];
        assert_eq!(parse("a\n b\"c \r\n\nd").unwrap(), list);
        assert_eq!(parse("\n[\"a\", \" b\\\"c \",\n\"d\"]\n").unwrap(), list);
        assert!(parse("[1]").is_err());
        assert!(parse("").unwrap().is_empty());
    }
}
