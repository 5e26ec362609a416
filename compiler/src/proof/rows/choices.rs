//! The values to try in a column, the likeliest first.

use super::literals::Literals;
use super::{Pattern, Value, ValueKind, sample};

/// The length of a long text where nothing limits it.
const LONG: usize = 200;

/// The digits of a large decimal number where nothing limits it.
const MANY_DIGITS: usize = 30;

/// A constraint that speaks of lengths means texts that somebody types.
const LONGEST_HINT: i64 = 2000;

/// Texts that checks often ask for. `#` stands for the row's number.
const USUAL_TEXTS: [&str; 12] = [
    "a#",
    "A#",
    "#",
    "a#@example.org",
    "https://example.org/#",
    "{}",
    "[]",
    "2024-01-0#",
    "00000000-0000-4000-8000-00000000000#",
    "AB",
    "abc",
    "0.0.#",
];

/// The values for a column of this kind in a row of this pattern. `hints` are the literals of the checks
/// that speak of the column.
pub(super) fn choices(kind: &ValueKind, pattern: Pattern, hints: Option<&Literals>) -> Vec<Value> {
    let number = pattern.number();
    let none = Literals::default();
    let column = Column {
        pattern,
        number,
        hints: hints.unwrap_or(&none),
        is_checked: hints.is_some(),
    };
    let found = match kind {
        ValueKind::Text { max_length } => column.texts(*max_length),
        ValueKind::Integer { min, max } => column.integers(*min, *max),
        ValueKind::Real => column.reals(),
        ValueKind::Decimal { precision, scale } => column.decimals(*precision, *scale),
        ValueKind::Boolean => vec![
            Value::Boolean(!number.is_multiple_of(2)),
            Value::Boolean(number.is_multiple_of(2)),
        ],
        ValueKind::Date => column.moments(""),
        ValueKind::Timestamp => column.moments(" 10:00:00+00"),
        ValueKind::Uuid => column.uuids(),
        ValueKind::Json => column.json(),
        ValueKind::Bytes => column.bytes(),
        ValueKind::OneOf(labels) => column.rotated(labels),
        ValueKind::Other { samples } => column.samples(samples),
    };
    let mut different: Vec<Value> = Vec::with_capacity(found.len());
    for value in found {
        if !different.contains(&value) {
            different.push(value);
        }
    }
    different
}

struct Column<'a> {
    pattern: Pattern,
    number: u8,
    hints: &'a Literals,
    is_checked: bool,
}

impl Column<'_> {
    fn integers(&self, min: i64, max: i64) -> Vec<Value> {
        let mut hinted: Vec<i64> = Vec::new();
        for &hint in &self.hints.integers {
            hinted.extend([hint, hint.saturating_add(1), hint.saturating_sub(1)]);
        }
        let number = i64::from(self.number);
        let all = match self.pattern {
            Pattern::Large => {
                hinted.sort_unstable_by_key(|value| std::cmp::Reverse(*value));
                [vec![max], hinted, vec![1_000_000, 1000 + number, number]].concat()
            }
            Pattern::Small => {
                hinted.sort_unstable();
                [vec![min], hinted, vec![-1_000_000, -1, 0, number]].concat()
            }
            _ => [
                vec![number],
                hinted,
                vec![10 + number, 100 + number, 0, 10, 100, 1000, -number],
            ]
            .concat(),
        };
        let fitting = all.into_iter().filter(|value| (min..=max).contains(value));
        fitting.map(Value::Integer).collect()
    }

    fn reals(&self) -> Vec<Value> {
        let mut hinted = Vec::new();
        for &hint in &self.hints.reals {
            hinted.extend([hint, hint + 1.0, hint - 1.0, hint + 0.25, hint - 0.25]);
        }
        let number = f64::from(self.number);
        let all = match self.pattern {
            Pattern::Large => {
                hinted.sort_unstable_by(|one, other| other.total_cmp(one));
                [vec![1e15], hinted, vec![1e6, number]].concat()
            }
            Pattern::Small => {
                hinted.sort_unstable_by(f64::total_cmp);
                [vec![-1e15], hinted, vec![-1e6, -1.0, 0.0, number]].concat()
            }
            _ => [
                vec![number + 0.5],
                hinted,
                vec![number, number / 10.0, 0.0, 10.5, 100.0, -number],
            ]
            .concat(),
        };
        all.into_iter().map(Value::Real).collect()
    }

    fn decimals(&self, precision: Option<usize>, scale: usize) -> Vec<Value> {
        let digits = precision.unwrap_or(MANY_DIGITS + scale);
        let whole = digits.saturating_sub(scale);
        let fraction = if scale == 0 {
            String::new()
        } else {
            format!(".{}", "9".repeat(scale))
        };
        let largest = match whole {
            0 => format!("0{fraction}"),
            _ => format!("{}{fraction}", "9".repeat(whole)),
        };
        let number = self.number;
        let plain = match (whole, scale) {
            (0, _) => format!("0.{}{number}", "0".repeat(scale.saturating_sub(1))),
            (_, 0) => number.to_string(),
            _ => format!("{number}.5"),
        };
        let hinted = self.reals_as_text(precision.map(|_| scale));
        let first = match self.pattern {
            Pattern::Large => vec![largest],
            Pattern::Small => vec![format!("-{largest}"), "-1".to_owned(), "0".to_owned()],
            _ => vec![plain.clone()],
        };
        let rest = vec![
            plain,
            number.to_string(),
            "0".to_owned(),
            format!("-{number}"),
        ];
        let all = [first, hinted, rest].concat();
        all.into_iter().map(Value::Text).collect()
    }

    /// The numbers of the checks and their neighbours, with as many digits as the column keeps.
    fn reals_as_text(&self, scale: Option<usize>) -> Vec<String> {
        let hints = self.hints.reals.iter();
        hints
            .flat_map(|hint| [*hint, hint + 1.0, hint - 1.0])
            .map(|real| match scale {
                Some(scale) => format!("{real:.*}", scale.min(10)),
                None => real.to_string(),
            })
            .collect()
    }

    fn texts(&self, max_length: Option<usize>) -> Vec<Value> {
        let fits = |text: &String| max_length.is_none_or(|most| text.chars().count() <= most);
        let plain = self.plain_text(max_length);
        let all = match self.pattern {
            Pattern::Large => {
                let longest = self.filled(max_length.map_or(LONG, |most| most.min(LONG)));
                let mut hinted = self.hinted_texts();
                hinted.sort_by_key(|text| std::cmp::Reverse(text.chars().count()));
                [vec![longest], hinted, vec![plain], self.usual_texts()].concat()
            }
            Pattern::Small => {
                let mut hinted = self.hinted_texts();
                hinted.sort_by_key(|text| text.chars().count());
                let small = vec![String::new(), " ".to_owned()];
                [small, hinted, vec![plain], self.usual_texts()].concat()
            }
            _ => [vec![plain], self.hinted_texts(), self.usual_texts()].concat(),
        };
        all.into_iter().filter(fits).map(Value::Text).collect()
    }

    fn plain_text(&self, max_length: Option<usize>) -> String {
        // A script that turns all letters into small ones changes it.
        let number = self.number;
        match max_length {
            Some(0) => String::new(),
            Some(1) => number.to_string(),
            Some(most) if most < "Value-1".len() => format!("V{number}"),
            _ => format!("Value-{number}"),
        }
    }

    /// A text of exactly this many characters, which ends with the row's number.
    fn filled(&self, length: usize) -> String {
        match length {
            0 => String::new(),
            _ => format!("{}{}", "w".repeat(length - 1), self.number),
        }
    }

    fn hinted_texts(&self) -> Vec<String> {
        let mut texts = self.hints.strings.clone();
        // Where they are labels, which of them is first depends on the row.
        if !texts.is_empty() {
            let start = usize::from(self.number - 1) % texts.len();
            texts.rotate_left(start);
        }
        for hint in &self.hints.strings {
            texts.extend(sample::regular(hint, self.number));
            texts.push(sample::like(hint, self.number));
        }
        let lengths = self.hints.integers.iter();
        for &length in lengths.filter(|length| (0..=LONGEST_HINT).contains(*length)) {
            let lengths = [length, length + 1, length - 1].into_iter();
            let lengths = lengths.filter_map(|length| usize::try_from(length).ok());
            texts.extend(lengths.map(|length| self.filled(length)));
        }
        texts
    }

    /// Without a check there is nothing that a usual text would be tried for, but to be different.
    fn usual_texts(&self) -> Vec<String> {
        let few = if self.is_checked {
            USUAL_TEXTS.len()
        } else {
            3
        };
        let texts = USUAL_TEXTS.iter().take(few);
        texts
            .map(|text| text.replace('#', &self.number.to_string()))
            .collect()
    }

    fn moments(&self, time: &str) -> Vec<Value> {
        let number = self.number;
        let day = |text: &str| Value::text(format!("{text}{time}"));
        let hints = self.hints.strings.iter();
        let hinted = hints
            .filter(|hint| hint.starts_with(|first: char| first.is_ascii_digit()))
            .map(Value::text);
        let mut all = match self.pattern {
            Pattern::Large => vec![day("9999-12-31")],
            Pattern::Small => vec![day("0001-01-01")],
            _ => Vec::new(),
        };
        all.push(day(&format!("2024-01-0{number}")));
        all.extend(hinted);
        all.push(day(&format!("2024-06-0{number}")));
        all.push(day(&format!("2023-06-0{number}")));
        all.push(day(&format!("2031-06-0{number}")));
        all.push(day(&format!("1999-06-0{number}")));
        all
    }

    fn uuids(&self) -> Vec<Value> {
        let plain = format!("00000000-0000-4000-8000-00000000000{}", self.number);
        let hard = match self.pattern {
            Pattern::Large => Some("ffffffff-ffff-4fff-bfff-ffffffffffff"),
            Pattern::Small => Some("00000000-0000-0000-0000-000000000000"),
            _ => None,
        };
        let hints = self.hints.strings.iter().map(String::as_str);
        let all = hard.into_iter().chain([plain.as_str()]).chain(hints);
        all.map(Value::text).collect()
    }

    fn json(&self) -> Vec<Value> {
        let number = self.number;
        let hard = match self.pattern {
            Pattern::Large => Some(format!(r#"{{"key": "{}"}}"#, self.filled(LONG))),
            Pattern::Small => Some("null".to_owned()),
            _ => None,
        };
        let usual = [
            "{}".to_owned(),
            format!(r#"{{"key": {number}}}"#),
            "[]".to_owned(),
            format!("[{number}]"),
            format!(r#""value-{number}""#),
            number.to_string(),
            "true".to_owned(),
        ];
        let keys = self.hints.strings.iter().map(|key| {
            let key = key.replace('\\', "\\\\").replace('"', "\\\"");
            format!(r#"{{"{key}": {number}}}"#)
        });
        let all = hard.into_iter().chain(usual).chain(keys);
        all.map(Value::Text).collect()
    }

    fn bytes(&self) -> Vec<Value> {
        let number = self.number;
        let mut all = match self.pattern {
            Pattern::Large => vec![vec![0xff; LONG]],
            Pattern::Small => vec![Vec::new()],
            _ => Vec::new(),
        };
        all.push(vec![number]);
        let lengths = self.hints.integers.iter();
        for &length in lengths.filter(|length| (0..=LONGEST_HINT).contains(*length)) {
            let lengths = [length, length + 1, length - 1].into_iter();
            let lengths = lengths.filter_map(|length| usize::try_from(length).ok());
            all.extend(lengths.map(|length| vec![number; length]));
        }
        all.into_iter().map(Value::Bytes).collect()
    }

    fn rotated(&self, texts: &[String]) -> Vec<Value> {
        let mut all: Vec<_> = texts.iter().map(Value::text).collect();
        if !all.is_empty() {
            let start = usize::from(self.number - 1) % all.len();
            all.rotate_left(start);
        }
        all
    }

    fn samples(&self, samples: &[String]) -> Vec<Value> {
        match (self.pattern, samples) {
            (Pattern::Large, [.., largest]) => {
                [vec![Value::text(largest)], self.rotated(samples)].concat()
            }
            (Pattern::Small, [.., smallest, _]) => {
                [vec![Value::text(smallest)], self.rotated(samples)].concat()
            }
            _ => self.rotated(samples),
        }
    }
}

#[cfg(test)]
mod tests;
