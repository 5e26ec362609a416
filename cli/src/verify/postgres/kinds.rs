//! What a column holds, from the type that PostgreSQL has for it.

use std::collections::BTreeMap;

use limbeck_compiler::proof::rows::ValueKind;
use serde_json::Value as Json;

use super::shapes::{number, text, texts};

/// Types stand on types; no chain is longer than this.
const DEEPEST: usize = 20;

/// The length of a header that modifiers of lengths include.
const HEADER: i64 = 4;

/// A type of PostgreSQL.
#[derive(Debug)]
pub(super) struct Type {
    name: String,
    /// `b`ase, `c`omposite, `d`omain, `e`num, `m`ultirange, `r`ange.
    sort: String,
    base: Option<String>,
    base_modifier: i64,
    not_null: bool,
    element: Option<String>,
    range_of: Option<String>,
    labels: Vec<String>,
    attributes: usize,
    /// The names and conditions of a domain, which call the value `VALUE`.
    checks: Vec<(String, String)>,
}

/// The types of all columns, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Types(BTreeMap<String, Type>);

impl Types {
    pub(super) fn add(&mut self, json: &Json) {
        let optional = |key: &str| json[key].as_str().map(str::to_owned);
        let checks = json["checks"].as_array().into_iter().flatten();
        let found = Type {
            name: text(&json["name"]),
            sort: text(&json["sort"]),
            base: optional("base"),
            base_modifier: number(&json["base_modifier"]),
            not_null: json["not_null"].as_bool().unwrap_or_default(),
            element: optional("element"),
            range_of: optional("range_of"),
            labels: texts(&json["labels"]),
            attributes: usize::try_from(number(&json["attributes"])).unwrap_or_default(),
            checks: checks
                .map(|check| (text(&check["name"]), text(&check["sql"])))
                .collect(),
        };
        self.0.insert(text(&json["oid"]), found);
    }

    /// The domains that a type stands on, itself too.
    fn domains(&self, oid: &str) -> impl Iterator<Item = &Type> {
        let first = self.0.get(oid);
        let chain = std::iter::successors(first, |found| self.0.get(found.base.as_ref()?));
        chain.take(DEEPEST).filter(|found| found.sort == "d")
    }

    /// Whether a domain keeps null out.
    pub(super) fn keeps_null_out(&self, oid: &str) -> bool {
        self.domains(oid).any(|domain| domain.not_null)
    }

    /// The names and conditions of a type's domains, about a column.
    pub(super) fn checks(&self, oid: &str, column: &str) -> Vec<(String, String)> {
        let checks = self.domains(oid).flat_map(|domain| &domain.checks);
        checks
            .map(|(name, sql)| {
                (
                    name.clone(),
                    sql.replace("VALUE", &super::session::quoted(column)),
                )
            })
            .collect()
    }

    pub(super) fn kind(&self, oid: &str, modifier: i64) -> ValueKind {
        self.kind_within(oid, modifier, DEEPEST)
    }

    fn kind_within(&self, oid: &str, modifier: i64, depth: usize) -> ValueKind {
        let (Some(found), Some(depth)) = (self.0.get(oid), depth.checked_sub(1)) else {
            return unknown();
        };
        if let Some(base) = &found.base {
            return self.kind_within(base, found.base_modifier, depth);
        }
        if let Some(element) = &found.element {
            let element = self.kind_within(element, modifier, depth);
            return arrays(&element);
        }
        if let Some(range_of) = &found.range_of {
            return ranges(&self.kind_within(range_of, -1, depth), false);
        }
        match found.sort.as_str() {
            "e" => ValueKind::OneOf(found.labels.clone()),
            "c" => samples(&[&format!(
                "({})",
                ",".repeat(found.attributes.saturating_sub(1))
            )]),
            "m" => multiranges(&found.name),
            _ => base(&found.name, modifier),
        }
    }
}

/// A type that the server brings along, or an extension.
fn base(name: &str, modifier: i64) -> ValueKind {
    let length = || usize::try_from(modifier - HEADER).ok();
    let integer = |min, max| ValueKind::Integer { min, max };
    match name {
        "int2" => integer(i16::MIN.into(), i16::MAX.into()),
        "int4" => integer(i32::MIN.into(), i32::MAX.into()),
        "int8" => integer(i64::MIN, i64::MAX),
        "oid" | "xid" | "cid" => integer(0, u32::MAX.into()),
        "float4" | "float8" => ValueKind::Real,
        "numeric" => decimal(modifier),
        "varchar" | "bpchar" => ValueKind::Text {
            max_length: length(),
        },
        "text" | "citext" => ValueKind::Text { max_length: None },
        "name" => ValueKind::Text {
            max_length: Some(63),
        },
        "char" => ValueKind::Text {
            max_length: Some(1),
        },
        "bool" => ValueKind::Boolean,
        "date" => ValueKind::Date,
        "timestamp" | "timestamptz" => ValueKind::Timestamp,
        "uuid" => ValueKind::Uuid,
        "json" | "jsonb" => ValueKind::Json,
        "bytea" => ValueKind::Bytes,
        "bit" => bits(usize::try_from(modifier).unwrap_or(1)),
        "varbit" => samples(&["1", "0", "11", "", "1"]),
        "vector" | "halfvec" => vectors(usize::try_from(modifier).unwrap_or(3)),
        _ => others(name),
    }
}

/// The last two are the smallest and the largest.
fn others(name: &str) -> ValueKind {
    match name {
        "money" => samples(&["1.00", "2.00", "3.00", "-90000000.00", "90000000.00"]),
        "time" | "timetz" => samples(&["10:00:01", "10:00:02", "10:00:03", "00:00:00", "23:59:59"]),
        "interval" => samples(&["1 day", "2 days", "3 days", "-1 year", "100 years"]),
        "inet" => samples(&["10.0.0.1", "10.0.0.2", "10.0.0.3", "0.0.0.0", "ffff::1"]),
        "cidr" => samples(&[
            "10.0.1.0/24",
            "10.0.2.0/24",
            "10.0.3.0/24",
            "0.0.0.0/0",
            "ffff::/16",
        ]),
        "macaddr" => samples(&[
            "08:00:2b:01:02:01",
            "08:00:2b:01:02:02",
            "08:00:2b:01:02:03",
        ]),
        "macaddr8" => samples(&["08:00:2b:01:02:03:04:01", "08:00:2b:01:02:03:04:02"]),
        "tsvector" => samples(&[
            "'one':1",
            "'two':1",
            "'three':1",
            "",
            "'long':1,2,3 'word':4",
        ]),
        "tsquery" => samples(&["'one'", "'two'", "'three'", "'a' | 'b'"]),
        "xml" => samples(&["<a>1</a>", "<a>2</a>", "<a>3</a>", "<a/>", "<a><b/></a>"]),
        "jsonpath" => samples(&["$.a", "$.b", "$.c"]),
        "point" => samples(&[
            "(1,1)",
            "(2,2)",
            "(3,3)",
            "(-1000000,-1000000)",
            "(1000000,1000000)",
        ]),
        "line" => samples(&["{1,2,3}", "{2,3,4}"]),
        "lseg" => samples(&["[(1,1),(2,2)]", "[(2,2),(3,3)]"]),
        "box" => samples(&["(2,2),(1,1)", "(4,4),(3,3)", "(6,6),(5,5)"]),
        "path" => samples(&["[(1,1),(2,2)]", "((1,1),(2,2),(3,1))"]),
        "polygon" => samples(&["((1,1),(2,2),(3,1))", "((4,4),(5,5),(6,4))"]),
        "circle" => samples(&["<(1,1),1>", "<(4,4),1>", "<(8,8),1>"]),
        "pg_lsn" => samples(&["0/1", "0/2", "0/3", "0/0", "FFFFFFFF/FFFFFFFF"]),
        "regclass" => samples(&["pg_class", "pg_type", "pg_proc"]),
        "regtype" => samples(&["integer", "text", "boolean"]),
        "regrole" | "regnamespace" | "regproc" | "regprocedure" => samples(&["0", "-"]),
        "ltree" => samples(&["a.b1", "a.b2", "a.b3", "a", "a.b.c.d.e.f"]),
        "hstore" => samples(&["a=>1", "a=>2", "a=>3", "", "a=>NULL,b=>2"]),
        "geometry" | "geography" => samples(&["POINT(1 1)", "POINT(2 2)", "POINT(3 3)"]),
        _ => unknown(),
    }
}

/// A type of an extension that is not known here: whatever it reads from a text.
fn unknown() -> ValueKind {
    samples(&[
        "value-1", "value-2", "1", "2", "a", "{}", "()", "[1,2,3]", "{1}", "0", "",
    ])
}

fn samples(samples: &[&str]) -> ValueKind {
    ValueKind::Other {
        samples: samples.iter().map(ToString::to_string).collect(),
    }
}

/// Source: `numeric_in` of PostgreSQL: the precision is in the upper half, the scale in the lower eleven bits,
/// with a sign from version 15 on.
fn decimal(modifier: i64) -> ValueKind {
    let Some(packed) = (modifier - HEADER >= 0).then_some(modifier - HEADER) else {
        return ValueKind::Decimal {
            precision: None,
            scale: 0,
        };
    };
    let precision = usize::try_from(packed >> 16).unwrap_or_default();
    let scale = packed & 0x7ff;
    // A negative scale rounds; what is below a hundred of the like is zero.
    let scale = if scale > 1000 { 0 } else { scale };
    let scale = usize::try_from(scale).unwrap_or_default();
    ValueKind::Decimal {
        precision: Some(precision.max(scale)),
        scale,
    }
}

fn bits(length: usize) -> ValueKind {
    let last = |ones: usize| {
        let ones = ones.min(length);
        format!("{}{}", "0".repeat(length - ones), "1".repeat(ones))
    };
    ValueKind::Other {
        samples: vec![last(1), last(2), last(3), last(0), last(length)],
    }
}

fn vectors(dimensions: usize) -> ValueKind {
    let vector = |number: usize| format!("[{}]", vec![number.to_string(); dimensions].join(","));
    ValueKind::Other {
        samples: (1..=5).map(vector).collect(),
    }
}

/// Plain texts for a value of a kind: two for small rows, then others.
fn plain(kind: &ValueKind) -> Vec<String> {
    let numbered = |text: &str| (1..=5).map(|n| text.replace('#', &n.to_string())).collect();
    match kind {
        ValueKind::Text { max_length } if max_length.is_none_or(|most| most >= 7) => {
            numbered("value-#")
        }
        ValueKind::Date => numbered("2024-01-0#"),
        ValueKind::Timestamp => numbered("2024-01-0# 10:00:00+00"),
        ValueKind::Uuid => numbered("00000000-0000-4000-8000-00000000000#"),
        ValueKind::Json => numbered("{\"key\": #}"),
        ValueKind::Boolean => vec!["true".to_owned(), "false".to_owned()],
        ValueKind::Bytes => numbered("\\x0#"),
        ValueKind::OneOf(labels) => labels.clone(),
        ValueKind::Other { samples } => samples.clone(),
        ValueKind::Text { .. }
        | ValueKind::Integer { .. }
        | ValueKind::Real
        | ValueKind::Decimal { .. } => numbered("#"),
    }
}

/// One element each; at the end none, and several.
fn arrays(element: &ValueKind) -> ValueKind {
    let quoted = |text: &String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let elements: Vec<_> = plain(element).iter().map(quoted).collect();
    let mut samples: Vec<_> = elements
        .iter()
        .map(|element| format!("{{{element}}}"))
        .collect();
    samples.push("{}".to_owned());
    samples.push(format!("{{{}}}", elements.join(",")));
    ValueKind::Other { samples }
}

/// Ranges that do not overlap; at the end the empty one, and one that never ends.
fn ranges(of: &ValueKind, is_multiple: bool) -> ValueKind {
    let bounds = match of {
        ValueKind::Date | ValueKind::Timestamp => plain(of),
        _ => (1..=5).map(|number| number.to_string()).collect(),
    };
    let within = |range: String| {
        if is_multiple {
            format!("{{{range}}}")
        } else {
            range
        }
    };
    let pairs = bounds.windows(2);
    let mut samples: Vec<_> = pairs
        .map(|pair| within(format!("[\"{}\",\"{}\")", pair[0], pair[1])))
        .collect();
    samples.push(if is_multiple { "{}" } else { "empty" }.to_owned());
    let last = bounds.last().map(String::as_str).unwrap_or_default();
    samples.push(within(format!("[\"{last}\",)")));
    ValueKind::Other { samples }
}

fn multiranges(name: &str) -> ValueKind {
    let of = match name {
        "datemultirange" => ValueKind::Date,
        "tsmultirange" | "tstzmultirange" => ValueKind::Timestamp,
        _ => ValueKind::Real,
    };
    ranges(&of, true)
}
