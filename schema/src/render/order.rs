//! Items in an order in which each comes after all that it needs.
//!
//! Items are taken by rank and name, as soon as what they need has been taken. A part comes with its
//! parent. Where that cannot be, since the part needs what needs its parent, it comes later by
//! itself.

use std::collections::{BTreeMap, BTreeSet};

use super::item::Item;
use super::{Block, Ddl};

/// Puts `items` in order. Each pair of `needs` names an item and one that must come before it; what
/// names no item counts as the item that `within` says it belongs to, or for nothing.
pub(crate) fn in_order(
    items: Vec<Item>,
    needs: &[(String, String)],
    within: &BTreeMap<String, String>,
) -> Ddl {
    let mut order = Order::new(items, needs, within);
    let mut blocks = Vec::new();
    while let Some(block) = order.next_block() {
        blocks.push(block);
    }
    blocks.into_iter().collect()
}

/// Positions are those of the items.
struct Order {
    items: Vec<Item>,
    needs: Vec<BTreeSet<usize>>,
    needed_by: Vec<Vec<usize>>,
    /// What each item is taken with: itself, or its parent.
    owner: Vec<usize>,
    /// Those that are taken with each.
    members: Vec<Vec<usize>>,
    /// How much of what each needs, with its members, has not been taken.
    missing: Vec<usize>,
    taken: Vec<bool>,
    /// Those that are only a comment.
    withheld: BTreeSet<usize>,
    ready: BTreeSet<(u32, String, usize)>,
    waiting: BTreeSet<(u32, String, usize)>,
}

impl Order {
    fn new(
        items: Vec<Item>,
        pairs: &[(String, String)],
        within: &BTreeMap<String, String>,
    ) -> Self {
        let at: BTreeMap<&str, usize> = items
            .iter()
            .enumerate()
            .map(|(at, item)| (item.id.as_str(), at))
            .collect();
        let mut needs = vec![BTreeSet::new(); items.len()];
        let mut needed_by = vec![Vec::new(); items.len()];
        for (item, needed) in pairs {
            let (item, needed) = (find(item, &at, within), find(needed, &at, within));
            let (Some(item), Some(needed)) = (item, needed) else {
                continue;
            };
            if item != needed && needs.get_mut(item).is_some_and(|set| set.insert(needed)) {
                push(&mut needed_by, needed, item);
            }
        }
        let mut owner = Vec::new();
        let mut members = vec![Vec::new(); items.len()];
        for (position, item) in items.iter().enumerate() {
            let parent = item.parent().and_then(|parent| at.get(parent).copied());
            let with = parent.unwrap_or(position);
            owner.push(with);
            push(&mut members, with, position);
        }
        let mut order = Self {
            missing: vec![0; items.len()],
            taken: vec![false; items.len()],
            items,
            needs,
            needed_by,
            owner,
            members,
            withheld: BTreeSet::new(),
            ready: BTreeSet::new(),
            waiting: BTreeSet::new(),
        };
        for position in 0..order.items.len() {
            if get(&order.owner, position) == position {
                order.enter(position);
            }
        }
        order
    }

    fn next_block(&mut self) -> Option<Block> {
        loop {
            if let Some((_, _, next)) = self.ready.pop_first() {
                let barred = self.separable(next, |order, need| order.withheld.contains(&need));
                if !barred.is_empty() {
                    self.separate(next, &barred);
                    continue;
                }
                return Some(self.take(next, None));
            }
            let first = self.waiting.first()?.2;
            let circle = self.circle(first);
            let parts: Vec<(usize, Vec<usize>)> = circle
                .iter()
                .map(|group| {
                    let others = |order: &Self, need: usize| {
                        let owner = get(&order.owner, need);
                        owner != *group && circle.contains(&owner)
                    };
                    (*group, self.separable(*group, others))
                })
                .collect();
            // One is enough to open the circle.
            let opening = parts.into_iter().find(|(_, parts)| !parts.is_empty());
            if let Some((group, parts)) = opening {
                self.separate(group, &parts);
            } else {
                let next = circle.into_iter().min_by_key(|group| self.key(*group));
                let reason = "it needs what needs it itself".to_owned();
                return Some(self.take(next.unwrap_or(first), Some(reason)));
            }
        }
    }

    /// Groups that need each other in a circle, which `first` leads to.
    fn circle(&self, first: usize) -> Vec<usize> {
        let mut path = vec![first];
        let mut last = first;
        loop {
            let members = self.members.get(last).into_iter().flatten();
            let next = members
                .filter_map(|member| self.needs.get(*member))
                .flatten()
                .map(|need| get(&self.owner, *need))
                .find(|owner| *owner != last && !self.is_taken(*owner));
            let Some(next) = next else {
                return path;
            };
            if let Some(start) = path.iter().position(|step| *step == next) {
                return path.split_off(start);
            }
            path.push(next);
            last = next;
        }
    }

    /// Those members of a group that can come later and have a need of this kind.
    fn separable(&self, group: usize, is_met: impl Fn(&Self, usize) -> bool) -> Vec<usize> {
        let members = self.members.get(group).into_iter().flatten().copied();
        let found = members.filter(|member| {
            *member != group
                && self.items.get(*member).is_some_and(Item::is_separable)
                && self
                    .needs
                    .get(*member)
                    .is_some_and(|needs| needs.iter().any(|need| is_met(self, *need)))
        });
        found.collect()
    }

    fn separate(&mut self, group: usize, parts: &[usize]) {
        self.leave(group);
        if let Some(members) = self.members.get_mut(group) {
            members.retain(|member| !parts.contains(member));
        }
        for part in parts {
            set(&mut self.owner, *part, *part);
            push(&mut self.members, *part, *part);
            if let Some(needs) = self.needs.get_mut(*part) {
                needs.insert(group);
            }
            push(&mut self.needed_by, group, *part);
        }
        self.enter(group);
        for part in parts {
            self.enter(*part);
        }
    }

    /// Makes a group wait for what it needs.
    fn enter(&mut self, group: usize) {
        let unmet = |member: &usize| {
            let needs = self.needs.get(*member).into_iter().flatten();
            let open = needs.filter(|need| {
                let owner = get(&self.owner, **need);
                owner != group && !self.is_taken(owner)
            });
            open.count()
        };
        let members = self.members.get(group).into_iter().flatten();
        let missing = members.map(unmet).sum();
        set(&mut self.missing, group, missing);
        let key = self.key(group);
        if missing == 0 {
            self.ready.insert(key);
        } else {
            self.waiting.insert(key);
        }
    }

    fn leave(&mut self, group: usize) {
        let key = self.key(group);
        self.ready.remove(&key);
        self.waiting.remove(&key);
    }

    fn key(&self, position: usize) -> (u32, String, usize) {
        let item = self.items.get(position);
        let (rank, name) = item.map_or((0, String::new()), |item| (item.rank, item.name.clone()));
        (rank, name, position)
    }

    fn is_taken(&self, group: usize) -> bool {
        self.taken.get(group).copied().unwrap_or(true)
    }

    fn take(&mut self, group: usize, reason: Option<String>) -> Block {
        self.leave(group);
        set(&mut self.taken, group, true);
        let members = self.members.get(group).cloned().unwrap_or_default();
        for member in &members {
            for dependent in self.needed_by.get(*member).cloned().unwrap_or_default() {
                let owner = get(&self.owner, dependent);
                if owner != group && !self.is_taken(owner) {
                    self.have_one_less_missing(owner);
                }
            }
        }
        let reason = reason.or_else(|| self.reason(&members));
        let Some(item) = self.items.get(group) else {
            return Block::Statements(String::new());
        };
        let parts: Vec<&Item> = members
            .iter()
            .filter(|member| **member != group)
            .filter_map(|member| self.items.get(*member))
            .collect();
        let block = item.block(&parts, reason);
        if matches!(block, Block::Withheld { .. }) {
            self.withheld.extend(members);
        }
        block
    }

    fn have_one_less_missing(&mut self, group: usize) {
        let missing = get(&self.missing, group).saturating_sub(1);
        set(&mut self.missing, group, missing);
        if missing == 0 {
            let key = self.key(group);
            self.waiting.remove(&key);
            self.ready.insert(key);
        }
    }

    /// Why the group of these members can only be a comment.
    fn reason(&self, members: &[usize]) -> Option<String> {
        let mut items = members.iter().filter_map(|member| self.items.get(*member));
        let own = items.find_map(|item| item.withheld.clone());
        let needs = members
            .iter()
            .filter_map(|member| self.needs.get(*member))
            .flatten();
        let barred = needs.filter(|need| self.withheld.contains(need)).min();
        let name = barred.and_then(|need| self.items.get(*need));
        own.or_else(|| name.map(|item| format!("it needs `{}`", item.name)))
    }
}

/// The item with that id, or the one that it belongs to.
fn find(id: &str, at: &BTreeMap<&str, usize>, within: &BTreeMap<String, String>) -> Option<usize> {
    let mut id = id;
    // Things within things are at most a few deep.
    for _ in 0..8 {
        if let Some(position) = at.get(id) {
            return Some(*position);
        }
        id = within.get(id)?;
    }
    None
}

fn get(list: &[usize], at: usize) -> usize {
    list.get(at).copied().unwrap_or(usize::MAX)
}

fn set<T>(list: &mut [T], at: usize, value: T) {
    if let Some(place) = list.get_mut(at) {
        *place = value;
    }
}

fn push(lists: &mut [Vec<usize>], at: usize, value: usize) {
    if let Some(list) = lists.get_mut(at) {
        list.push(value);
    }
}
