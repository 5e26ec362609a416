//! The values of directives: names, dialects, reasons, times and durations.

use limbeck_model::Dialect;
use limbeck_model::diagnostic::{Code, Diagnostic};
use limbeck_model::suggest::nearest;
use toml_edit::Datetime;

use super::revision::Spanned;
use super::scan::Line;
use super::table::Name;
use super::text::Text;

/// PostgreSQL keeps timeouts in 32 bits with a sign.
const MAXIMUM_DURATION_MS: u64 = 2_147_483_647;
const UNITS: &str = "the units are `ms`, `s`, `min` and `h`";

/// The value of a directive that must have one.
pub(super) fn required<'a>(line: &Line<'a>) -> Result<Text<'a>, Diagnostic> {
    let name = line.name.text();
    let rest = line.rest;
    if rest.is_empty() {
        let diagnostic = Diagnostic::new(
            Code::MissingValue,
            line.span,
            format!("`@{name}` without a value"),
        );
        return Err(diagnostic
            .label("expected a value behind it")
            .help(match line.name {
                Name::Revises => format!(
                    "write it like `{}`, or `-- @revises base` for the first revision",
                    line.name.usage()
                ),
                _ => format!("write it like `{}`", line.name.usage()),
            }));
    }
    let sign = rest.part(0, 1);
    if matches!(sign.content, ":" | "=") {
        let value = rest.part(1, rest.content.len()).trim();
        let diagnostic = Diagnostic::new(
            Code::BadArgument,
            sign.span(),
            format!("`{}` between `@{name}` and its value", sign.content),
        );
        let edit = format!("-- @{name} {}", value.content);
        return Err(diagnostic
            .label("expected a space only")
            .help(format!("write `{}`", edit.trim_end())));
    }
    Ok(rest)
}

/// The reason behind the colon of a directive; `subject` is what stands before the colon.
pub(super) fn reason(line: &Line<'_>, subject: Text<'_>) -> Result<Spanned<String>, Diagnostic> {
    let behind = line.rest.part(
        subject.span().end - line.rest.span().start,
        line.rest.content.len(),
    );
    let behind = behind.trim();
    let given = behind.content.strip_prefix(':').map(str::trim);
    let head = format!("-- @{} {}", line.name.text(), subject.content);
    let head = head.trim_end();
    let error = |label: &str, help: String| {
        let diagnostic = Diagnostic::new(
            Code::MissingReason,
            line.span,
            format!("`@{}` without a reason", line.name.text()),
        );
        Err(diagnostic.label(label).help(help))
    };
    match given {
        Some(reason) if !reason.is_empty() => {
            let start = behind.content.len() - reason.len();
            Ok(behind.part(start, behind.content.len()).to_spanned())
        }
        None if !behind.is_empty() => error(
            "expected a colon before the reason",
            format!("write `{head}: {}`", behind.content),
        ),
        _ => error(
            "expected a colon and a reason behind it",
            format!("write it like `{head}: …`, with the reason in place of `…`"),
        ),
    }
}

/// A dialect by its name.
pub(super) fn dialect(text: Text<'_>) -> Result<Spanned<Dialect>, Diagnostic> {
    if let Ok(dialect) = text.content.parse() {
        return Ok(Spanned::new(dialect, text.span()));
    }
    let diagnostic = Diagnostic::new(
        Code::UnknownDialect,
        text.span(),
        format!("unknown dialect `{}`", text.content),
    )
    .label("expected `sqlite` or `postgres`");
    Err(match suggest_dialect(text.content) {
        Some(dialect) => diagnostic.help(format!("write `{dialect}`")),
        None => diagnostic.help("write `sqlite` or `postgres`, or remove the line"),
    })
}

/// The dialect that was probably meant.
pub(super) fn suggest_dialect(written: &str) -> Option<Dialect> {
    match written.to_ascii_lowercase().as_str() {
        "pg" | "psql" | "pgsql" | "postgre" | "postgresql" => Some(Dialect::Postgres),
        "lite" | "rusqlite" | "sqlite3" => Some(Dialect::Sqlite),
        other => nearest(other, Dialect::ALL.map(Dialect::name))?
            .parse()
            .ok(),
    }
}

/// A time as RFC 3339 writes it, with an offset.
pub(super) fn time(text: Text<'_>) -> Result<Spanned<String>, Diagnostic> {
    let error = |label: &str| {
        let message = format!("`{}` is not a time in RFC 3339", text.content);
        Diagnostic::new(Code::BadDate, text.span(), message).label(label)
    };
    let example = "write it like `2025-01-08T10:21:00Z`";
    let Ok(Datetime { date, time, offset }) = text.content.parse() else {
        let label = if looks_like_time(text.content) {
            "there is no such time"
        } else {
            "expected a date, `T`, a time and an offset"
        };
        return Err(error(label).help(example));
    };
    if date.is_none() {
        return Err(error("the date is missing").help(example));
    }
    match time {
        None => {
            let help = format!("write `{}T00:00:00Z`, with the right time", text.content);
            Err(error("the time is missing").help(help))
        }
        Some(time) if time.second.is_none() => Err(error("the seconds are missing").help(example)),
        Some(_) if offset.is_none() => {
            let help = format!(
                "write `{}Z` if the time is UTC",
                text.content.replacen(' ', "T", 1)
            );
            Err(error("the offset is missing").help(help))
        }
        Some(_) => Ok(text.to_spanned()),
    }
}

/// Whether a text has the digits and signs of a time, up to the seconds.
fn looks_like_time(text: &str) -> bool {
    let shape = b"0000-00-00T00:00:00";
    let bytes = text.as_bytes();
    let fits = |(&byte, &sign): (&u8, &u8)| match sign {
        b'0' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't' | b' '),
        sign => byte == sign,
    };
    bytes.len() >= shape.len() && bytes.iter().zip(shape).all(fits)
}

/// A duration such as `5s`, in milliseconds.
pub(super) fn duration(text: Text<'_>) -> Result<u64, Diagnostic> {
    let digits = text.content.len()
        - text
            .content
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .len();
    let number = text.part(0, digits);
    let unit = text.part(digits, text.content.len());
    let error = |place: Text<'_>, label: &str| {
        let message = format!("`{}` is not a duration", text.content);
        Diagnostic::new(Code::BadDuration, place.span(), message).label(label)
    };
    if number.is_empty() {
        return Err(error(text, "expected a whole number and a unit")
            .note(UNITS)
            .help("write it like `5s`"));
    }
    let factor = match unit.content {
        "ms" => 1,
        "s" => 1000,
        "min" => 60_000,
        "h" => 3_600_000,
        "" => {
            let help = format!("write `{0}s` or `{0}ms`", number.content);
            return Err(error(text, "the unit is missing").note(UNITS).help(help));
        }
        other => {
            let diagnostic = error(unit, "expected a unit").note(UNITS);
            return Err(match meant_unit(other) {
                Some(unit) => diagnostic.help(format!("write `{}{unit}`", number.content)),
                None if other.starts_with('.') => diagnostic
                    .help("write a whole number of a smaller unit, such as `1500ms` for `1.5s`"),
                None => diagnostic.help("write it like `5s`"),
            });
        }
    };
    let milliseconds = number
        .content
        .parse()
        .ok()
        .and_then(|n: u64| n.checked_mul(factor));
    match milliseconds {
        Some(0) => Err(error(text, "expected more than 0")
            .note("0 would mean to the databases that there is no limit")
            .help("write a long duration, or remove the line")),
        Some(milliseconds) if milliseconds <= MAXIMUM_DURATION_MS => Ok(milliseconds),
        _ => Err(error(text, "expected at most 24 days")
            .note("PostgreSQL keeps timeouts as 32-bit milliseconds")
            .help("write a shorter duration")),
    }
}

fn meant_unit(written: &str) -> Option<&'static str> {
    match written.trim().to_ascii_lowercase().as_str() {
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => Some("ms"),
        "s" | "sec" | "secs" | "second" | "seconds" => Some("s"),
        "m" | "min" | "mins" | "minute" | "minutes" => Some("min"),
        "h" | "hr" | "hour" | "hours" => Some("h"),
        _ => None,
    }
}
