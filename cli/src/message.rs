//! A revision's message, and what is left of it in the file's name.

use crate::error::Error;

/// About as much of a message as a list of files still shows.
const LONGEST_SLUG: usize = 48;

/// What stands for a message without an ASCII letter or digit.
const NO_SLUG: &str = "revision";

/// The message as the header has it, without white space around it.
pub(crate) fn one_line(message: &str) -> Result<&str, Error> {
    let message = message.trim();
    if message.is_empty() {
        return Err(Error::usage("the message is empty").help(
            "say in a few words what the revision does, such as \"add batch item id to messages\"",
        ));
    }
    if message.chars().any(ends_line) {
        return Err(
            Error::usage("the message has a line break, expected one line")
                .help("say the rest in comments of the file"),
        );
    }
    match message.chars().find(|c| c.is_control()) {
        Some(control) => Err(Error::usage(format!(
            "the message has the control character U+{:04X}",
            u32::from(control)
        ))
        .help("leave it out")),
        None => Ok(message),
    }
}

/// Why an edit is accepted, without white space around it.
pub(crate) fn reason(reason: &str) -> Result<&str, Error> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Error::usage("the reason is empty").help(
            "say why databases that have what was released need no change, such as \"only the type's other name\"",
        ));
    }
    if reason.chars().any(|c| c.is_control() || ends_line(c)) {
        return Err(Error::usage("the reason is not one line of text").help("say it in one line"));
    }
    Ok(reason)
}

/// Whether some reader takes a character for the end of a line.
const fn ends_line(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The words of a message as they stand in a file's name: in lower-case ASCII, with `_` between them,
/// as many as are not too long together.
pub(crate) fn slug(message: &str) -> String {
    let mut slug = String::new();
    for word in words(message) {
        if slug.is_empty() {
            slug = word.chars().take(LONGEST_SLUG).collect();
        } else if slug.len() + 1 + word.len() <= LONGEST_SLUG {
            slug.push('_');
            slug.push_str(&word);
        } else {
            break;
        }
    }
    if slug.is_empty() {
        slug.push_str(NO_SLUG);
    }
    slug
}

/// Words without the characters that are not ASCII. An apostrophe does not end a word.
fn words(message: &str) -> impl Iterator<Item = String> {
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’');
    message
        .split(move |c: char| !in_word(c))
        .map(|word| {
            let kept = word.chars().filter(char::is_ascii_alphanumeric);
            kept.map(|c| c.to_ascii_lowercase()).collect::<String>()
        })
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_the_words_in_lower_case_ascii() {
        assert_eq!(
            slug("add batch item id to messages"),
            "add_batch_item_id_to_messages"
        );
        assert_eq!(
            slug("Drop `Users`.\"e-mail\" (unused)"),
            "drop_users_e_mail_unused"
        );
        assert_eq!(
            slug("batch_item_id: don't lose it…"),
            "batch_item_id_dont_lose_it"
        );
        assert_eq!(slug("../../etc/passwd"), "etc_passwd");
        assert_eq!(slug("größe 3 日本 x"), "gre_3_x");
    }

    #[test]
    fn a_message_without_a_usable_character_has_a_slug_too() {
        assert_eq!(slug("日本語"), "revision");
        assert_eq!(slug("--- '' ---"), "revision");
    }

    #[test]
    fn a_long_message_is_cut_between_words_and_a_long_word_within() {
        let long = "keep the embeddings of all passages in a table of their own";
        assert_eq!(slug(long), "keep_the_embeddings_of_all_passages_in_a_table");
        assert!(slug(long).len() <= LONGEST_SLUG);
        assert_eq!(slug(&"ab".repeat(40)), "ab".repeat(24));
        assert_eq!(slug(&format!("add {}", "x".repeat(60))), "add");
    }

    #[test]
    fn a_message_is_one_line_without_control_characters() {
        assert_eq!(one_line("  add items\t").unwrap(), "add items");
        for refused in [
            "",
            " \n",
            "a\nb",
            "a\rb",
            "a\u{2028}b",
            "a\u{85}b",
            "a\u{1b}[1mb",
            "a\tb",
        ] {
            assert!(one_line(refused).is_err(), "{refused:?}");
        }
    }
}
