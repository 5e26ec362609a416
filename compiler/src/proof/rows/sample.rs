//! Texts that match a pattern: a regular expression, or one of `LIKE`.
//!
//! A guess, which the database judges: what is not understood is `None`, and another text is tried.

/// More than any check asks for; keeps `{1000000}` from being written out.
const LONGEST: usize = 400;

/// Deeper groups than this are not understood.
const DEEPEST: usize = 30;

/// A text that matches a pattern of `LIKE`.
pub(super) fn like(pattern: &str, number: u8) -> String {
    let mut text = String::new();
    for character in pattern.chars() {
        match character {
            '%' => text.push_str(&number.to_string()),
            '_' => text.push('x'),
            _ => text.push(character),
        }
    }
    text
}

/// A text that matches a regular expression. Different numbers give different texts where that is easy.
pub(super) fn regular(expression: &str, number: u8) -> Option<String> {
    let mut reader = Reader {
        rest: expression.chars().collect(),
        at: 0,
        number: usize::from(number.max(1)) - 1,
    };
    let text = reader.alternatives(0)?;
    (reader.at == reader.rest.len()).then_some(text)
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    number: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    fn skip(&mut self, expected: char) -> bool {
        let is_next = self.peek() == Some(expected);
        self.at += usize::from(is_next);
        is_next
    }

    fn alternatives(&mut self, depth: usize) -> Option<String> {
        if depth > DEEPEST {
            return None;
        }
        let mut all = vec![self.sequence(depth)?];
        while self.skip('|') {
            all.push(self.sequence(depth)?);
        }
        let chosen = self.number % all.len();
        Some(all.swap_remove(chosen))
    }

    fn sequence(&mut self, depth: usize) -> Option<String> {
        let mut text = String::new();
        while let Some(next) = self.peek() {
            if matches!(next, '|' | ')') {
                break;
            }
            let atom = self.atom(depth)?;
            let times = self.quantifier()?;
            if times > LONGEST || text.len() + atom.len() * times > LONGEST {
                return None;
            }
            text.push_str(&atom.repeat(times));
        }
        Some(text)
    }

    fn atom(&mut self, depth: usize) -> Option<String> {
        let one = match self.next()? {
            '^' | '$' => return Some(String::new()),
            '(' => {
                if self.skip('?') && !self.skip(':') {
                    return None;
                }
                let inner = self.alternatives(depth + 1)?;
                return self.skip(')').then_some(inner);
            }
            '[' => self.class()?,
            '\\' => self.escape()?,
            '.' => vec!['x'],
            '*' | '+' | '?' | '{' => return None,
            character => vec![character],
        };
        let chosen = one.get(self.number % one.len().max(1))?;
        Some(chosen.to_string())
    }

    fn escape(&mut self) -> Option<Vec<char>> {
        Some(match self.next()? {
            'd' => ('0'..='9').collect(),
            'w' => ('a'..='z').collect(),
            's' => vec![' '],
            'D' | 'W' | 'S' | 'A' | 'Z' | 'b' | 'B' | 'm' | 'M' | 'y' | 'Y' => return None,
            character => vec![character],
        })
    }

    /// The characters of a class, behind its `[`.
    fn class(&mut self) -> Option<Vec<char>> {
        let is_negated = self.skip('^');
        let mut members = Vec::new();
        while members.is_empty() || self.peek() != Some(']') {
            let first = match self.next()? {
                '\\' => {
                    members.extend(self.escape()?);
                    continue;
                }
                '[' if self.peek() == Some(':') => {
                    members.extend(self.named()?);
                    continue;
                }
                first => first,
            };
            let is_range = self.peek() == Some('-') && self.rest.get(self.at + 1) != Some(&']');
            if is_range {
                self.at += 1;
                members.extend((first..=self.next()?).take(100));
            } else {
                members.push(first);
            }
        }
        self.at += 1;
        if is_negated {
            let others = ('a'..='z').chain('0'..='9').chain(['-', '_']);
            members = others.filter(|other| !members.contains(other)).collect();
        }
        Some(members)
    }

    /// `[:alpha:]`, behind its first `[`.
    fn named(&mut self) -> Option<Vec<char>> {
        let mut name = String::new();
        while !name.ends_with(":]") {
            name.push(self.next()?);
        }
        Some(match name.trim_end_matches(']') {
            ":digit:" | ":xdigit:" => ('0'..='9').collect(),
            ":alpha:" | ":alnum:" | ":lower:" | ":word:" => ('a'..='z').collect(),
            ":upper:" => ('A'..='Z').collect(),
            ":space:" | ":blank:" => vec![' '],
            ":punct:" => vec!['-'],
            _ => return None,
        })
    }

    /// How often the last atom stands.
    fn quantifier(&mut self) -> Option<usize> {
        let times = match self.peek() {
            Some('*' | '?') => 1,
            Some('+') => 2,
            Some('{') => return self.bounds(),
            _ => return Some(1),
        };
        self.at += 1;
        self.skip('?');
        Some(times)
    }

    fn bounds(&mut self) -> Option<usize> {
        self.at += 1;
        let mut text = String::new();
        while !self.skip('}') {
            text.push(self.next()?);
        }
        self.skip('?');
        let (least, greatest) = match text.split_once(',') {
            Some((least, greatest)) => (least, greatest.parse().unwrap_or(LONGEST)),
            None => (text.as_str(), LONGEST),
        };
        let least: usize = least.parse().ok()?;
        Some(least.max(1.min(greatest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_match_common_expressions() {
        for (expression, first, second) in [
            ("^[a-z0-9-]+$", "aa", "bb"),
            ("^agent-[0-9a-f]{8}$", "agent-00000000", "agent-11111111"),
            (r"^[^@\s]+@[^@]+\.[a-z]{2,}$", "aa@aa.aa", "bb@bb.bb"),
            ("^(?:ab|cd)?x{0,3}$", "abx", "cdx"),
            ("^[[:upper:]]{3}$", "AAA", "BBB"),
            ("a|b", "a", "b"),
            (r"^\d{3}[-.]\w*", "000-a", "111.b"),
        ] {
            assert_eq!(
                regular(expression, 1).as_deref(),
                Some(first),
                "{expression}"
            );
            assert_eq!(
                regular(expression, 2).as_deref(),
                Some(second),
                "{expression}"
            );
        }
    }

    #[test]
    fn what_is_not_understood_is_none_and_ends() {
        for expression in [
            "(",
            "[",
            "[^",
            "a{",
            "(?=a)",
            "*",
            "\\",
            "[z-a",
            "a{999999}",
            ")",
            "[[:x",
        ] {
            assert_eq!(regular(expression, 1), None, "{expression}");
        }
        assert_eq!(regular(&"(".repeat(100_000), 1), None);
    }

    #[test]
    fn texts_match_patterns_of_like() {
        assert_eq!(like("%@%", 2), "2@2");
        assert_eq!(like("AB__", 1), "ABxx");
    }
}
