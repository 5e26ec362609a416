//! Whether a statement has happened, and what has to be done about what it has left: from what was seen.

use super::look::{Attachment, Relation, Seen, Validity};
use crate::ledger::ProgressState;
use crate::table::Recovery;

/// What is known of a statement that was begun by somebody else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doubt<'d> {
    pub(super) state: ProgressState,
    /// What was answered before it ran; empty where nothing was.
    pub(super) before: Option<&'d str>,
}

/// What to do next about a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It has happened.
    Done,
    /// It has not, or may as well run again.
    Run,
    /// These indexes are in its way: drop them and look again.
    Drop(Vec<String>),
    /// A half of it has happened: bring it to its end, and it has happened.
    Finish,
    /// Another session is at this: look again when that has ended.
    Wait(String),
    /// Nothing tells.
    Unknown,
}

/// Before a statement runs for the first time under a claim.
pub(super) fn before(seen: &Seen) -> Next {
    match seen {
        Seen::Index(Some(index)) if index.validity == Validity::Invalid => away_with(&[index]),
        Seen::Reindexed { leftovers, .. } => away_with(&leftovers.iter().collect::<Vec<_>>()),
        _ => Next::Run,
    }
}

/// Of a statement that somebody else has begun.
pub(super) fn in_doubt(recovery: Recovery, doubt: Doubt<'_>, seen: &Seen) -> Next {
    match (recovery, seen) {
        // What the database has refused was rolled back. That it was begun and not answered is known of it
        // from an older ledger alone, which recorded it apart.
        (Recovery::Together, _) => match doubt.state {
            ProgressState::Failed => Next::Run,
            ProgressState::Started | ProgressState::Done => Next::Unknown,
        },
        (Recovery::Verify(_), Seen::Truth(true)) => Next::Done,
        (Recovery::Creates(_), Seen::Answer(now)) => created(doubt.before, now.as_deref()),
        (Recovery::Drops(_), Seen::Answer(now)) => dropped(doubt.before, now.as_deref()),
        (Recovery::CreatesIndex { .. }, Seen::Index(Some(index))) => match index.validity {
            // Where it was there before, the statement says what it thinks of that.
            Validity::Valid if doubt.before != Some(&index.oid) => Next::Done,
            Validity::Valid | Validity::Other => Next::Run,
            Validity::Invalid => away_with(&[index]),
        },
        (
            Recovery::ReindexesIndex(_) | Recovery::ReindexesTables(_),
            Seen::Reindexed { leftovers, oid },
        ) => {
            if !leftovers.is_empty() {
                return away_with(&leftovers.iter().collect::<Vec<_>>());
            }
            // The new index takes the old one's name.
            match (doubt.before, oid) {
                (Some(before), Some(now)) if !before.is_empty() && before != now => Next::Done,
                _ => Next::Run,
            }
        }
        (
            Recovery::Detaches { table, .. },
            Seen::Partition {
                attachment,
                is_busy,
            },
        ) => match attachment {
            Attachment::None if doubt.before == Some("") => Next::Run,
            Attachment::None => Next::Done,
            Attachment::Whole => Next::Run,
            Attachment::Pending if *is_busy => Next::Wait(table.to_owned()),
            Attachment::Pending => Next::Finish,
        },
        _ => Next::Run,
    }
}

/// It has happened if there is an answer that was not there before.
fn created(before: Option<&str>, now: Option<&str>) -> Next {
    match (before, now) {
        (Some(before), Some(now)) if before != now => Next::Done,
        (None, Some(_)) => Next::Unknown,
        _ => Next::Run,
    }
}

/// It has happened if the answer of before is gone. Where there was none, there is nothing to drop.
fn dropped(before: Option<&str>, now: Option<&str>) -> Next {
    let is_gone = before.is_none_or(|before| !before.is_empty()) && now.is_none();
    let is_another = before.zip(now).is_some_and(|(before, now)| before != now);
    if is_gone || (is_another && before != Some("")) {
        Next::Done
    } else {
        Next::Run
    }
}

fn away_with(indexes: &[&Relation]) -> Next {
    match indexes.iter().find(|index| index.is_busy) {
        Some(index) => Next::Wait(index.name.clone()),
        None if indexes.is_empty() => Next::Run,
        None => Next::Drop(indexes.iter().map(|index| index.name.clone()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubt(before: Option<&str>) -> Doubt<'_> {
        Doubt {
            state: ProgressState::Started,
            before,
        }
    }

    fn index(oid: &str, validity: Validity, is_busy: bool) -> Relation {
        Relation {
            oid: oid.to_owned(),
            name: "public.i".to_owned(),
            validity,
            is_busy,
        }
    }

    #[test]
    fn what_is_there_has_happened_unless_it_was_there_before() {
        let of = |before, now: Option<&str>| {
            let seen = Seen::Answer(now.map(str::to_owned));
            in_doubt(Recovery::Creates("q"), doubt(before), &seen)
        };
        assert_eq!(of(Some(""), Some("7")), Next::Done);
        assert_eq!(of(Some("7"), Some("7")), Next::Run);
        assert_eq!(of(Some(""), None), Next::Run);
        assert_eq!(of(None, None), Next::Run);
        assert_eq!(of(None, Some("7")), Next::Unknown);
    }

    #[test]
    fn what_is_gone_has_happened_unless_it_never_was() {
        let of = |before, now: Option<&str>| {
            let seen = Seen::Answer(now.map(str::to_owned));
            in_doubt(Recovery::Drops("q"), doubt(before), &seen)
        };
        assert_eq!(of(Some("7"), None), Next::Done);
        assert_eq!(of(Some("7"), Some("8")), Next::Done);
        assert_eq!(of(Some("7"), Some("7")), Next::Run);
        assert_eq!(of(Some(""), None), Next::Run);
        assert_eq!(of(None, None), Next::Done);
        assert_eq!(of(None, Some("7")), Next::Run);
    }

    #[test]
    fn an_index_counts_once_it_is_valid_and_is_built_again_where_it_is_not() {
        let of = |before, seen: Option<Relation>| {
            let recovery = Recovery::CreatesIndex {
                table: "t",
                name: "i",
            };
            in_doubt(recovery, doubt(before), &Seen::Index(seen))
        };
        let dropped = Next::Drop(vec!["public.i".to_owned()]);
        assert_eq!(
            of(Some(""), Some(index("7", Validity::Valid, false))),
            Next::Done
        );
        assert_eq!(
            of(Some("7"), Some(index("7", Validity::Valid, false))),
            Next::Run
        );
        assert_eq!(
            of(None, Some(index("7", Validity::Valid, false))),
            Next::Done
        );
        assert_eq!(
            of(Some(""), Some(index("7", Validity::Invalid, false))),
            dropped
        );
        assert_eq!(
            of(Some(""), Some(index("7", Validity::Invalid, true))),
            Next::Wait("public.i".to_owned())
        );
        assert_eq!(
            of(Some(""), Some(index("7", Validity::Other, false))),
            Next::Run
        );
        assert_eq!(of(Some(""), None), Next::Run);
        let seen = Seen::Index(Some(index("7", Validity::Invalid, false)));
        assert_eq!(before(&seen), dropped);
    }

    #[test]
    fn an_index_that_was_replaced_is_not_built_again() {
        let of = |before, oid: &str, leftovers: Vec<Relation>| {
            let oid = Some(oid.to_owned());
            let seen = Seen::Reindexed { leftovers, oid };
            in_doubt(Recovery::ReindexesIndex("i"), doubt(before), &seen)
        };
        let left = || vec![index("9", Validity::Invalid, false)];
        assert_eq!(of(Some("7"), "8", Vec::new()), Next::Done);
        assert_eq!(of(Some("7"), "7", Vec::new()), Next::Run);
        assert_eq!(of(None, "7", Vec::new()), Next::Run);
        assert_eq!(
            of(Some("7"), "8", left()),
            Next::Drop(vec!["public.i".to_owned()])
        );
    }

    #[test]
    fn a_partition_that_is_half_detached_is_detached_wholly() {
        let of = |before, attachment, is_busy| {
            let recovery = Recovery::Detaches {
                table: "t",
                partition: "p",
            };
            in_doubt(
                recovery,
                doubt(before),
                &Seen::Partition {
                    attachment,
                    is_busy,
                },
            )
        };
        assert_eq!(of(Some("attached"), Attachment::None, false), Next::Done);
        assert_eq!(of(Some(""), Attachment::None, false), Next::Run);
        assert_eq!(of(None, Attachment::Pending, false), Next::Finish);
        assert_eq!(
            of(None, Attachment::Pending, true),
            Next::Wait("t".to_owned())
        );
        assert_eq!(of(None, Attachment::Whole, false), Next::Run);
    }

    #[test]
    fn of_what_an_older_ledger_recorded_apart_nothing_tells() {
        let of = |state| {
            let doubt = Doubt {
                state,
                before: None,
            };
            in_doubt(Recovery::Together, doubt, &Seen::Nothing)
        };
        assert_eq!(of(ProgressState::Started), Next::Unknown);
        assert_eq!(of(ProgressState::Failed), Next::Run);
        let run = |recovery| in_doubt(recovery, doubt(None), &Seen::Nothing);
        assert_eq!(run(Recovery::Session), Next::Run);
        assert_eq!(run(Recovery::Repeat), Next::Run);
        let verify = |truth| in_doubt(Recovery::Verify("q"), doubt(None), &Seen::Truth(truth));
        assert_eq!((verify(true), verify(false)), (Next::Done, Next::Run));
    }
}
