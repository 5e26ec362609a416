//! Small pieces of the texts that people read.

use std::fmt::Write as _;

/// The width of a paragraph, in characters.
const WIDTH: usize = 80;

/// Ids as a phrase: `a`, `b` and `c`.
pub(crate) fn ids(ids: &[String]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| format!("`{id}`")).collect();
    match ids.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// A paragraph in lines, the first of which starts with `start`, and the others as far to the right.
pub(crate) fn paragraph(start: &str, text: &str) -> String {
    let indent = start.chars().count();
    let mut paragraph = start.to_owned();
    let mut width = indent;
    let mut is_first = true;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if is_first {
            is_first = false;
        } else if width + 1 + length <= WIDTH {
            paragraph.push(' ');
            width += 1;
        } else {
            // Writing to a String cannot fail.
            let _ = write!(paragraph, "\n{:indent$}", "");
            width = indent;
        }
        paragraph.push_str(word);
        width += length;
    }
    paragraph.push('\n');
    paragraph
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_as_a_phrase() {
        let [a, b, c] = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(ids(&[]), "");
        assert_eq!(ids(std::slice::from_ref(&a)), "`a`");
        assert_eq!(ids(&[a.clone(), b.clone()]), "`a` and `b`");
        assert_eq!(ids(&[a, b, c]), "`a`, `b` and `c`");
    }

    #[test]
    fn a_paragraph_is_broken_between_words_and_indented() {
        let text = "word ".repeat(30);
        let paragraph = paragraph("help: ", &text);
        assert!(paragraph.starts_with("help: word word"));
        assert!(paragraph.lines().all(|line| line.len() <= WIDTH));
        assert!(
            paragraph
                .lines()
                .skip(1)
                .all(|line| line.starts_with("      word"))
        );
        assert_eq!(paragraph.split_whitespace().count(), 31);
    }
}
