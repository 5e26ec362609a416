//! What interrupted statements have left in PostgreSQL's catalogue: the queries, and what is decided from
//! their answers.

use std::collections::{BTreeMap, BTreeSet};

use limbeck_model::Direction;

use crate::driver::Answer;
use crate::engine::chart::Chart;
use crate::engine::script::{is_busy, leftovers_query};
use crate::ledger::{Contents, Ledger};
use crate::repair::Repair;
use crate::table::Recovery;

/// What the histories' scripts speak of, as SQL.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    /// Rows of the table and the name of an index that is built concurrently, and whether that script has
    /// ended.
    created: Vec<String>,
    /// Conditions on the table of an index that is rebuilt concurrently.
    reindexed: Vec<String>,
    /// Rows of a table and its partition that is detached concurrently.
    detached: Vec<String>,
    /// Queries of the id of an index that an unfinished script drops concurrently.
    dropped: Vec<String>,
}

impl Spoken {
    pub(super) fn of(chart: &Chart, ledger: &Ledger, contents: &Contents) -> Self {
        let mut spoken = Self::default();
        for entry in &chart.entries {
            let (history, id) = (entry.history.name, entry.revision.id);
            let is_applied = contents
                .rows
                .iter()
                .any(|row| row.history == history && row.id == id);
            for direction in [Direction::Up, Direction::Down] {
                let has_ended = is_applied == (direction == Direction::Up);
                let is_unfinished = contents.progress.iter().any(|progress| {
                    progress.history == history
                        && progress.id == id
                        && progress.direction == direction.name()
                });
                for &recovery in entry.script(direction).recoveries {
                    spoken.note(ledger, recovery, has_ended, is_unfinished);
                }
            }
        }
        spoken
    }

    fn note(&mut self, ledger: &Ledger, recovery: Recovery, has_ended: bool, is_unfinished: bool) {
        match recovery {
            Recovery::CreatesIndex { table, name } => self.created.push(format!(
                "({}, {}, {has_ended})",
                ledger.quote(table),
                ledger.quote(name)
            )),
            Recovery::ReindexesIndex(name) => self.reindexed.push(format!(
                "x.indrelid IN (SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass({}))",
                ledger.quote(name)
            )),
            Recovery::ReindexesTables(query) => {
                self.reindexed.push(format!("x.indrelid IN ({query})"));
            }
            Recovery::Detaches { table, partition } => self.detached.push(format!(
                "({}, {})",
                ledger.quote(table),
                ledger.quote(partition)
            )),
            Recovery::Drops(query) if is_unfinished && query.contains("to_regclass") => {
                self.dropped.push(query.to_owned());
            }
            _ => {}
        }
    }

    /// The query of the ids of indexes that scripts build, and whether the script has ended.
    pub(super) fn created(&self) -> Option<String> {
        (!self.created.is_empty()).then(|| {
            format!(
                "SELECT i.oid::text, bool_or(v.has_ended) FROM (VALUES {}) AS v (t, i, has_ended) \
                 JOIN pg_class t ON t.oid = to_regclass(v.t) \
                 JOIN pg_class i ON i.relnamespace = t.relnamespace AND i.relname = v.i::name GROUP BY i.oid",
                self.created.join(", ")
            )
        })
    }

    /// The query of the leftovers of what scripts rebuild.
    pub(super) fn reindexed(&self) -> Option<String> {
        (!self.reindexed.is_empty())
            .then(|| leftovers_query(&format!("({})", self.reindexed.join(" OR "))))
    }

    /// The query of the ids of what an unfinished script drops.
    pub(super) fn dropped(&self) -> Option<String> {
        let queries: Vec<_> = self
            .dropped
            .iter()
            .map(|query| format!("({query})"))
            .collect();
        (!queries.is_empty()).then(|| queries.join(" UNION ALL "))
    }

    /// The query of partitions that are half detached, and whether a script speaks of them.
    pub(super) fn half_detached(&self) -> String {
        let is_spoken_of = if self.detached.is_empty() {
            "false".to_owned()
        } else {
            format!(
                "EXISTS (SELECT FROM (VALUES {}) AS v (t, p) \
                 WHERE to_regclass(v.t) = h.inhparent AND to_regclass(v.p) = h.inhrelid)",
                self.detached.join(", ")
            )
        };
        format!(
            "SELECT format('%I.%I', tn.nspname, t.relname), format('%I.%I', pn.nspname, p.relname), {}, {is_spoken_of} \
             FROM pg_inherits h JOIN pg_class t ON t.oid = h.inhparent JOIN pg_namespace tn ON tn.oid = t.relnamespace \
             JOIN pg_class p ON p.oid = h.inhrelid JOIN pg_namespace pn ON pn.oid = p.relnamespace \
             WHERE to_jsonb(h) ->> 'inhdetachpending' = 'true' ORDER BY 1, 2",
            is_busy("h.inhparent")
        )
    }
}

/// The query of all indexes that nobody can use, but for other sessions' temporary ones.
pub(super) fn invalid_indexes() -> String {
    format!(
        "SELECT i.oid::text, format('%I.%I', n.nspname, i.relname), {}, i.relname ~ '{LEFTOVER}', \
         (SELECT b.oid::text FROM pg_class b WHERE b.relnamespace = i.relnamespace \
         AND b.relname = regexp_replace(i.relname, '{LEFTOVER}', '')) \
         FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace \
         WHERE NOT (x.indisvalid AND x.indisready AND x.indislive) AND i.relkind = 'i' \
         AND n.nspname <> 'pg_catalog' AND NOT starts_with(n.nspname, 'pg_temp_') ORDER BY 2",
        is_busy("x.indrelid")
    )
}

const LEFTOVER: &str = "_cc(new|old)[0-9]*$";

/// An index that nobody can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invalid {
    pub(super) oid: String,
    /// With its schema, as SQL names it.
    pub(super) name: String,
    is_busy: bool,
    /// Whether `REINDEX … CONCURRENTLY` has left it, as its name says.
    is_leftover: bool,
    /// The index that it was to replace, or that it was replaced by.
    base: Option<String>,
}

/// The rows of [`invalid_indexes`].
pub(super) fn invalid(answer: &Answer) -> Vec<Invalid> {
    answer
        .iter()
        .filter_map(|row| {
            let [Some(oid), Some(name), is_busy, is_leftover, base] = row.as_slice() else {
                return None;
            };
            Some(Invalid {
                oid: oid.clone(),
                name: name.clone(),
                is_busy: is_busy.as_deref() == Some("t"),
                is_leftover: is_leftover.as_deref() == Some("t"),
                base: base.clone(),
            })
        })
        .collect()
}

/// What the scripts speak of, as ids.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Indexes that scripts build, and whether the script has ended.
    pub(super) created: BTreeMap<String, bool>,
    pub(super) leftovers: BTreeSet<String>,
    pub(super) dropped: BTreeSet<String>,
}

/// What to do about an invalid index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cure {
    Drop,
    /// It belongs to a revision that is applied.
    Rebuild,
    /// An unfinished script is about to drop it.
    Upgrade,
    /// Another session is at it.
    Busy,
    /// Nobody can be sure what it is for.
    Unknown,
}

pub(super) fn cure(index: &Invalid, known: &Known, repair: Repair) -> Cure {
    if index.is_busy {
        return Cure::Busy;
    }
    if known.dropped.contains(&index.oid) {
        return Cure::Upgrade;
    }
    let base = index.base.as_ref().filter(|_| index.is_leftover);
    let is_sure = known.leftovers.contains(&index.oid)
        || base.is_some_and(|base| known.created.contains_key(base));
    match known.created.get(&index.oid) {
        Some(true) => Cure::Rebuild,
        Some(false) => Cure::Drop,
        None if is_sure || repair.all_indexes => Cure::Drop,
        None => Cure::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_scripts_speak_of_is_touched() {
        let index = Invalid {
            oid: "7".to_owned(),
            name: "public.i".to_owned(),
            is_busy: false,
            is_leftover: false,
            base: Some("7".to_owned()),
        };
        let known = |oid: &str, has_ended| Known {
            created: BTreeMap::from([(oid.to_owned(), has_ended)]),
            ..Known::default()
        };
        let only = Repair::new();
        assert_eq!(cure(&index, &known("7", true), only), Cure::Rebuild);
        assert_eq!(cure(&index, &known("7", false), only), Cure::Drop);
        assert_eq!(cure(&index, &known("8", true), only), Cure::Unknown);
        assert_eq!(
            cure(&index, &known("8", true), only.all_indexes(true)),
            Cure::Drop
        );
        let leftover = Invalid {
            is_leftover: true,
            base: Some("8".to_owned()),
            ..index.clone()
        };
        assert_eq!(cure(&leftover, &known("8", true), only), Cure::Drop);
        assert_eq!(cure(&leftover, &known("9", true), only), Cure::Unknown);
        let busy = Invalid {
            is_busy: true,
            ..index
        };
        assert_eq!(
            cure(&busy, &known("7", true), only.all_indexes(true)),
            Cure::Busy
        );
    }
}
