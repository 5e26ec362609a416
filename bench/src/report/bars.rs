//! The bars that the project has set for itself, against what was measured.

use std::fmt::Write as _;

use super::table::number;
use crate::contender::{LEAST, ONE_TRANSACTION};
use crate::history::Dialect;
use crate::record::Record;

/// What must be so, for one measurement at one size.
struct Bar {
    measure: &'static str,
    dialect: Dialect,
    sizes: &'static [usize],
    limit: Limit,
    words: &'static str,
}

enum Limit {
    /// So many times as much as this contender, at most.
    Times(f64, &'static str),
    /// At most this.
    Most(f64),
    /// At most one for each revision and so many more.
    ForEach(f64),
    /// Less than each of these.
    Below(&'static [&'static str]),
}

const BARS: &[Bar] = &[
    Bar {
        measure: "start",
        dialect: Dialect::Sqlite,
        sizes: &[10, 1_000, 10_000],
        limit: Limit::Times(1.5, LEAST),
        words: "start with nothing to do ≤ 1.5 × `PRAGMA user_version`",
    },
    Bar {
        measure: "start",
        dialect: Dialect::Postgres,
        sizes: &[10, 1_000, 10_000],
        limit: Limit::Times(1.1, LEAST),
        words: "start with nothing to do ≤ 1.1 × a bare `SELECT`",
    },
    Bar {
        measure: "start-trips",
        dialect: Dialect::Postgres,
        sizes: &[10, 1_000, 10_000],
        limit: Limit::Most(1.0),
        words: "start with nothing to do: 1 round trip",
    },
    Bar {
        measure: "fresh",
        dialect: Dialect::Sqlite,
        sizes: &[1_000],
        limit: Limit::Times(1.1, ONE_TRANSACTION),
        words: "new install ≤ 1.1 × the SQL in one transaction",
    },
    Bar {
        measure: "fresh",
        dialect: Dialect::Postgres,
        sizes: &[1_000, 5_000],
        limit: Limit::Times(1.1, ONE_TRANSACTION),
        words: "new install ≤ 1.1 × the SQL in one transaction",
    },
    Bar {
        measure: "trips",
        dialect: Dialect::Postgres,
        sizes: &[1_000],
        limit: Limit::ForEach(4.0),
        words: "new install: ≤ 1 round trip a revision + 4",
    },
    Bar {
        measure: "edit-newest",
        dialect: Dialect::Sqlite,
        sizes: &[1_000],
        limit: Limit::Below(&["sqlx", "refinery"]),
        words: "`cargo build` after an edit faster than sqlx and refinery",
    },
    Bar {
        measure: "edit-newest",
        dialect: Dialect::Postgres,
        sizes: &[1_000],
        limit: Limit::Below(&["sqlx", "refinery"]),
        words: "`cargo build` after an edit faster than sqlx and refinery",
    },
    Bar {
        measure: "build-dev",
        dialect: Dialect::Sqlite,
        sizes: &[10_000],
        limit: Limit::Most(10_000.0),
        words: "`cargo build` of the program < 10 s",
    },
    Bar {
        measure: "build-release",
        dialect: Dialect::Sqlite,
        sizes: &[10_000],
        limit: Limit::Most(10_000.0),
        words: "`cargo build --release` of the program < 10 s",
    },
    Bar {
        measure: "build-dev",
        dialect: Dialect::Postgres,
        sizes: &[10_000],
        limit: Limit::Most(10_000.0),
        words: "`cargo build` of the program < 10 s",
    },
    Bar {
        measure: "build-release",
        dialect: Dialect::Postgres,
        sizes: &[10_000],
        limit: Limit::Most(10_000.0),
        words: "`cargo build --release` of the program < 10 s",
    },
    Bar {
        measure: "binary",
        dialect: Dialect::Sqlite,
        sizes: &[10_000],
        limit: Limit::Most(1.1),
        words: "the program grows by ≤ 1.1 × the bytes of the SQL",
    },
    Bar {
        measure: "binary",
        dialect: Dialect::Postgres,
        sizes: &[10_000],
        limit: Limit::Most(1.1),
        words: "the program grows by ≤ 1.1 × the bytes of the SQL",
    },
];

pub(super) fn table(records: &[Record]) -> String {
    let mut text = String::from("| bar | revisions | measured | met |\n|---|---|---|---|\n");
    for bar in BARS {
        for &size in bar.sizes {
            let _ = writeln!(
                text,
                "| {}: {} | {size} | {} |",
                bar.dialect.title(),
                bar.words,
                judge(bar, size, records)
            );
        }
    }
    text
}

fn judge(bar: &Bar, size: usize, records: &[Record]) -> String {
    let find = |contender: &str| {
        records.iter().find(|record| {
            record.key() == (bar.measure, bar.dialect, size, contender) && record.failure.is_none()
        })
    };
    let Some(own) = find("limbeck") else {
        return "not measured | ".to_owned();
    };
    let median = own.median().unwrap_or(f64::NAN);
    let shown = number(median, &own.unit);
    let (measured, is_met) = match bar.limit {
        Limit::Times(most, other) => {
            let ratio = find(other).and_then(|other| own.ratio_to(other));
            let Some(ratio) = ratio else {
                return format!("{shown}, and nothing to compare with | ");
            };
            (format!("{ratio:.2} × ({shown})"), ratio <= most)
        }
        Limit::Most(most) => (shown, median <= most),
        Limit::ForEach(more) => {
            let most = f64::from(u32::try_from(size).unwrap_or(u32::MAX)) + more;
            (shown, median <= most)
        }
        Limit::Below(others) => {
            let others: Vec<_> = others
                .iter()
                .filter_map(|name| Some((name, find(name)?.median()?)))
                .collect();
            let words: Vec<_> = others
                .iter()
                .map(|(name, median)| format!("{name} {}", number(*median, &own.unit)))
                .collect();
            let is_met = others.iter().all(|(_, other)| median < *other);
            (format!("{shown}; {}", words.join(", ")), is_met)
        }
    };
    format!("{measured} | {}", if is_met { "yes" } else { "**no**" })
}
