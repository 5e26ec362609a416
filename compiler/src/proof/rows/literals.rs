//! What the text of a check constraint gives away: literals, and the columns that it is about.

use super::TableShape;

/// The literals and names of an expression.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Literals {
    pub(super) strings: Vec<String>,
    pub(super) integers: Vec<i64>,
    pub(super) reals: Vec<f64>,
    names: Vec<String>,
}

/// The columns of a table that an expression names.
pub fn columns_in(sql: &str, table: &TableShape) -> Vec<String> {
    let literals = Literals::of(sql);
    let names = table.columns.iter().map(|column| &column.name);
    names.filter(|name| literals.names(name)).cloned().collect()
}

impl Literals {
    pub(super) fn of(sql: &str) -> Self {
        let mut literals = Self::default();
        let mut rest = sql;
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '\'' => literals.string(rest, false),
                'e' | 'E' if rest[1..].starts_with('\'') => 1 + literals.string(&rest[1..], true),
                '"' | '`' => literals.quoted_name(rest, first),
                '0'..='9' => literals.number(rest),
                _ if is_word(first) => {
                    let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                    literals.names.push(rest[..end].to_owned());
                    end
                }
                _ => first.len_utf8(),
            };
            rest = &rest[length..];
        }
        literals
    }

    /// All that the expressions say together about one column.
    pub(super) fn about(column: &str, checks: &[String]) -> Option<Self> {
        let mut about: Option<Self> = None;
        for literals in checks.iter().map(|sql| Self::of(sql)) {
            if literals.names(column) {
                let all = about.get_or_insert_default();
                all.strings.extend(literals.strings);
                all.integers.extend(literals.integers);
                all.reals.extend(literals.reals);
            }
        }
        about
    }

    fn names(&self, column: &str) -> bool {
        self.names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(column))
    }

    fn string(&mut self, rest: &str, has_escapes: bool) -> usize {
        let (mut text, length) = quoted(rest, '\'', has_escapes);
        // A negative number is written as text with a type: `'-5'::integer`.
        self.add_number(&text);
        if has_escapes {
            text = text.replace("\\\\", "\\");
        }
        self.strings.push(text);
        length
    }

    fn quoted_name(&mut self, rest: &str, quote: char) -> usize {
        let (name, length) = quoted(rest, quote, false);
        self.names.push(name);
        length
    }

    fn number(&mut self, rest: &str) -> usize {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        self.add_number(&rest[..end]);
        end
    }

    fn add_number(&mut self, text: &str) {
        self.integers.extend(text.parse::<i64>());
        let real = text.parse::<f64>().ok().filter(|real| real.is_finite());
        self.reals.extend(real);
    }
}

/// What is between the quotes at the start, and where it ends. A doubled quote stands for one.
fn quoted(rest: &str, quote: char, has_escapes: bool) -> (String, usize) {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if has_escapes && character == '\\' {
            text.push(character);
            text.extend(characters.next().map(|(_, next)| next));
        } else if character != quote {
            text.push(character);
        } else if characters.next_if(|(_, next)| *next == quote).is_some() {
            text.push(quote);
        } else {
            return (text, at + quote.len_utf8());
        }
    }
    (text, rest.len())
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_names_are_found_as_servers_write_them() {
        let sql = r#"CHECK (((status = ANY (ARRAY['it''s'::text, 'b'::text])) AND ("Age" >= '-5'::integer)
            AND (rate <= 0.5) AND (code ~ E'^\\d+$')))"#;
        let found = Literals::of(sql);
        assert_eq!(found.strings, ["it's", "b", "-5", "^\\d+$"]);
        assert_eq!(found.integers, [-5]);
        assert_eq!(found.reals, [-5.0, 0.5]);
        assert!(found.names("status") && found.names("Age") && found.names("CODE"));
        assert!(!found.names("b") && !found.names("it"));
    }

    #[test]
    fn what_does_not_end_is_read_to_the_end() {
        for sql in ["'abc", "\"abc", "E'abc\\", "12.", "é'é"] {
            Literals::of(sql);
        }
    }

    #[test]
    fn only_the_checks_about_a_column_count() {
        let checks = ["a > 3".to_owned(), "b < 7 AND a < 9".to_owned()];
        assert_eq!(Literals::about("a", &checks).unwrap().integers, [3, 7, 9]);
        assert_eq!(Literals::about("b", &checks).unwrap().integers, [7, 9]);
        assert_eq!(Literals::about("c", &checks), None);
    }
}
