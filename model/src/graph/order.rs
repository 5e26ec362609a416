//! The one order in which revisions are numbered.

use super::Declared;
use super::check::Needs;

/// The place of each revision when all are sorted by id and history.
pub(super) fn ranks(declared: &[Declared<'_>]) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..declared.len()).collect();
    sorted.sort_by_key(|&at| (declared[at].id, declared[at].history));
    let mut ranks = vec![0; declared.len()];
    for (rank, &at) in sorted.iter().enumerate() {
        ranks[at] = rank;
    }
    ranks
}

/// All revisions, each after what it needs.
///
/// A branch is finished before its sibling begins: of the revisions that could come next, the
/// children of the one that was just placed do, then what depends on it without being its child,
/// then what was left waiting last. Among equals the first by rank comes first, so that the result
/// depends on names alone, not on the order in which the revisions were read.
pub(super) fn topological(needs: &[Needs], ranks: &[usize]) -> Vec<usize> {
    let mut children = vec![Vec::new(); needs.len()];
    let mut dependents = vec![Vec::new(); needs.len()];
    let mut waiting_for = vec![0_usize; needs.len()];
    for (revision, needs) in needs.iter().enumerate() {
        waiting_for[revision] = needs.parents.len() + needs.dependencies.len();
        for need in &needs.parents {
            children[need.revision].push(revision);
        }
        for need in &needs.dependencies {
            dependents[need.revision].push(revision);
        }
    }

    let by_rank = |revision: &usize| std::cmp::Reverse(ranks[*revision]);
    let mut ready: Vec<usize> = (0..needs.len())
        .filter(|&at| waiting_for[at] == 0)
        .collect();
    ready.sort_by_key(by_rank);
    let mut order = Vec::with_capacity(needs.len());
    while let Some(revision) = ready.pop() {
        order.push(revision);
        for followers in [&dependents[revision], &children[revision]] {
            let first = ready.len();
            for &follower in followers {
                waiting_for[follower] -= 1;
                if waiting_for[follower] == 0 {
                    ready.push(follower);
                }
            }
            ready[first..].sort_by_key(by_rank);
        }
    }
    order
}
