//! Cycles through parents and dependencies.

use super::check::Needs;
use super::{Entry, Link, Problem};

/// How many cycles are reported at once. Mending those shows the others, if there are any.
const MAX_REPORTED: usize = 32;

/// Reports a cycle for each entry that closes one. Without those entries no cycle would be left.
///
/// The search goes from each revision to what it needs, in the order of `ranks`, and an entry that
/// leads back to a revision on the path closes a cycle. The path is kept by hand: a chain may be
/// longer than the stack is deep.
pub(super) fn find(needs: &[Needs], ranks: &[usize], problems: &mut Vec<Problem>) {
    let links: Vec<Vec<(usize, Entry)>> = needs
        .iter()
        .map(|needs| sorted_links(needs, ranks))
        .collect();
    let mut starts: Vec<usize> = (0..needs.len()).collect();
    starts.sort_by_key(|&start| ranks[start]);

    let mut seen = vec![false; needs.len()];
    let mut on_path: Vec<Option<usize>> = vec![None; needs.len()];
    let mut reported = 0;
    for start in starts {
        // On the path: a revision, and how many of its links were followed.
        let mut path: Vec<(usize, usize)> = Vec::new();
        if !seen[start] {
            path.push((start, 0));
        }
        while let Some(&(revision, followed)) = path.last() {
            let depth = path.len() - 1;
            if followed == 0 {
                seen[revision] = true;
                on_path[revision] = Some(depth);
            }
            let Some(&(needed, _)) = links[revision].get(followed) else {
                on_path[revision] = None;
                path.pop();
                continue;
            };
            path[depth].1 += 1;
            if let Some(first) = on_path[needed] {
                problems.push(cycle(&path[first..], &links, ranks));
                reported += 1;
                if reported == MAX_REPORTED {
                    return;
                }
            } else if !seen[needed] {
                path.push((needed, 0));
            }
        }
    }
}

fn sorted_links(needs: &Needs, ranks: &[usize]) -> Vec<(usize, Entry)> {
    let parents = needs
        .parents
        .iter()
        .map(|need| (need.revision, Entry::Parent(need.entry)));
    let dependencies = needs
        .dependencies
        .iter()
        .map(|need| (need.revision, Entry::Dependency(need.entry)));
    let mut links: Vec<_> = parents.chain(dependencies).collect();
    links.sort_by_key(|&(needed, _)| ranks[needed]);
    links
}

/// The cycle along a path, from its first revision by rank.
fn cycle(path: &[(usize, usize)], links: &[Vec<(usize, Entry)>], ranks: &[usize]) -> Problem {
    let mut path: Vec<Link> = path
        .iter()
        .map(|&(revision, followed)| Link {
            revision,
            entry: links[revision][followed - 1].1,
        })
        .collect();
    let first = (0..path.len())
        .min_by_key(|&at| ranks[path[at].revision])
        .unwrap_or(0);
    path.rotate_left(first);
    Problem::Cycle { path }
}
