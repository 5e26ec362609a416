//! The lines of a password file, such as `~/.pgpass`.
//!
//! Source: PostgreSQL's manual, chapter "libpq: The Password File".

use super::secret::Secret;

/// The password of the first line that fits: `host:port:database:user:password`, where each of the first
/// four may be `*`, and `\` takes its meaning from a `:` or a `\`. A line that is none fits nothing.
pub(crate) fn find(contents: &[u8], wanted: [&str; 4]) -> Option<Secret> {
    contents
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.starts_with(b"#"))
        .find_map(|line| password(line.strip_suffix(b"\r").unwrap_or(line), wanted))
}

fn password(line: &[u8], wanted: [&str; 4]) -> Option<Secret> {
    let mut rest = line;
    for wanted in wanted {
        let (field, is_any, behind) = field(rest);
        if !is_any && field != wanted.as_bytes() {
            return None;
        }
        rest = behind?;
    }
    let (password, _, _) = field(rest);
    (!password.is_empty()).then(|| Secret::new(password))
}

/// The first field, whether it is `*`, and what stands behind its colon.
fn field(text: &[u8]) -> (Vec<u8>, bool, Option<&[u8]>) {
    let mut field = Vec::new();
    let mut bytes = text.iter().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b':' => return (field, &text[..at] == b"*", text.get(at + 1..)),
            b'\\' => field.push(bytes.next().map_or(b'\\', |(_, escaped)| *escaped)),
            _ => field.push(*byte),
        }
    }
    let is_any = text == b"*";
    (field, is_any, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, wanted: [&str; 4]) -> Option<String> {
        find(file.as_bytes(), wanted)
            .map(|secret| String::from_utf8(secret.bytes().to_vec()).unwrap())
    }

    const WANTED: [&str; 4] = ["host", "5432", "store", "me"];

    #[test]
    fn the_first_line_that_fits_gives_the_password() {
        let file =
            "# host:5432:store:me:comment\nother:5432:store:me:a\nhost:*:store:me:b\n*:*:*:*:c\n";
        assert_eq!(check(file, WANTED).as_deref(), Some("b"));
        assert_eq!(check(file, ["nobody", "1", "x", "y"]).as_deref(), Some("c"));
        assert_eq!(check("host:5432:store:you:a", WANTED), None);
    }

    #[test]
    fn colons_and_backslashes_are_escaped_and_line_ends_are_not_part_of_it() {
        assert_eq!(
            check("::1:5432:store:me:a", ["::1", "5432", "store", "me"]),
            None
        );
        assert_eq!(
            check(
                r"\:\:1:5432:store:me:a\:b\\c",
                ["::1", "5432", "store", "me"]
            )
            .as_deref(),
            Some(r"a:b\c")
        );
        assert_eq!(
            check("host:5432:store:me:pass word\r\n", WANTED).as_deref(),
            Some("pass word")
        );
    }

    #[test]
    fn a_line_that_is_none_fits_nothing() {
        for file in [
            "",
            "host",
            "host:5432:store:me",
            "host:5432:store:me:",
            "\\",
            "*:*:*:*",
        ] {
            assert_eq!(check(file, WANTED), None, "{file}");
        }
    }

    #[test]
    fn a_star_that_is_escaped_is_a_name() {
        assert_eq!(check(r"\*:*:*:*:a", WANTED), None);
        assert_eq!(
            check(r"\*:*:*:*:a", ["*", "5432", "store", "me"]).as_deref(),
            Some("a")
        );
    }
}
